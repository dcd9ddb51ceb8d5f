"""Whether it is found out that a head lies, looks backwards or has its sides swapped."""

from __future__ import annotations

import re
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from small_rig import small_rig
from voxface.cli import main
from voxface.errors import VoxfaceWarning
from voxface.face import FaceClip, Rig
from voxface.rig import connect, default_head, write_glb
from voxface.rig.facing import misplaced

HALF_TURN = np.diag([-1.0, 1.0, -1.0])
ON_ITS_BACK = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
UPSIDE_DOWN = np.diag([-1.0, -1.0, 1.0])


@pytest.fixture(scope="module")
def head() -> Rig:
    return default_head()


def turned(rig: Rig, turn: np.ndarray) -> Rig:
    return replace(
        rig,
        neutral=rig.neutral @ turn.T,
        deltas=rig.deltas @ turn.T,
        normals=None if rig.normals is None else rig.normals @ turn.T,
    )


def trouble(rig: Rig) -> str | None:
    return misplaced(rig, connect(rig))


@pytest.mark.parametrize("scale", [0.01, 1, 100])
def test_a_head_that_stands_well_is_no_trouble(head: Rig, scale: float) -> None:
    assert trouble(turned(head, scale * np.eye(3))) is None


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (HALF_TURN, "looks along -z"),
        (ON_ITS_BACK, "not stand upright"),
        (ON_ITS_BACK.T, "not stand upright"),
        (UPSIDE_DOWN, "not stand upright"),
    ],
)
def test_a_turned_head_is_found_out(head: Rig, turn: np.ndarray, expected: str) -> None:
    found = trouble(turned(head, turn))
    assert found is not None
    assert expected in found


def test_swapped_sides_are_found_out(head: Rig) -> None:
    other = {"Left": "Right", "Right": "Left"}
    names = tuple(re.sub("Left|Right", lambda side: other[side[0]], name) for name in head.targets)
    found = trouble(replace(head, targets=names))
    assert found is not None
    assert "swap the names" in found


def test_nothing_is_concluded_from_little(head: Rig) -> None:
    few = ("eyeBlinkLeft", "mouthSmileLeft", "jawOpen", "eyeBlinkRight")
    rows = [head.targets.index(name) for name in few]
    backwards = turned(head, HALF_TURN)
    assert trouble(replace(backwards, targets=few, deltas=backwards.deltas[rows])) is None
    assert trouble(replace(head, deltas=np.zeros_like(head.deltas))) is None
    assert trouble(small_rig()) is None, "targets that move anything anywhere"


def test_a_verb_says_it_once_and_goes_on(
    head: Rig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rig, clip, out = (tmp_path / name for name in ("rig.glb", "clip.npz", "out.glb"))
    rig.write_bytes(write_glb(turned(head, HALF_TURN)))
    FaceClip(np.zeros((2, 52), np.float32), fps=30).save(clip)
    monkeypatch.setattr(sys, "argv", ["voxface", "convert", str(clip), str(out), "--rig", str(rig)])
    with warnings.catch_warnings():
        warnings.simplefilter("always", VoxfaceWarning)
        with pytest.raises(SystemExit) as ended:
            main()
    assert not ended.value.code
    said = capsys.readouterr().err
    assert said.startswith(f"voxface: warning: {rig}: the face looks along -z")
    assert said.count("\n") == 1
    assert out.is_file()
