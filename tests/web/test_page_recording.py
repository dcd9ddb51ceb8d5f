"""A recording on the page: dropped, animated, played; the head shows what Python says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from viewer_page import (
    EXAMPLE,
    assert_shows,
    build_page,
    clip_of,
    drop,
    missing_page,
    opened,
    page_browser,
    pick,
    viewer,
    wait_until,
)

import voxface

CLOSE = 1e-3
READ = "[performance.now() / 1000, voxface.time, voxface.shownTime, voxface.shown()]"
MOMENTS = (0.0, 0.731, 1.504, 2.1, 3.333, 5.0, 7.77, 9.05)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing_page() is not None, reason=missing_page() or ""),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    build_page()
    with page_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def one_page(browser: Any) -> Iterator[Any]:
    with viewer() as address:
        page = opened(browser, address)
        page.address = address
        yield page
        page.context.close()


@pytest.fixture(scope="module")
def truth() -> voxface.FaceClip:
    return voxface.animate(EXAMPLE, fps=60)


@pytest.fixture
def page(one_page: Any) -> Iterator[Any]:
    """The one page, in its usual state before every test."""
    if one_page.evaluate("voxface.clip !== null"):
        one_page.evaluate("voxface.pause()")
        one_page.get_by_label("Speed").select_option("1")
        loop = one_page.get_by_role("button", name="Loop")
        if loop.get_attribute("aria-pressed") == "true":
            loop.click()
    yield one_page
    assert not one_page.complaints


def test_a_dropped_recording_moves_the_head_as_python_says(
    page: Any, truth: voxface.FaceClip
) -> None:
    drop(page, EXAMPLE)
    assert page.evaluate("voxface.message") is None
    assert len(clip_of(page)) == len(truth)
    for seconds in MOMENTS:
        page.evaluate("seconds => voxface.seek(seconds)", seconds)
        assert page.evaluate("voxface.shownTime") == pytest.approx(min(seconds, truth.duration))
        assert_shows(page.evaluate("voxface.shown()"), truth, seconds, CLOSE)


def test_nothing_leaves_the_computer(page: Any) -> None:
    asked_before = len(page.asked)
    pick(page, EXAMPLE)
    assert all(url.startswith(("blob:", "data:", page.address)) for url in page.asked), page.asked
    # After the start, only the model and its runtime are fetched, from the page's own host.
    assert len(page.asked) - asked_before <= 8


def test_playing_keeps_the_head_in_time_with_the_sound(page: Any, truth: voxface.FaceClip) -> None:
    pick(page, EXAMPLE)
    page.evaluate("voxface.play()")
    page.wait_for_function("voxface.time > 0.3")
    seen = []
    for _ in range(6):
        page.wait_for_timeout(250)
        seen.append(page.evaluate(READ))
    for _, _, shown_time, shown in seen:
        assert_shows(shown, truth, shown_time, CLOSE)
    walls, heard = np.array([s[0] for s in seen]), np.array([s[1] for s in seen])
    assert np.abs((heard - heard[0]) - (walls - walls[0])).max() < 0.08
    # Pictures follow the sound; how closely is up to the machine, and this one draws in software.
    pictures = np.array([s[2] for s in seen])
    assert (pictures <= heard + 0.02).all() and (np.diff(pictures) >= 0).all()
    assert pictures[-1] > pictures[0]
    page.evaluate("voxface.pause()")
    stood = page.evaluate("voxface.time")
    page.wait_for_timeout(150)
    assert page.evaluate("voxface.time") == stood


def test_it_ends_at_the_end(page: Any) -> None:
    pick(page, EXAMPLE)
    page.evaluate("voxface.seek(8.9)")
    page.evaluate("voxface.play()")
    page.wait_for_function("!voxface.playing")
    assert page.evaluate("voxface.time") == pytest.approx(page.evaluate("voxface.seconds"))
    page.keyboard.press("Space")
    page.wait_for_function("voxface.playing && voxface.time < 1")


def test_slow_motion_is_slow(page: Any) -> None:
    pick(page, EXAMPLE)
    page.get_by_label("Speed").select_option("0.5")
    page.evaluate("voxface.play()")
    page.wait_for_function("voxface.time > 0.2")
    begin, heard = time.monotonic(), page.evaluate("voxface.time")
    page.wait_for_timeout(1500)
    pace = (page.evaluate("voxface.time") - heard) / (time.monotonic() - begin)
    assert pace == pytest.approx(0.5, abs=0.06)


def test_a_part_is_looped(page: Any) -> None:
    pick(page, EXAMPLE)
    box = page.locator(".timeline").bounding_box()
    across = lambda share: box["x"] + share * box["width"]  # noqa: E731
    middle = box["y"] + box["height"] / 2
    page.keyboard.down("Shift")
    page.mouse.move(across(0.5), middle)
    page.mouse.down()
    page.mouse.move(across(0.56), middle, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    assert page.get_by_role("button", name="Loop").get_attribute("aria-pressed") == "true"
    page.evaluate("voxface.play()")
    seconds = page.evaluate("voxface.seconds")
    times = []
    for _ in range(12):
        page.wait_for_timeout(100)
        times.append(page.evaluate("voxface.time"))
    assert min(times) >= 0.5 * seconds - 0.03 and max(times) <= 0.56 * seconds + 0.03
    assert (np.diff(times) < 0).any(), "the part never began again"


def test_the_strip_and_keys_seek(page: Any) -> None:
    pick(page, EXAMPLE)
    box = page.locator(".timeline").bounding_box()
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 20)
    quarter = page.evaluate("voxface.seconds") / 4
    assert page.evaluate("voxface.time") == pytest.approx(quarter, abs=0.05)
    for key, expected in (
        ("ArrowRight", quarter + 0.25), ("Shift+ArrowLeft", quarter + 0.25 - 1 / 60),
        ("Home", 0.0), ("End", page.evaluate("voxface.seconds")),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate("voxface.time") == pytest.approx(expected, abs=0.05)


def test_controls_reshape_without_hearing_again(page: Any, truth: voxface.FaceClip) -> None:
    def says(expected: voxface.FaceClip) -> bool:
        return bool(np.abs(clip_of(page).weights - expected.weights).max() < CLOSE)

    pick(page, EXAMPLE)
    page.get_by_label("Strength of jaw").fill("0")
    wait_until(page, lambda: clip_of(page)["jawOpen"].max() == 0)
    page.get_by_role("button", name="Reset").click()
    wait_until(page, lambda: says(truth))
    page.get_by_label("Expression").select_option("joy")
    asked = voxface.Controls(expression={"joy": 0.6}, life=voxface.Life(seed=7))
    page.get_by_label("Seed of chance").fill("7")
    page.get_by_label("Seed of chance").blur()
    happy = voxface.animate(EXAMPLE, fps=60, controls=asked)
    wait_until(page, lambda: says(happy))
    page.get_by_role("button", name="Reset").click()
    wait_until(page, lambda: says(truth))


def test_the_viewer_opens_what_the_command_line_names(browser: Any, tmp_path: Any) -> None:
    other = tmp_path / "other face.csv"
    voxface.animate(EXAMPLE, fps=30, controls=voxface.Controls(life=0)).save(other)
    with viewer(EXAMPLE, "--compare", other) as address:
        page = opened(browser, address)
        page.wait_for_function("voxface.clip && voxface.other")
        assert page.title() == "speech.flac · voxface"
        assert page.locator(".caption.other").inner_text() == "other face.csv"
        page.context.close()
