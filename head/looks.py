"""Materials, texture coordinates and vertex colours."""

from __future__ import annotations

import numpy as np
from deform import smooth_step
from hair import hair_picture, inside_hairline
from numpy.typing import NDArray
from occlusion import openness, vertex_normals
from paint import SIZE, atlas, eye_picture, noise, skin_picture
from skin_mesh import SkinMesh, vertex_areas

from voxface.face import Material

Points = NDArray[np.float64]


def linear(red: int, green: int, blue: int, alpha: float = 1.0) -> tuple[float, ...]:
    """Return linear colour components of an sRGB colour (IEC 61966-2-1)."""
    value = np.array([red, green, blue]) / 255
    low, high = value / 12.92, ((value + 0.055) / 1.055) ** 2.4
    result = np.where(value <= 0.04045, low, high)
    return (*(round(float(v), 5) for v in result), alpha)


def materials(skin: SkinMesh, uv: Points) -> dict[str, Material]:
    """Return the material of every part."""
    normals = vertex_normals(skin.points, skin.triangles)
    areas = vertex_areas(skin.points, skin.triangles)
    shade = 0.72 + 0.28 * openness(skin.points, normals, areas)
    strands = noise(SIZE, (7.0, 0.9), 8)
    place = atlas(skin, uv)
    into = inside_hairline(place)
    low = smooth_step(place[..., 1], 1.4, -0.8) * smooth_step(place[..., 2], -2.5, -4.0)
    # Where it is cut short, the skin shines through.
    front = smooth_step(place[..., 2], -3.6, -1.6)
    wild = (0.16 - 0.06 * low + 0.07 * front) * strands
    root = 0.87 * smooth_step(into + wild, -0.30, 0.5 + 0.75 * low)
    eye = eye_picture()
    white = (1.0, 1.0, 1.0, 1.0)
    return {
        "skin": Material("skin", white, 0.52, texture=skin_picture(skin, uv, shade, root)),
        "eye_left": Material("eye_left", white, 0.10, texture=eye),
        "eye_right": Material("eye_right", white, 0.10, texture=eye),
        "shirt": Material("shirt", linear(62, 76, 92), roughness=0.9),
        "lashes": Material("lashes", linear(34, 24, 20), roughness=0.6, two_sided=True),
        "teeth": Material("teeth", linear(236, 226, 208), roughness=0.26),
        "gums": Material("gums", linear(176, 92, 88), roughness=0.35),
        "tongue": Material("tongue", linear(190, 98, 98), roughness=0.42),
        "hair": Material("hair", white, 0.8, texture=hair_picture()),
    }


def skin_uv(skin: SkinMesh) -> Points:
    """Return texture coordinates: the head unrolled about its axis, both halves on one picture."""
    return uv_of(skin.points)


def uv_of(points: Points) -> Points:
    """Return texture coordinates of places on the skin."""
    x, y, z = points.T
    turn = np.arctan2(np.abs(x), z + 6.0)
    turn = np.where(y < -10, np.arctan2(np.abs(x), z + 6.0 + 2.5 * smooth_step(y, -10, -14)), turn)
    across = np.interp(turn, [0, np.radians(80), np.pi], [0.004, 0.78, 0.996])
    down = np.interp(-y, [-12.2, -6, 12.6, 18.5, 27.0], [0.004, 0.10, 0.86, 0.94, 0.996])
    return np.stack([across, down], axis=1)


def row_number(skin: SkinMesh, prefix: str) -> Points:
    """Return for every vertex on which of the numbered rows of that name it lies (0: none)."""
    cage = np.zeros(len(skin.cage_points))
    for name, row in skin.rows.items():
        if name.startswith(prefix):
            index = row[row < len(cage)]
            cage[index] = cage[skin.mirror[index]] = int(name.rsplit("_", 1)[1])
    return np.asarray(skin.lift @ cage)


def mouth_depth(skin: SkinMesh) -> Points:
    """Return how many rows inside the mouth a vertex lies; 0 on the face, 1 behind the seal."""
    return row_number(skin, "mouth_")


def skin_colors(skin: SkinMesh) -> Points:
    """Return vertex colours: white outside, dark red inside the mouth, pink along the lids."""
    colors = np.ones((len(skin.points), 4))
    for number, shades in (
        (mouth_depth(skin), MOUTH_SHADES), (row_number(skin, "socket_"), SOCKET_SHADES)
    ):  # fmt: skip
        steps = np.arange(len(shades))
        for i in range(3):
            colors[:, i] *= np.interp(number, steps, [shade[i] for shade in shades])
    hole = 0.93 * smooth_step(skin.nostrils, 0.12, 0.75)[:, None]
    colors[:, :3] *= 1 - hole * (0.92, 1.0, 1.0)
    return colors


MOUTH_SHADES = ((1, 1, 1), (0.60, 0.36, 0.36), (0.22, 0.09, 0.09), (0.09, 0.026, 0.026),
                (0.06, 0.015, 0.015), (0.04, 0.010, 0.010), (0.02, 0.006, 0.006))  # fmt: skip
"""The mouth's inside by the number of its row: ever darker and redder."""

SOCKET_SHADES = ((1, 1, 1), (0.86, 0.60, 0.55), (0.55, 0.32, 0.30), (0.3, 0.15, 0.14))
"""The lids' undersides."""
