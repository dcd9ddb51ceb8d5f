"""Planted phones become the mouth that they must become."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.face import ARKIT_CHANNELS, channel_index
from voxface.face.visemes import VISEMES
from voxface.phones.symbols import base_phones
from voxface.phones.times import TimedPhone
from voxface.visemes import TimedViseme, spoken_face, timed_visemes
from voxface.visemes.face import MOVED, with_rest
from voxface.visemes.of_phones import visemes_of_phone

SHUT = 0.039
"""What `voxface evaluate` calls shut."""
LARGEST_STEP = 0.25


def said(text: str, each: float = 0.08, rest: float = 0.5) -> list[TimedPhone]:
    """Return phones side by side, with silence on both sides."""
    phones, at = [TimedPhone("sil", 0.0, rest)], rest
    for symbol in text.split():
        phones.append(TimedPhone(symbol, at, at + each))
        at += each
    return [*phones, TimedPhone("sil", at, at + rest)]


def face(phones: list[TimedPhone], pcm=None):
    return spoken_face(timed_visemes(phones), round(phones[-1].end * 100), pcm)


def at(found, name: str, time: float) -> float:
    return float(found.weights[round(time * 100), channel_index(name)])


def gap(found, time: float) -> float:
    return at(found, "jawOpen", time) - at(found, "mouthClose", time)


@pytest.mark.parametrize("lips", ["p", "b", "m"])
@pytest.mark.parametrize("vowel", ["ɑ", "æ", "i", "u", "o"])
@pytest.mark.parametrize("each", [0.05, 0.08, 0.2])
def test_lips_shut_on_bilabials_between_any_vowels(lips, vowel, each):
    phones = said(f"{vowel} {lips} {vowel}", each)
    found = face(phones)
    middle = phones[2].middle
    assert min(gap(found, middle + d) for d in (-0.02, -0.01, 0, 0.01)) <= SHUT
    assert at(found, "mouthPressLeft", middle) > 0.3
    assert at(found, "mouthLowerDownLeft", middle) < 0.05


@pytest.mark.parametrize("teeth", ["f", "v"])
def test_the_lower_lip_is_at_the_teeth_on_f_and_v(teeth):
    phones = said(f"ɑ {teeth} ɑ")
    found = face(phones)
    middle = phones[2].middle
    assert at(found, "mouthRollLower", middle) > 0.5
    assert at(found, "jawOpen", middle) < 0.12
    assert at(found, "mouthRollUpper", middle) < 0.05


def test_vowels_open_and_round():
    phones = said("d ɑ d u d", each=0.2)
    found = face(phones)
    ah, oo = phones[2].middle, phones[4].middle
    assert at(found, "jawOpen", ah) > 0.4
    assert at(found, "mouthPucker", ah) < 0.1
    assert at(found, "mouthPucker", oo) > 0.6
    assert at(found, "jawOpen", oo) < 0.15


def test_silence_is_rest_before_between_and_after():
    first = said("b ɑ")
    second = [TimedPhone(p.symbol, p.start + 2, p.end + 2) for p in said("m o")]
    found = face([*first, *second])
    for time in (0.05, 1.1, 1.6, 2.2, 3.1):
        assert np.abs(found.weights[round(time * 100)]).max() < 0.02


def test_speech_is_told_a_little_before_and_after_it():
    found = face(said("b ɑ", rest=1.0))
    assert found.speech[88] == 0
    assert found.speech[91] == 1
    assert found.speech[116 + 14] == 1
    assert found.speech[116 + 16] == 0


def test_what_is_loud_opens_further_but_modestly():
    phones = said("ɑ s ɑ", each=0.4, rest=0.3)
    time = np.arange(round(phones[-1].end * 16000)) / 16000
    tone = np.sin(2 * np.pi * 150 * time).astype(np.float32)
    loud = tone * np.where(time < 0.9, 0.9, 0.09).astype(np.float32)
    plain, shaped = face(phones), face(phones, loud)
    first, last = phones[1].middle, phones[3].middle
    assert at(shaped, "jawOpen", first) >= at(plain, "jawOpen", first) - 1e-6
    assert at(shaped, "jawOpen", last) < at(plain, "jawOpen", last)
    ratio = shaped.weights[:, channel_index("jawOpen")] / np.maximum(
        plain.weights[:, channel_index("jawOpen")], 1e-6
    )
    assert 0.7 < ratio[40:160].min() <= ratio[40:160].max() < 1.3


def test_only_the_mouth_moves():
    found = face(said("p ɑ t i k u f ɛ ʃ o θ ə"))
    still = [name for name in ARKIT_CHANNELS if name not in MOVED]
    assert "eyeBlinkLeft" in still
    assert not found.weights[:, [channel_index(name) for name in still]].any()


def test_nothing_said_is_a_face_at_rest():
    found = spoken_face([], 50)
    assert found.weights.shape == (50, 52)
    assert not found.weights.any()
    assert not found.speech.any()
    assert spoken_face([], 0).weights.shape == (0, 52)


SYMBOLS = st.sampled_from(base_phones())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(SYMBOLS, st.floats(0.02, 0.5)), min_size=1, max_size=15))
def test_any_phones_give_weights_in_range_without_jumps(parts):
    phones, time = [], 0.0
    for symbol, length in parts:
        phones.append(TimedPhone(symbol, time, time + length))
        time += length
    found = spoken_face(timed_visemes(phones), int(time * 100) + 1)
    assert np.isfinite(found.weights).all()
    assert found.weights.min() >= 0
    assert found.weights.max() <= 1
    assert np.abs(np.diff(found.weights, axis=0)).max(initial=0) <= LARGEST_STEP


@pytest.mark.parametrize("phone", base_phones())
def test_every_phone_has_looks_that_add_up(phone):
    for shares in visemes_of_phone(phone):
        assert set(shares) <= set(VISEMES)
        assert sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("phone", "looks"),
    [
        ("p", ["PP"]),
        ("mː", ["PP"]),
        ("v", ["FF"]),
        ("ð", ["TH"]),
        ("t̪", ["DD"]),
        ("dʒ", ["CH"]),
        ("s", ["SS"]),
        ("n", ["nn"]),
        ("ɹ", ["RR"]),
        ("r", ["nn"]),
        ("ɡ", ["kk"]),
        ("w", ["ou"]),
        ("j", ["ih"]),
        ("ɑː", ["aa"]),
        ("uː", ["ou"]),
        ("ts", ["DD", "SS"]),
        ("pf", ["PP", "FF"]),
        ("h", []),
        ("sil", ["sil"]),
    ],
)
def test_phones_look_as_they_should(phone, looks):
    found = visemes_of_phone(phone)
    assert [max(shares, key=shares.__getitem__) for shares in found] == looks


def test_the_throat_takes_the_shape_of_what_follows():
    looks = timed_visemes(said("h i", each=0.1))
    assert [(round(x.start, 2), round(x.end, 2), x.strongest) for x in looks] == [
        (0, 0.5, "sil"),
        (0.5, 0.7, "ih"),
        (0.7, 1.2, "sil"),
    ]
    last = timed_visemes(said("ɑ h", each=0.1))[1]
    assert (last.strongest, round(last.end, 2)) == ("aa", 0.7)


def test_gaps_are_rest_and_what_lies_outside_is_cut():
    looks = [TimedViseme(0.2, 0.4, {"aa": 1.0}), TimedViseme(0.3, 0.6, {"oh": 1.0})]
    found = [(x.start, x.end, x.strongest) for x in with_rest(looks, 0.5)]
    assert found == [(0.0, 0.2, "sil"), (0.2, 0.4, "aa"), (0.4, 0.5, "oh")]
