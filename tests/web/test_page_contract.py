"""What the page shares with the package is what the package says."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def test_the_contract_of_the_page_is_up_to_date() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "web_contract"))
    assert script["CONTRACT"].read_text() == script["text"](), "run scripts/web_contract"


def test_the_answers_that_the_page_is_tested_with_are_python_s() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "web_golden"))
    kept = json.loads(script["GOLDEN"].read_text())
    _assert_near(kept, json.loads(json.dumps(script["golden"]())))


def _assert_near(kept: Any, found: Any) -> None:
    """Compare plain values; numbers may differ by what another processor rounds."""
    assert type(kept) is type(found), "run scripts/web_golden"
    if isinstance(kept, dict):
        assert kept.keys() == found.keys(), "run scripts/web_golden"
        for key in kept:
            _assert_near(kept[key], found[key])
    elif isinstance(kept, list) and kept and all(isinstance(item, float) for item in kept):
        np.testing.assert_allclose(kept, found, atol=3e-6, err_msg="run scripts/web_golden")
    elif isinstance(kept, list):
        assert len(kept) == len(found), "run scripts/web_golden"
        for one, other in zip(kept, found, strict=True):
            _assert_near(one, other)
    else:
        assert kept == found, "run scripts/web_golden"
