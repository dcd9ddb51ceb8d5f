"""Regions of meshes that have no rig."""

import numpy as np
import pytest

from voxface.corpus.motion_masks import motion_regions
from voxface.errors import VoxfaceError
from voxface.face import face_mesh


def planted_speech(blinks: bool, frames: int = 80) -> tuple:
    """The 468-point face, its lower lip and jaw dropping; lids shut now and then."""
    topology, neutral = face_mesh()
    rng = np.random.default_rng(3)
    mouth, upper = topology.region("mouth"), topology.region("upper")
    # The jaw drops, and the lower lip with it; lips part in the middle and not at their corners.
    lips = topology.rows("lips")
    across = (neutral[:, 0] / np.abs(neutral[lips, 0]).max()) ** 2
    lower = np.isin(np.arange(468), lips) & (neutral[:, 1] < neutral[lips, 1].mean())
    chin = mouth * (neutral[:, 1] < neutral[lips, 1].min())
    jaw = np.zeros((468, 3))
    jaw[:, 1] = -1.2 * np.maximum(chin, lower * np.clip(1 - across, 0, 1))
    opening = np.abs(np.sin(np.arange(frames) * 0.5))
    offsets = opening[:, None, None] * jaw
    offsets += 0.02 * rng.normal(size=(frames, 1, 1)) * upper[:, None]
    if blinks:
        lids = topology.region("eyelids") > 0.5
        above = np.zeros((468, 3))
        for side in (-1, 1):
            eye = lids & (side * neutral[:, 0] > 0)
            above[eye & (neutral[:, 1] > neutral[eye, 1].mean()), 1] = -0.6
        offsets += (np.arange(frames) % 25 < 3)[:, None, None] * above
    return neutral, offsets, topology


@pytest.mark.parametrize("blinks", [True, False])
def test_regions_are_found_where_they_are(blinks):
    neutral, offsets, topology = planted_speech(blinks)
    masks = motion_regions(neutral, offsets)
    for name, least in (("mouth", 0.85), ("upper", 0.7), ("lips", 0.3), ("eyelids", 0.3)):
        found, true = masks[name] > 0.5, topology.region(name) > 0.5
        assert (found & true).sum() / (found | true).sum() > least, name
    assert set(np.unique(masks["lips"])) == {0, 1}


def test_a_head_has_no_mouth_behind():
    neutral, offsets, _ = planted_speech(False)
    behind = neutral * (1, 1, -1) - (0, 0, 15)
    masks = motion_regions(
        np.concatenate([neutral, behind]), np.concatenate([offsets, 0 * offsets], axis=1)
    )
    assert all(mask[468:].max() < 0.01 for mask in masks.values())


def test_bad_input_is_told():
    neutral, offsets, _ = planted_speech(False)
    with pytest.raises(VoxfaceError, match="never does"):
        motion_regions(neutral, 0 * offsets)
    with pytest.raises(VoxfaceError, match="do not fit"):
        motion_regions(neutral[:10], offsets)
