"""Face clips in files against a captured one, as a user types it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from fabricated import bursts, captured_clip, write_recording
from voxface.face import ARKIT_CHANNELS


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a captured clip, its sound, and predictions with planted faults."""
    folder = tmp_path_factory.mktemp("clips")
    sound = bursts()
    true = captured_clip(sound)
    write_recording(folder / "sound.wav", sound)
    true.save(folder / "true.csv")
    right = true.resample(60)
    right.save(folder / "right.csv")
    replace(right, weights=np.roll(right.weights, 6, axis=0)).save(folder / "late.csv")
    replace(right, weights=np.full_like(right.weights, 0.2)).save(folder / "constant.csv")
    replace(right, weights=0.5 * right.weights).save(folder / "half.csv")
    replace(right, fps=30).save(folder / "slow.csv")
    order = list(ARKIT_CHANNELS)
    jaw, pucker = order.index("jawOpen"), order.index("mouthPucker")
    order[jaw], order[pucker] = order[pucker], order[jaw]
    replace(right, channels=tuple(order)).select(ARKIT_CHANNELS).save(folder / "swapped.csv")
    return folder


def test_planted_faults_are_told(voxface, folder, tmp_path) -> None:
    names = ("right", "late", "constant", "half", "swapped")
    code, out, err = voxface(
        "evaluate", *(folder / f"{name}.csv" for name in names), "--against", folder / "true.csv",
        "--sound", folder / "sound.wav", "-o", tmp_path / "report.json",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "jaw ratio" in out
    report = json.loads((tmp_path / "report.json").read_text())
    told = {name: next(iter(report["figures"][name].values())) for name in names}

    def figure(name: str, key: str) -> float | None:
        return told[name][key]["mean"]

    assert figure("right", "jaw_r") == pytest.approx(1, abs=0.01)
    assert figure("right", "lag") == pytest.approx(0, abs=10)
    assert figure("late", "lag") == pytest.approx(100, abs=10)
    assert figure("constant", "jaw_r") == 0
    assert figure("constant", "lag") is None
    assert figure("half", "jaw_ratio") == pytest.approx(0.5, abs=0.02)
    assert figure("swapped", "jaw_r") < -0.9
    assert figure("right", "jaw_r") > figure("late", "jaw_r")


def test_without_sound_what_needs_it_is_left_out(voxface, folder, tmp_path) -> None:
    code, _, _ = voxface(
        "evaluate",
        folder / "right.csv",
        "--against",
        folder / "true.csv",
        "-o",
        tmp_path / "a.json",
    )
    assert code == 0
    (told,) = json.loads((tmp_path / "a.json").read_text())["figures"]["right"].values()
    assert told["onset_lag"]["mean"] is None
    assert told["beats"]["mean"] is None
    assert told["jaw_r"]["mean"] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["slow.csv", "--against", "true.csv"], "check its frame rate"),
        (["none.csv", "--against", "true.csv"], "none.csv"),
        (["right.csv", "right.csv", "--against", "true.csv"], "named twice"),
        (["--against", "true.csv"], "name the face clip"),
        (["right.csv", "--sound", "sound.wav"], "--sound goes with --against"),
        (["right.csv", "--per", "vowel"], "unknown --per 'vowel'"),
        (["right.csv"], "is no method"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(voxface, folder, monkeypatch, words, message) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    code, _, err = voxface("evaluate", *words, "-o", "report.json")
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert sorted(folder.iterdir()) == before
