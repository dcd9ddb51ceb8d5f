import ctypes.util
import shutil
from itertools import pairwise

import numpy as np
import pytest

from voxface.audio import read
from voxface.corpus.flite import VOICES, read_durations, speak_by_flite
from voxface.corpus.sentences import SENTENCES
from voxface.corpus.synthesis import Line, speak, synthetic_lines
from voxface.phones.alignment import align, english_words
from voxface.phones.espeak import Manner, speak_text
from voxface.phones.symbols import SILENCE, phone_features
from voxface.phones.times import energy_agreement, loudness

needs_espeak = pytest.mark.skipif(
    not ctypes.util.find_library("espeak-ng"), reason="espeak-ng is not installed"
)
needs_flite = pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed")


@needs_espeak
@pytest.mark.parametrize("voice", SENTENCES)
def test_every_language_speaks_in_known_phones_that_cover_the_sound(voice):
    pcm, phones = speak_text(SENTENCES[voice][0], Manner(voice))
    assert len(pcm) > 16000
    assert phones[0].start == 0
    assert phones[-1].end == pytest.approx(len(pcm) / 16000, abs=1e-3)
    assert all(a.end == b.start for a, b in pairwise(phones))
    assert all(phone_features(phone.symbol).any() for phone in phones)
    assert energy_agreement(pcm, phones) > 0.85


@needs_espeak
def test_a_stop_of_espeak_begins_with_its_closure():
    pcm, phones = speak_text("a happy papa", Manner("en-us"))
    level = loudness(pcm)
    inner = [phone for phone in phones[2:-1] if phone.symbol == "p"]
    assert len(inner) >= 2
    for phone in inner:
        first = level[round(phone.start * 100) : round(phone.start * 100) + 3]
        assert first.max() < level.max() - 25


def test_durations_of_flite_are_read():
    phones = read_durations("pau:0.2 hh:0.3 ow:0.8")
    assert [phone.symbol for phone in phones] == ["sil", "h", "o", "ʊ"]
    assert [phone.end for phone in phones] == pytest.approx([0.2, 0.3, 0.6, 0.8])


@needs_flite
def test_made_up_phones_of_flite_are_what_was_asked():
    _, phones = speak_by_flite("[[pau p aa m uw pau]]", VOICES[0])
    assert [phone.symbol for phone in phones] == ["sil", "p", "ɑː", "m", "uː", "sil"]


@needs_flite
@pytest.mark.parametrize("voice", VOICES[:2])
def test_alignment_finds_the_times_that_flite_spoke_at(voice):
    pytest.importorskip("pocketsphinx", reason="alignment needs the extra 'train' (pocketsphinx)")
    text = "Please bring me a cup of warm milk before bed"
    pcm, truth = speak_by_flite(text, voice)
    found = align(pcm, english_words(text))
    assert found is not None and found.fault() is None
    said = [phone for phone in truth if phone.symbol != SILENCE]
    for symbol in ("m", "b"):
        ours = [p.middle for p in found.phones if p.symbol == symbol]
        theirs = [p.middle for p in said if p.symbol == symbol]
        assert len(ours) == len(theirs) >= 2
        assert np.mean(np.abs(np.subtract(ours, theirs))) < 0.03


def test_words_that_are_not_in_the_sound_are_doubted():
    pytest.importorskip("pocketsphinx", reason="alignment needs the extra 'train' (pocketsphinx)")
    noise = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    found = align(noise, english_words("a much too long sentence for one short second of noise"))
    assert found is None or found.fault() is not None


@needs_espeak
@needs_flite
def test_the_plan_is_the_same_for_the_same_seed_and_speaks_its_lines(tmp_path):
    lines = synthetic_lines(tmp_path, minutes=1, seed=3)
    assert lines == synthetic_lines(tmp_path, minutes=1, seed=3)
    assert {line.synthesiser for line in lines} == {"espeak", "flite"}
    made_up = Line("x", tmp_path / "x.flac", "espeak", "es", True, "3/1")
    first, again = speak(made_up), speak(made_up)
    # The noise of espeak-ng goes on from one utterance to the next: text and manner are the same,
    # times agree within a pulse or two.
    assert [phone.symbol for phone in first.phones] == [phone.symbol for phone in again.phones]
    ends = [[phone.end for phone in each.phones] for each in (first, again)]
    assert np.allclose(*ends, atol=0.01)
    assert len(read(first.recording)) == first.samples
    assert first.text == ""
