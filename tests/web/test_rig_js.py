"""The page's understanding of rigs against Python's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_script import bundle, run_node

from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.face.visemes import VISEMES, VOWELS
from voxface.rig.connect import connect_names

Names = list[str]
Poses = dict[str, dict[str, float]]


def spelled(pattern: str) -> Names:
    """Return the ARKit names with the sides spelled by `pattern`, such as ``{}_{side:.1}``."""
    names = []
    for name in ARKIT_CHANNELS:
        side = next((side for side in ("Left", "Right") if name.endswith(side)), "")
        base = name.removesuffix(side)
        names.append(pattern.format(base, side=side) if side else base)
    return names


def vrm(*extra: str) -> tuple[Names, Poses]:
    targets = ["Fcl_MTH_A", "Fcl_MTH_I", "Fcl_MTH_U", "Fcl_MTH_E", "Fcl_MTH_O", "Blink", *extra]
    poses = {name: {target: 1.0} for name, target in zip(VOWELS, targets, strict=False)}
    return targets, {**poses, "blink": {"Blink": 0.9, "gone": 1}, "lookUp": {"Fcl_MTH_A": 0.1}}


CASES: dict[str, tuple[Names, Poses]] = {
    "arkit": (list(ARKIT_CHANNELS), {}),
    "capital": ([name[0].upper() + name[1:] for name in ARKIT_CHANNELS], {}),
    "underscore": (spelled("{}_{side:.1}"), {}),
    "dot": (spelled("head.{}.{side:.1}"), {}),
    "first": (spelled("{side}_{}"), {}),
    "prefix": ([f"ARKit_{name}" for name in ARKIT_CHANNELS], {}),
    "split and merged": (
        ["browInnerUp_L", "browInnerUp_R", "cheekPuff_L", "cheekPuff_R", "eyeBlink", "mouthSmile",
         "jawOpen", "mouthClose", "jawOpen_mouthSmileLeft", "corr_jawOpen", "Basis"], {},
    ),
    "no closing": (["jawOpen", "mouthSmileLeft", "teeth_jawOpen", "mouthOpen"], {}),
    "last resort": (["MouthOpen", "EyesClosed", "Smile", "EyeL_LookUp", "sneer.R"], {}),
    "visemes": ([f"viseme_{name}" for name in VISEMES] + ["eyeBlinkLeft", "jawOpen"], {}),
    "some visemes": (["vrc.v_aa", "vrc.v_pp", "vrc.v_oh", "vrc.v_ou", "vrc.v_ff", "blink"], {}),
    "bare visemes": ([*VISEMES, "own"], {}),
    "vowels": (["A", "I", "U", "E", "O", "blink_l", "blink_r"], {}),
    "vrm": vrm(),
    "perfect sync": vrm(*ARKIT_CHANNELS),
    "expressions": (
        ["shape_0", "shape_1"], {name: {"shape_0": 0.5, "shape_1": 0.25} for name in ARKIT_CHANNELS}
    ),
    "gaze": (["LookUp", "LookDown", "Look_Left", "lookRight", "Blink"], {}),
    "strangers": (["toString", "constructor", "__proto__", "", "_", "Left", "L", "42", "ü"], {}),
    "nothing": (["Basis", "Key 1"], {}),
}  # fmt: skip


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("connections")
    clip = a_clip()
    cases = [
        {"targets": targets, "expressions": poses, "channels": list(clip.channels),
         "frames": clip.weights.tolist()}
        for targets, poses in CASES.values()
    ]  # fmt: skip
    (folder / "cases.json").write_text(json.dumps(cases))
    script = bundle("tests/rig/connections.ts", folder)
    return dict(zip(CASES, json.loads(run_node(script, folder / "cases.json")), strict=True))


def a_clip() -> FaceClip:
    """Return a clip of single channels, of the whole face, and of shut lips."""
    random = np.random.default_rng(11)
    channels = tuple(random.permutation(ARKIT_CHANNELS[:-1]).tolist())
    weights = np.concatenate([np.eye(51) * 0.8, random.random((20, 51)), np.zeros((3, 51))])
    weights[-2:, channels.index("mouthClose")] = (0.3, 0.05)
    weights[-2:, channels.index("jawOpen")] = (0.3, 0.4)
    return FaceClip(weights, 60, channels)


@pytest.mark.parametrize("name", CASES)
def test_the_same_channels_move_the_same_targets(answers, name):
    targets, poses = CASES[name]
    theirs, ours = connect_names(targets, poses), answers[name]
    assert ours["kind"] == theirs.kind
    assert tuple(ours["missed"]) == theirs.missed
    assert tuple(ours["unused"]) == theirs.unused
    assert ours["visemes"] == dict(theirs.visemes)
    pairs = {(match["channel"], target) for match in ours["matched"] for target in match["targets"]}
    assert pairs == {(each, match.target) for match in theirs.matched for each in match.channels}
    weights = np.array(ours["weights"])
    if theirs.kind == "none":
        assert not weights.any()
        return
    assert np.abs(weights - theirs.weights(a_clip())).max() < 1e-6


def test_every_known_spelling_means_the_same(tmp_path: Path):
    table = json.loads(
        (Path(__file__).parents[2] / "src/voxface/rig/spellings.json").read_text(encoding="utf-8")
    )
    words = [*table["synonyms"], *table["last_resort"], *table["exact"], *table["gaze"]]
    names = [f"{before}{word}{after}" for word in words for before in ("", "Face_", "L_")
             for after in ("", "_L", "Right", ".r", "_2")]  # fmt: skip
    cases = [{"targets": [name], "expressions": {}, "channels": [], "frames": []} for name in names]
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    script = bundle("tests/rig/connections.ts", tmp_path)
    for name, ours in zip(
        names, json.loads(run_node(script, tmp_path / "cases.json")), strict=True
    ):
        theirs = connect_names([name])
        assert (ours["kind"], tuple(ours["missed"])) == (theirs.kind, theirs.missed), name
