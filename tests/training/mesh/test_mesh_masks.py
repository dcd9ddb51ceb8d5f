"""Masks of a face: lips that touch at rest are told apart by how they move, and so are lids."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from planted_talk import planted_set
from voxface.errors import VoxfaceError
from voxface.face import face_mesh
from voxface.training.mesh.figures import Masks
from voxface.training.mesh.heard_faces import masks_of, opened_lips

LOWER_LIP = (14, 17, 84, 87, 314, 317)
"""Of the 468-point face, in the middle; 13 and 14, 82 and 87, 312 and 317 touch at rest."""


def opened() -> Tensor:
    """A motion in which the lower lip falls by a centimetre."""
    motion = torch.zeros(468, 3)
    motion[list(LOWER_LIP), 1] = -1.0
    return motion


def shut_face() -> Tensor:
    """The average face with lips shut, the lower a hair above the upper, as captured faces have."""
    face = torch.from_numpy(face_mesh()[1].copy())
    for upper, lower in ((13, 14), (82, 87), (312, 317)):
        face[lower] = face[upper] + torch.tensor([0.0, 0.01, 0.0])
    return face


def test_lips_that_touch_are_told_apart_by_their_motion():
    masks = Masks.of(face_mesh()[0], shut_face(), opened())
    assert masks.upper_lip.tolist() == [13, 82, 312]
    assert masks.lower_lip.tolist() == [14, 87, 317]
    assert masks.opening(opened()[None, None]).tolist() == [[1.0]]


def test_lids_part_and_meet():
    masks = Masks.of(face_mesh()[0], shut_face(), opened())
    offsets = torch.zeros(1, 1, 468, 3)
    offsets[0, 0, :, 1] = -0.4 * masks.above_eyes[1].gt(0)  # the left upper lid comes down
    assert masks.lids(offsets)[0, 0].tolist() == pytest.approx([0, -0.4], abs=1e-5)


def test_masks_come_from_the_faces_that_are_heard():
    held = planted_set()
    motion = opened_lips(held.examples, held.topology)[:, 1]
    furthest = min(take.offsets[:, :6, 1].min() for take in held.examples)
    assert furthest <= motion[3] < 0.7 * furthest and abs(motion[1]) < 0.25 * abs(motion[3])
    masks = masks_of(held.examples, held.topology)
    assert set(masks.upper_lip.tolist()) < {1, 2} and set(masks.lower_lip.tolist()) < {3, 4}


def test_lips_that_never_part_are_told():
    held = planted_set(takes=2)
    regions = dict(held.topology.regions) | {"lips": np.arange(24) == 0}
    with pytest.raises(VoxfaceError, match="do not part"):
        Masks.of(replace(held.topology, regions=regions), torch.zeros(24, 3), torch.zeros(24, 3))


def test_lips_are_compared_from_corner_to_corner():
    topology = face_mesh()[0]
    lower = [*LOWER_LIP, 178, 181, 402, 405, 88, 91, 318, 321, 95, 324, 146, 375]
    motion = torch.zeros(468, 3)
    motion[lower, 1] = -1.0
    masks = Masks.of(topology, shut_face(), motion)
    gaps = masks.gaps(motion[None, None])[0, 0].tolist()
    assert len(gaps) >= 4 and gaps == pytest.approx([1.0] * len(gaps))
    pinched = motion.clone()
    pinched[[14, 87, 317], 1] = 0.0  # the middle shuts alone
    assert masks.opening(pinched[None, None]).item() == 0
    assert masks.gaps(pinched[None, None]).max() == pytest.approx(1.0)


def test_columns_whose_lips_do_not_part_are_left_out():
    masks = Masks.of(face_mesh()[0], shut_face(), opened())
    assert 0 < len(masks.columns) < 4
