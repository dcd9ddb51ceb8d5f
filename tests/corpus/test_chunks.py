"""Chunks: all of a take, in order, face and sound together, and padding that never counts."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy", reason="preparation needs the extra 'train'")

from voxface.corpus.chunks import chunks, pad_or_cut
from voxface.corpus.mesh_examples import MeshExample
from voxface.errors import VoxfaceError


def take(seconds: float, fps: float) -> MeshExample:
    """Loudness and the first coordinate tell the time."""
    frames, heard = int(seconds * fps), round(seconds * 100)
    features = np.zeros((heard, 83), np.float16)
    features[:, 0] = np.arange(heard) / 100
    offsets = np.ones((frames, 2, 3), np.float16)
    offsets[:, 0, 0] = np.arange(frames) / fps
    return MeshExample(
        "take", "s1", "grid", features, offsets, np.ones(frames, np.uint8),
        np.zeros((2, 3), np.float32), fps, {"licence": "CC BY 4.0"},
    )  # fmt: skip


@pytest.mark.parametrize("fps", [25.0, 30.0, 30_000 / 1001, 50.0])
@pytest.mark.parametrize("seconds", [7.3, 10.0, 10.04])
def test_chunks_are_the_whole_take_in_order(fps, seconds):
    example = take(seconds, fps)
    found = chunks(example, 3.0)
    length = len(found[0].offsets)
    assert {len(each.offsets) for each in found} == {length}
    assert {len(each.features) for each in found} == {round(length / fps * 100)}
    real = [each.offsets[each.seen > 0] for each in found]
    np.testing.assert_array_equal(np.concatenate(real), example.offsets)
    for each in found:
        begin = float(each.offsets[0, 0, 0])
        # Half precision tells 10 s to 8 ms.
        assert float(each.features[0, 0]) == pytest.approx(begin, abs=0.009)
        assert each.about["begin"] == pytest.approx(begin, abs=0.009)
    assert [each.name for each in found] == [f"take#{n}" for n in range(len(found))]


def test_padding_is_silence_and_never_counts():
    (_, last) = chunks(take(5.0, 25.0), 3.0)
    assert last.seen.sum() == 50 and len(last.seen) == 75
    assert not last.offsets[50:].any()
    assert (last.features[200:, :80] == -80).all() and (last.features[200:, 82] == -80).all()
    assert not last.features[200:, 80:82].any()


def test_unpadded_chunks_end_with_the_take():
    found = chunks(take(5.0, 25.0), 3.0, pad=False)
    assert [len(each.offsets) for each in found] == [75, 50]
    short = take(2.0, 25.0)
    assert chunks(short, 3.0, pad=False) == [short]
    assert chunks(take(3.0, 25.0), 3.0)[0].name == "take"


def test_values_are_padded_or_cut_with_a_mask():
    values = np.arange(6.0).reshape(3, 2)
    longer, mask = pad_or_cut(values, 5, -1)
    np.testing.assert_array_equal(longer[:3], values)
    assert (longer[3:] == -1).all() and mask.tolist() == [True] * 3 + [False] * 2
    shorter, mask = pad_or_cut(values, 2)
    np.testing.assert_array_equal(shorter, values[:2])
    assert mask.all() and len(mask) == 2


def test_a_chunk_without_frames_is_told():
    with pytest.raises(VoxfaceError, match="holds no frame"):
        chunks(take(1.0, 25.0), 0.01)
