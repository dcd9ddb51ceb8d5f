"""Rhubarb's mouth cues, and which file is read how."""

from __future__ import annotations

import json

import numpy as np
import pytest

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.phones.read import phones_json
from voxface.phones.times import TimedPhone
from voxface.visemes.read import read_visemes
from voxface.visemes.rhubarb import SHAPES

CUES = [(0.0, 0.2, "X"), (0.2, 0.5, "A"), (0.5, 0.9, "D"), (0.9, 1.2, "F"), (1.2, 2.0, "X")]
JSON = json.dumps(
    {
        "metadata": {"soundFile": "a.wav", "duration": 2.0},
        "mouthCues": [{"start": s, "end": e, "value": v} for s, e, v in CUES],
    }
)
TSV = "".join(f"{start:.2f}\t{shape}\n" for start, _, shape in CUES)
XML = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rhubarbResult><mouthCues>'
    + "".join(f'<mouthCue start="{s}" end="{e}">{v}</mouthCue>' for s, e, v in CUES)
    + "</mouthCues></rhubarbResult>"
)


@pytest.mark.parametrize(("suffix", "text"), [("json", JSON), ("tsv", TSV), ("xml", XML)])
def test_cues_become_visemes(tmp_path, suffix, text):
    path = tmp_path / f"a.{suffix}"
    path.write_text(text)
    looks = read_visemes(path, 2.0)
    assert [(x.start, x.end, x.strongest) for x in looks] == [
        (s, e, max(SHAPES[v], key=SHAPES[v].__getitem__)) for s, e, v in CUES
    ]


@pytest.mark.parametrize("suffix", ["json", "tsv", "xml"])
def test_cues_that_voxface_writes_are_read(tmp_path, suffix):
    weights = np.zeros((200, 52), np.float32)
    weights[50:100, ARKIT_CHANNELS.index("jawOpen")] = 0.6
    path = tmp_path / f"a.{suffix}"
    FaceClip(weights, 100, ARKIT_CHANNELS).save(path, format="mouth_cues")
    spoken = [x for x in read_visemes(path, 2.0) if x.strongest != "sil"]
    assert 0.4 <= spoken[0].start <= spoken[-1].end <= 1.2
    assert "aa" in {x.strongest for x in spoken}


def test_phones_in_json_are_told_from_cues(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(phones_json([TimedPhone("m", 0.5, 0.7), TimedPhone("u", 0.7, 0.9)]))
    assert [x.strongest for x in read_visemes(path, 1.0)] == ["PP", "ou"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "{", "is not JSON"),
        ("a.json", '{"x": 1}', "holds no phones"),
        ("a.json", '{"mouthCues": 3}', "each of its mouthCues"),
        ("a.json", JSON.replace('"D"', '"Q"'), "unknown mouth shape 'Q'"),
        ("a.json", '{"mouthCues": [{"start": 0, "end": 1, "value": "X"}]}', "nothing spoken"),
        ("a.json", '{"mouthCues": []}', "no mouth cues"),
        ("a.tsv", "0.0 A\nhello\n", "line 2"),
        ("a.tsv", "0.5 A\n0.2 B\n", "follow one another"),
        ("a.xml", "<rhubarbResult", "not Rhubarb's XML"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a/>', "document type"),
        ("a.wav", "RIFF....", "no file of phones"),
        ("a.txt", "", "no file of phones"),
    ],
)
def test_wrong_files_are_said_in_one_line(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(VoxfaceError, match=message) as caught:
        read_visemes(path, 2.0)
    assert "\n" not in str(caught.value)


def test_bytes_and_missing_files_are_said(tmp_path):
    path = tmp_path / "a.json"
    with pytest.raises(VoxfaceError, match="cannot read"):
        read_visemes(path, 1.0)
    path.write_bytes(bytes(range(256)))
    with pytest.raises(VoxfaceError, match="no file of phones"):
        read_visemes(path, 1.0)


def test_phones_of_another_recording_are_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(JSON)
    with pytest.raises(VoxfaceError, match=r"end at 1.20 s, but the sound at 0.80 s"):
        read_visemes(path, 0.8)
    assert read_visemes(path, 1.1)  # a little is forgiven
