"""Measured light that is kept: exact enough, of the right rig only, and never in the way."""

from __future__ import annotations

import numpy as np
import pytest

from voxface.render.film import open_mouth
from voxface.render.measured import (
    SHIPPED,
    MeasuredLight,
    light_key,
    measured_light,
    read_light,
    write_light,
)
from voxface.render.posing import Poser
from voxface.rig import default_head


def made_up(vertices: int = 300) -> MeasuredLight:
    rng = np.random.default_rng(2)
    shut = rng.normal(size=(vertices, 25)).cumsum(axis=0).astype(np.float32)
    opened = shut.copy()
    opened[50:90] += rng.normal(size=(40, 25)).astype(np.float32)
    return MeasuredLight(shut, opened)


def test_the_package_holds_the_light_of_its_head():
    """After a change of head.glb: python scripts/head_light."""
    head = default_head()
    kept = read_light(SHIPPED, light_key(head, open_mouth(head)))
    assert kept is not None, "head.glb has changed; run scripts/head_light"
    assert kept.shut.shape == kept.opened.shape == (len(head.neutral), 25)
    openness = kept.shut[:, 0] * 2 / np.sqrt(np.pi)
    # Open to about all of its sky where it is free; in the mouth there is none, until it opens.
    assert 0.8 < np.percentile(openness, 99) < 1.2
    inside = np.unique(next(part.triangles for part in head.parts if part.name == "tongue"))
    assert np.median(openness[inside]) < 0.1
    assert kept.opened[inside, 0].sum() > kept.shut[inside, 0].sum() + 10


def test_what_is_written_is_read(tmp_path):
    light = made_up()
    write_light(tmp_path / "a.npz", "key", light)
    found = read_light(tmp_path / "a.npz", "key")
    assert found is not None
    step = np.maximum(np.abs(light.shut), np.abs(light.opened)).max(axis=0) / 1023
    assert (np.abs(found.shut - light.shut) <= 0.51 * step + 1e-6).all()
    assert (np.abs(found.opened - light.opened) <= 1.1 * step + 1e-6).all()
    np.testing.assert_array_equal(found.shut[:50], found.opened[:50])
    assert read_light(tmp_path / "a.npz", "another key") is None


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", None])
def test_a_damaged_file_is_no_light(tmp_path, damage):
    path = tmp_path / "a.npz"
    write_light(path, "key", made_up())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert read_light(path, "key") is None
    assert read_light(tmp_path / "missing.npz", "key") is None


def test_another_shape_has_another_key(ball_head):
    row = open_mouth(ball_head)
    key = light_key(ball_head, row)
    assert key == light_key(ball_head, row)
    assert key != light_key(ball_head, 0.5 * row)
    ball_head.neutral[0, 0] += 0.01
    other = light_key(ball_head, row)
    ball_head.neutral[0, 0] -= 0.01
    assert key != other


@pytest.mark.usefixtures("drawing")
def test_a_rig_is_measured_once(ball_head, monkeypatch, tmp_path):
    from voxface.render import measured  # noqa: PLC0415
    from voxface.render.context import open_context  # noqa: PLC0415

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    calls = []
    transfer = measured.transfer
    monkeypatch.setattr(measured, "transfer", lambda *all: calls.append(1) or transfer(*all))
    row, poser = open_mouth(ball_head), Poser(ball_head)
    first = measured_light(open_context(), ball_head, poser, row)
    assert len(calls) == 2
    again = measured_light(open_context(), ball_head, poser, row)
    assert len(calls) == 2
    np.testing.assert_allclose(again.shut, first.shut, atol=0.002)
    np.testing.assert_allclose(again.opened, first.opened, atol=0.007)
    assert [path.suffix for path in (tmp_path / "voxface" / "light").iterdir()] == [".npz"]


@pytest.mark.usefixtures("drawing")
def test_without_a_cache_a_rig_is_measured_all_the_same(ball_head, monkeypatch, tmp_path):
    from voxface.render.context import open_context  # noqa: PLC0415

    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    found = measured_light(open_context(), ball_head, Poser(ball_head), open_mouth(ball_head))
    assert np.isfinite(found.shut).all()
