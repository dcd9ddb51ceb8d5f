"""docs/rigs.md says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from voxface.face.visemes import VISEMES
from voxface.rig.spelling import read_name

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "rigs.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("viseme", VISEMES)
def test_the_table_of_visemes_is_that_of_the_code(viseme):
    words = []
    for name, amount in VISEMES[viseme].items():
        base = name.removesuffix("Left")
        if name.endswith("Right") and f"{name.removesuffix('Right')}Left" in VISEMES[viseme]:
            continue
        both = base != name and f"{base}Right" in VISEMES[viseme]
        words.append(f"{base} (both) {amount:g}" if both else f"{name} {amount:g}")
    assert f"| `{viseme}` | {', '.join(words) or '–'} |" in TEXT


def test_every_spelling_it_names_is_read():
    table = TEXT.split("examples for `mouthSmileLeft`")[1].split("\n\n")[0]
    examples = [each for each in table.split("`")[1::2] if len(each) > 3]
    read = [read_name(each.replace("\\|", "|")) for each in examples]
    known = [found for found in read if found is not None]
    assert len(known) == len(examples) - 1, "all but the path of the list"
    smiles = [found for found in known if found.channels == ("mouthSmileLeft",)]
    assert len(smiles) >= 19
