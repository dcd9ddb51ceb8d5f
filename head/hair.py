"""Hair: a cap that grows out of the scalp from the hairline, combed back, with painted strands."""

from __future__ import annotations

import io

import numpy as np
from deform import smooth_step
from numpy.typing import NDArray
from occlusion import vertex_normals
from pieces import Piece, grid_triangles
from PIL import Image
from scipy.interpolate import LinearNDInterpolator
from scipy.ndimage import gaussian_filter
from skin_mesh import SkinMesh

Points = NDArray[np.float64]

# The hairline seen from the side, (z, y): from the forehead over temple, sideburn and ear to the
# nape, then closed far outside.
HAIRLINE = np.array([
    (1.2, 6.6), (0.2, 6.1), (-1.2, 5.3), (-2.5, 4.2), (-3.5, 2.8), (-4.3, 1.4), (-4.8, 0.2),
    (-5.0, -1.0), (-6.1, -1.1), (-6.3, -0.4), (-6.8, 0.5), (-7.6, 1.1), (-8.8, 1.1), (-9.9, 0.3),
    (-10.3, -1.5), (-10.6, -4.0), (-11.2, -6.6), (-12.2, -8.4), (-13.4, -9.0), (-20, -9.2),
    (-25, -9.2), (-25, 20), (1.2, 20),
])  # fmt: skip


def inside_hairline(points: Points) -> Points:
    """Return the distance into the hair in centimetres, negative outside, seen from the side."""
    x, y, z = np.moveaxis(points, -1, 0)
    front = smooth_step(z, -3.2, -0.8)
    temple = np.exp(-(((np.abs(x) - 4.4) / 1.4) ** 2))
    line = 0.25 + 1.15 * temple - 0.15 * np.exp(-((x / 1.2) ** 2))
    place = np.stack([z, y - front * line], axis=-1)
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
    """Return coordinates across and along the strands.

    Strands run in planes that turn about the line through the ears: back from the forehead over
    the crown and down to the nape.
    """
    x, y, z = np.moveaxis(points, -1, 0)
    radius = np.hypot(y + 1.2, z + 8.0)
    across = np.arctan2(np.abs(x), radius)
    along = np.arctan2(-(z + 8.0), y + 1.2)
    return across, along


def faded(points: Points, into: Points) -> Points:
    """Return the distance into the hair that is long enough to be modelled.

    At the sides and the nape the hair is cut short: there it is painted on the scalp alone, and
    so are the first hairs above the forehead.
    """
    y, z = points[..., 1], points[..., 2]
    front = smooth_step(z, -3.6, -1.6)
    low = smooth_step(y, 1.4, -0.8) * smooth_step(z, -2.5, -4.0)
    return into - 0.75 * low - 0.34 * front


def hair_cap(skin: SkinMesh) -> Piece:
    """Return the cap: beneath the skin outside the hairline, full on the crown."""
    into = faded(skin.points, inside_hairline(skin.points))
    normals = vertex_normals(skin.points, skin.triangles)
    coarse = skin.coarse[0]
    used = (into[coarse] > -0.55).any(1)
    used &= skin.points[coarse][:, :, 2].min(1) < 2.0
    triangles = coarse[used]
    kept, renumbered = np.unique(triangles, return_inverse=True)
    place, normal, depth = skin.points[kept], normals[kept], into[kept]
    x, y, z = place.T
    across, along = comb(place)
    full = 0.10 + 1.10 * smooth_step(y, 1.0, 8.5)
    full += 0.70 * np.exp(-(((z + 0.8) / 3.4) ** 2 + ((y - 8.4) / 2.3) ** 2 + (x / 5.0) ** 2))
    full *= 1 - 0.40 * smooth_step(y, -3, -8)
    locks = (
        0.55 * np.sin(across * 30 + 1.3 * np.sin(along * 2.2))
        + 0.30 * np.sin(across * 67 + 1.6 * np.sin(along * 3 + 1))
        + 0.3 * np.sin(across * 11 + along * 1.5)
    )
    ragged = 0.05 * np.sin(along * 31 + across * 17) + 0.05 * np.sin(across * 71 + along * 9)
    depth = depth + ragged * smooth_step(depth, 1.2, 0.0) - 0.05
    thick = full * smooth_step(depth, -0.10, 2.6) ** 0.6
    thick = thick * (1 + 0.03 * locks) + np.clip(depth, -0.5, 0) * 0.35
    wave = 0.012 * np.sin(along * 7 + across * 5) + 0.007 * np.sin(along * 17 - across * 11)
    uv = np.stack([across / np.pi * 3.0 + wave, along / np.pi * 0.9 + 0.5], axis=1)
    shade = 0.80 + 0.12 * np.clip(locks, -1, 1) * smooth_step(depth, 0.3, 1.5)
    colors = np.column_stack([np.repeat(shade[:, None], 3, 1), np.ones(len(shade))])
    cap = place + normal * thick[:, None]
    cap[np.abs(x) < 1e-9, 0] = 0
    return Piece(cap, {"hair": renumbered.reshape(-1, 3)}, uv, colors)


def hair_locks(cap: Piece) -> Piece:
    """Return locks that lie on the cap in layers like tiles: what gives hair its outline.

    Each is a ribbon with an arched section, tapered to both ends, that follows the comb and is
    swept a little to the subject's right.
    """
    random = np.random.default_rng(41)
    surface = CapSurface(cap)
    points, uvs, colors, triangles = [], [], [], []
    count = 0
    for layer, (begin, length, side, number, lift, wide, sweep) in enumerate(LAYERS):
        for k in range(number):
            across = side * (2 * (k + 0.5 + random.uniform(-0.35, 0.35)) / number - 1)
            start = np.radians(begin + random.uniform(-7, 7) + 10 * abs(across))
            reach = np.radians(length * random.uniform(0.75, 1.2))
            width = wide * random.uniform(0.7, 1.35)
            drift = sweep + random.uniform(-0.11, 0.11) - 0.25 * sweep * abs(across)
            high = lift * random.uniform(0.6, 1.35) * (1 - 0.4 * abs(across))
            made = surface.ribbon(across, start, reach, width, drift, high)
            if made is None:
                continue
            place, share, cross = made
            tone = random.uniform(0.90, 1.08)
            shade = tone * (0.88 + 0.12 * np.sin(np.pi * np.clip(share * 1.1, 0, 1)))
            shade = shade * (1 - 0.12 * np.abs(cross))
            points.append(place)
            turn = start + share * reach
            uvs.append(np.stack([(across + cross * width + layer * 0.37) / np.pi * 3.0,
                                 turn / np.pi * 0.9 + 0.5], axis=1))  # fmt: skip
            colors.append(np.column_stack([np.repeat(np.clip(shade, 0, 1)[:, None], 3, 1),
                                           np.ones(len(shade))]))  # fmt: skip
            triangles.append(grid_triangles(STEPS, SECTION, first=count))
            count += len(place)
    return Piece(np.concatenate(points), {"hair": np.concatenate(triangles)},
                 np.concatenate(uvs), np.concatenate(colors))  # fmt: skip


# Layers of locks from the nape up to the front, each over the one before: where they start and
# how long they are (degrees about the ears' line, 0 up, -90 forward), how far to the side they
# reach (radians), how many, how high they lie, how wide they are and how far they are swept.
LAYERS = (
    (48, 66, 0.80, 15, 0.10, 0.105, -0.04), (20, 76, 0.80, 16, 0.15, 0.105, -0.08),
    (-8, 80, 0.76, 17, 0.20, 0.105, -0.16), (-28, 80, 0.70, 18, 0.28, 0.105, -0.24),
    (-44, 84, 0.62, 20, 0.40, 0.105, -0.32), (-47, 42, 0.62, 26, 0.30, 0.055, -0.20),
)  # fmt: skip
STEPS, SECTION = 10, 4


class CapSurface:
    """The cap as a surface over the comb's coordinates, signed across."""

    def __init__(self, cap: Piece) -> None:
        across, along = comb(cap.points)
        normals = vertex_normals(cap.points, cap.parts["hair"])
        values = np.concatenate([cap.points, normals], axis=1)
        where = np.stack([across * np.sign(cap.points[:, 0]), along], axis=1)
        self.values = LinearNDInterpolator(where, values)

    def ribbon(
        self, across: float, start: float, reach: float, width: float, drift: float, lift: float
    ) -> tuple[Points, Points, Points] | None:
        """Return a lock's vertices, how far along (0..1) and across (-1..1) each lies."""
        share = np.repeat(np.linspace(0, 1, STEPS), SECTION)
        cross = np.tile(np.linspace(-1, 1, SECTION), STEPS)
        taper = smooth_step(share, -0.05, 0.38) * (1 - 0.92 * smooth_step(share, 0.5, 1.02))
        bend = drift * share**1.3
        at = np.stack([across + bend + cross * width * taper, start + share * reach], axis=1)
        found = self.values(at)
        if np.isnan(found).any():
            return None
        place, normal = found[:, :3], found[:, 3:]
        arch = (1 - cross**2) * 0.8 + 0.10
        rise = lift * np.sin(np.pi * np.clip(0.06 + 0.94 * share, 0, 1)) ** 0.6 * (1 - 0.35 * share)
        sink = 0.03 + 0.10 * (1 - share) ** 6 + 0.06 * share**4
        return place + normal * (arch * rise - sink)[:, None], share, cross


def hair_picture(width: int = 512, height: int = 256) -> bytes:
    """Return strands running along v (down), repeating across u."""
    random = np.random.default_rng(31)
    base = np.zeros((height, width))
    for blur, length, amount in ((0.4, 15, 1.0), (1.0, 22, 0.7), (5.0, 30, 0.3)):
        strands = gaussian_filter(random.standard_normal((height, width)), (length, blur),
                                  mode="wrap")  # fmt: skip
        base += amount * strands / strands.std()
    base /= base.std()
    dark, light = np.array([0.135, 0.085, 0.058]), np.array([0.40, 0.272, 0.182])
    share = np.clip(0.42 + 0.11 * base, 0, 1)[..., None]
    picture = dark * (1 - share) + light * share
    out = Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
    held = io.BytesIO()
    out.save(held, "JPEG", quality=85, optimize=True)
    return held.getvalue()
