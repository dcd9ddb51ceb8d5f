"""The design of a study is balanced, proved by counting."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.errors import VoxfaceError
from voxface.study.design import Layout, Pair, Single, pairs, singles, williams, with_checks

layouts = st.builds(
    lambda methods, sounds, each, seed: Layout(methods, sounds, min(each, sounds), seed),
    st.integers(2, 5),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(0, 99),
)


def rows_of(treatments: int) -> int:
    return treatments * (1 + treatments % 2)


def even(counts: Counter, kinds: int) -> bool:
    """Whether `kinds` things were counted, and all of them equally often."""
    return len(counts) == kinds and len(set(counts.values())) == 1


@pytest.mark.parametrize("count", range(1, 13))
def test_williams_rows_balance_positions_and_successions(count):
    rows = williams(count)
    assert len(rows) == (count if count % 2 == 0 else 2 * count)
    assert all(sorted(row) == list(range(count)) for row in rows)
    assert even(Counter((k, t) for row in rows for k, t in enumerate(row)), count * count)
    if count > 1:
        followed = Counter(two for row in rows for two in pairwise(row))
        assert even(followed, count * (count - 1))


def test_the_classic_square_of_four():
    assert williams(4)[0] == (0, 1, 3, 2)


@given(layouts, st.integers(0, 50))
def test_everyone_rates_every_method_with_each_of_their_sounds_once(layout, place):
    seen = singles(layout, place)
    sounds = {each.sound for each in seen}
    assert len(sounds) == layout.sounds_each
    assert sorted(seen, key=repr) == sorted(
        (Single(m, s) for m in range(layout.methods) for s in sounds), key=repr
    )


@settings(max_examples=40)
@given(layouts, st.integers(0, 6))
def test_methods_are_balanced_after_few_participants(layout, begin):
    clips = layout.methods * layout.sounds_each
    group = layout.methods * (1 + clips % 2)
    plans = [singles(layout, begin * group + place) for place in range(group)]
    placed = Counter((k, each.method) for plan in plans for k, each in enumerate(plan))
    assert even(placed, clips * layout.methods)
    followed = Counter((a.method, b.method) for plan in plans for a, b in pairwise(plan))
    others = Counter({two: n for two, n in followed.items() if two[0] != two[1]})
    assert even(others, layout.methods * (layout.methods - 1))


@settings(max_examples=25)
@given(layouts)
def test_a_full_design_balances_every_clip_and_every_sound(layout):
    clips = layout.methods * layout.sounds_each
    plans = [singles(layout, place) for place in range(rows_of(clips) * layout.sounds)]
    assert even(Counter(e.sound for plan in plans for e in plan), layout.sounds)
    assert even(Counter(e for plan in plans for e in plan), layout.methods * layout.sounds)
    if layout.sounds_each == layout.sounds:
        placed = Counter((k, each) for plan in plans for k, each in enumerate(plan))
        assert even(placed, clips * clips)


@settings(max_examples=25)
@given(layouts)
def test_pairs_are_shown_once_each_and_on_both_sides(layout):
    both = layout.methods * (layout.methods - 1) // 2
    rows = rows_of(both * layout.sounds_each)
    plans = [pairs(layout, place) for place in range(2 * rows)]
    for plan in plans:
        met = Counter((frozenset((p.left, p.right)), p.sound) for p in plan)
        assert len(met) == both * layout.sounds_each and set(met.values()) == {1}
    sides = Counter((p.left, p.right, k) for plan in plans for k, p in enumerate(plan))
    assert even(sides, 2 * both * both * layout.sounds_each)


@given(layouts, st.integers(0, 20))
def test_two_in_succession_see_swapped_sides(layout, couple):
    if layout.sounds_each < layout.sounds:
        return
    rows = rows_of(layout.methods * (layout.methods - 1) // 2 * layout.sounds_each)
    place = 2 * couple % rows
    one, other = (set(pairs(layout, place + more)) for more in (0, 1))
    assert {Pair(p.right, p.left, p.sound) for p in one} == other


@given(st.integers(3, 5), st.integers(0, 20), st.integers(0, 9))
def test_a_method_stands_left_about_half_the_time(methods, place, seed):
    shown = pairs(Layout(methods, 2, 2, seed), place)
    left = Counter(pair.left for pair in shown)
    assert all(abs(left[m] - (methods - 1)) <= 1 for m in range(methods))


def test_one_method_makes_no_pairs():
    assert pairs(Layout(1, 3, 3), 0) == []


@given(st.integers(0, 30), st.integers(0, 3), st.text(max_size=5))
def test_checks_stand_between_the_trials(count, checks, draw):
    items, extra = list(range(count)), [f"check {n}" for n in range(checks)]
    mixed = with_checks(items, extra, draw)
    assert [each for each in mixed if isinstance(each, int)] == items
    assert sorted(each for each in mixed if isinstance(each, str)) == extra
    assert mixed == with_checks(items, extra, draw)
    if count:
        assert mixed[0] == 0


@pytest.mark.parametrize("numbers", [(0, 1, 1), (2, 0, 0), (2, 3, 4), (2, 3, 0)])
def test_sizes_that_make_no_study_are_refused(numbers):
    with pytest.raises(VoxfaceError):
        Layout(*numbers)
