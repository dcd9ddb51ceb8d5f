"""Rigs that captured weights move, as meshes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from small_rig import small_rig
from voxface.corpus.mesh_examples import MeshExample, MeshSet
from voxface.corpus.rig_meshes import RigMesh, mesh_of, rig_mesh_set, rows_of_parts
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, REST_POSE, FaceClip, Rig, face_mesh
from voxface.rig import default_head, load_rig

JAW, SMILE = ARKIT_CHANNELS.index("jawOpen"), ARKIT_CHANNELS.index("mouthSmileLeft")


def lipped_rig() -> Rig:
    """Return the small rig with lips: vertices that purse and roll."""
    rig = small_rig()
    deltas = rig.deltas.copy()
    for name in ("mouthPucker", "mouthFunnel", "mouthRollUpper", "mouthRollLower"):
        deltas[rig.targets.index(name)] = 0
        deltas[rig.targets.index(name), 48:54, 2] = 0.5
    return replace(rig, deltas=deltas)


def planted_clip(frames: int = 50, rest: float = 0.0, fps: float = 25) -> FaceClip:
    weights = np.zeros((frames, 52), np.float32)
    weights[:, JAW] = rest + 0.5 * np.sin(np.arange(frames) / fps * 3).clip(0)
    weights[:, SMILE] = 0.25
    head = np.tile(np.array(REST_POSE, np.float32), (frames, 1))
    head[:, 0] = np.arange(frames)
    return FaceClip(weights, fps, head=head, start=0.04)


def test_a_clip_moves_a_rig_by_name_and_the_head_stays_apart() -> None:
    rig = lipped_rig()
    clip = planted_clip()
    mesh = mesh_of(rig, clip)
    for frame in (0, 20):
        assert mesh.vertices[frame] == pytest.approx(rig.posed(clip.weights[frame]), abs=1e-5)
    assert np.array_equal(mesh.head, clip.head)
    assert (mesh.fps, mesh.start) == (clip.fps, clip.start)
    assert mesh.topology.vertices == len(rig.neutral)
    shuffled = FaceClip(clip.weights[:, ::-1], 25, ARKIT_CHANNELS[::-1])
    assert mesh_of(rig, shuffled).vertices == pytest.approx(mesh.vertices, abs=1e-5)


def test_parts_and_coarser_meshes() -> None:
    rig = lipped_rig()
    rows = rows_of_parts(rig, ["teeth"])
    mesh = mesh_of(rig, planted_clip(), parts=["teeth"])
    assert mesh.topology.vertices == len(rows) < len(rig.neutral)
    assert mesh.vertices == pytest.approx(mesh_of(rig, planted_clip()).vertices[:, rows], abs=1e-5)
    fewer = RigMesh(rig, vertices=60)
    assert fewer.topology.vertices == 60
    assert set(fewer.topology.regions) >= {"lips", "mouth", "upper", "eyelids"}
    assert fewer.topology.region("lips").any()
    with pytest.raises(VoxfaceError, match="did you mean 'teeth'"):
        mesh_of(rig, planted_clip(), parts=["teethe"])


def captured(folder: Path, rests: dict[str, float]) -> MeshSet:
    """Return two takes a speaker, whose 468 points move as their weights about rest do."""
    topology, neutral = face_mesh()
    examples = []
    for speaker, rest in rests.items():
        for number in range(2):
            clip = planted_clip(rest=rest)
            name = f"{speaker}_{number}"
            clip.save(folder / f"{name}.npz")
            # Frame k of an example stands at k / fps of the sound; the clip begins a frame later.
            offsets = np.zeros((50, 468, 3), np.float16)
            offsets[1:, 152, 1] = rest - clip.weights[:-1, JAW]
            about = {"capture": str(folder / f"{name}.npz"), "licence": "CC BY 4.0"}
            examples.append(
                MeshExample(
                    name, speaker, "grid", np.zeros((200, 83), np.float16), offsets,
                    np.ones(50, np.uint8), neutral, 25.0, about,
                )
            )  # fmt: skip
    return MeshSet(topology, examples)


def test_weights_are_about_each_speakers_rest(tmp_path) -> None:
    rig = lipped_rig()
    rests = {"s1": 0.0, "s2": 0.2}
    held = rig_mesh_set(rig, captured(tmp_path, rests), fps=50)
    assert [example.speaker for example in held.examples] == ["s1", "s1", "s2", "s2"]
    jaw = rig.deltas[rig.targets.index("jawOpen")]
    times = np.arange(100) / 50
    true = 0.5 * np.sin((times - 0.04) * 3).clip(0)
    for example in held.examples:
        assert example.offsets.shape == (100, len(rig.neutral), 3) and example.fps == 50
        offsets = example.offsets.astype(np.float32)
        found = np.einsum("tvi,vi->t", offsets, jaw) / np.square(jaw).sum()
        # Rest is gone from jaw and smile; the first and last frames lie outside of the clip.
        assert found[5:] == pytest.approx(true[5:], abs=0.03)
        assert np.flatnonzero(example.seen == 0).tolist() == [0, 1]
        assert example.about["rig"] == "small" and example.about["licence"] == "CC BY 4.0"
        assert example.neutral == pytest.approx(rig.neutral)


def test_sets_that_cannot_be_made(tmp_path) -> None:
    rig, driven = lipped_rig(), captured(tmp_path, {"s1": 0.1})
    assert len(rig_mesh_set(rig, driven, most=1).examples) == 1
    with pytest.raises(VoxfaceError, match="keep fewer takes, vertices or parts"):
        rig_mesh_set(rig, driven, most_gigabytes=1e-5)
    with pytest.raises(VoxfaceError, match="s1_0 has no captured weights"):
        rig_mesh_set(rig, driven, captures=tmp_path / "elsewhere")
    (tmp_path / "moved").mkdir()
    for file in tmp_path.glob("*.npz"):
        file.rename(tmp_path / "moved" / file.name)
    assert len(rig_mesh_set(rig, driven, captures=tmp_path / "moved").examples) == 2


def spacing(face: np.ndarray, rows: np.ndarray) -> float:
    """Return the median distance of some vertices from the nearest other one."""
    apart = np.linalg.norm(face[rows][:, None] - face[None], axis=2)
    apart[np.arange(len(rows)), rows] = np.inf
    return float(np.median(apart.min(axis=1)))


def test_the_default_head_from_a_captured_take() -> None:
    head = default_head()
    mesh = RigMesh(head, parts=["skin"], vertices=3000)
    assert mesh.topology.vertices == 3000
    lips = mesh.topology.rows("lips")
    # Vertices stand closer on lips than where nothing moves.
    still = np.flatnonzero(mesh.topology.region("mouth") + mesh.topology.region("upper") < 0.1)
    assert spacing(mesh.neutral, lips) < 0.5 * spacing(mesh.neutral, still)
    moved = np.ptp(mesh.offsets(planted_clip()), axis=0)
    assert 0.3 < moved[lips, 1].max() < 3 and moved[mesh.topology.region("upper") > 0.9].max() < 0.1


def test_ict_face_kit(shared) -> None:
    rig = load_rig(shared / "data" / "ict_face_kit_light.npz")
    mesh = mesh_of(rig, planted_clip(8), parts=["face", "head and neck"])
    assert mesh.topology.vertices == 11_248
    assert np.ptp(mesh.offsets[:, mesh.topology.rows("lips"), 1], axis=0).max() > 0.2
