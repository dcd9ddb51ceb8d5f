"""Workers that share a batch: the same losses, gradients and norms as one alone."""

from __future__ import annotations

import multiprocessing

import numpy as np
import pytest
import torch
import torch.distributed as dist
from torch.utils.data import DataLoader

from fabricated import learnable, make_canonical, make_example
from voxface.errors import VoxfaceError
from voxface.models import TCNConfig, build_net
from voxface.training.augment import Augmentation
from voxface.training.checkpoint import canonical_scale
from voxface.training.crops import CropConfig, Crops, Share
from voxface.training.hearing import Hearing
from voxface.training.loss_terms import TERMS
from voxface.training.losses import LossWeights
from voxface.training.module import FaceModule, Optimiser
from voxface.training.workers import SharedBatchNorm, Workers, share_norms, worker_count

CONFIG = CropConfig(frames=48, warm_up=8, batch=8, shards=4, noise_only=0.2)
LOSSES = LossWeights(**dict.fromkeys(TERMS, 1.0))


def make_crops(config: CropConfig = CONFIG) -> Crops:
    rng = np.random.default_rng(0)
    held = [learnable(rng, 120, name=f"take{n}") for n in range(3)]
    # One that is partly unseen and mute: what is known is spread unevenly over the workers.
    held.append(make_example(90, name="mute", corpus="other"))
    held[-1].seen[30:] = 0
    return Crops(held, config, Augmentation(), np.zeros(52, np.float32), Hearing(), 0)


def learn(share: Share, steps: int = 3) -> tuple[list[float], dict[str, torch.Tensor]]:
    """Return the losses of some steps of plain descent, and the net after them."""
    torch.manual_seed(0)
    crops = make_crops()
    crops.divide(share)
    net = build_net(TCNConfig(channels=8, dilations=(1, 2), look_ahead=2, dropout=0.0))
    module = FaceModule(
        net, canonical_scale(make_canonical()), torch.full((52,), -0.8), Optimiser(), LOSSES
    )
    share_norms(net)
    losses = []
    for step in range(steps):
        _, terms = module.compare(crops.draw(step), LOSSES)
        loss = torch.stack(list(terms.values())).sum()
        module.zero_grad()
        loss.backward()
        told = loss.detach().clone()
        for values in (told, *(part.grad for part in net.parameters())):
            if worker_count() > 1:
                dist.all_reduce(values)
                values.div_(worker_count())
        losses.append(float(told))
        with torch.no_grad():
            for part in net.parameters():
                part.sub_(0.002 * part.grad)
    return losses, {name: part.clone() for name, part in net.state_dict().items()}


def work(number: int, store: str, told) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{store}", rank=number, world_size=2)
    losses, state = learn(Share(number, 2))
    told.put((number, losses, {name: part.numpy() for name, part in state.items()}))
    dist.destroy_process_group()


@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="workers are forked here"
)
def test_two_workers_learn_what_one_learns(tmp_path) -> None:
    processes = multiprocessing.get_context("fork")
    told = processes.Queue()
    workers = [
        processes.Process(target=work, args=(number, str(tmp_path / "store"), told), daemon=True)
        for number in range(2)
    ]
    for worker in workers:
        worker.start()
    found = sorted((told.get(timeout=240) for _ in workers), key=lambda entry: entry[0])
    for worker in workers:
        worker.join(60)
    losses, state = learn(Share())
    assert len(set(losses)) == 3
    for _, their_losses, their_state in found:
        assert their_losses == pytest.approx(losses, rel=1e-5)
        for name, part in state.items():
            np.testing.assert_allclose(their_state[name], part, atol=1e-5, rtol=1e-4, err_msg=name)


def test_shares_of_a_batch_are_the_batch() -> None:
    whole = make_crops().draw(5)
    for count in (2, 4):
        parts = []
        for number in range(count):
            crops = make_crops()
            crops.divide(Share(number, count))
            parts.append(crops.draw(5))
        for name, part in whole._asdict().items():
            joined = torch.cat([getattr(share, name) for share in parts])
            assert torch.equal(joined, part), name


def test_loader_processes_draw_the_same_crops() -> None:
    crops = make_crops()
    crops.first = 3
    loader = DataLoader(crops, batch_size=None, num_workers=2)
    for index, batch in zip(range(3, 7), loader, strict=False):
        for name, part in crops.draw(index)._asdict().items():
            assert torch.equal(getattr(batch, name), part), name


@pytest.mark.parametrize(
    ("batch", "shards", "workers"), [(8, 4, 3), (7, 4, 2), (8, 1, 2), (2, 4, 4)]
)
def test_a_batch_that_cannot_be_shared(batch: int, shards: int, workers: int) -> None:
    crops = make_crops(CropConfig(batch=batch, shards=shards))
    with pytest.raises(VoxfaceError, match=f"shared equally by {workers} workers"):
        crops.divide(Share(0, workers))


def test_a_shared_norm_alone_is_a_batch_norm() -> None:
    torch.manual_seed(0)
    plain = torch.nn.Sequential(torch.nn.BatchNorm1d(4))
    shared = torch.nn.Sequential(torch.nn.BatchNorm1d(4))
    share_norms(shared)
    assert isinstance(shared[0], SharedBatchNorm)
    values = 3 + 2 * torch.randn(6, 4, 10)
    torch.testing.assert_close(shared(values), plain(values))
    assert list(shared.state_dict()) == list(plain.state_dict())
    for name, part in plain.state_dict().items():
        torch.testing.assert_close(shared.state_dict()[name], part)


def test_workers_that_cannot_be() -> None:
    with pytest.raises(VoxfaceError, match="an accelerator is one of"):
        Workers(accelerator="abacus")
    with pytest.raises(VoxfaceError, match="at least one device"):
        Workers(devices=0)
    assert Workers(3, 2).count == 6
    if not torch.cuda.is_available():
        with pytest.raises(VoxfaceError, match="2 GPUs are asked for and 0 are there"):
            Workers(2, accelerator="gpu")
