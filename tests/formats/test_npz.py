from __future__ import annotations

import json
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.formats import load_clip, save_clip


@settings(max_examples=25, deadline=None)
@given(
    frames=st.integers(0, 50),
    fps=st.fractions(min_value=Fraction(1, 10), max_value=1000, max_denominator=2000),
    start=st.floats(-1e6, 1e6),
    names=st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4, unique=True),
    seed=st.integers(0, 99),
)
def test_nothing_is_lost(tmp_path_factory, frames, fps, start, names, seed):
    names = [name.replace("\0", "_") for name in names]
    if len(set(names)) < len(names):
        return
    random = np.random.default_rng(seed)
    head = np.concatenate([random.normal(size=(frames, 3)), np.eye(4)[[seed % 4] * frames]], axis=1)
    clip = FaceClip(
        random.normal(size=(frames, len(names))), fps, names, head,
        random.random((frames, len(names))) > 0.5, start, {"source": "ü.wav", "list": [1, None]},
    )  # fmt: skip
    path = tmp_path_factory.mktemp("npz") / "a.npz"
    save_clip(clip, path)
    again = load_clip(path)
    assert (again.fps, again.channels, again.start) == (clip.fps, clip.channels, clip.start)
    assert again.metadata == clip.metadata
    for field in ("weights", "head", "tracked"):
        assert np.array_equal(getattr(again, field), getattr(clip, field))


def test_the_archive_explains_itself(tmp_path, make_clip):
    save_clip(make_clip(2, "29.97"), tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as archive:
        assert str(archive["fps"]) == "30000/1001"
        assert "centimetres" in json.loads(str(archive["units"]))["head"]
        assert int(archive["format_version"]) == 1
        assert str(archive["names"][0]) == "eyeBlinkLeft"


def test_weights_names_and_rate_are_enough(tmp_path):
    np.savez(tmp_path / "a.npz", weights=np.ones((3, 2)), names=np.array(["a", "b"]), fps=30.0)
    clip = load_clip(tmp_path / "a.npz")
    assert (len(clip), clip.fps, clip.channels) == (3, 30, ("a", "b"))


def test_a_truncated_or_newer_or_strange_archive_is_refused(tmp_path, make_clip):
    path = tmp_path / "a.npz"
    save_clip(make_clip(20), path)
    whole = path.read_bytes()
    for size in (10, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:size])
        with pytest.raises(VoxfaceError, match="damaged") as caught:
            load_clip(path)
        assert "\n" not in str(caught.value)
    np.savez(path, weights=np.zeros((1, 1)), names=np.array(["a"]), fps="30", format_version=99)
    with pytest.raises(VoxfaceError, match="update voxface"):
        load_clip(path)
    np.savez(path, curves=np.zeros(3))
    with pytest.raises(VoxfaceError, match="not a face clip"):
        load_clip(path)


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was opened",))


def test_nothing_pickled_is_opened(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, weights=np.array([Bomb()], dtype=object), names=np.array(["a"]), fps="30")
    with pytest.raises(VoxfaceError):
        load_clip(path)
    path.write_bytes(pickle.dumps({"weights": 1}))
    with pytest.raises(VoxfaceError):
        load_clip(path, "npz")


def test_metadata_that_json_cannot_say_is_refused_and_leaves_nothing(tmp_path, make_clip):
    with pytest.raises(VoxfaceError, match="plain JSON"):
        save_clip(make_clip(2, metadata={"array": np.zeros(3)}), tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())
