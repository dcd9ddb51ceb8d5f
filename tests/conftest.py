"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared data (`VOXFACE_SHARED`, otherwise ../shared), or skip."""
    folder = Path(os.environ.get("VOXFACE_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared data in {folder} (name its folder by VOXFACE_SHARED)")
    return folder
