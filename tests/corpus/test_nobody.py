"""Sound in which nobody speaks."""

from __future__ import annotations

import numpy as np
import pytest

from fabricated import make_canonical
from voxface.corpus.examples import load_examples
from voxface.corpus.labels import save_canonical
from voxface.corpus.nobody import SECONDS, machine, music, percussion, prepare_nobody
from voxface.errors import VoxfaceError


@pytest.mark.parametrize("maker", [music, percussion, machine], ids=lambda maker: maker.__name__)
def test_sounds(maker) -> None:
    sound = maker(np.random.default_rng(3))
    assert sound.shape == (SECONDS * 16_000,)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 1
    assert 0.002 < sound.std() < 0.3
    np.testing.assert_array_equal(sound, maker(np.random.default_rng(3)))
    assert not np.array_equal(sound, maker(np.random.default_rng(4)))


def test_examples_rest(tmp_path) -> None:
    canonical = make_canonical()
    save_canonical(tmp_path / "canonical.npz", canonical)
    assert prepare_nobody(tmp_path / "canonical.npz", tmp_path, pieces=3) == 3
    for example in load_examples(tmp_path / "nobody.npz"):
        assert not example.speech.any()
        assert example.seen.all()
        assert (example.articulation[:, 0] == 255).all()
        assert example.about["pose"] == "unknown"
        np.testing.assert_allclose(example.motion[0], canonical.resting, atol=1e-3)
        assert (example.motion == example.motion[0]).all()


def test_a_canonical_speaker_comes_first(tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="voxface prepare"):
        prepare_nobody(tmp_path / "canonical.npz", tmp_path)
