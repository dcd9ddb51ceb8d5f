"""Which takes may be scored, and as what, by what was heard of them."""

from __future__ import annotations

import numpy as np
import pytest

from fabricated import make_example
from voxface.corpus.examples import save_examples
from voxface.errors import VoxfaceError
from voxface.evaluation.honest_split import honest_split, kind_of, protocol_of
from voxface.training.recipe import Data


def take(number: int, speaker: str, text: str = "bin blue"):
    name = f"{speaker}{number}"
    return make_example(2, name=name, speaker=speaker, text=text, recording=name, capture=name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return examples of s1 (120 takes, every third says "red"), of s4 and of shirley."""
    folder = tmp_path_factory.mktemp("examples")
    many = [take(n, "s1", "bin red" if n % 3 == 0 else "bin blue") for n in range(120)]
    save_examples(folder / "grid.npz", [*many, *(take(n, "s4") for n in range(3))])
    save_examples(folder / "facegood.npz", [take(n, "shirley") for n in range(2)])
    return folder


def names(groups) -> dict[str, list[str]]:
    return {group: [e.name for e in takes] for group, takes in groups.items()}


def test_every_fifteenth_take_of_a_speaker_with_many(folder) -> None:
    found = honest_split(folder, Data(hold_out_speakers=("s4",)))
    assert names(found) == {
        "GRID s1, takes not heard": [f"s1{n}" for n in range(14, 120, 15)],
        "GRID s4, never heard": ["s40", "s41", "s42"],
        "FACEGOOD shirley, never heard": ["shirley0", "shirley1"],
    }


def test_words_never_heard_are_a_group_of_their_own(folder) -> None:
    found = honest_split(folder, Data(hold_out_words=("red",)))
    assert {e.name for e in found["GRID s1, words not heard"]} == {
        f"s1{n}" for n in range(0, 120, 3)
    }
    others = found["GRID s1, takes not heard"]
    assert others
    assert not any("red" in e.about["text"] for e in others)
    assert "GRID s4, never heard" not in found


def test_a_take_that_one_of_several_heard_is_left_out(folder) -> None:
    every_third = Data(hold_out_every=3, hold_out_speakers=("s4",))
    every_second = Data(hold_out_every=2, sets={"grid": 1.0, "facegood": 1.0})
    found = honest_split(folder, [every_third, every_second, None])
    assert names(found) == {"GRID s1, takes not heard": [f"s1{n}" for n in range(5, 120, 6)]}


def test_a_take_is_as_strange_as_it_is_to_the_method_that_knows_it_best(folder) -> None:
    """To one the words are new, to another the whole speaker: to both, only what is new to all."""
    words = Data(hold_out_words=("red",), hold_out_every=0, hold_out_speakers=("s4",))
    speaker = Data(hold_out_speakers=("s1", "s4"))
    found = honest_split(folder, [words, speaker])
    assert set(found) == {
        "GRID s1, words not heard", "GRID s4, never heard", "FACEGOOD shirley, never heard",
    }  # fmt: skip


def test_other_voices_of_a_take_count_as_the_take(folder) -> None:
    found = honest_split(folder, Data(sets={"grid_revoiced": 1.0}))
    assert len(found["GRID s1, takes not heard"]) == 8
    assert "GRID s1, never heard" not in found


def test_methods_that_learnt_nothing_know_nobody(folder) -> None:
    assert {protocol_of(group) for group in honest_split(folder, [None])} == {"cross-speaker"}
    assert len(honest_split(folder)["GRID s1, never heard"]) == 120


def test_everything_says_what_was_heard(folder) -> None:
    found = honest_split(folder, Data(), everything=True)
    assert len(found["GRID s1, HEARD"]) == 112
    assert [kind_of(group) for group in found][-2:] == ["HEARD", "HEARD"]
    assert protocol_of("GRID s1, HEARD") == "training takes"


def test_nothing_left_is_an_error(folder, tmp_path) -> None:
    heard = Data(hold_out_every=0, sets={"grid": 1.0, "facegood": 1.0})
    with pytest.raises(VoxfaceError, match="--everything"):
        honest_split(folder, heard)
    with pytest.raises(VoxfaceError, match="no captured take"):
        honest_split(tmp_path, Data())
    with pytest.raises(VoxfaceError, match="no group of takes"):
        protocol_of("everybody")


def test_no_take_is_in_two_groups(folder) -> None:
    found = honest_split(folder, Data(hold_out_words=("red",)), everything=True)
    held = [e.name for takes in found.values() for e in takes]
    assert len(held) == len(np.unique(held)) == 125
