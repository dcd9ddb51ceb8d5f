"""The numbers of ``life.json``, the one definition that Python and the page share."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

LIFE_FILE = Path(__file__).with_name("life.json")


@cache
def parameters() -> Any:
    """Return the numbers as attributes: ``parameters().blinks.closing_seconds``."""
    return json.loads(
        LIFE_FILE.read_text(encoding="utf-8"), object_hook=lambda d: SimpleNamespace(**d)
    )


def frames(seconds: float) -> float:
    """Return a time in frames of 10 ms."""
    return float(seconds * parameters().frames_per_second)


def blend(seconds: float) -> float:
    """Return the step of a one-pole low-pass: the share of the way that one frame takes.

    1 - exp(-1 / frames), so that the answer to a step has the time constant `seconds`.
    """
    return 1 - math.exp(-1 / frames(seconds))
