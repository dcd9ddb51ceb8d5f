"""What a run hears, and what it never does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fabricated import make_example
from voxface.audio.features import MEL_BANDS
from voxface.phones.symbols import phone_features
from voxface.phones.times import TimedPhone
from voxface.training.crops import MANY_TAKES
from voxface.training.hearing import as_heard, silence
from voxface.training.recipe import Data
from voxface.training.split import split

EVERYTHING = Data(hold_out_every=0)


def names(examples) -> list[str]:
    return [example.name for example in examples]


def takes(count: int, speaker: str = "anna") -> list:
    return [make_example(3, name=f"{speaker}{n}", speaker=speaker) for n in range(count)]


def test_a_speaker() -> None:
    heard, out = split(takes(3) + takes(2, "ben"), replace(EVERYTHING, hold_out_speakers=("ben",)))
    assert names(heard) == ["anna0", "anna1", "anna2"]
    assert names(out) == ["ben0", "ben1"]


def test_a_word() -> None:
    """Whole words, in any case; a word inside another is not it."""
    texts = ["bin blue at f two now", "place RED in a one again", "predate", ""]
    examples = [make_example(3, name=text, text=text) for text in texts]
    heard, out = split(examples, replace(EVERYTHING, hold_out_words=("red", "two")))
    assert names(out) == texts[:2]
    assert names(heard) == texts[2:]


def test_every_so_manieth_of_a_speaker_with_many_takes() -> None:
    many, few = takes(MANY_TAKES + 20), takes(MANY_TAKES, "ben")
    heard, out = split(many + few, Data(hold_out_every=10))
    assert names(out) == [f"anna{n}" for n in range(9, 120, 10)]
    assert len(heard) == 120 - 12 + 100


def test_voices_without_a_captured_face_are_not_held_out_by_number() -> None:
    unseen = [replace(e, seen=np.zeros(3, np.uint8)) for e in takes(150)]
    assert not split(unseen, Data(hold_out_every=10))[1]


def test_other_voices_of_a_held_out_take_are_held_out() -> None:
    """``grid_revoiced`` holds every take twice: none of those held out of ``grid`` may be heard."""
    takes_ = [replace(e, about={"recording": f"{e.name}.mkv"}) for e in takes(120)]
    changed = [replace(e, name=f"{e.name} x{n}") for e in takes_ for n in (1.2, 0.8)]
    data = Data(hold_out_every=10)
    out = {example.about["recording"] for example in split(takes_, data)[1]}
    heard = {example.about["recording"] for example in split(changed, data)[0]}
    assert not out & heard


def test_nothing_is_held_out_unless_asked() -> None:
    heard, out = split(takes(200), EVERYTHING)
    assert len(heard) == 200
    assert not out


@pytest.mark.parametrize("data", [EVERYTHING, Data(hold_out_every=7, hold_out_speakers=("ben",))])
def test_every_example_is_on_one_side(data: Data) -> None:
    examples = takes(130) + takes(5, "ben")
    heard, out = split(examples, data)
    assert sorted(names(heard) + names(out)) == sorted(names(examples))


def test_a_teacher_hears_phones() -> None:
    example = make_example(30, phones=(TimedPhone("m", 0.0, 0.1), TimedPhone("uː", 0.1, 0.2)))
    assert as_heard(example, "sound") is example
    heard = as_heard(example, "phones").features.astype(np.float32)
    for row, phone in ((5, "m"), (15, "uː"), (25, "sil")):
        np.testing.assert_allclose(heard[row], phone_features(phone), atol=0.003)
    np.testing.assert_array_equal(silence("phones"), phone_features("sil"))


def test_silence_of_sound_is_the_floor() -> None:
    np.testing.assert_array_equal(silence("sound"), np.full(MEL_BANDS, -80))
