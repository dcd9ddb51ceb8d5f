"""Figures of meshes with planted faults."""

from __future__ import annotations

import numpy as np
import pytest

from voxface.corpus.mesh_examples import MeshExample, MeshSet
from voxface.evaluation.mesh_methods import Still, fitted, mean_face
from voxface.evaluation.mesh_report import groups_of, mesh_report
from voxface.evaluation.mesh_scores import MESH_FIGURES, lip_opening, mesh_scores
from voxface.face import face_mesh

TOPOLOGY, NEUTRAL = face_mesh()
FPS = 25.0


def talking(frames: int = 75, seed: int = 0) -> np.ndarray:
    """Return offsets whose lower lip and brows move by known curves."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames) / FPS
    jaw = 0.4 + 0.4 * np.sin(2 * np.pi * 2.3 * time + rng.uniform(0, 6))
    brow = 0.2 * np.sin(2 * np.pi * 0.7 * time + rng.uniform(0, 6))
    below = (TOPOLOGY.region("mouth") * (NEUTRAL[:, 1] < NEUTRAL[13, 1])).astype(float)
    offsets = np.zeros((frames, 468, 3))
    offsets[:, :, 1] = -jaw[:, None] * below + brow[:, None] * TOPOLOGY.region("upper")
    return offsets


def scores(offsets: np.ndarray, true: np.ndarray) -> dict[str, float]:
    return mesh_scores(NEUTRAL + offsets, NEUTRAL + true, NEUTRAL, TOPOLOGY, FPS)


def test_the_truth_is_perfect() -> None:
    found = scores(talking(), talking())
    assert set(found) == set(MESH_FIGURES)
    assert found["lve"] == found["mve"] == found["fdd"] == found["lag"] == 0
    for name in ("r2_motion", "r2_mouth", "r2_upper", "lips_r", "lips_ratio", "mouth_ratio"):
        assert found[name] == pytest.approx(1), name


def test_a_still_face_is_fine_by_the_published_form_alone() -> None:
    found = scores(np.zeros_like(talking()), talking())
    assert found["r2_published"] > 0.97
    assert found["r2_motion"] == pytest.approx(0, abs=1e-9)
    assert found["lips_ratio"] == found["lips_r"] == 0
    assert found["fdd"] > 0


def test_half_the_motion_and_a_known_lag() -> None:
    true = talking()
    half = scores(true * 0.5, true)
    assert half["mouth_ratio"] == pytest.approx(0.5)
    assert half["r2_motion"] == pytest.approx(0.75)
    assert scores(np.roll(true, 3, axis=0), true)["lag"] == pytest.approx(120)


def test_errors_are_in_millimetres() -> None:
    true = talking()
    off = true.copy()
    off[:, :, 2] += 0.3
    found = scores(off, true)
    assert found["mve"] == pytest.approx(3) and found["lve_root"] == pytest.approx(3)
    assert found["lve"] == pytest.approx(9)


def test_a_mouth_that_never_opens_says_nothing_of_the_lips() -> None:
    found = scores(talking(), np.zeros_like(talking()))
    assert np.isnan(found["lips_r"]) and np.isnan(found["lag"])


def test_lip_opening_follows_the_jaw() -> None:
    offsets = talking()
    opening = lip_opening(NEUTRAL + offsets, TOPOLOGY)
    assert np.corrcoef(opening, -offsets[:, 17, 1])[0, 1] > 0.999


def example(name: str, speaker: str, seed: int) -> MeshExample:
    offsets = talking(seed=seed)
    return MeshExample(
        name, speaker, "planted", np.zeros((300, 83), np.float16), offsets.astype(np.float16),
        np.ones(len(offsets), np.uint8), NEUTRAL, FPS,
    )  # fmt: skip


def test_report_keeps_groups_apart_and_skips_lost_frames() -> None:
    heard, stranger = example("a", "one", 1), example("b", "two", 2)
    stranger.seen[:30] = 0
    held = MeshSet(TOPOLOGY, [heard, stranger])

    class Truth:
        name = "truth"

        def predict(self, example: MeshExample) -> np.ndarray:
            wrong = example.offsets.astype(np.float32).copy()
            wrong[example.seen == 0] += 9  # nobody knows what was there
            return wrong

    report = mesh_report(
        [Truth(), Still(), mean_face([heard])], groups_of([heard], [stranger]), held
    )
    assert set(report["groups"]) == {"one, takes not heard", "two, never heard"}
    group = report["groups"]["two, never heard"]
    assert group["truth"]["mve"]["mean"] == pytest.approx(0, abs=1e-3)
    assert group["still"]["r2_motion"]["mean"] == pytest.approx(0, abs=1e-6)
    assert group["mean"]["lips_ratio"]["mean"] == 0
    assert len(report["takes"]) == 6


def test_predictions_are_cut_or_held() -> None:
    assert len(fitted(np.zeros((5, 2, 3), np.float32), 3)) == 3
    held = fitted(np.arange(4, dtype=np.float32).reshape(4, 1, 1), 6)
    assert held[-1] == 3
