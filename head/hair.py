"""Hair: a cap that grows out of the scalp from the hairline, combed back, with painted strands."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from deform import smooth_step
from occlusion import vertex_normals
from pieces import Piece
from skin_mesh import SkinMesh

Points = NDArray[np.float64]

# The hairline seen from the side, (z, y): from the forehead over temple, sideburn and ear to the
# nape, then closed far outside.
HAIRLINE = np.array([
    (1.2, 6.6), (0.2, 6.1), (-1.2, 5.2), (-2.5, 3.9), (-3.6, 2.2), (-4.3, 0.6), (-4.7, -0.9),
    (-5.1, -2.2), (-6.0, -2.4), (-6.3, -1.0), (-6.6, 0.6), (-7.4, 1.7), (-8.8, 1.8), (-9.9, 0.8),
    (-10.3, -1.5), (-10.6, -4.0), (-11.2, -6.6), (-12.2, -8.6), (-13.4, -9.4), (-20, -9.6),
    (-25, -9.6), (-25, 20), (1.2, 20),
])  # fmt: skip


def inside_hairline(points: Points) -> Points:
    """Return the distance into the hair in centimetres, negative outside, seen from the side."""
    place = np.stack([points[..., 2], points[..., 1]], axis=-1)
    start, end = HAIRLINE, np.roll(HAIRLINE, -1, axis=0)
    along = end - start
    distance = np.full(place.shape[:-1], np.inf)
    crossings = np.zeros(place.shape[:-1], int)
    for a, b, way in zip(start, end, along, strict=True):
        away = place - a
        share = np.clip(away @ way / (way @ way), 0, 1)
        distance = np.minimum(distance, np.linalg.norm(away - share[..., None] * way, axis=-1))
        rises = (a[1] > place[..., 1]) != (b[1] > place[..., 1])
        height = np.where(way[1] == 0, 1e-9, way[1])
        crossings += rises & (place[..., 0] < a[0] + way[0] * (place[..., 1] - a[1]) / height)
    return np.where(crossings % 2 == 1, distance, -distance)


def comb(points: Points) -> tuple[Points, Points]:
    """Return coordinates across and along the strands: combed from the forehead backwards."""
    x, y, z = np.moveaxis(points, -1, 0)
    across = np.arctan2(np.abs(x), y + 3.5)
    along = np.arctan2(-(z + 7.5), np.hypot(x * 0.55, y + 3.5))
    return across, along


def hair_cap(skin: SkinMesh) -> Piece:
    """Return the cap, thin at the hairline and full on the crown."""
    into = inside_hairline(skin.points)
    normals = vertex_normals(skin.points, skin.triangles)
    used = (into[skin.triangles] > -0.25).any(1)
    used &= skin.points[skin.triangles][:, :, 2].min(1) < 2.0
    triangles = skin.triangles[used]
    kept, renumbered = np.unique(triangles, return_inverse=True)
    place, normal, depth = skin.points[kept], normals[kept], into[kept]
    x, y, z = place.T
    across, along = comb(place)
    full = 0.35 + 0.75 * smooth_step(y, 0.5, 8.0) + 0.55 * np.exp(
        -(((z + 0.5) / 3.2) ** 2 + ((y - 8.5) / 2.5) ** 2))  # fmt: skip
    full *= 1 - 0.45 * smooth_step(y, -3, -8)
    grooves = (0.5 * np.sin(across * 46 + 2.2 * np.sin(along * 3)) + 0.35 * np.sin(
        across * 83 + 1.6 * np.sin(along * 4 + 1)))  # fmt: skip
    thick = full * smooth_step(depth, -0.25, 1.5) ** 0.7
    thick = thick * (1 + 0.10 * grooves) - 0.03 * smooth_step(depth, 0.1, -0.25)
    uv = np.stack([across / np.pi * 2.0, along / np.pi + 0.5], axis=1)
    cap = place + normal * thick[:, None]
    cap[np.abs(x) < 1e-9, 0] = 0
    return Piece(cap, {"hair": renumbered.reshape(-1, 3)}, uv)


def hair_picture(width: int = 512, height: int = 256) -> bytes:
    """Return strands running along v (down), repeating across u."""
    random = np.random.default_rng(31)
    base = np.zeros((height, width))
    for blur, amount in ((0.5, 0.5), (1.6, 0.9), (5.0, 0.9)):
        strands = gaussian_filter(random.standard_normal((height, width)), (height / 7, blur),
                                  mode="wrap")  # fmt: skip
        base += amount * strands / strands.std()
    base /= base.std()
    dark, light = np.array([0.105, 0.066, 0.046]), np.array([0.33, 0.222, 0.150])
    share = np.clip(0.40 + 0.20 * base, 0, 1)[..., None]
    picture = dark * (1 - share) + light * share
    out = Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
    held = io.BytesIO()
    out.save(held, "JPEG", quality=85, optimize=True)
    return held.getvalue()
