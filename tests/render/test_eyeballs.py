"""Eyes that turn stay in the shade of their lids."""

from __future__ import annotations

import numpy as np
import pytest
from film_props import ball

from voxface.face import Rig, RigPart
from voxface.render.eyes import Eyeballs


@pytest.fixture
def eye():
    """Return a ball that a target turns upwards by 30 degrees, and its light from above only."""
    points, triangles = ball(1.2, (3.0, 0.0, 8.0))
    angle = np.radians(-30)
    turn = np.array(
        [
            [1, 0, 0],
            [0, np.cos(angle), -np.sin(angle)],
            [0, np.sin(angle), np.cos(angle)],
        ]
    )
    centre = np.array([3.0, 0.0, 8.0])
    turned = (points - centre) @ turn.T + centre
    rig = Rig("eye", points, (RigPart("eye_left", triangles),), ("up",), (turned - points)[None])
    transfer = np.zeros((len(points), 25), np.float32)
    transfer[:, 0] = 0.4 + 0.3 * points[:, 1]
    return rig, transfer


def test_light_belongs_to_the_place_and_not_to_the_vertex(eye):
    rig, transfer = eye
    moving = rig.deltas.any(axis=(0, 2))
    eyes = Eyeballs(rig, moving, transfer)
    front = np.flatnonzero(moving & (rig.neutral[:, 2] > 8.3))
    assert set(front) <= set(eyes.vertices)
    numbers = np.zeros((25, 1), np.float32)
    numbers[0] = 1
    for weight in (0.0, 1.0):
        posed = rig.posed([weight])
        found = transfer[:, :1].copy()
        eyes.light(posed, numbers, found)
        np.testing.assert_allclose(found[front, 0], 0.4 + 0.3 * posed[front, 1], atol=0.02)
        np.testing.assert_array_equal(found[~moving], transfer[~moving, :1])
        if not weight:
            np.testing.assert_allclose(found, transfer[:, :1], atol=1e-6)


@pytest.mark.parametrize("name", ["skin", "eyelashes", "eyebrow_left"])
def test_other_parts_keep_their_light(eye, name):
    rig, transfer = eye
    other = Rig("other", rig.neutral, (RigPart(name, rig.triangles),), rig.targets, rig.deltas)
    assert not len(Eyeballs(other, rig.deltas.any(axis=(0, 2)), transfer).vertices)
