"""Models to run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voxface.engine import Model
from voxface.engine.model import DEFAULT_MODEL


@pytest.fixture(scope="session")
def tiny(tiny_model_file: Path) -> Model:
    """Return the tiny model."""
    return Model(tiny_model_file)


@pytest.fixture(scope="session")
def default_model() -> Model:
    """Return the packaged model, or skip."""
    if not DEFAULT_MODEL.is_file():
        pytest.skip("the package holds no model yet")
    return Model.default()


@pytest.fixture(scope="session")
def murmur() -> np.ndarray:
    """Return 3 s of sound that comes and goes like speech, at 16 kHz."""
    generator = np.random.default_rng(7)
    time = np.arange(48_000) / 16_000
    loudness = np.maximum(0, np.sin(2 * np.pi * 0.7 * time)) * np.abs(np.sin(2 * np.pi * 4 * time))
    return np.float32(0.2 * loudness * generator.normal(size=len(time)))
