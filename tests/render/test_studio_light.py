"""Light: the functions it is held in, what a matt ball gets of it, and what shades it."""

from __future__ import annotations

import numpy as np
import pytest
from film_props import ball

from voxface.face import Rig, RigPart
from voxface.render.harmonics import DEGREES, harmonics
from voxface.render.studio import LIGHTS, irradiance, light_numbers, times


def directions(count=20_000, seed=0):
    points = np.random.default_rng(seed).normal(size=(count, 3))
    return np.float32(points / np.linalg.norm(points, axis=1, keepdims=True))


def test_harmonics_are_orthonormal_and_of_their_degree():
    around = directions(200_000)
    values = harmonics(around)
    product = 4 * np.pi * (values @ values.T) / len(around)
    np.testing.assert_allclose(product, np.eye(25), atol=0.03)
    opposite = harmonics(-around[:50])
    np.testing.assert_allclose(
        opposite, values[:, :50] * np.where(DEGREES % 2, -1, 1)[:, None], atol=1e-5
    )
    np.testing.assert_array_equal(harmonics(around[:50], 9), values[:9, :50])


def test_harmonics_equal_scipys():
    special = pytest.importorskip("scipy.special", reason="SciPy is not installed")
    around = directions(40)
    polar, azimuth = np.arccos(around[:, 2]), np.arctan2(around[:, 1], around[:, 0])
    mine = harmonics(around)
    row = 0
    for degree in range(5):
        for order in range(-degree, degree + 1):
            value = special.sph_harm_y(degree, abs(order), polar, azimuth)
            sign = (-1) ** order * np.sqrt(2)
            expected = (
                value.real if order == 0 else sign * (value.imag if order < 0 else value.real)
            )
            np.testing.assert_allclose(mine[row], expected, atol=2e-5)
            row += 1


def test_a_matt_surface_is_brightest_towards_the_key():
    numbers = light_numbers(np.eye(3, dtype=np.float32))
    around = directions(4000)
    light = irradiance(harmonics(around, 9), numbers).sum(axis=1)
    towards = np.array(LIGHTS[0].towards) / np.linalg.norm(LIGHTS[0].towards)
    assert around[light.argmax()] @ towards > 0.8
    assert light.min() > -0.05


def test_light_turns_with_the_camera():
    turn = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], np.float32)
    around = harmonics(directions(100), 9)
    turned = harmonics(directions(100) @ turn.T, 9)
    still = irradiance(around, light_numbers(np.eye(3, dtype=np.float32)))
    np.testing.assert_allclose(irradiance(turned, light_numbers(turn)), still, atol=1e-4)


def test_times_is_a_matrix_product():
    rng = np.random.default_rng(0)
    rows, numbers = rng.random((25, 7)), rng.random((25, 4))
    np.testing.assert_allclose(times(rows, numbers), rows.T @ numbers)


@pytest.mark.usefixtures("drawing")
def test_what_a_shell_covers_is_dark_and_what_is_free_is_bright():
    """A small ball inside a large one that is open in front sees the sky only there."""
    from voxface.render.context import open_context  # noqa: PLC0415
    from voxface.render.occlusion import transfer  # noqa: PLC0415
    from voxface.render.posing import Poser  # noqa: PLC0415

    outer, shell = ball(10.0, (0, 0, 0), 24)
    shell = shell[outer[shell][:, :, 2].mean(axis=1) < 5.0]
    inner, core = ball(3.0, (0, 0, 0))
    points = np.concatenate([outer, inner])
    triangles = np.concatenate([shell, core + len(outer)]).astype(np.int32)
    rig = Rig("cup", points, (RigPart("skin", triangles),), (), np.zeros((0, len(points), 3)))
    found = transfer(open_context(), rig, Poser(rig), [])
    openness = found[:, 0] * 2 / np.sqrt(np.pi)
    front = len(outer) + np.flatnonzero(inner[:, 2] > 2.9)
    back = len(outer) + np.flatnonzero(inner[:, 2] < -2.5)
    outside = np.flatnonzero(outer[:, 2] < -8)
    assert openness[front].min() > 0.5
    assert openness[back].max() < 0.05
    assert openness[outside].min() > 0.85
    assert np.abs(openness[outside] - 1).max() < 0.15
