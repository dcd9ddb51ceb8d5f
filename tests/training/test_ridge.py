"""The closed form against a planted truth, and against one output at a time by brute force."""

from __future__ import annotations

import pytest
import torch

from voxface.errors import VoxfaceError
from voxface.models import build_net, net_config
from voxface.models.linear import LinearNet
from voxface.training.crops import Batch
from voxface.training.ridge import RidgeSums, fit_linear, targets

BANDS, FRAMES, LATE = 4, 5, 3


def linear_net() -> LinearNet:
    net = build_net(
        net_config(
            {"family": "linear", "bands": BANDS, "articulations": 3, "frames": FRAMES,
             "look_ahead": LATE, "feature_mean": -40.0, "feature_deviation": 10.0}
        )
    )  # fmt: skip
    assert isinstance(net, LinearNet)
    return net


def noise(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def batch_of(seed: int, crops: int = 3, frames: int = 200) -> Batch:
    """Return noise for features and labels, with weights of every kind."""
    shape = (crops, frames)
    seen = (noise(*shape, seed=seed + 1) > -1).float()
    channel = torch.ones(52)
    channel[:14], channel[14] = 0.15, 0.0
    weight = seen[:, :, None] * channel
    weight[0] = 1.0  # a crop in which all channels are known at rest, but one that never is
    weight[:, :, 14] = 0.0
    weight[-1, :, 20:30] *= 3.0
    return Batch(
        features=-40 + 10 * noise(*shape, BANDS, seed=seed + 2),
        motion=noise(*shape, 52, seed=seed + 3),
        weight=weight,
        pose=0.1 * noise(*shape, 6, seed=seed + 4),
        pose_weight=seen,
        speech=(noise(*shape, seed=seed + 5) > 0).float(),
        articulation=torch.rand(*shape, 3, generator=torch.manual_seed(seed)),
        articulation_weight=(noise(*shape, seed=seed + 6) > 0).float(),
    )


def test_a_planted_net_comes_back() -> None:
    """Labels that a linear net made, `look_ahead` frames before it could tell, are its own."""
    truth, net = linear_net(), linear_net()
    with torch.no_grad():
        truth.stacked.weight.normal_(0, 0.02, generator=torch.manual_seed(0))
    batches = []
    for seed in range(0, 60, 10):
        batch = batch_of(seed)
        with torch.inference_mode():
            said, _ = truth(batch.features, truth.initial_state(3))
        early = [torch.roll(part, -LATE, 1).clone() for part in said]
        batches.append(
            batch._replace(
                motion=early[0],
                pose=early[1],
                speech=torch.sigmoid(early[2]),
                articulation=torch.sigmoid(early[3]),
            )
        )
    fit_linear(net, batches, 0.0)
    live = [number for number in range(52 + 6 + 1 + 3) if number != 14]
    torch.testing.assert_close(
        net.stacked.weight[live], truth.stacked.weight[live], atol=1e-4, rtol=1e-3
    )
    torch.testing.assert_close(net.stacked.bias[live], truth.stacked.bias[live], atol=1e-4, rtol=0)
    assert not net.stacked.weight[14].any()
    assert not net.stacked.bias[14].any()


@pytest.mark.parametrize("penalty", [0.0, 7.0])
def test_each_output_is_fitted_as_if_alone(penalty: float) -> None:
    net = linear_net()
    batches = [batch_of(0), batch_of(100, crops=2, frames=90)]
    sums = RidgeSums(net)
    inputs, trues, counts = [], [], []
    for number, batch in enumerate(batches):
        sums.add(batch, number)
        target, weight = targets(batch)
        heard = net.heard(batch.features)
        first = FRAMES - 1 + number
        for crop in range(len(heard)):
            for frame in range(first, heard.shape[1], 3):
                window = heard[crop, frame - FRAMES + 1 : frame + 1].flatten()
                inputs.append(torch.cat([window, torch.ones(1)]))
                trues.append(target[crop, frame - LATE])
                counts.append(weight[crop, frame - LATE])
    rows, true, count = (torch.stack(part).double() for part in (inputs, trues, counts))
    found = sums.solve(penalty).double()
    for output in (0, 14, 20, 40, 55, 58, 60):
        share = count[:, output]
        if not share.any():
            assert not found[:, output].any()
            continue
        ridge = penalty * share.sum() / (share > 0).sum() * torch.eye(rows.shape[1]).double()
        ridge[-1, -1] = 0
        gram = rows.T @ (rows * share[:, None]) + ridge
        wanted = torch.linalg.solve(gram, rows.T @ (share * true[:, output]))
        torch.testing.assert_close(found[:, output], wanted, atol=1e-4, rtol=1e-4)
    assert len(sums.groups) < 10


def test_a_greater_penalty_makes_smaller_weights() -> None:
    sizes = []
    for penalty in (0.1, 10.0, 1000.0):
        net = linear_net()
        fit_linear(net, [batch_of(0)], penalty)
        sizes.append(float(net.stacked.weight.detach().square().sum()))
    assert sizes[0] > sizes[1] > sizes[2]


def test_nothing_to_fit() -> None:
    with pytest.raises(VoxfaceError, match="nothing to fit"):
        fit_linear(linear_net(), [])


def test_too_little_to_be_determined() -> None:
    with pytest.raises(VoxfaceError, match="greater 'penalty'"):
        fit_linear(linear_net(), [batch_of(0, crops=1, frames=15)], 0.0)
    fit_linear(linear_net(), [batch_of(0, crops=1, frames=15)], 1.0)
