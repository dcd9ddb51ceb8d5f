"""A run that is stopped leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import pytest

LONG = 1800
"""Seconds; nobody's machine is through with them before it is stopped."""


@pytest.mark.parametrize(
    ("stop", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["term", "int"]
)
def test_nothing_is_left_of_a_run_that_is_stopped(
    tmp_path: Path, stop: signal.Signals, code: int
) -> None:
    with wave.open(str(tmp_path / "long.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(2 * 8000 * LONG))
    command = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    command += "from voxface.cli import main; main()"
    arguments = ["animate", "long.wav", "-o", "a.csv", "-o", "b.npz"]
    run = subprocess.Popen([sys.executable, "-c", command, *arguments], cwd=tmp_path)
    try:
        until = time.monotonic() + 60
        while not list(tmp_path.glob(".voxface*")) and run.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        run.send_signal(stop)
        assert run.wait(timeout=60) == code
    finally:
        run.kill()
    assert [each.name for each in tmp_path.iterdir()] == ["long.wav"]
