"""Units that do nothing are found and go without a trace; what is left is a net like any other."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from shrink_nets import ABOUT, CONSTANT, DEAD, planted, planted_run, write_planted_model

from fabricated import bursts, learnable, make_canonical, tiny_recipe, write_example_folder
from voxface.engine import Controls, Model, Stream, animate
from voxface.errors import VoxfaceError
from voxface.models import TCNConfig, build_net, net_config
from voxface.models.pruned_tcn import PrunedTCNConfig
from voxface.training.checkpoint import Trained, load_trained, save_trained
from voxface.training.recipe import recipe_from_dict
from voxface.training.shrink.dead_units import measure_units
from voxface.training.shrink.fine_tune import fine_tune
from voxface.training.shrink.prune import narrow, prune
from voxface.training.train import train


@pytest.fixture(scope="module")
def examples():
    rng = np.random.default_rng(0)
    return [learnable(rng, 300) for _ in range(3)]


@pytest.fixture(scope="module")
def net():
    return planted()


@pytest.fixture(scope="module")
def use(net, examples):
    return measure_units(net, examples)


def said(net):
    """Return what a net says of two of the examples that units are measured on."""
    rng = np.random.default_rng(0)
    heard = torch.stack([torch.from_numpy(np.float32(learnable(rng, 300).features))] * 2)
    with torch.inference_mode():
        return net(heard, net.initial_state(2))[0]


def test_planted_dead_units_are_found(use) -> None:
    for number, units in DEAD.items():
        never = np.flatnonzero(use.blocks[number].dead())
        assert set(units) <= set(never.tolist())
        assert (use.blocks[number].contribution[never] == 0).all()
    block, unit = CONSTANT
    assert use.blocks[block].firing[unit] == 1
    assert use.blocks[block].mean[unit] == pytest.approx(2, abs=1e-5)
    assert use.blocks[block].contribution[unit] == pytest.approx(0, abs=1e-5)
    assert use.frames == 900


def test_how_often_a_unit_fires(net, examples, use) -> None:
    """Counted by hand in the first block, whose input is known."""
    block = net.each_block()[0]
    fired = []
    with torch.inference_mode():
        for example in examples:
            heard = torch.from_numpy(np.float32(example.features))[None]
            stream = net.entry(net.heard(heard).transpose(1, 2))
            inner = block.norm(block.conv(torch.nn.functional.pad(stream, (block.memory, 0))))
            fired.append((inner[0] > 0).numpy())
    wanted = np.concatenate(fired, axis=1).mean(axis=1)
    np.testing.assert_allclose(use.blocks[0].firing, wanted, atol=1e-9)


def test_dead_units_go_without_a_trace(net, use) -> None:
    small = prune(net, use, 0.0)
    for number, units in DEAD.items():
        assert not set(units) & set(small.config.kept[number])
    assert sum(map(len, small.config.kept)) <= 48 - 3
    assert small.state_size < net.state_size
    assert sum(p.numel() for p in small.parameters()) < sum(p.numel() for p in net.parameters())
    for a, b in zip(said(net), said(small), strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=0)


def test_what_never_changes_goes_without_a_trace(net, use) -> None:
    block, unit = CONSTANT
    count = sum(int(b.dead().sum()) for b in use.blocks) + 1
    small = prune(net, use, count / 48)
    assert unit not in small.config.kept[block]
    for a, b in zip(said(net), said(small), strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=0)


@pytest.mark.parametrize("by", ["contribution", "magnitude"])
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_the_least_go_first(net, use, share: float, by: str) -> None:
    small = prune(net, use, share, by=by)
    assert sum(map(len, small.config.kept)) == 48 - round(48 * share)
    worth = [getattr(block, by) for block in use.blocks]
    kept = [worth[b][list(units)] for b, units in enumerate(small.config.kept)]
    gone = [np.delete(worth[b], list(units)) for b, units in enumerate(small.config.kept)]
    dead = [np.delete(use.blocks[b].dead(), list(k)) for b, k in enumerate(small.config.kept)]
    alive = np.concatenate(gone)[~np.concatenate(dead)]
    tops = [values.max() for values in worth]  # a block's best unit stays whatever it is worth
    others = np.concatenate([k[k < top] for k, top in zip(kept, tops, strict=True)])
    assert not len(alive) or not len(others) or alive.max() <= others.min()


def test_every_block_keeps_a_unit(net, use) -> None:
    assert all(prune(net, use, 0.99).config.kept)
    assert all(narrow(net, use, 0.9).config.kept)


def test_a_narrow_stream_is_narrow_everywhere(net, use) -> None:
    small = narrow(net, use, 0.5)
    assert small.config.channels == 8
    assert small.entry.out_channels == 8
    assert all(max(units) < 8 for units in small.config.kept)
    assert small.motion_head.in_channels == 8
    assert said(small).motion.shape == (2, 300, 52)
    again = prune(small, measure_units(small, [learnable(np.random.default_rng(1))]), 0.5)
    assert again.config.channels == 8
    assert sum(map(len, again.config.kept)) <= sum(map(len, small.config.kept)) // 2 + 1


def test_channels_that_nothing_hears_go_without_a_trace(examples) -> None:
    net = planted()
    with torch.no_grad():
        for channel in (2, 9):
            net.entry.weight[channel] = 0
            net.entry.bias[channel] = 0.7
            for block in net.each_block():
                block.pointwise.weight[channel] = 0
                block.pointwise.bias[channel] = 0
    small = narrow(net, measure_units(net, examples), 2 / 16)
    assert small.config.channels == 14
    # A memory of zeros is not one of 0.7: the first frames differ, and a little the means.
    for a, b in zip(said(net), said(small), strict=True):
        torch.testing.assert_close(a[:, 20:], b[:, 20:], atol=2e-3, rtol=0)


@settings(max_examples=10, deadline=None)
@given(parts=st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_pruned_nets_stream(net, use, parts: list[int]) -> None:
    small = narrow(prune(net, use, 0.4), use_of(net, use, 0.4), 0.25)
    torch.manual_seed(2)
    heard = -45 + 20 * torch.randn(1, sum(parts), 80)
    with torch.inference_mode():
        whole, last = small(heard, small.initial_state(1))
        state, motion = small.initial_state(1), []
        for part in torch.split(heard, parts, dim=1):
            face, state = small(part, state)
            motion.append(face.motion)
    torch.testing.assert_close(torch.cat(motion, 1), whole.motion, atol=1e-4, rtol=0)
    torch.testing.assert_close(state, last, atol=1e-4, rtol=0)


_USES: dict[float, object] = {}


def use_of(net, use, share: float):
    if share not in _USES:
        rng = np.random.default_rng(0)
        _USES[share] = measure_units(prune(net, use, share), [learnable(rng, 300)])
    return _USES[share]


def test_a_pruned_run_is_a_run(net, use, tmp_path) -> None:
    small = prune(net, use, 0.5)
    save_trained(tmp_path / "run", Trained(small, make_canonical(), ABOUT))
    back = load_trained(tmp_path / "run")
    assert back.net.config == small.config
    torch.testing.assert_close(said(back.net).motion, said(small).motion)
    assert net_config(json.loads(json.dumps(small.config.to_dict()))) == small.config
    model = Model(write_planted_model(tmp_path / "small.onnx", back))
    assert len(model.new_state()[0]) == 360 + small.state_size


def test_a_pruned_model_says_what_the_net_says(net, use, tmp_path) -> None:
    """Taken out or only silenced, units leave the same net: exported, both say the same."""
    small = narrow(prune(net, use, 0.3), use_of(net, use, 0.3), 0.25)
    silenced = prune(net, use, 0.0)
    sound = np.tile(bursts(), 2)
    for less, same in ((small, None), (silenced, planted_run())):
        path = write_planted_model(tmp_path / "a.onnx", Trained(less, make_canonical(), ABOUT))
        model = Model(path)
        controls = Controls(silence_gate=False, life=0)
        clip = animate(sound, sample_rate=16_000, fps=100, model=model, controls=controls)
        stream = Stream(100, 16_000, controls, model)
        parts = [stream.push(part) for part in np.array_split(sound, 37)] + [stream.flush()]
        weights = np.concatenate([part.weights for part in parts])
        np.testing.assert_allclose(weights, clip.weights, atol=1e-4)
        if same is not None:
            whole = Model(write_planted_model(tmp_path / "b.onnx", same))
            wanted = animate(sound, sample_rate=16_000, fps=100, model=whole, controls=controls)
            np.testing.assert_allclose(clip.weights, wanted.weights, atol=1e-5)


def test_fine_tuning_starts_from_what_was_left(tmp_path) -> None:
    folder = write_example_folder(tmp_path)
    recipe = recipe_from_dict(tiny_recipe())
    trained = train(recipe, folder, tmp_path / "run", threads=1)
    use = measure_units(trained.net, [learnable(np.random.default_rng(0))])
    small = replace(trained, net=prune(trained.net, use, 0.5))
    tuned = fine_tune(small, folder, tmp_path / "tuned", 5, threads=1)
    assert tuned.net.config == small.net.config
    before, after = small.net.state_dict(), tuned.net.state_dict()
    assert before.keys() == after.keys()
    moved = max(float((before[k] - after[k]).abs().max()) for k in before if "weight" in k)
    assert 0 < moved < 0.1
    assert load_trained(tmp_path / "tuned").net.config == small.net.config
    with pytest.raises(VoxfaceError, match="1 step or more"):
        fine_tune(small, folder, tmp_path / "none", 0)


@pytest.mark.parametrize(
    "sizes",
    [{"separable": False}, {"centred": True}, {"activation": "gelu"}, {"norm": "none"},
     {"emotions": True}],
)  # fmt: skip
def test_nets_of_other_kinds_are_refused(sizes: dict[str, object]) -> None:
    net = build_net(TCNConfig(channels=8, dilations=(1,), **sizes))  # type: ignore[arg-type]
    with pytest.raises(VoxfaceError, match="only from causal, separable"):
        measure_units(net, [])


def test_wrong_shares_and_rankings(net, use) -> None:
    for share in (-0.1, 1.0, float("nan")):
        with pytest.raises(VoxfaceError, match="between 0 and 1"):
            prune(net, use, share)
        with pytest.raises(VoxfaceError, match="between 0 and 1"):
            narrow(net, use, share)
    with pytest.raises(VoxfaceError, match="contribution or magnitude"):
        prune(net, use, 0.1, by="luck")
    with pytest.raises(VoxfaceError, match="no examples"):
        measure_units(net, [])


@pytest.mark.parametrize("kept", [((0, 1),), ((0,), ()), ((1, 0), (0,)), ((0, 9), (0,))])
def test_sizes_that_do_not_fit(kept) -> None:
    with pytest.raises(VoxfaceError, match="'kept'"):
        PrunedTCNConfig(channels=4, dilations=(1, 2), kept=kept)
