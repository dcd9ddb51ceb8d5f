"""Aligning by espeak-ng's own voice: planted times come back, in any language."""

from __future__ import annotations

import ctypes.util
from difflib import SequenceMatcher

import numpy as np
import pytest

from voxface.errors import VoxfaceError
from voxface.phones.times import TimedPhone

pytest.importorskip("soxr")
if ctypes.util.find_library("espeak-ng") is None:
    pytest.skip("espeak-ng is not installed", allow_module_level=True)

from voxface.phones.by_voice import align_by_voice
from voxface.phones.espeak import Manner, speak_text

TEXTS = {
    "de": "Guten Morgen, meine Damen und Herren.",
    "ar": "صباح الخير يا أصدقائي",
    "cmn": "早上好，我的朋友",
}


@pytest.mark.parametrize("language", TEXTS)
def test_phones_of_another_voice_and_speed_are_found(language):
    text = TEXTS[language]
    pcm, phones = speak_text(text, Manner(f"{language}+f2", speed=130, pitch=65))
    silence = np.zeros(6400, np.float32)
    noise = np.random.default_rng(0).normal(0, 0.002, len(pcm) + 12800)
    sound = (np.concatenate([silence, pcm, silence]) + noise).astype(np.float32)
    true = [TimedPhone(p.symbol, p.start + 0.4, p.end + 0.4) for p in phones if p.symbol != "sil"]
    found = align_by_voice(sound, text, language)
    assert found[0].start == 0
    assert found[-1].end == pytest.approx(len(sound) / 16000, abs=1e-3)
    spoken = [p for p in found if p.symbol != "sil"]
    # espeak-ng does not say a text the same way twice: an unstressed vowel comes and goes.
    matcher = SequenceMatcher(None, [p.symbol for p in true], [p.symbol for p in spoken], False)
    same = [
        (true[run.a + k], spoken[run.b + k])
        for run in matcher.get_matching_blocks()
        for k in range(run.size)
    ]
    assert len(same) >= max(len(true), len(spoken)) - 2
    off = [abs(a.start - b.start) for a, b in same]
    assert np.median(off) < 0.02
    assert np.percentile(off, 90) < 0.06


def test_a_text_far_too_long_is_refused():
    pcm, _ = speak_text("ja", Manner("de"))
    with pytest.raises(VoxfaceError, match="text of another recording"):
        align_by_voice(pcm, "Guten Morgen, meine Damen und Herren. " * 8, "de")


def test_an_unknown_language_is_said():
    with pytest.raises(VoxfaceError, match="no voice 'xx'"):
        align_by_voice(np.zeros(16000, np.float32), "hallo", "xx")


def test_languages_that_are_no_voices_name_are_spoken():
    assert len(speak_text("good morning", Manner("en-gb"))[1]) > 5


def test_a_symbol_that_is_no_ipa_is_a_plain_vowel_or_its_ipa():
    assert [p.symbol for p in speak_text("7", Manner("uz"))[1]]
