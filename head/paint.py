"""The skin's picture, painted by code: one half of the head, used for both sides."""

from __future__ import annotations

import io

import numpy as np
from deform import smooth_step
from eyeballs import IRIS_ANGLE
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from skin_mesh import SkinMesh, hidden_inside

Points = NDArray[np.float64]
Picture = NDArray[np.float64]

SIZE = 1024
SKIN = (0.800, 0.612, 0.520)
LIP = (0.715, 0.445, 0.408)
HAIR = (0.185, 0.122, 0.088)
BROW_HAIR = (0.235, 0.160, 0.118)
FINER = 3


def atlas(skin: SkinMesh, uv: Points, size: int = SIZE) -> Picture:
    """Return for every texel where it lies on the head, (size, size, 3), in centimetres."""
    left = (skin.points[:, 0] >= -1e-9) & ~hidden_inside(skin)
    mapping = LinearNDInterpolator(uv[left], skin.points[left])
    grid = (np.arange(size) + 0.5) / size
    u, v = np.meshgrid(grid, grid)
    place = mapping(u, v)
    lost = np.isnan(place[..., 0])
    edge = lost & (u < 0.02)
    place[edge] = NearestNDInterpolator(uv[left], skin.points[left])(u[edge], v[edge])
    place[lost & ~edge] = (30.0, 0.0, -30.0)
    return place


def noise(size: int, scale: float | tuple[float, float], seed: int) -> Picture:
    """Return smooth noise of unit deviation."""
    made = gaussian_filter(np.random.default_rng(seed).standard_normal((size, size)), scale)
    return np.asarray(made / made.std())


def blob(place: Picture, centre: tuple[float, float, float], radius: float) -> Picture:
    """Return a soft spot around a place on the head."""
    return np.exp(-np.sum((place - centre) ** 2, axis=-1) / (2 * radius * radius))


def outline(uv: Points, closed: bool = True) -> list[tuple[float, float]]:
    """Return a path of texture coordinates in fine pixels."""
    # What reaches the middle of the face is drawn on beyond it.
    uv = np.where(np.asarray(uv) < (0.006, 0.0), np.asarray(uv) * (1, 1) - (0.02, 0), uv)
    path = [(float(u) * SIZE * FINER, float(v) * SIZE * FINER) for u, v in uv]
    return [*path, path[0]] if closed else path


def mask(draw_on: list[tuple[str, list[tuple[float, float]], float]], blur: float) -> Picture:
    """Return polygons and lines drawn finely, softened by `blur` pixels, as 0 to 1."""
    canvas = Image.new("L", (SIZE * FINER, SIZE * FINER))
    draw = ImageDraw.Draw(canvas)
    for kind, path, width in draw_on:
        if kind == "area":
            draw.polygon(path, fill=255)
        else:
            draw.line(path, fill=255, width=max(1, round(width * FINER)), joint="curve")
    small = canvas.resize((SIZE, SIZE), Image.Resampling.BOX)
    return np.asarray(small.filter(ImageFilter.GaussianBlur(blur)), float) / 255


def toned(picture: Picture, colour: tuple[float, float, float], amount: Picture) -> Picture:
    """Blend a colour over a picture."""
    return picture + (np.array(colour) - picture) * np.clip(amount, 0, 1)[..., None]


def skin_picture(skin: SkinMesh, uv: Points, shade: Points, hair: Picture | None = None) -> bytes:
    """Return the base colour of the skin as a JPEG.

    Parameters
    ----------
    shade : ndarray, shape (V,)
        How open every vertex lies to the sky, 0 to 1.
    """
    place = atlas(skin, uv)
    _, y, z = np.moveaxis(place, -1, 0)
    picture = np.ones((SIZE, SIZE, 3)) * SKIN
    blotch = 0.5 * noise(SIZE, 28, 1) + 0.35 * noise(SIZE, 9, 2) + 0.25 * noise(SIZE, 3, 3)
    near = (smooth_step(y, -16, -11) * smooth_step(z, -11, -4))[..., None]
    picture *= 1 + 0.016 * near * blotch[..., None] * (0.7, 1.0, 1.1)
    picture *= 1 + 0.014 * near * noise(SIZE, 0.8, 4)[..., None]
    # Blood near the surface: cheeks, nose, chin; paler and yellower forehead.
    warm = (
        0.60 * blob(place, (4.0, -3.4, 0.6), 1.5)
        + 0.42 * blob(place, (0.6, -3.7, 3.9), 0.9)
        + 0.25 * blob(place, (0, -11, 2.3), 1.2)
        + 0.3 * blob(place, (1.7, -4.3, 2.5), 0.5)
    )
    warm *= 1 + 0.18 * noise(SIZE, 14, 5)
    picture = toned(picture, (0.790, 0.455, 0.400), 0.42 * warm)
    picture = toned(picture, (0.830, 0.660, 0.545), 0.35 * smooth_step(y, 2, 5))
    picture = toned(picture, (0.660, 0.440, 0.400), 0.12 * blob(place, (2.6, -1.15, 0.2), 0.75))
    picture = toned(picture, (0.650, 0.450, 0.390), 0.10 * blob(place, (1.4, 0.2, 0.2), 0.5))
    picture = toned(picture, (0.690, 0.470, 0.415), 0.22 * blob(place, (3.0, 0.72, 0.3), 0.55))
    # Behind jaw and ear no light comes in.
    picture *= 1 - 0.55 * blob(place, (7.4, -2.0, -9.6), 1.5)[..., None]
    picture *= 1 - 0.30 * blob(place, (7.6, 1.4, -7.6), 0.9)[..., None]
    picture *= 1 - 0.30 * blob(place, (7.4, -1.6, -6.3), 0.8)[..., None]
    picture *= 1 - 0.12 * blob(place, (5.2, -9.2, -7.2), 1.9)[..., None]
    picture = lips(skin, uv, picture, place)
    picture = eyes(skin, uv, picture)
    picture = toned(picture, (0.90, 0.72, 0.63), 0.6 * blob(place, (1.7, 0.4, 0.5), 0.65))
    if hair is not None:
        picture = toned(picture, HAIR, hair)
    picture = toned(picture, BROW_HAIR, brow_hairs(place))
    picture *= shading(skin, uv, shade)[..., None] ** np.array([0.75, 1.0, 1.1])
    out = Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
    held = io.BytesIO()
    out.save(held, "JPEG", quality=88, subsampling=0, optimize=True)
    return held.getvalue()


def spread_out(skin: SkinMesh, uv: Points, values: Points, size: int) -> Picture:
    """Return a value of every vertex as a picture."""
    left = (skin.points[:, 0] >= -1e-9) & ~hidden_inside(skin)
    grid = (np.arange(size) + 0.5) / size
    u, v = np.meshgrid(np.maximum(grid, 0.0045), grid)
    return np.asarray(LinearNDInterpolator(uv[left], values[left], fill_value=0.0)(u, v))


def shading(skin: SkinMesh, uv: Points, shade: Points) -> Picture:
    """Return the occlusion of the neutral head as a picture."""
    small = 1 - spread_out(skin, uv, 1 - shade, 256)
    fine = Image.fromarray(np.float32(small)).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(fine, float), 0, 1)


def lips(skin: SkinMesh, uv: Points, picture: Picture, place: Picture) -> Picture:
    """Paint the red of the lips with a soft border, fine lines and a darker seal."""
    upper, lower = skin.rows["lip_upper_outer"], skin.rows["lip_lower_outer"]
    path = np.concatenate([uv[upper], uv[lower][::-1]])
    seal = uv[skin.rows["mouth_upper_0"]]
    inside = mask([("area", outline(path), 0)], 3.4)
    lines = noise(SIZE, 1.0, 6)
    lines = gaussian_filter(lines, (5, 0))
    lines /= lines.std()
    red = np.array(LIP) * (1 + 0.014 * lines[..., None])
    light = 0.10 * smooth_step(place[..., 1], -7.7, -8.4) * smooth_step(place[..., 1], -9.0, -8.5)
    red = red * (1 + light[..., None])
    picture = picture + (red - picture) * (0.80 * inside)[..., None]
    rim = mask([("line", outline(uv[upper], False), 1.5)], 3) * (1 - inside)
    picture = picture * (1 + 0.10 * rim[..., None])
    dark = mask([("line", outline(seal, False), 2.0)], 2.0)
    return toned(picture, (0.33, 0.13, 0.12), 0.75 * dark)


def eyes(skin: SkinMesh, uv: Points, picture: Picture) -> Picture:
    """Paint the lids' edges and the crease of the upper lid."""
    rim = skin.rows["socket_0"]
    half = (len(rim) - 1) // 2
    upper, lower = rim[: half + 1], rim[half:]
    around = mask([("line", outline(uv[rim], False), 8)], 7)
    picture = toned(picture, (0.62, 0.39, 0.355), 0.35 * around)
    top = mask([("line", outline(uv[upper[1:-3]], False), 4.5)], 2.0)
    picture = toned(picture, (0.13, 0.08, 0.07), 0.80 * top)
    low = mask([("line", outline(uv[lower[4:]], False), 2.2)], 1.8)
    picture = toned(picture, (0.30, 0.17, 0.15), 0.50 * low)
    crease = 0.62 * uv[skin.rows["eye_upper_2"]] + 0.38 * uv[upper]
    fold = mask([("line", outline(crease[3:-3], False), 4)], 2.4)
    return toned(picture, (0.45, 0.27, 0.23), 0.85 * fold)


BROW = np.array([(1.46, 1.50, 0.24, 62), (1.9, 1.70, 0.34, 48), (2.5, 1.90, 0.36, 30),
                 (3.2, 2.06, 0.33, 16), (3.9, 2.12, 0.27, 2), (4.6, 2.00, 0.20, -14),
                 (5.2, 1.70, 0.13, -26), (5.55, 1.40, 0.05, -32)])  # fmt: skip
"""The left brow: x, y of its middle line, half height, and the hairs' angle in degrees."""


def brow_hairs(place: Picture) -> Picture:
    """Draw the brow hair by hair over a soft ground."""
    front = place[..., 2] > -3
    texel = np.stack(np.nonzero(front & (np.abs(place[..., 1] - 1.7) < 1.6)
                                & (np.abs(place[..., 0] - 3.4) < 2.8)), axis=1)  # fmt: skip
    tree = cKDTree(place[texel[:, 0], texel[:, 1], :2])
    random = np.random.default_rng(11)
    paths = []
    for _ in range(780):
        where = random.uniform(0, 1) ** 0.9
        x = BROW[0, 0] + (BROW[-1, 0] - BROW[0, 0]) * where
        y, half, angle = (np.interp(x, BROW[:, 0], BROW[:, i]) for i in (1, 2, 3))
        up = np.clip(random.normal(-0.15, 0.42), -1, 1)
        start = np.array([x, y + up * half])
        lean = np.radians(angle - 20 * up + random.normal(0, 7))
        length = random.uniform(0.28, 0.46) * (0.75 + 0.25 * half / 0.43)
        bend = np.radians(random.uniform(10, 26))
        line = [start]
        for k in range(4):
            turn = lean - bend * k / 3
            line.append(line[-1] + length / 4 * np.array([np.cos(turn), np.sin(turn)]))
        _, near = tree.query(np.array(line))
        pixels = texel[near][:, ::-1]
        paths.append([((float(a) + 0.5) * FINER, (float(b) + 0.5) * FINER) for a, b in pixels])
    hairs = mask([("line", path, 0.85) for path in paths], 0.45)
    x, y = place[..., 0], place[..., 1]
    middle = np.interp(x, BROW[:, 0], BROW[:, 1])
    half = np.interp(x, BROW[:, 0], BROW[:, 2], left=0.01, right=0.01)
    ground = smooth_step(np.abs(y - middle) / np.maximum(half, 0.02), 1.5, 0.3)
    ground *= smooth_step(x, 1.15, 1.9) * smooth_step(x, 5.8, 5.2) * front
    return np.clip(0.95 * hairs + 0.30 * ground, 0, 0.90)


def eye_picture(size: int = 512) -> bytes:
    """Return the eyeball's picture seen from the front, the iris in its middle."""
    grid = (np.arange(size) + 0.5) / size * 2 - 1
    u, v = np.meshgrid(grid, -grid)
    radius, turn = np.hypot(u, v), np.arctan2(v, u)
    iris = IRIS_ANGLE / np.radians(100)
    share = radius / iris
    random = np.random.default_rng(21)
    angle = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    fibres = np.zeros((720,))
    for k, amount in ((9, 0.3), (23, 0.5), (47, 0.8), (71, 0.9), (101, 0.7)):
        fibres += (
            amount
            * np.sin(k * angle + random.uniform(0, 7))
            * (1 + 0.4 * np.sin(random.integers(2, 6) * angle + random.uniform(0, 7)))
        )
    around, closed = np.append(angle, 2 * np.pi), np.append(fibres, fibres[0])
    strand = np.interp(turn % (2 * np.pi), around, closed)
    strand /= 1.6
    white = np.array([0.905, 0.890, 0.870]) * np.ones((size, size, 3))
    veins = gaussian_filter(random.standard_normal((size, size)), 5)
    white = toned(white, (0.80, 0.55, 0.50), 0.10 + 0.35 * smooth_step(radius, 0.3, 0.75)
                  + 0.05 * veins / veins.std() * smooth_step(radius, 0.3, 0.6))  # fmt: skip
    outer, inner_ring = np.array([0.180, 0.165, 0.135]), np.array([0.56, 0.39, 0.19])
    mix = smooth_step(share + 0.05 * strand, 0.38, 0.72)[..., None]
    colour = inner_ring * (1 - mix) + np.array([0.37, 0.345, 0.25]) * mix
    colour = colour * (1 + 0.16 * strand[..., None] * smooth_step(share, 0.3, 0.5)[..., None])
    colour = colour + (outer * 0.42 - colour) * smooth_step(share, 0.80, 1.0)[..., None]
    colour *= (0.80 + 0.30 * smooth_step(v / iris, 0.9, -0.7))[..., None]
    pupil = smooth_step(share, 0.385, 0.33)[..., None]
    colour = colour * (1 - pupil) + 0.012 * pupil
    # The upper lid keeps light off the top of the ball.
    lid = 1 - 0.16 * smooth_step(v, 0.12, 0.40)
    lid = lid * (1 - 0.12 * smooth_step(np.abs(u), 0.42, 0.75))
    border = smooth_step(share, 1.07, 0.93)[..., None]
    picture = white * (1 - border) + colour * border
    picture *= (lid * (1 - 0.22 * smooth_step(share, 1.25, 1.02) * (share > 0.97)))[..., None]
    out = Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
    held = io.BytesIO()
    out.save(held, "JPEG", quality=90, subsampling=0, optimize=True)
    return held.getvalue()
