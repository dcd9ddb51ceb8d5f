"""Captured takes become mesh examples: faces at rest, time, claps, and takes that are missing."""

from __future__ import annotations

import numpy as np
import pytest

from media import write_media
from voxface.corpus.mesh_prepare import prepare_meshes
from voxface.errors import VoxfaceError
from voxface.face import FaceClip, face_mesh

TOPOLOGY, NEUTRAL = face_mesh()
FPS, SECONDS = 25, 3
LOWER = np.flatnonzero((TOPOLOGY.region("mouth") > 0.3) & (NEUTRAL[:, 1] < NEUTRAL[13, 1]))


def jaw(frames: int = FPS * SECONDS) -> np.ndarray:
    """Shut for a second, then opening and closing, then shut."""
    time = np.arange(frames) / FPS
    return np.where((time > 1) & (time < 2.4), 0.5 - 0.5 * np.cos(9 * (time - 1)), 0.0)


@pytest.fixture
def filmed(tmp_path):
    """Two people's takes: captures, and recordings that sound while the jaw moves."""
    rng = np.random.default_rng(0)
    time = np.arange(16_000 * SECONDS) / 16_000
    for name, wide in (("anna_one", 1.0), ("ben_two", 1.08)):
        landmarks = np.zeros((FPS * SECONDS, 478, 3), np.float32)
        for frame, opening in enumerate(jaw()):
            face = NEUTRAL * (wide, 1, 1)
            face[LOWER, 1] -= 0.9 * opening
            landmarks[frame, :468] = (face * 9 + (180, -140, 0)) * (1, -1, -1)
        folder = tmp_path / "captures"
        folder.mkdir(exist_ok=True)
        weights = np.zeros((len(landmarks), 52), np.float32)
        FaceClip(weights, FPS).save(folder / f"{name}.npz")
        np.savez(folder / f"{name}.landmarks.npz", landmarks=landmarks)
        loud = np.interp(time, np.arange(len(landmarks)) / FPS, jaw())
        sound = 0.2 * loud * np.sin(2 * np.pi * 180 * time) + 1e-4 * rng.normal(size=len(time))
        if name == "ben_two":  # somebody claps in the pause
            at = round(2.6 * 16_000)
            sound[at : at + 160] += 0.9 * rng.uniform(-1, 1, 160)
        (tmp_path / "videos").mkdir(exist_ok=True)
        write_media(
            tmp_path / "videos" / f"{name}.mkv",
            sound.astype(np.float32),
            16_000,
            "pcm_s16le",
            "s16",
        )
    return tmp_path


def prepared(folder, **options):
    held = prepare_meshes(folder / "captures", [folder / "videos"], **options)
    return {example.name: example for example in held.examples}


def test_faces_rest_shut_and_move_as_they_were_filmed(filmed) -> None:
    found = prepared(filmed, licence="ours")
    assert {take.speaker for take in found.values()} == {"anna", "ben"}
    anna = found["anna_one"]
    assert anna.neutral == pytest.approx(NEUTRAL, abs=0.05)
    moved = -anna.offsets[:, LOWER, 1].astype(float).mean(axis=1)
    assert np.corrcoef(moved, jaw())[0, 1] > 0.99
    assert moved.max() == pytest.approx(0.9, abs=0.15) and np.abs(moved[:20]).max() < 0.05
    assert anna.fps == FPS and anna.seen.all() and len(anna.features) == 100 * SECONDS
    assert anna.about["licence"] == "ours" and anna.about["claps"] == 0
    # Faces are of one size, and otherwise their own.
    assert not np.allclose(found["ben_two"].neutral, anna.neutral, atol=0.05)


def test_claps_are_silenced_or_cut(filmed) -> None:
    kept, quiet, cut = (
        prepared(filmed, claps=way)["ben_two"] for way in ("keep", "silence", "cut")
    )
    at = slice(255, 265)
    assert kept.features[at, 82].max() > -30 > quiet.features[at, 82].max()
    assert quiet.about["claps"] == cut.about["claps"] == 1
    assert len(quiet.offsets) == len(kept.offsets) > len(cut.offsets)
    gone = (len(kept.offsets) - len(cut.offsets)) / FPS
    assert gone == pytest.approx((len(kept.features) - len(cut.features)) / 100, abs=0.03)
    assert "recording" in quiet.about and "recording" not in cut.about
    moved = -cut.offsets[: 2 * FPS, LOWER, 1].astype(float).mean(axis=1)
    assert np.corrcoef(moved, jaw()[: 2 * FPS])[0, 1] > 0.98


def test_long_takes_are_cut_into_chunks(filmed) -> None:
    found = prepared(filmed, chunk=1.0)
    assert {"anna_one#0", "anna_one#1", "anna_one#2"} <= set(found)
    assert found["anna_one#1"].about["begin"] == pytest.approx(1.0)


def test_what_is_missing_is_told(filmed, tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="voxface capture"):
        prepare_meshes(tmp_path / "nothing", [filmed / "videos"])
    with pytest.raises(VoxfaceError, match="did you mean 'silence'"):
        prepared(filmed, claps="silent")
