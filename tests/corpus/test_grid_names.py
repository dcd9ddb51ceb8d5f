from pathlib import Path

import pytest

from voxface.corpus.grid import grid_sentence, grid_speaker, grid_word, read_align
from voxface.corpus.sources import boundary_difference
from voxface.errors import VoxfaceError
from voxface.phones.symbols import closes_lips


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bbaf2n", "bin blue at f two now"),
        ("s26_pgwzzp", "place green with z zero please"),
        ("s4_swio9a", "set white in o nine again"),
        ("lrbr1s", "lay red by r one soon"),
    ],
)
def test_names_are_sentences(name, sentence):
    assert " ".join(grid_sentence(name)) == sentence


@pytest.mark.parametrize("name", ["bbaw2n", "xbaf2n", "bbaf", "bbaf2nn"])
def test_other_names_are_refused(name):
    with pytest.raises(VoxfaceError, match="no GRID clip"):
        grid_sentence(name)


def test_speaker_is_in_the_name_or_the_first():
    assert grid_speaker(Path("s26_bgbsza.mkv")) == "s26"
    assert grid_speaker(Path("bbaf2n.mkv")) == "s1"


def test_words_are_said_the_british_way():
    [units] = grid_word("z").pronunciations[:1]
    assert [unit.arpabet for unit in units] == ["Z", "EH", "D"]
    assert closes_lips(grid_word("p").pronunciations[0][0].phones[0])


def test_names_agree_with_the_index(shared):
    index = shared / "data" / "grid_s1" / "index.csv"
    if not index.is_file():
        pytest.skip(f"no GRID index at {index}")
    lines = index.read_text().splitlines()[1:]
    assert len(lines) > 100
    for line in lines:
        name, sentence = line.split(",")
        assert " ".join(grid_sentence(name)) == sentence


def test_align_files_are_read_in_seconds(tmp_path):
    path = tmp_path / "a.align"
    path.write_text("0 25000 sil\n25000 50000 bin\n50000 60000 blue\n")
    words = read_align(path)
    assert [(word.text, word.start, word.end) for word in words] == [
        ("bin", 1.0, 2.0),
        ("blue", 2.0, 2.4),
    ]
    assert boundary_difference(words, words) == 0
    assert boundary_difference(words[:1], words) is None
    path.write_text("0 x sil\n")
    with pytest.raises(VoxfaceError, match="expected 'start end word'"):
        read_align(path)
