"""Mouth cues: shapes of faces whose shape is known, and files that other readers understand."""

from __future__ import annotations

import csv
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import voxface
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.face.visemes import VISEMES
from voxface.formats import load_clip, save_clip
from voxface.formats.mouth_shapes import Cue, mouth_cues

EXAMPLE = Path(__file__).parents[2] / "examples" / "speech.flac"


def spoken(*visemes: tuple[str, float], fps: int = 60, strength: float = 1.0) -> FaceClip:
    """Return a clip that shows visemes for so many seconds each."""
    rows = []
    for name, seconds in visemes:
        mix = VISEMES[name]
        row = [strength * mix.get(channel, 0.0) for channel in ARKIT_CHANNELS]
        rows += [row] * round(seconds * fps)
    return FaceClip(rows, fps)


def shape_at(cues: list[Cue], seconds: float) -> str:
    return next(cue.shape for cue in cues if cue.start <= seconds < cue.end)


@pytest.mark.parametrize("strength", [0.7, 1.0])
@pytest.mark.parametrize(
    ("viseme", "shapes"),
    [("PP", "A"), ("FF", "G"), ("SS", "B"), ("nn", "B"), ("aa", "D"), ("oh", "E"),
     ("ou", "F"), ("TH", "H"), ("sil", "X")],
)  # fmt: skip
def test_visemes_show_the_shape_that_animators_draw_for_them(viseme, shapes, strength):
    # Among open vowels, as in speech: how far is wide is counted in what the mouth does.
    held = 0.5 if viseme == "sil" else 0.12
    clip = spoken(("aa", 0.15), (viseme, held), ("aa", 0.15), ("ou", 0.15), ("aa", 0.15),
                  strength=strength)  # fmt: skip
    assert shape_at(mouth_cues(clip), 0.15 + held / 2) in shapes


def test_a_short_p_is_a_shut_mouth_and_a_long_pause_is_rest():
    clip = spoken(("sil", 0.5), ("aa", 0.2), ("PP", 0.06), ("aa", 0.2), ("sil", 0.4))
    assert [cue.shape for cue in mouth_cues(clip)] == ["X", "D", "A", "D", "X"]


def test_a_jaw_that_hangs_while_the_lips_are_sealed_is_shut():
    weights = {"jawOpen": [0.5] * 30 + [0.5] * 8 + [0.5] * 30,
               "mouthClose": [0.0] * 30 + [0.48] * 8 + [0.0] * 30}  # fmt: skip
    clip = FaceClip(np.transpose(list(weights.values())), 60, channels=tuple(weights))
    assert [cue.shape for cue in mouth_cues(clip)] == ["D", "A", "D"]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 99),
    frames=st.integers(1, 400),
    fps=st.sampled_from([24, 30, 60, "29.97"]),
    start=st.sampled_from([0.0, 0.4, -0.3]),
)
def test_cues_cover_the_clip_and_never_flicker(seed, frames, fps, start):
    random = np.random.default_rng(seed)
    clip = FaceClip(random.random((frames, 52)) ** 2, fps, start=start)
    cues = mouth_cues(clip)
    end = round(clip.start + clip.duration, 2)
    if end <= 0:
        assert cues == []
        return
    assert cues[0].start == 0
    assert cues[-1].end == pytest.approx(end, abs=0.0101)
    for one, other in pairwise(cues):
        assert one.end == other.start
        assert one.shape != other.shape
    for cue in cues if len(cues) > 1 else []:
        least = {"A": 0.04, "X": 0.25}.get(cue.shape, 0.08)
        assert cue.end - cue.start > least - 1e-9


def test_before_the_first_frame_the_mouth_rests():
    cues = mouth_cues(FaceClip(np.full((60, 1), 0.5), 60, channels=("jawOpen",), start=1.0))
    assert [(cue.start, cue.shape) for cue in cues] == [
        (0, "X"),
        (pytest.approx(1.0, abs=0.02), "D"),
    ]


def test_silence_around_speech_changes_no_shape():
    said = [("aa", 0.3), ("PP", 0.1), ("E", 0.2), ("ou", 0.2), ("SS", 0.2), ("oh", 0.2)]
    short = mouth_cues(spoken(("sil", 0.5), *said, ("sil", 0.5), strength=0.6))
    long = mouth_cues(spoken(("sil", 0.5), *said, ("sil", 60), strength=0.6))
    assert [(cue.start, cue.shape) for cue in short] == [(cue.start, cue.shape) for cue in long]


@pytest.fixture
def clip() -> FaceClip:
    clip = spoken(("sil", 0.5), ("aa", 0.2), ("PP", 0.1), ("ou", 0.2), ("sil", 0.5), fps=50)
    return FaceClip(clip.weights, 50, metadata={"source": "a & <b>.wav"})


EXPECTED = [(0.0, "X"), (0.5, "D"), (0.7, "A"), (0.8, "F"), (1.0, "X")]


def test_tsv_is_rhubarbs(tmp_path, clip):
    save_clip(clip, tmp_path / "a.tsv")
    rows = list(csv.reader((tmp_path / "a.tsv").open(), delimiter="\t"))
    assert [(float(start), shape) for start, shape in rows] == [
        *((pytest.approx(start, abs=0.021), shape) for start, shape in EXPECTED), (1.5, "X"),
    ]  # fmt: skip


def test_json_is_rhubarbs(tmp_path, clip):
    save_clip(clip, tmp_path / "a.json", "mouth_cues")
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["metadata"] == {"soundFile": "a & <b>.wav", "duration": 1.5}
    cues = document["mouthCues"]
    assert [cue["value"] for cue in cues] == [shape for _, shape in EXPECTED]
    assert [cue["end"] for cue in cues[:-1]] == [cue["start"] for cue in cues[1:]]
    assert cues[-1]["end"] == 1.5


def test_xml_is_rhubarbs(tmp_path, clip):
    save_clip(clip, tmp_path / "a.xml")
    root = ElementTree.parse(tmp_path / "a.xml").getroot()
    assert root.tag == "rhubarbResult"
    assert root.findtext("metadata/soundFile") == "a & <b>.wav"
    assert root.findtext("metadata/duration") == "1.50"
    cues = root.findall("mouthCues/mouthCue")
    assert [cue.text for cue in cues] == [shape for _, shape in EXPECTED]
    assert float(cues[1].get("start")) == pytest.approx(0.5, abs=0.021)


def test_dat_counts_frames_at_the_clips_rate(tmp_path, clip):
    clip = spoken(("sil", 0.5), ("aa", 0.25), ("PP", 0.125), ("ou", 0.125), ("sil", 0.5), fps=24)
    save_clip(clip, tmp_path / "a.dat")
    lines = (tmp_path / "a.dat").read_text().splitlines()
    assert lines[0] == "MohoSwitch1"
    rows = [line.split() for line in lines[1:]]
    cues = mouth_cues(clip)
    assert [name for _, name in rows] == [*(cue.shape for cue in cues), "X"]
    assert [name for _, name in rows if name in "ADFX"] == ["X", "D", "A", "F", "X", "X"]
    frames = [int(frame) for frame, _ in rows]
    assert frames[0] == 1
    assert frames == sorted(set(frames))
    assert frames[-1] == 1 + 36
    assert all(
        frame == 1 + int(24 * cue.start + 1e-3) for frame, cue in zip(frames, cues, strict=False)
    )
    save_clip(clip, tmp_path / "b.dat", "mouth_cues_preston_blair")
    named = (tmp_path / "b.dat").read_text().split()[2::2]
    chart = {"A": "MBP", "B": "etc", "C": "E", "D": "AI", "E": "O", "F": "U", "X": "rest"}
    assert named == [chart[name] for _, name in rows]


def test_basic_shapes_are_a_to_f(tmp_path, clip):
    save_clip(clip, tmp_path / "a.tsv", "mouth_cues_basic")
    rows = list(csv.reader((tmp_path / "a.tsv").open(), delimiter="\t"))
    assert [shape for _, shape in rows] == ["A", "D", "A", "F", "A", "A"]


@pytest.mark.parametrize("suffix", ["tsv", "xml", "json", "dat"])
def test_a_clip_without_frames_rests(tmp_path, suffix):
    save_clip(FaceClip(np.zeros((0, 52)), 30), tmp_path / f"a.{suffix}", "mouth_cues")
    assert "X" in (tmp_path / f"a.{suffix}").read_text()


@pytest.mark.parametrize("suffix", ["tsv", "xml", "json", "dat"])
def test_reading_them_back_is_refused_with_a_reason(tmp_path, clip, suffix):
    save_clip(clip, tmp_path / f"a.{suffix}", "mouth_cues")
    with pytest.raises(VoxfaceError, match=rf"a\.{suffix} holds mouth cues: written, not read"):
        load_clip(tmp_path / f"a.{suffix}")


def test_between_slightly_and_wide_open_is_open():
    for opened, shape in ((0.0, "X"), (0.15, "B"), (0.3, "B"), (0.45, "C"), (0.6, "D")):
        jaw = np.repeat((0.6, opened, 0.6), (30, 20, 30))[:, None]
        cues = mouth_cues(FaceClip(jaw, 60, channels=("jawOpen",)))
        assert shape_at(cues, 0.5 + 1 / 6) == shape


SAID = {  # flite's own phone times of examples/speech.flac (its option -psdur), plus 0.5 s
    "lips meet": [(2.13, 2.25), (2.31, 2.41), (3.25, 3.40), (3.79, 3.95), (4.98, 5.02),
                  (5.19, 5.23), (5.75, 5.80), (6.12, 6.24), (6.92, 7.04), (7.18, 7.26),
                  (8.06, 8.12), (1.37, 1.46), (1.93, 1.99)],
    "oo": [(5.07, 5.19), (5.37, 5.43), (6.24, 6.46)],
    "i of my": [(1.46, 1.68)],
}  # fmt: skip


def test_animated_speech_closes_opens_rounds_and_rests():
    clip = voxface.animate(EXAMPLE)
    cues = mouth_cues(clip)

    def narrowest(begin: float, end: float) -> float:
        near = (clip.times > begin - 0.04) & (clip.times < end + 0.04)
        return float((clip["jawOpen"] - clip["mouthClose"])[near].min())

    def shown(begin: float, end: float) -> set[str]:
        return {cue.shape for cue in cues if cue.start < end + 0.04 and cue.end > begin - 0.04}

    met = [bool(shown(*times) & set("AX")) for times in SAID["lips meet"]]
    assert sum(narrowest(*times) < 0.05 for times in SAID["lips meet"]) >= len(met) - 1
    # Four of them are over in a frame or two of the animation: too short for a cue.
    assert sum(met) >= len(met) - 4
    assert all(shown(*times) & set("EF") for times in SAID["oo"])
    assert all(shown(*times) & set("CD") for times in SAID["i of my"])
    assert (cues[0].shape, cues[-1].shape) == ("X", "X")
    assert cues[0].end == pytest.approx(0.62, abs=0.06)
    assert cues[-1].start == pytest.approx(8.45, abs=0.15)
    assert set("ABCDFX") <= {cue.shape for cue in cues}
    assert 3 < len(cues) / 9.1 < 8


@pytest.mark.slow
def test_real_voices_shut_on_p_b_m_and_rest_in_silence(shared):
    """Recall on aligned speech of strangers, with the chance of the same shape on open vowels."""
    pytest.importorskip("pocketsphinx", reason="phones are aligned with pocketsphinx")
    from voxface.audio import read  # noqa: PLC0415
    from voxface.phones.alignment import align, english_words  # noqa: PLC0415

    voices = shared / "data" / "voices"
    rows = [
        row for row in csv.DictReader((voices / "index.csv").open()) if row["set"] == "librispeech"
    ]
    seen: dict[str, Counter[str]] = {kind: Counter() for kind in ("pbm", "open", "silence")}
    for row in rows[::60]:
        pcm = read(voices / row["file"])
        aligned = align(pcm, english_words(row["text"]))
        if aligned is None or aligned.fault():
            continue
        cues = mouth_cues(voxface.animate(pcm, sample_rate=16000))
        for phone in aligned.phones:
            long = phone.end - phone.start
            kind = {"p": "pbm", "b": "pbm", "m": "pbm", "ɑː": "open", "a": "open", "æ": "open"}
            name = "silence" if phone.symbol == "sil" and long > 0.4 else kind.get(phone.symbol)
            if name:
                seen[name][shape_at(cues, phone.middle)] += 1

    def share(kind: str, shapes: str) -> float:
        return sum(seen[kind][shape] for shape in shapes) / sum(seen[kind].values())

    assert share("pbm", "AX") > 0.6
    assert share("open", "AX") < 0.05
    assert share("open", "CDE") > 0.85
    assert share("silence", "X") > 0.8
