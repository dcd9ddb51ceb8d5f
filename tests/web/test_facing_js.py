"""What the page says of heads that stand wrongly, against Python."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from page_script import bundle, run_node

from planted_avatars import vrm0, vrm1
from small_rig import small_rig
from voxface.face import Rig
from voxface.rig import connect, default_head, load_rig, write_glb
from voxface.rig.facing import misplaced


def turned(rig: Rig, *rows: tuple[float, float, float]) -> Rig:
    turn = np.array(rows, np.float32).T
    return replace(rig, neutral=rig.neutral @ turn, deltas=rig.deltas @ turn, normals=None)


def swapped(rig: Rig) -> Rig:
    other = {"Left": "Right", "Right": "Left"}
    names = (re.sub("Left|Right", lambda side: other[side[0]], name) for name in rig.targets)
    return replace(rig, targets=tuple(names))


def test_the_page_says_what_python_says(tmp_path: Path) -> None:
    head = default_head()
    rigs = {
        "as_it_is": head,
        "backwards": turned(head, (-1, 0, 0), (0, 1, 0), (0, 0, -1)),
        "on_its_back": turned(head, (1, 0, 0), (0, 0, -1), (0, 1, 0)),
        "upside_down": turned(head, (-1, 0, 0), (0, -1, 0), (0, 0, 1)),
        "swapped": swapped(head),
        "little": small_rig(),
    }
    files = [tmp_path / f"{name}.glb" for name in rigs]
    for file, rig in zip(files, rigs.values(), strict=True):
        file.write_bytes(write_glb(rig))
    files += [vrm0().save(tmp_path / "zero.vrm"), vrm1().save(tmp_path / "one.vrm")]
    said = json.loads(run_node(bundle("tests/view/facing.ts", tmp_path), *files))
    loaded = [load_rig(file) for file in files]
    assert said == [misplaced(rig, connect(rig)) for rig in loaded]
    for line, expected in zip(
        said, [None, "looks along -z", "upright", "upright", "swap the names"], strict=False
    ):
        assert line is None if expected is None else expected in line
