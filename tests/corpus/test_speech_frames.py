"""Where somebody speaks, on planted bursts."""

from __future__ import annotations

import numpy as np
import pytest

from fabricated import BURSTS, bursts
from voxface.audio.features import features
from voxface.corpus.speech import AFTER, BEFORE, BRIDGE, speech_frames, widened
from voxface.phones.articulation import articulation_frames
from voxface.phones.symbols import SILENCE, phone_features
from voxface.phones.times import TimedPhone


def runs(active: np.ndarray) -> list[tuple[int, int]]:
    """Return begin and end of every run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


@pytest.mark.parametrize("gain", [1.0, 0.1])
def test_bursts_are_found_where_they_are(gain: float) -> None:
    found = runs(speech_frames(features(gain * bursts())))
    assert len(found) == len(BURSTS)
    for (first, last), (begin, end) in zip(found, BURSTS, strict=True):
        assert abs(first - begin * 100) <= 3
        assert abs(last - end * 100) <= 3


def test_short_pauses_belong_to_the_speech_around_them() -> None:
    sound = bursts()
    sound[round(1.4 * 16_000) : round(1.5 * 16_000)] *= 0.01
    assert len(runs(speech_frames(features(sound)))) == len(BURSTS)
    assert BRIDGE > 10


def test_clicks_are_not_speech() -> None:
    sound = bursts()
    sound[round(2.8 * 16_000) : round(2.8 * 16_000) + 16] = 0.1
    assert runs(speech_frames(features(sound)))[-1][1] <= 243


def test_digital_silence_holds_no_speech() -> None:
    assert not speech_frames(features(np.zeros(16_000, np.float32))).any()


def test_speech_without_a_pause_is_all_speech() -> None:
    noise = np.float32(0.1 * np.random.default_rng(0).normal(size=16_000))
    assert speech_frames(features(noise)[:-3]).all()


def test_widening_by_known_amounts() -> None:
    active = np.zeros(200, bool)
    active[80:100] = True
    assert runs(widened(active)) == [(80 - BEFORE, 100 + AFTER)]


def test_widening_at_the_ends() -> None:
    active = np.zeros(60, bool)
    active[[0, 59]] = True
    assert runs(widened(active)) == [(0, 1 + AFTER), (59 - BEFORE, 60)]
    assert not widened(np.zeros(7, bool)).any()
    assert widened(np.ones(7, bool)).all()


def test_phones_in_time() -> None:
    phones = [TimedPhone("p", 0.02, 0.05), TimedPhone("uː", 0.05, 0.4)]
    found = articulation_frames(phones, 30)
    assert found.shape == (30, 27)
    assert found.dtype == np.uint8
    wanted = [SILENCE] * 2 + ["p"] * 3 + ["uː"] * 25
    for row, symbol in zip(found, wanted, strict=True):
        np.testing.assert_allclose(row / 255, phone_features(symbol), atol=0.003)


def test_no_phones_is_silence() -> None:
    assert (articulation_frames([], 4)[:, 0] == 255).all()
    assert not articulation_frames([], 4)[:, 1:].any()
    assert articulation_frames([TimedPhone("a", 0, 1)], 0).shape == (0, 27)
