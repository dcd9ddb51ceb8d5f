from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.phones.times import TimedPhone, cover, energy_agreement, spread, trim_onsets

TONE = np.sin(np.arange(16000) * 0.1).astype(np.float32)


def test_spread_gives_a_diphthong_60_percent_first():
    first, second = spread(("a", "ɪ"), 1.0, 2.0)
    assert (first.start, first.end, second.end) == (1.0, pytest.approx(1.6), 2.0)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(["a", "p", "sil"]), st.floats(0, 3), st.floats(0, 1))))
def test_cover_leaves_no_gap_and_no_overlap(spans):
    spans = sorted(spans, key=lambda span: span[1])
    covered = cover([TimedPhone(name, at, at + long) for name, at, long in spans], 2.5)
    assert covered[0].start == 0
    assert covered[-1].end == 2.5
    for before, after in pairwise(covered):
        assert before.start < before.end == after.start
        assert not before.symbol == after.symbol == "sil"


def test_energy_agreement_knows_right_from_wrong():
    sound = np.concatenate([np.zeros(16000, np.float32), TONE])
    right = [TimedPhone("sil", 0, 1), TimedPhone("a", 1, 2)]
    wrong = [TimedPhone("a", 0, 1), TimedPhone("sil", 1, 2)]
    assert energy_agreement(sound, right) > 0.99
    assert energy_agreement(sound, wrong) < 0.01
    assert energy_agreement(sound, [TimedPhone("sil", 0, 2)]) == 0


def test_a_first_consonant_gives_back_the_pause_that_it_swallowed():
    heard = [
        TimedPhone("p", 0.0, 0.6),
        TimedPhone("a", 0.6, 1.2),
        TimedPhone("sil", 1.2, 1.5),
        TimedPhone("m", 1.5, 2.0),
        TimedPhone("s", 2.0, 2.5),
    ]
    trimmed = trim_onsets(heard)
    assert trimmed == [
        TimedPhone("sil", 0.0, 0.48),
        TimedPhone("p", 0.48, 0.6),
        TimedPhone("a", 0.6, 1.2),
        TimedPhone("sil", 1.2, 1.8),
        TimedPhone("m", 1.8, 2.0),
        TimedPhone("s", 2.0, 2.5),
    ]
    assert trim_onsets(trimmed) == trimmed
