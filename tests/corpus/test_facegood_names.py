"""FACEGOOD takes: curves are matched by name, wherever they stand."""

from __future__ import annotations

import numpy as np
import pytest

from voxface.corpus.facegood import ARKIT_FROM_FACEGOOD, read_take
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS
from voxface.face.regions import SPEECH_CHANNELS

CURVES = sorted({name for parts in ARKIT_FROM_FACEGOOD.values() for name in parts})


def write(path, names, weights, fps=30):
    np.savez(path, weights=np.float32(weights), names=np.array(names), fps=fps)
    return path


def test_the_table_speaks_of_channels_that_exist() -> None:
    assert set(ARKIT_FROM_FACEGOOD) <= set(ARKIT_CHANNELS)
    assert set(ARKIT_FROM_FACEGOOD) <= set(SPEECH_CHANNELS)


@pytest.mark.parametrize("order", [1, -1])
def test_curves_are_found_by_name(tmp_path, order: int) -> None:
    names = ["eye_blink", *CURVES, "brow_up"][::order]
    weights = np.zeros((4, len(names)))
    weights[0, names.index("mouth_stretch_c")] = 0.8
    weights[1, names.index("mouth_oo_c")] = 0.6
    weights[2, names.index("mouth_oh_c")] = 0.6
    weights[3, names.index("mouth_lipCornerPull_l")] = 0.5
    weights[:, names.index("brow_up")] = 1
    clip = read_take(write(tmp_path / "a.npz", names, weights))
    assert float(clip.fps) == 30
    np.testing.assert_allclose(clip["jawOpen"], [0.8, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(clip["mouthPucker"], [0, 0.6, 0.3, 0], atol=1e-6)
    np.testing.assert_allclose(clip["mouthFunnel"], [0, 0, 0.3, 0], atol=1e-6)
    np.testing.assert_allclose(clip["mouthSmileLeft"], [0, 0, 0, 0.5], atol=1e-6)
    assert not clip["mouthSmileRight"].any()
    assert "browInnerUp" not in clip.channels


def test_sums_stay_in_range(tmp_path) -> None:
    clip = read_take(write(tmp_path / "a.npz", CURVES, np.full((3, len(CURVES)), 0.9)))
    assert clip.weights.max() <= 1
    low = read_take(write(tmp_path / "a.npz", CURVES, np.full((3, len(CURVES)), -0.2)))
    assert not low.weights.any()


def test_a_missing_curve_is_named(tmp_path) -> None:
    names = [name for name in CURVES if name != "mouth_oo_c"]
    with pytest.raises(VoxfaceError, match="lacks the curve 'mouth_oo_c'"):
        read_take(write(tmp_path / "a.npz", names, np.zeros((3, len(names)))))


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "other"])
def test_what_is_no_take(tmp_path, kind: str) -> None:
    path = tmp_path / "a.npz"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("no")
    elif kind == "other":
        np.savez(path, weights=np.zeros(3))
    with pytest.raises(VoxfaceError, match="is not a FACEGOOD take") as raised:
        read_take(path)
    assert "\n" not in str(raised.value)


def test_the_real_takes(shared) -> None:
    paths = sorted((shared / "data" / "facegood").glob("*.npz"))
    if not paths:
        pytest.skip("no FACEGOOD takes in the shared data")
    for path in paths:
        clip = read_take(path)
        assert float(clip.fps) == 30
        assert len(clip) > 300
        # A speaking face: the jaw opens and closes, and left and right go together.
        assert clip["jawOpen"].std() > 0.02
        assert clip["jawOpen"].min() < 0.05
        left, right = clip["mouthLowerDownLeft"], clip["mouthLowerDownRight"]
        if left.std() > 0.01:
            assert np.corrcoef(left, right)[0, 1] > 0.7
