"""Shapes that are planted in takes are learned; what takes do not show stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from voxface.capture.fit_rig import (
    FLIP,
    fit_shapes,
    left_over,
    moments,
    reaches,
    resting_weights,
)
from voxface.errors import VoxfaceError
from voxface.face import face_mesh

NAMES = ["jawOpen", "mouthSmileLeft", "mouthSmileRight", "browInnerUp"]
PARTNER = np.array([1, 0, 2, 4, 3, 5])


def symmetric_shapes():
    """Return shapes of six vertices, two pairs and two in the middle, alike on both sides."""
    shapes = np.random.default_rng(0).normal(size=(4, 6, 3))
    shapes = (shapes + shapes[[0, 2, 1, 3]][:, PARTNER] * FLIP) / 2
    return shapes


def takes(shapes, seed=1, frames=400):
    weights = np.random.default_rng(seed).normal(0, 0.3, (frames, len(shapes)))
    return weights, np.tensordot(weights, shapes, axes=1)


def test_planted_shapes_are_learned():
    shapes = symmetric_shapes()
    speakers = [takes(shapes), takes(shapes, seed=2, frames=90)]
    means = moments(speakers).mirrored(NAMES, PARTNER)
    found = fit_shapes(means, NAMES, 0 * shapes, np.ones((4, 6)), ridge=1e-9, share=0)
    np.testing.assert_allclose(found, shapes, atol=1e-4)
    assert left_over(means, found).max() < 0.01


def test_shapes_are_alike_on_both_sides_though_takes_are_not():
    shapes = symmetric_shapes()
    means = moments([takes(shapes + 0.1)]).mirrored(NAMES, PARTNER)
    found = fit_shapes(means, NAMES, 0 * shapes, np.ones((4, 6)))
    np.testing.assert_allclose(found[1], found[2][PARTNER] * FLIP, atol=1e-9)


def test_the_prior_stays_where_takes_are_silent():
    shapes = symmetric_shapes()
    weights, _ = takes(shapes)
    weights[:, 3] = 0
    reach = np.ones((4, 6))
    reach[0, 2] = 0
    means = moments([(weights, np.tensordot(weights, shapes, axes=1))])
    prior = np.full(shapes.shape, 0.25)
    found = fit_shapes(means, NAMES, prior, reach)
    np.testing.assert_allclose(found[3], prior[3])
    np.testing.assert_allclose(found[0, 2], prior[0, 2])
    assert np.abs(found[1] - shapes[1]).mean() < np.abs(prior[1] - shapes[1]).mean()


def test_what_is_left_over_is_the_noise():
    shapes = symmetric_shapes()
    weights, offsets = takes(shapes, frames=20_000)
    noisy = offsets + np.random.default_rng(3).normal(0, 0.2, offsets.shape)
    means = moments([(weights, noisy)])
    np.testing.assert_allclose(left_over(means, shapes), 0.2 * np.sqrt(3), rtol=0.02)


def test_rest_is_where_the_face_is_neutral():
    weights = np.linspace(0.1, 0.9, 101)[:, None] * np.ones((1, 2))
    offsets = (weights[:, :1] - 0.1)[:, None] * np.ones((1, 4, 3))
    assert resting_weights(weights, offsets) == pytest.approx([0.1, 0.1], abs=0.03)


def test_each_channel_has_its_part_of_the_face():
    topology, neutral = face_mesh()
    jaw, left, right, brow = reaches(NAMES, topology, neutral)
    lips, upper = topology.rows("lips"), topology.rows("upper", 0.99)
    assert jaw[lips].min() > 0.5 > brow[lips].max()
    assert jaw[upper].max() < 0.5
    assert left[neutral[:, 0] < -1.5].max() == 0
    assert right[neutral[:, 0] > 1.5].max() == 0


def test_no_frames_are_an_error():
    with pytest.raises(VoxfaceError, match="no frame"):
        moments([])
