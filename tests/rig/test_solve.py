"""Weights that are planted in a moving mesh are found again, within bounds, smooth or not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from voxface.errors import VoxfaceError
from voxface.rig.bounded import WINDOW
from voxface.rig.solve import moving, solve_weights


def planted(frames=40, channels=8, vertices=30, seed=0):
    """Return deltas and weights in bounds, a third of them at 0 and some at 1."""
    random = np.random.default_rng(seed)
    weights = np.clip(random.normal(0.4, 0.5, (frames, channels)), 0, 1)
    return random.normal(size=(channels, vertices, 3)), weights


def moved(weights, deltas, noise=0.0, seed=1):
    offsets = np.tensordot(weights, deltas, axes=1)
    return offsets + noise * np.random.default_rng(seed).normal(size=offsets.shape)


@pytest.mark.parametrize("smoothness", [0, 1e-9])
def test_planted_weights_return(smoothness):
    deltas, weights = planted()
    found = solve_weights(moved(weights, deltas), deltas, ridge=0, smoothness=smoothness)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, weights, atol=1e-3)


def test_noise_changes_little():
    deltas, weights = planted()
    found = solve_weights(moved(weights, deltas, noise=0.05), deltas, ridge=0)
    assert np.abs(found - weights).mean() < 0.01
    assert found.min() >= 0
    assert found.max() <= 1


def test_size_of_mesh_and_unit_change_nothing():
    deltas, weights = planted()
    offsets = moved(weights, deltas, noise=0.3)
    once = solve_weights(offsets, deltas, ridge=0.02, sparsity=0.02, smoothness=0.1)
    twice = solve_weights(
        np.tile(offsets, (1, 2, 1)) / 100, np.tile(deltas, (1, 2, 1)) / 100,
        ridge=0.02, sparsity=0.02, smoothness=0.1,
    )  # fmt: skip
    np.testing.assert_allclose(once, twice, atol=1e-4)


def test_agrees_with_scipy_where_frames_stand_alone():
    deltas, weights = planted(frames=12)
    offsets = moved(weights * 1.6 - 0.3, deltas, noise=0.5)
    flat = deltas.reshape(len(deltas), -1).T
    scale = np.square(flat).sum() / len(deltas)
    ridge, sparsity = 0.05, 0.04
    found = solve_weights(offsets, deltas, ridge=ridge, sparsity=sparsity)
    # Sparsity is linear where weights are not below 0: completing the square moves the aim.
    root = np.sqrt(ridge)
    system = np.concatenate([flat / np.sqrt(scale), root * np.eye(len(deltas))])
    for row, offset in zip(found, offsets, strict=True):
        aim = np.concatenate(
            [offset.ravel() / np.sqrt(scale), np.full(len(deltas), -sparsity / 2 / root)]
        )
        best = lsq_linear(system, aim, (0, 1), method="bvls", tol=1e-12).x
        np.testing.assert_allclose(row, best, atol=1e-5)


@pytest.mark.parametrize("frames", [2, 9, 10, 31])
def test_agrees_with_scipy_where_frames_are_coupled(frames):
    deltas, weights = planted(frames=frames, channels=4)
    offsets = moved(weights * 1.6 - 0.3, deltas, noise=0.5)
    flat = deltas.reshape(len(deltas), -1).T
    scale = np.square(flat).sum() / len(deltas)
    ridge, smoothness = 0.01, 0.7
    steps = np.kron(np.diff(np.eye(frames), axis=0), np.eye(len(deltas)))
    system = np.concatenate([
        np.kron(np.eye(frames), flat) / np.sqrt(scale),
        np.sqrt(ridge) * np.eye(frames * len(deltas)),
        np.sqrt(smoothness) * steps,
    ])  # fmt: skip
    aim = np.concatenate([offsets.ravel() / np.sqrt(scale), np.zeros(len(system) - offsets.size)])
    best = lsq_linear(system, aim, (0, 1), method="bvls", tol=1e-12).x
    found = solve_weights(offsets, deltas, ridge=ridge, smoothness=smoothness)
    np.testing.assert_allclose(found, best.reshape(found.shape), atol=2e-4)


def test_pieces_equal_the_whole_without_smoothness():
    deltas, weights = planted(frames=50)
    offsets = moved(weights, deltas, noise=0.4)
    whole = solve_weights(offsets, deltas, sparsity=0.01)
    pieces = [solve_weights(offsets[k : k + 7], deltas, sparsity=0.01) for k in range(0, 50, 7)]
    np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-6)


def test_windows_of_a_long_clip_do_not_show(monkeypatch):
    deltas, weights = planted(frames=2 * WINDOW + 301, channels=3, vertices=4)
    offsets = moved(weights, deltas, noise=0.4)
    windowed = solve_weights(offsets, deltas, ridge=0.05, smoothness=0.3)
    monkeypatch.setattr("voxface.rig.bounded.WINDOW", 10 * WINDOW)
    whole = solve_weights(offsets, deltas, ridge=0.05, smoothness=0.3)
    np.testing.assert_allclose(windowed, whole, atol=2e-4)


def test_smoothness_calms_what_jitters():
    deltas, _ = planted(frames=1, channels=4)
    weights = np.repeat(0.5 + 0.3 * np.sin(np.arange(100) / 15)[:, None], 4, axis=1)
    offsets = moved(weights, deltas, noise=2)
    rough, calm = (solve_weights(offsets, deltas, smoothness=amount) for amount in (0, 2))
    assert np.abs(np.diff(calm, axis=0)).mean() < 0.4 * np.abs(np.diff(rough, axis=0)).mean()
    assert np.abs(calm - weights).mean() < np.abs(rough - weights).mean()


def test_sparsity_leaves_fewer_channels():
    deltas, weights = planted(frames=60)
    offsets = moved(weights, deltas, noise=1)
    used = [(solve_weights(offsets, deltas, sparsity=s) > 0.01).mean() for s in (0, 0.5)]
    assert used[1] < used[0]


def test_ridge_may_differ_by_channel():
    deltas, weights = planted()
    found = solve_weights(moved(weights, deltas), deltas, ridge=[1e3, *[0] * 7])
    assert found[:, 0].max() < 0.01


def test_channels_that_move_nothing_stay_at_zero():
    deltas, weights = planted()
    deltas[3] = 0
    found = solve_weights(moved(weights, deltas), deltas, ridge=0)
    assert not found[:, 3].any()
    assert moving(deltas).tolist() == [True] * 3 + [False] + [True] * 4
    np.testing.assert_allclose(np.delete(found, 3, 1), np.delete(weights, 3, 1), atol=1e-3)


def test_vertices_without_weight_say_nothing():
    deltas, weights = planted()
    offsets = moved(weights, deltas)
    offsets[:, 10:] = 99
    trust = (np.arange(30) < 10).astype(float)
    found = solve_weights(offsets, deltas, ridge=0, vertex_weights=trust)
    np.testing.assert_allclose(found, weights, atol=1e-3)
    assert not moving(deltas * (1 - trust[:, None]), trust).any()


def test_opposites_leave_one_of_two():
    random = np.random.default_rng(3)
    left, other = random.normal(size=(2, 20, 3))
    deltas = np.stack([left, -left, other])
    weights = np.array([[0.7, 0, 0.2], [0, 0.4, 1], [0, 0, 0.5]])
    found = solve_weights(
        moved(weights, deltas), deltas, names=["jawLeft", "jawRight", "jawOpen"], ridge=0,
        opposites=[("jawLeft", "jawRight"), ("jawOpen", "absent")],
    )  # fmt: skip
    np.testing.assert_allclose(found, weights, atol=1e-3)


def test_opposites_are_solved_for_again():
    random = np.random.default_rng(4)
    a, b, c = random.normal(size=(3, 20, 3))
    deltas, names = np.stack([a, b, a + 0.1 * c]), ["a", "b", "c"]
    offsets = moved(np.array([[0.3, 0.2, 0.5]] * 3), deltas)
    found = solve_weights(offsets, deltas, names=names, ridge=0, opposites=[("a", "c")])
    assert not found[:, 0].any()
    alone = solve_weights(offsets, deltas[1:], ridge=0)
    np.testing.assert_allclose(found[:, 1:], alone, atol=1e-5)


def test_upper_bounds_by_channel_and_frame():
    deltas, weights = planted()
    upper = np.full(weights.shape, 0.5)
    upper[4] = 2
    found = solve_weights(moved(1.5 * weights, deltas), deltas, ridge=0, upper=upper)
    assert np.delete(found, 4, 0).max() <= 0.5
    np.testing.assert_allclose(found[4], 1.5 * weights[4], atol=1e-3)


@pytest.mark.parametrize("frames", [0, 1])
def test_short_clips(frames):
    deltas, weights = planted(frames=frames)
    found = solve_weights(moved(weights, deltas), deltas, smoothness=1, ridge=0)
    np.testing.assert_allclose(found, weights, atol=1e-3)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"deltas": np.zeros((8, 29, 3))}, "do not fit deltas"),
        ({"ridge": -1.0}, "ridge is -1.0"),
        ({"ridge": [1.0, 2.0]}, r"ridge has shape \(2,\)"),
        ({"smoothness": np.nan}, "smoothness is nan"),
        ({"sparsity": np.inf}, "sparsity is inf"),
        ({"vertex_weights": np.ones(3)}, r"vertex weights have shape \(3,\)"),
        ({"vertex_weights": -np.ones(30)}, "0 or more"),
        ({"upper": np.ones(5)}, "upper has shape"),
        ({"upper": -1}, "upper bounds"),
        ({"names": ["a"]}, "1 names do not fit 8 channels"),
        ({"opposites": [("a", "b")]}, "name each of them"),
        ({"offsets": np.full((40, 30, 3), np.nan)}, "not finite"),
        ({"deltas": np.full((8, 30, 3), np.inf)}, "not finite"),
    ],
)
def test_bad_input(changed, said):
    deltas, weights = planted()
    given = {"offsets": moved(weights, deltas), "deltas": deltas, **changed}
    with pytest.raises(VoxfaceError, match=said) as caught:
        solve_weights(given.pop("offsets"), given.pop("deltas"), **given)
    assert "\n" not in str(caught.value)
