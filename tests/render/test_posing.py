"""Posed vertices and their normals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.face import Rig, RigPart
from voxface.render.posing import Poser
from voxface.rig import vertex_normals


def bumpy(seed: int = 0) -> Rig:
    """Return a wavy sheet of 8 x 8 with a seam, whose targets each move a part of it."""
    rng = np.random.default_rng(seed)
    side = 8
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    points = np.concatenate([grid, rng.normal(size=(len(grid), 1)) * 0.3], axis=1)
    cell = (np.arange(side - 1)[:, None] * side + np.arange(side - 1)).ravel()
    triangles = np.concatenate(
        [
            np.stack([cell, cell + 1, cell + side], axis=1),
            np.stack([cell + 1, cell + side + 1, cell + side], axis=1),
        ]
    )
    deltas = rng.normal(size=(3, len(points), 3)) * (rng.random((3, len(points), 1)) < 0.3)
    # A seam: the last triangles get vertices of their own, in the same places.
    seam = np.unique(triangles[-20:])
    copies = np.full(len(points), -1)
    copies[seam] = len(points) + np.arange(len(seam))
    triangles[-20:] = copies[triangles[-20:]]
    points = np.concatenate([points, points[seam]])
    deltas = np.concatenate([deltas, deltas[:, seam]], axis=1)
    part = RigPart("skin", triangles.astype(np.int32))
    return Rig("sheet", points, (part,), ("a", "b", "c"), deltas)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 5),
    st.lists(st.floats(0, 1).map(lambda weight: round(weight, 3)), min_size=3, max_size=3),
)
def test_normals_are_those_of_the_posed_mesh(seed, weights):
    rig = bumpy(seed)
    positions, normals = Poser(rig)(weights)
    expected = rig.posed(weights)
    np.testing.assert_allclose(positions, expected, atol=1e-5)
    _, welded = np.unique(np.round(rig.neutral, 4), axis=0, return_inverse=True)
    used = np.unique(rig.triangles)
    truth = vertex_normals(expected, rig.triangles, welded.reshape(-1))
    np.testing.assert_allclose(normals[used], truth[used], atol=2e-4)


def test_lips_that_touch_but_part_keep_their_own_normals():
    """Two sheets that meet at an edge and move apart are two sheets, not one bent surface."""
    points = np.array(
        [[0, 0, 0], [1, 0, 0], [0, 1, 1], [0, 0, 0], [1, 0, 0], [0, -1, 1]], np.float32
    )
    triangles = np.array([[0, 1, 2], [4, 3, 5]], np.int32)
    delta = np.zeros((1, 6, 3), np.float32)
    delta[0, 3:, 1] = -1
    rig = Rig("lips", points, (RigPart("lips", triangles),), ("open",), delta)
    _, normals = Poser(rig)([0.0])
    assert normals[0] @ normals[3] < 0.5
    assert np.allclose(np.linalg.norm(normals, axis=1), 1)


def test_a_rig_without_targets_is_posed_as_it_is():
    rig = bumpy()
    still = Rig("still", rig.neutral, rig.parts, (), np.zeros((0, len(rig.neutral), 3)))
    positions, normals = Poser(still)([])
    np.testing.assert_array_equal(positions, rig.neutral)
    assert np.isfinite(normals).all()


@pytest.mark.parametrize("weight", [0.25, 1.0])
def test_posing_twice_is_posing_once(weight):
    poser = Poser(bumpy())
    first = poser([weight, 0, 0])
    poser([0, 1, 1])
    again = poser([weight, 0, 0])
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
