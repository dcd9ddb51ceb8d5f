"""Clips to write and read."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from voxface.face import FaceClip

ClipMaker = Callable[..., FaceClip]


@pytest.fixture(scope="session")
def make_clip() -> ClipMaker:
    """Return a maker of clips whose every channel and frame differs from every other."""

    def make(frames: int = 90, fps: Fraction | float | str = 60, seed: int = 0, **more) -> FaceClip:
        random = np.random.default_rng(seed)
        head = np.zeros((frames, 7))
        head[:, :3] = random.normal(0, 3, (frames, 3))
        turns = Rotation.from_rotvec(random.normal(0, 0.3, (frames, 3)))
        head[:, 3:] = turns.as_quat(canonical=True, scalar_first=True)
        return FaceClip(random.random((frames, 52)), fps, head=head, **more)

    return make


@pytest.fixture(scope="session")
def assert_same_rotation() -> Callable[..., None]:
    def check(ours, theirs, tolerance: float) -> None:
        first = Rotation.from_quat(ours[:, 3:], scalar_first=True)
        second = Rotation.from_quat(theirs[:, 3:], scalar_first=True)
        assert (first.inv() * second).magnitude().max() < tolerance

    return check
