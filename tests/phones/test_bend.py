"""Bending: a planted way is found again, at any length."""

from __future__ import annotations

import numpy as np
import pytest

from voxface.phones.bend import bend


def planted(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return known frames that differ from one another, and a way through them with a pause."""
    random = np.random.default_rng(seed)
    known = np.cumsum(random.normal(0, 1.0, (count, 8)), axis=0)
    known[0] = 0
    steps = random.choice([0, 1, 1, 1, 2], size=3 * count)
    way = np.cumsum(steps)
    way = np.concatenate([[0, 0], way[way < count]])
    way = np.append(way, count - 1)
    return known, way


@pytest.mark.parametrize("count", [40, 1500])
def test_a_planted_way_is_found(count):
    known, way = planted(count)
    heard = known[way] + np.random.default_rng(1).normal(0, 0.05, (len(way), 8))
    pause = np.full(len(heard), 50.0)
    found = bend(heard, known, pause, np.full(count, 0.01))
    assert (np.diff(found) >= 0).all()
    assert np.mean(np.abs(found - way) <= 1) > 0.98
    assert found[-1] == count - 1


def test_a_pause_that_only_one_makes_is_found():
    known, way = planted(60)
    half = len(way) // 2
    silence = np.full((70, 8), 40.0)
    heard = np.concatenate([known[way[:half]], silence, known[way[half:]]])
    pause = np.full(len(heard), 5.0)
    pause[half : half + 70] = 0.1
    found = bend(heard, known, pause, np.full(60, 0.1))
    assert np.mean(found[half : half + 70] < 0) > 0.95
    assert (np.delete(found, np.arange(half - 1, half + 71)) >= 0).all()
    assert abs(-1 - found[half + 35] - way[half - 1]) <= 1


def test_one_frame_is_enough():
    assert bend(np.zeros((1, 2)), np.zeros((2, 2)), np.ones(1), np.ones(2)).tolist() == [1]
