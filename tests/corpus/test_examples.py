"""Example files: what was saved is what is loaded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fabricated import learnable, make_example
from voxface.corpus.examples import ARRAYS, TABLES, load_examples, save_examples
from voxface.errors import VoxfaceError
from voxface.phones.times import TimedPhone


def test_round_trip(tmp_path) -> None:
    rng = np.random.default_rng(0)
    held = [
        learnable(rng, 40, name="one", speaker="anna", text="bin blue", language="en"),
        make_example(1, name="zwei", speaker="بن", corpus="voices", pose="unknown"),
        replace(
            learnable(rng, 25, name="three"),
            own_gain=np.float32(rng.normal(size=52)),
            seen=np.uint8(rng.integers(0, 2, 25)),
        ),
    ]
    path = tmp_path / "new" / "set.npz"
    save_examples(path, iter(held))
    found = load_examples(path)
    assert [len(e) for e in found] == [40, 1, 25]
    for one, two in zip(held, found, strict=True):
        assert (one.name, one.speaker, one.corpus) == (two.name, two.speaker, two.corpus)
        assert one.about == two.about
        for name in (*ARRAYS, *TABLES):
            before, after = getattr(one, name), getattr(two, name)
            np.testing.assert_array_equal(before, after)
            assert before.dtype == after.dtype, name
    assert [item.name for item in path.parent.iterdir()] == ["set.npz"]


def test_phones_survive(tmp_path) -> None:
    example = make_example(20, phones=(TimedPhone("b", 0.05, 0.1),))
    save_examples(tmp_path / "a.npz", [example])
    [found] = load_examples(tmp_path / "a.npz")
    assert found.articulation.shape == (20, 27)
    np.testing.assert_array_equal(found.articulation, example.articulation)


def test_no_examples_is_an_error_and_no_file(tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="no examples"):
        save_examples(tmp_path / "a.npz", [])
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_what_was_there(tmp_path) -> None:
    path = tmp_path / "a.npz"
    save_examples(path, [make_example(5)])
    before = path.read_bytes()

    def broken():
        yield make_example(5)
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        save_examples(path, broken())
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def _damaged(path) -> None:
    save_examples(path, [make_example(50)])
    path.write_bytes(path.read_bytes()[:-300])


def _one_array(path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


BAD = {
    "missing": lambda path: None,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("no"),
    "damaged": _damaged,
    "of another make": lambda path: np.savez(path, weights=np.zeros(3)),
    "one array": _one_array,
    "a folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_cannot_be_read(tmp_path, kind: str) -> None:
    path = tmp_path / "a.npz"
    BAD[kind](path)
    with pytest.raises(VoxfaceError, match="voxface prepare") as raised:
        load_examples(path)
    assert "\n" not in str(raised.value)


def test_a_folder_that_cannot_be_made(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VoxfaceError, match="cannot write"):
        save_examples(tmp_path / "file" / "a.npz", [make_example(5)])
