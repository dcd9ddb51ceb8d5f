import pytest

from voxface.corpus.catalogue import make_corpus
from voxface.corpus.sources import Take, utterance_of, voice_takes
from voxface.corpus.utterance import Dropped
from voxface.errors import VoxfaceError
from voxface.phones.pronunciation import plain_words


@pytest.mark.parametrize("name", ["grid", "voices"])
def test_missing_recordings_say_what_to_give(name, tmp_path):
    with pytest.raises(VoxfaceError, match="--shared"):
        make_corpus(name, tmp_path / "out", shared=tmp_path)
    assert not (tmp_path / "out").exists()


def test_unknown_corpus_is_named(tmp_path):
    with pytest.raises(VoxfaceError, match="unknown corpus 'gird'; did you mean 'grid'"):
        make_corpus("gird", tmp_path, shared=tmp_path)


def test_an_unreadable_recording_is_dropped_with_its_reason(tmp_path):
    path = tmp_path / "a.ogg"
    path.write_text("no sound")
    result = utterance_of(Take("a", path, "ann", "en", "hello"))
    assert isinstance(result, Dropped)
    assert "a.ogg" in result.reason


def test_an_arabic_word_keeps_its_own_phones(shared):
    pytest.importorskip("pocketsphinx", reason="alignment needs the extra 'train' (pocketsphinx)")
    if not (shared / "data" / "voices" / "index.csv").is_file():
        pytest.skip(f"no voices in {shared}")
    takes = [t for t in voice_takes(shared / "data") if t.pronunciation == "sˤifr"]
    results = [utterance_of(take) for take in takes[:6]]
    kept = [result for result in results if not isinstance(result, Dropped)]
    assert len(kept) >= 3
    for utterance in kept:
        said = [phone.symbol for phone in utterance.phones if phone.symbol != "sil"]
        assert said == ["sˤ", "i", "f", "r"]


def test_a_recording_with_two_texts_is_dropped(tmp_path):
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices" / "index.csv").write_text(
        "file,set,speaker,language,text,pronunciation_ipa\n"
        "s/a.ogg,s,ann,en,LEFT,\ns/a.ogg,s,ann,en,RIGHT,\ns/b.ogg,s,ann,en,UP,\n"
    )
    first, second = voice_takes(tmp_path)
    assert utterance_of(first) == Dropped("s_a", "listed twice with different words")
    assert second.doubt == ""


def test_words_are_plain():
    assert plain_words("Look at ANN’s pants, O'Neil -- twice!") == [
        "look", "at", "ann's", "pants", "o'neil", "twice",
    ]  # fmt: skip
