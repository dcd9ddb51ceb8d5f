"""Blender opens our heads, and they move there as our own arithmetic says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from finding_blender import run_in_blender
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from small_rig import small_rig
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.formats import save_clip

READER = Path(__file__).with_name("blender_reads.py")
FRAMES = (0, 7, 20)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["glb", "usda", "usdc", "usdz"])
def test_points_of_an_imported_head_are_where_they_should_be(tmp_path, suffix):
    if suffix != "glb":
        pytest.importorskip("pxr", reason="USD files need usd-core")
    random = np.random.default_rng(5)
    head = np.zeros((21, 7))
    head[:, :3] = random.normal(0, 2, (21, 3))
    turns = Rotation.from_rotvec(random.normal(0, 0.3, (21, 3)))
    head[:, 3:] = turns.as_quat(canonical=True, scalar_first=True)
    clip = FaceClip(random.random((21, 52)), 30, head=head)
    rig = small_rig(picture=True)
    save_clip(clip, tmp_path / f"head.{suffix}", rig=rig)
    out = tmp_path / "answer.json"
    run_in_blender(READER, tmp_path / f"head.{suffix}", out, *map(str, FRAMES))
    answer = json.loads(out.read_text())
    assert set(ARKIT_CHANNELS) <= set(answer["keys"])
    assert answer["materials"] == ["skin", "teeth"]
    pivot, share = np.array(rig.head_pivot), rig.head_share[:, None]
    for frame, points in zip(FRAMES, answer["frames"], strict=True):
        shaped = rig.posed(clip.weights[frame])
        turned = turns[frame].apply(shaped - pivot) + pivot + clip.head[frame, :3]
        x, y, z = (share * turned + (1 - share) * shaped).T / 100
        expected = np.stack([x, -z, y], axis=1)
        # Importers may split or reorder vertices, so each is compared with its nearest.
        assert cKDTree(points).query(expected)[0].max() < 1e-5
        assert cKDTree(expected).query(points)[0].max() < 1e-5
