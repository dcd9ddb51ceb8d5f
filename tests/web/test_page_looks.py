"""How the page looks and behaves on screens of all sizes; its pictures are kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from viewer_page import (
    EXAMPLE,
    PICTURES,
    build_page,
    missing_page,
    opened,
    page_browser,
    pick,
    viewer,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing_page() is not None, reason=missing_page() or ""),
]

SCREENS = {"desktop": (1280, 800), "tablet": (820, 1180), "phone": (390, 844)}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    build_page()
    PICTURES.mkdir(exist_ok=True)
    with viewer() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with page_browser() as browser:
        yield browser


def screen(browser: Any, address: str, name: str, scheme: str, **more: Any) -> Any:
    width, height = SCREENS[name]
    size = {"width": width, "height": height}
    return opened(browser, address, viewport=size, color_scheme=scheme, **more)


def keep(page: Any, name: str) -> np.ndarray[Any, Any]:
    """Keep a picture of the page among the test results and return it, shape (H, W, 3)."""
    image = pytest.importorskip("PIL.Image", reason="Pillow reads the pictures")
    page.wait_for_timeout(600)
    taken = page.screenshot(path=str(PICTURES / f"{name}.png"))
    return np.asarray(image.open(io.BytesIO(taken)).convert("RGB"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_holds_the_page(browser: Any, address: str, name: str, scheme: str) -> None:
    page = screen(browser, address, name, scheme, quality=0)
    empty = keep(page, f"welcome_{name}_{scheme}")
    assert (empty.mean() < 110) == (scheme == "dark")
    pick(page, EXAMPLE)
    page.evaluate("voxface.seek(2.1)")
    shown = keep(page, f"take_{name}_{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # The head, the strip and the curves are there, not empty boxes.
    for part in ("canvas", ".timeline", ".curves"):
        box = page.locator(part).first.bounding_box()
        x, y, w, h = (round(box[side]) for side in ("x", "y", "width", "height"))
        crop = shown[max(y, 0) : y + h, x : x + w]
        assert crop.size and np.std(crop.reshape(-1, 3), axis=0).max() > 8, part
    assert not page.complaints
    page.context.close()


def test_the_switch_beats_the_system_and_is_kept(browser: Any, address: str) -> None:
    page = screen(browser, address, "desktop", "light")
    page.get_by_role("button", name="Dark theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    page.wait_for_function("window.voxface && voxface.status === 'ready'")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.context.close()


def test_everything_to_press_has_a_name_and_is_reached_by_keys(browser: Any, address: str) -> None:
    page = screen(browser, address, "desktop", "light")
    pick(page, EXAMPLE)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, [role=slider], canvas")]
          .filter((one) => !one.closest("[hidden], [aria-hidden=true]"))
          .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim()
            || one.labels?.length))
          .map((one) => one.outerHTML)"""
    )
    assert nameless == []
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.textContent.trim()"
            )
        )
    assert {"Pause", "Play"} & reached
    assert {"Position in the recording", "Loop", "Speed", "Controls"} <= reached
    page.context.close()


def test_help_opens_and_closes_by_keys(browser: Any, address: str) -> None:
    page = screen(browser, address, "desktop", "light")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    assert dialog.is_visible() and "Play or pause" in dialog.inner_text()
    keep(page, "help")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.context.close()


def test_without_3d_the_rest_still_works(browser: Any, address: str) -> None:
    page = opened(
        browser,
        address,
        script="""const plain = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
          return /webgl/.test(kind) ? null : plain.call(this, kind, ...more);
        };""",
    )
    assert "WebGL" in page.locator(".no-view").inner_text()
    pick(page, EXAMPLE)
    assert page.evaluate("voxface.frames") == 545
    keep(page, "without_3d")
    assert not page.complaints
    page.context.close()


def test_it_rests_when_nothing_moves(browser: Any, address: str) -> None:
    page = screen(browser, address, "desktop", "light")
    page.wait_for_timeout(1500)
    drawn = page.evaluate("voxface.picturesDrawn")
    page.wait_for_timeout(700)
    assert page.evaluate("voxface.picturesDrawn") == drawn
    page.context.close()


def test_a_still_head_is_drawn_once_at_the_best_quality(browser: Any, address: str) -> None:
    page = screen(browser, address, "desktop", "light", quality="auto")
    density = (
        "document.querySelector('canvas').width / document.querySelector('canvas').clientWidth"
    )
    page.wait_for_function(f"{density} === 2")
    pick(page, EXAMPLE)
    page.evaluate("voxface.play()")
    page.wait_for_function(f"voxface.playing && {density} < 1")
    page.evaluate("voxface.pause()")
    page.wait_for_function(f"{density} === 2")
    drawn = page.evaluate("voxface.picturesDrawn")
    keep(page, "still")
    assert page.evaluate(f"[voxface.picturesDrawn, {density}]") == [drawn, 2]
    page.evaluate("voxface.seek(2.1)")
    page.wait_for_function(f"voxface.picturesDrawn > {drawn} && {density} < 1")
    page.wait_for_function(f"{density} === 2")
    assert page.evaluate("voxface.picturesDrawn") <= drawn + 3
    assert not page.complaints
    page.context.close()


def test_a_head_that_waits_lives(browser: Any, address: str) -> None:
    page = opened(browser, address, quality=2, reduced_motion="no-preference")
    page.wait_for_function("voxface.shown().weights.eyeBlinkLeft > 0.3")
    page.context.close()
