"""The skin at full resolution: the cage subdivided, faired and fitted to the landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import cage as cg
import landmarks as lm
import numpy as np
from mean_face import SAVED
from nostrils import hollowed, nostril
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu
from sculpt import sculpted
from subdivide import edges_of, laplacian, loop_step, refine_path

Points = NDArray[np.float64]
Numbers = NDArray[np.int64]

LEVELS = 2
EYE_CENTRE = np.array([3.04, -0.03, -1.08])
EYE_RADIUS = 1.38
JAW_EDGE = (5.7, -7.0, -6.6)  # where the cheek goes over into the neck below the ear


@dataclass
class SkinMesh:
    """The skin: vertices, triangles, who mirrors whom, and named rows of vertices (left half)."""

    points: Points
    triangles: Numbers
    mirror: Numbers
    rows: dict[str, Numbers]
    lift: sparse.csr_matrix  # cage weights to vertex weights
    cage_points: Points
    cage_triangles: Numbers
    coarse: tuple[Numbers, int]  # the level before: its triangles and its number of vertices
    nostrils: Points  # how deep in a nostril each vertex lies, 0 to 1


def make_skin() -> SkinMesh:
    """Build the neutral skin from the saved mean face."""
    saved = np.load(SAVED)
    points = sculpted(saved["points"].astype(np.float64))
    cage = cg.face_cage(points, saved["mirror"].astype(np.int64), saved["triangles"])
    skull = cg.add_skull(cage)
    neck = cg.add_neck(cage, skull)
    mouth = cg.mouth_rows(cage)
    socket = cg.socket_rows(cage, EYE_CENTRE, EYE_RADIUS)
    rows: dict[str, Numbers] = {}
    for i, (upper, lower) in enumerate(mouth):
        rows[f"mouth_upper_{i}"], rows[f"mouth_lower_{i}"] = np.array(upper), np.array(lower)
    for i, row in enumerate(socket):
        rows[f"socket_{i}"] = np.array(row)
    for i, row in enumerate(neck):
        rows[f"neck_{i}"] = np.array(row)
    for i, row in enumerate(skull):
        rows[f"skull_{i}"] = np.array(row)
    for name in ("UPPER_OUTER", "UPPER_MIDDLE", "UPPER_INNER",
                 "LOWER_OUTER", "LOWER_MIDDLE", "LOWER_INNER"):  # fmt: skip
        rows[f"lip_{name.lower()}"] = np.array(getattr(lm, f"LIP_{name}"))
    for name in ("UPPER_2", "LOWER_2", "UPPER_3", "LOWER_3"):
        rows[f"eye_{name.lower()}"] = np.array(getattr(lm, f"EYE_{name}"))

    place = np.array(cage.points)
    triangles = cage_triangles = cg.oriented(np.array(cage.triangles, np.int64))
    mirror = np.array(cage.mirror)
    lift = sparse.identity(len(place), format="csr")
    count = len(place)
    for _ in range(LEVELS):
        matrix, finer = loop_step(triangles, count)
        rows = {name: refine_path(row, triangles, count) for name, row in rows.items()}
        mirror = finer_mirror(triangles, mirror, count)
        lift = matrix @ lift
        coarse = (triangles, count)
        triangles, count = finer, matrix.shape[0]
    for _ in range(3):
        place[:468] += 0.75 * (np.array(cage.points)[:468] - (lift @ place)[:468])
    skin = SkinMesh(
        lift @ place, triangles, mirror, rows, lift, place, cage_triangles, coarse, np.zeros(count)
    )
    skin.points = faired(skin, skin.points, fairing_weights(skin))
    skin.points = softened(skin, skin.points, JAW_EDGE, 2.6, 40)
    skin.nostrils = nostril(skin.points)
    skin.points = hollowed(skin.points)
    return skin


def hidden_inside(skin: SkinMesh) -> NDArray[np.bool_]:
    """Return which vertices lie inside the mouth or behind the lids."""
    cage = np.zeros(len(skin.cage_points))
    near = {int(i) for name in ("mouth_upper_0", "mouth_lower_0", "socket_0")
            for i in skin.rows[name] if i < len(cage)}  # fmt: skip
    for name, row in skin.rows.items():
        if name.startswith(("mouth_", "socket_")) and not name.endswith("_0"):
            inside = row[row < len(cage)]
            cage[inside] = cage[skin.mirror[inside]] = 1.0
    cage[list(near)] = 0.0
    return (skin.lift @ cage) > 0.30


def fairing_weights(skin: SkinMesh) -> Points:
    """Return how firmly every vertex stays where it is while the surface is smoothed."""
    held = np.full(len(skin.cage_points), 0.006)
    held[:468] = 0.6
    border = {int(i) for i in lm.OVAL_LEFT}
    for ring in range(4):
        if ring:
            border = grown(skin, border)
        firm = (0.001, 0.003, 0.03, 0.15)[ring]
        cells = [i for i in border if i < 468 and held[i] > firm]
        held[cells] = firm if ring == 0 else np.minimum(held[cells], firm)
        if ring == 0:
            held[skin.mirror[cells]] = firm
    inside = skin.cage_points[:, 2] > -0.9
    eyes = np.linalg.norm(np.abs(skin.cage_points) * (1, 0, 0) + skin.cage_points * (0, 1, 1)
                          - (3.0, 0, 0), axis=1) < 2.6  # fmt: skip
    mouth = np.hypot(skin.cage_points[:, 0] / 1.3, skin.cage_points[:, 1] + 7.5) < 2.6
    held[:468][mouth[:468] & inside[:468]] = 3.0
    held[:468][eyes[:468] & inside[:468]] = 0.2
    held[468:][mouth[468:] & (skin.cage_points[468:, 2] > -5)] = 3.0
    held[468:][eyes[468:]] = 3.0
    rim = skin.rows["socket_0"]
    rim = rim[rim < 468]
    held[rim] = held[skin.mirror[rim]] = 3.0
    beside = np.concatenate([skin.rows[f"skull_{i}"] for i in (1, 2, 3)])
    beside = np.concatenate([beside, skin.rows["neck_1"], skin.rows["neck_2"]])
    beside = beside[beside < len(held)]
    held[beside] = held[skin.mirror[beside]] = 0.0015
    low = skin.cage_points[:, 1] < -17
    held[low] = 0.3
    return np.clip(skin.lift @ held, 0.0005, None)


def grown(skin: SkinMesh, border: set[int]) -> set[int]:
    """Return the cage's vertices within one more ring of a set."""
    touched = np.isin(skin.cage_triangles, list(border)).any(1)
    return {int(i) for i in skin.cage_triangles[touched].ravel()}


def faired(skin: SkinMesh, points: Points, held: Points) -> Points:
    """Return the surface of least bending that stays near `points`, by weight `held`."""
    bend = laplacian(points, skin.triangles)
    area = sparse.diags(1 / np.maximum(vertex_areas(points, skin.triangles), 1e-4))
    hold = sparse.diags(held)
    solver = splu((bend.T @ area @ bend * 0.02 + hold).tocsc())
    result = np.stack([solver.solve(held * points[:, i]) for i in range(3)], axis=1)
    return symmetrised(skin, result)


def softened(
    skin: SkinMesh, points: Points, centre: tuple[float, float, float], reach: float, rounds: int
) -> Points:
    """Smooth the skin around a place, on both sides, by moving vertices between neighbours."""
    edges, _, _ = edges_of(skin.triangles)
    count = len(points)
    graph = sparse.csr_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (count, count))
    graph = graph + graph.T
    mean = sparse.diags(1 / np.asarray(graph.sum(1)).ravel()) @ graph
    folded = np.abs(points) * (1, 0, 0) + points * (0, 1, 1)
    distance = np.linalg.norm(folded - centre, axis=1)
    share = 0.6 * np.clip(1.5 * (1 - distance / reach), 0, 1)[:, None]
    for _ in range(rounds):
        points = points + share * (mean @ points - points)
    return symmetrised(skin, points)


def symmetrised(skin: SkinMesh, points: Points) -> Points:
    """Average vertices with their mirror images."""
    return (points + points[skin.mirror] * (-1.0, 1.0, 1.0)) / 2


def vertex_areas(points: Points, triangles: Numbers) -> Points:
    """Return a third of the area of the triangles around every vertex."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 6
    return np.bincount(triangles.ravel(), np.repeat(area, 3), len(points))


def finer_mirror(triangles: Numbers, mirror: Numbers, count: int) -> Numbers:
    """Return the mirror table after a subdivision step."""
    edges, _, _ = edges_of(triangles)
    table = {(int(a), int(b)): count + i for i, (a, b) in enumerate(edges)}
    partner = np.sort(mirror[edges], axis=1)
    return np.concatenate([mirror, [table[int(a), int(b)] for a, b in partner]])
