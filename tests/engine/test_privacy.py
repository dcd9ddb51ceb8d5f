"""Animating writes no file about the user and starts nothing that could report to anyone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CODE = """
import os, numpy, voxface
voxface.animate(numpy.zeros(1600, numpy.float32), sample_rate=16_000)
print(os.environ["ORT_DISABLE_TELEMETRY"])
"""


def test_the_runtime_reports_nothing(tmp_path: Path) -> None:
    places = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"), str(tmp_path))
    surroundings = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    ended = subprocess.run(
        [sys.executable, "-c", CODE],
        env=surroundings | places,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert (ended.stdout.strip(), ended.stderr) == ("1", "")
    assert list(tmp_path.iterdir()) == []


def test_a_choice_of_the_user_is_kept(tmp_path: Path) -> None:
    code = "import os, voxface; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    chosen = os.environ | {"ORT_DISABLE_TELEMETRY": "0"}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=chosen, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "0"
