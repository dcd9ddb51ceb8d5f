"""Phones from files: what others write is read, and what is wrong is said."""

from __future__ import annotations

import json

import pytest

from voxface.errors import VoxfaceError
from voxface.phones.read import phones_from_json, phones_from_labels, phones_json, read_textgrid
from voxface.phones.times import TimedPhone

SPOKEN = [TimedPhone("sil", 0.0, 0.1), TimedPhone("p", 0.1, 0.2), TimedPhone("ɑː", 0.2, 0.4)]


def write_grid(path, tiers):
    textgrid = pytest.importorskip("praatio.textgrid")
    grid = textgrid.Textgrid()
    for name, entries in tiers.items():
        grid.addTier(textgrid.IntervalTier(name, entries, 0, 1.0))
    grid.save(str(path), format="long_textgrid", includeBlankSpaces=True)
    return path


def test_a_textgrid_comes_back(tmp_path):
    entries = [(p.start, p.end, p.symbol) for p in SPOKEN if p.symbol != "sil"]
    path = write_grid(tmp_path / "a.TextGrid", {"words": [(0.1, 0.4, "pa")], "phones": entries})
    assert read_textgrid(path)[:3] == SPOKEN


@pytest.mark.parametrize("tier", ["Anna - phones", "MAU", "Phonemes"])
def test_the_tier_of_other_aligners_is_found(tmp_path, tier):
    path = write_grid(tmp_path / "a.TextGrid", {"words": [(0, 1, "x")], tier: [(0.1, 0.3, "AA1")]})
    assert [p.symbol for p in read_textgrid(path)] == ["sil", "ɑː", "sil"]


def test_a_grid_in_utf_16_is_read(tmp_path):
    path = write_grid(tmp_path / "a.TextGrid", {"phones": [(0.1, 0.3, "ʃ")]})
    path.write_bytes(path.read_text("utf-8").encode("utf-16"))
    assert [p.symbol for p in read_textgrid(path)] == ["sil", "ʃ", "sil"]


def test_several_tiers_without_a_name_are_asked_about(tmp_path):
    path = write_grid(tmp_path / "a.TextGrid", {"one": [(0, 1, "p")], "two": [(0, 1, "t")]})
    with pytest.raises(VoxfaceError, match=r"which tier holds the phones.*'one', 'two'"):
        read_textgrid(path)


@pytest.mark.parametrize("text", ["", "no grid at all", 'File type = "ooTextFile"\nObject class'])
def test_what_is_no_grid_is_said(tmp_path, text):
    pytest.importorskip("praatio")
    path = tmp_path / "a.TextGrid"
    path.write_text(text)
    with pytest.raises(VoxfaceError, match=r"TextGrid|which tier"):
        read_textgrid(path)


def test_json_comes_back():
    assert phones_from_json(json.loads(phones_json(SPOKEN)), "a.json") == SPOKEN


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ([], "holds no phones"),
        ({"phones": {}}, "holds no phones"),
        ({"phones": [{"start": 0, "end": 1}]}, "phone 1 needs"),
        ({"phones": [{"start": "x", "end": 1, "phone": "p"}]}, "phone 1 needs"),
        ({"phones": [3]}, "phone 1 needs"),
        ({"phones": [{"start": 1, "end": 0.5, "phone": "p"}]}, "the end after the start"),
        ({"phones": [{"start": -1, "end": 0.5, "phone": "p"}]}, "from the beginning"),
        ({"phones": [{"start": 0, "end": float("nan"), "phone": "p"}]}, "give seconds"),
        ({"phones": [{"start": 0, "end": 1, "phone": "@@"}]}, "neither IPA nor ARPAbet"),
    ],
)
def test_wrong_json_is_said_in_one_line(found, message):
    with pytest.raises(VoxfaceError, match=message) as caught:
        phones_from_json(found, "a.json")
    assert "\n" not in str(caught.value)


def test_overlapping_phones_are_refused():
    with pytest.raises(VoxfaceError, match="before the phone in front of it"):
        phones_from_labels([(0, 0.5, "p"), (0.3, 0.6, "t")], "a")


def test_arpabet_ipa_and_unknown_words():
    arpabet = phones_from_labels([(0, 1, "AY1"), (1, 2, "sp"), (2, 3, "spn"), (3, 4, "B")], "a")
    assert [p.symbol for p in arpabet] == ["a", "ɪ", "sil", "ə", "b"]
    assert arpabet[1].start == pytest.approx(0.6)
    ipa = phones_from_labels([(0, 1, "tʃʰ"), (1, 2, "<p:>"), (2, 3, "aj")], "a")
    assert [p.symbol for p in ipa] == ["tʃʰ", "sil", "a", "j"]
