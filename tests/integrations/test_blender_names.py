"""The Blender script has its own copy of the tables and rules of names; here it is held to ours."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from voxface.face import ARKIT_CHANNELS
from voxface.rig.connect import connect_names
from voxface.rig.spelling import SPELLINGS

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "integrations" / "blender" / "voxface_apply.py"


@pytest.fixture(scope="module")
def script() -> SimpleNamespace:
    """Return the part of the script about names, which needs no Blender."""
    tree = ast.parse(SCRIPT.read_text())
    wanted = [
        node
        for node in tree.body
        if (isinstance(node, ast.FunctionDef) and node.lineno < _line_of("def curves_of"))
        or (isinstance(node, ast.Assign) and "bl_info" not in ast.unparse(node.targets[0]))
    ]
    names: dict = {"json": json, "re": re}
    exec(compile(ast.Module(wanted, []), str(SCRIPT), "exec"), names)
    return SimpleNamespace(**{k: v for k, v in names.items() if not k.startswith("__")})


def _line_of(text: str) -> int:
    lines = SCRIPT.read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(text))


def test_tables_are_those_of_the_library(script):
    assert {key: SPELLINGS[key] for key in script.TABLES} == script.TABLES
    assert tuple(script.CHANNELS) == ARKIT_CHANNELS


def _spellings() -> list[tuple[str, ...]]:
    """Return sets of names in the styles of many tools, and what only looks like names."""
    sided = [
        re.sub("(Left|Right)$", lambda side: "_" + side[0][0], name) for name in ARKIT_CHANNELS
    ]
    snake = [
        re.sub("(?<=[a-z])([A-Z])", lambda big: "_" + big[0].lower(), n) for n in ARKIT_CHANNELS
    ]
    styles = [
        sided, snake, [name.replace("_", ".") for name in sided],
        [f"Face.M_{name[0].upper()}{name[1:]}" for name in ARKIT_CHANNELS],
        [f"CC_Base|ARKit {name}" for name in sided],
        [f"{name}_{number}" for number, name in enumerate(sided)],
        [*SPELLINGS["synonyms"]], [f"{key}_R" for key in SPELLINGS["synonyms"]],
        [*SPELLINGS["exact"], *SPELLINGS["gaze"], *SPELLINGS["last_resort"], "Blink", "mouthOpen"],
        ["jawOpen_mouthSmileLeft", "smile corrective", "Basis", "l_eyeBlink", "EyeBlink"],
        ["cheekPuff.L", "cheekPuff.R", "mouthLeft", "Mouth.R", "jaw_l"],
    ]  # fmt: skip
    return [tuple(dict.fromkeys(names)) for names in styles]


def test_names_mean_what_they_mean_to_the_library(script):
    golden = json.loads((ROOT / "tests" / "rig" / "connections.json").read_text())
    compared = 0
    for names in [*(tuple(case["targets"]) for case in golden["connections"]), *_spellings()]:
        connection = connect_names(names)
        if connection.kind not in ("arkit", "none"):
            continue
        ours = {(m.target, m.channels, m.how.split()[0]) for m in connection.matched}
        theirs = {
            (name, channels, "half" if how == "same" and script.read_name(name)[2] else how)
            for name, channels, how in script.match_keys(names)
        }
        assert theirs == ours
        compared += len(ours)
    assert compared > 400
