"""The microphone on the page: heard live, then a take like any other."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from viewer_page import (
    EXAMPLE,
    build_page,
    clip_of,
    downloaded,
    missing_page,
    opened,
    page_browser,
    viewer,
)

import voxface
from voxface.audio import read

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing_page() is not None, reason=missing_page() or ""),
]


def write_wav(path: Path, rate: int = 48000) -> Path:
    pcm = read(EXAMPLE, rate)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((pcm * 32767).astype("<i2").tobytes())
    return path


def test_the_head_speaks_along_and_what_was_said_can_be_kept(tmp_path: Path) -> None:
    build_page()
    spoken = write_wav(tmp_path / "spoken.wav")
    microphone = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={spoken}%noloop",
    )
    with viewer() as address, page_browser(*microphone) as browser:
        page = opened(browser, address)
        page.get_by_role("button", name="Use the microphone").click()
        page.wait_for_function("voxface.status === 'listening'")
        widest = 0.0
        for _ in range(40):
            page.wait_for_timeout(100)
            widest = max(widest, page.evaluate("voxface.shown().weights.jawOpen"))
        assert widest > 0.1, "the head never opened its mouth while it was spoken to"
        page.get_by_role("button", name="Stop listening").click()
        page.wait_for_function("voxface.status === 'ready' && voxface.clip")
        assert not page.complaints
        seconds = page.evaluate("voxface.seconds")
        assert 3 < seconds < 60
        kept = clip_of(page)
        page.get_by_role("tab", name="Export").click()
        sound = downloaded(page, "Sound, WAV", tmp_path)
        again = voxface.animate(sound, fps=60)
        frames = min(len(kept), len(again))
        assert abs(len(kept) - len(again)) <= 1
        # The file holds 16 bits a sample, so the two hear almost the same.
        apart = np.abs(kept["jawOpen"][:frames] - again["jawOpen"][:frames])
        assert apart.mean() < 0.02 and kept["jawOpen"].max() > 0.1
        page.evaluate("voxface.play()")
        page.wait_for_function("voxface.time > 0.2")


def test_a_microphone_that_is_refused_is_no_dead_page(tmp_path: Path) -> None:
    build_page()
    with viewer() as address, page_browser() as browser:
        page: Any = opened(browser, address)
        page.get_by_role("button", name="Use the microphone").click()
        assert "microphone" in page.get_by_role("alert").inner_text()
        assert page.evaluate("voxface.status") == "ready"
        assert page.get_by_role("button", name="Try the example").is_visible()
