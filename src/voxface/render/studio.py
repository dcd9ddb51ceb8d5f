"""The studio: soft lights about the camera, and how they reach skin that is partly in shade.

What reaches a vertex is worked out beforehand for light from every direction (`occlusion`) and
held as 25 numbers a vertex; the lights are 25 numbers a colour. Their product is the soft light
with all soft shadows, for a head turned any way, at the cost of a small matrix product: Sloan,
Kautz & Snyder, "Precomputed radiance transfer", SIGGRAPH 2002.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.render.harmonics import DEGREES, harmonics

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Light:
    """A soft light.

    Parameters
    ----------
    towards : tuple of float
        Where it stands, seen from the head, in the camera's frame: right, up, to the camera.
    strength : tuple of float
        Linear red, green, blue.
    width : float
        How wide it is: the standard deviation of its disc, in degrees.
    """

    towards: tuple[float, float, float]
    strength: tuple[float, float, float]
    width: float


LIGHTS: tuple[Light, ...] = (
    Light((-0.56, 0.52, 0.64), (1.56, 1.47, 1.36), 8.0),  # key, a large soft box
    Light((0.85, 0.12, 0.52), (0.22, 0.24, 0.27), 30.0),  # fill
    Light((-0.90, 0.25, -0.50), (0.42, 0.45, 0.50), 18.0),  # rims
    Light((0.88, 0.30, -0.46), (0.52, 0.55, 0.60), 18.0),
    Light((0.0, 1.0, 0.15), (0.26, 0.27, 0.30), 50.0),  # ceiling
    Light((0.0, -0.85, 0.53), (0.08, 0.06, 0.05), 55.0),  # bounce from the floor
)
ROOM = 0.06
"""Light from everywhere."""
SCATTER = (12.0, 8.0, 6.5)
"""Degrees by which skin spreads red, green and blue: shadows get soft, red edges."""

_IRRADIANCE = np.array([np.pi, *[2 * np.pi / 3] * 3, *[np.pi / 4] * 5], np.float32)
"""What a matt surface makes of each function of light about its normal.

Ramamoorthi & Hanrahan, "An efficient representation for irradiance environment maps", 2001."""


def light_numbers(to_body: FloatArray) -> FloatArray:
    """Return the studio's light as 25 numbers a colour, shape (25, 3).

    Parameters
    ----------
    to_body : ndarray, shape (3, 3)
        From the camera's frame to that of the body that is lit.
    """
    towards = np.array([light.towards for light in LIGHTS])
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    at = harmonics(towards @ to_body.T)
    strength = np.array([light.strength for light in LIGHTS])
    spread = np.radians([light.width for light in LIGHTS])[:, None] ** 2
    spread = spread + np.radians(SCATTER)[None] ** 2
    # A disc that is wide and soft has that much less of each higher degree.
    soft = np.exp(-DEGREES[:, None, None] * (DEGREES[:, None, None] + 1) * spread / 2)
    numbers = np.einsum("il,ilc,lc->ic", at, soft, strength)
    numbers[0] += ROOM * np.sqrt(4 * np.pi)
    rounded: FloatArray = numbers.astype(np.float32)
    return rounded


def irradiance(around: FloatArray, numbers: FloatArray) -> FloatArray:
    """Return the light on matt surfaces that nothing shades, shape (N, 3).

    Parameters
    ----------
    around : ndarray, shape (9, N)
        `harmonics` of the normals.
    numbers : ndarray, shape (25, 3)
        From `light_numbers`.
    """
    return times(around, irradiance_numbers(numbers))


def irradiance_numbers(numbers: FloatArray) -> FloatArray:
    """Return what `harmonics` of a normal are weighted by in `irradiance`, shape (9, 3)."""
    weighted: FloatArray = _IRRADIANCE[:, None] * numbers[:9]
    return weighted


def times(rows: FloatArray, numbers: FloatArray) -> FloatArray:
    """Return the product of (K, N) and (K, M), summed over K, shape (N, M).

    `einsum` and not ``@``: a product so small, once a picture, would wake a linear algebra
    library's threads, and those then wait for more in busy loops that starve the renderer.
    """
    product: FloatArray = np.einsum("kn,km->mn", rows, numbers).T
    return product
