"""Regions of rigs by their own targets."""

from dataclasses import replace

import numpy as np
import pytest

from voxface.errors import VoxfaceError
from voxface.face import Rig, RigPart
from voxface.rig import default_head, load_rig
from voxface.rig.region_masks import rig_regions, rig_topology


def planted_rig() -> Rig:
    """Twelve vertices: 0-3 brows, 4-5 lids, 6-7 lips, 8-9 chin, 10 cheek, 11 never moves."""
    neutral = np.zeros((12, 3))
    neutral[:, 1] = [5, 5, 5, 5, 4, 4, 0, 0, -2, -2, 2, 9]
    moves = {
        "browInnerUp": {n: 1.0 for n in range(4)},
        "eyeBlinkLeft": {4: 1.0}, "eyeBlinkRight": {5: 1.0},
        "cheekSquintLeft": {10: 0.5}, "mouthSmileLeft": {10: 0.5},
        "jawOpen": {7: 2.0, 8: 2.0, 9: 2.0},
        "mouthRollUpper": {6: 0.6}, "mouthRollLower": {7: 0.6, 8: 0.5},
        "mouthPucker": {6: 1.0, 7: 1.0, 8: 0.1}, "mouthFunnel": {6: 0.8, 7: 0.8},
    }  # fmt: skip
    deltas = np.zeros((len(moves), 12, 3))
    for row, way in enumerate(moves.values()):
        for vertex, far in way.items():
            deltas[row, vertex, 1] = far
    triangles = np.arange(12, dtype=np.int32).reshape(4, 3)
    return Rig("planted", neutral, (RigPart("skin", triangles),), tuple(moves), deltas)


def test_vertices_belong_to_what_moves_them():
    masks = rig_regions(planted_rig())
    assert np.flatnonzero(masks["lips"]).tolist() == [6, 7]
    assert np.flatnonzero(masks["eyelids"] > 0.5).tolist() == [4, 5]
    assert np.flatnonzero(masks["mouth"] > 0.9).tolist() == [6, 7, 8, 9]
    assert np.flatnonzero(masks["upper"] > 0.9).tolist() == [0, 1, 2, 3, 4, 5]
    # The cheek is shared alike, and the vertex that never moves is nobody's.
    assert masks["mouth"][10] == pytest.approx(0.5) == masks["upper"][10]
    assert all(mask[11] == 0 for mask in masks.values())


def test_default_head_left_and_right_are_alike():
    rig = default_head()
    masks = rig_topology(rig).regions
    x, y = rig.neutral[:, 0], rig.neutral[:, 1]
    for name, mask in masks.items():
        assert mask.min() >= 0 and mask.max() <= 1
        left, right = mask[x > 0.01].sum(), mask[x < -0.01].sum()
        assert left == pytest.approx(right, rel=0.05), name
    lips, lids = masks["lips"] > 0.5, masks["eyelids"] > 0.5
    assert 3 < np.ptp(x[lips]) < 6 and np.ptp(y[lips]) < 2.5
    assert y[lids].min() > y[lips].max() + 4
    assert masks["upper"][lips].max() < 0.1 and masks["mouth"][lips].min() > 0.9
    assert masks["upper"][lids].min() > 0.9
    teeth = np.unique(next(part for part in rig.parts if part.name == "teeth").triangles)
    assert not masks["lips"][teeth].any()


def test_ict_face_kit(shared):
    rig = load_rig(shared / "data" / "ict_face_kit_light.npz")
    masks = rig_regions(rig)
    lips = masks["lips"] > 0.5
    assert 3 < np.ptp(rig.neutral[lips, 0]) < 6 and np.ptp(rig.neutral[lips, 1]) < 2.5
    # The tip of the nose is no lip, and the forehead no mouth.
    assert masks["mouth"][rig.neutral[:, 1] > 5].max() < 0.3
    assert rig.neutral[masks["eyelids"] > 0.5, 1].min() > rig.neutral[lips, 1].max() + 4


def test_a_rig_without_eyes_is_told():
    rig = planted_rig()
    keep = [n for n, name in enumerate(rig.targets) if name.startswith(("mouth", "jaw"))]
    blind = replace(rig, targets=tuple(rig.targets[n] for n in keep), deltas=rig.deltas[keep])
    with pytest.raises(VoxfaceError, match="no targets for eyes and brows"):
        rig_regions(blind)


def test_a_rig_whose_lips_do_not_move_is_told():
    rig = planted_rig()
    stiff = rig.deltas.copy()
    stiff[[rig.targets.index("mouthPucker"), rig.targets.index("mouthFunnel")]] = 0
    with pytest.raises(VoxfaceError, match="no vertex of the rig 'planted' is of the lips"):
        rig_regions(replace(rig, deltas=stiff))
