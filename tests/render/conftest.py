"""A small head and what it is filmed with."""

from __future__ import annotations

import numpy as np
import pytest
from film_props import ball

from voxface.errors import VoxfaceError
from voxface.face import Material, Rig, RigPart


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Keep measured light of the tests' rigs out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def ball_head() -> Rig:
    """Return a white ball of 10 cm whose front grows by 6 cm downwards with ``jawOpen``."""
    points, triangles = ball(10.0, (0.0, 0.0, 0.0))
    delta = np.zeros((1, len(points), 3), np.float32)
    delta[0, :, 1] = np.where(points[:, 1] < 0, -0.6, 0.0) * np.abs(points[:, 1])
    skin = RigPart("skin", triangles, Material("skin", (0.9, 0.9, 0.9, 1.0)))
    return Rig("ball", points, (skin,), ("jawOpen",), delta)


@pytest.fixture(scope="session")
def drawing():
    """Skip where this machine cannot draw."""
    pytest.importorskip("moderngl", reason="the extra voxface[render] is not installed")
    from voxface.render.context import open_context  # noqa: PLC0415

    try:
        open_context().release()
    except VoxfaceError as error:
        pytest.skip(str(error))
