"""Lids that lie on the eyeball, have a thickness, and shut."""

from __future__ import annotations

import numpy as np
from deform import Spreader, smooth_step
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree
from skin_mesh import EYE_CENTRE, EYE_RADIUS, SkinMesh
from subdivide import edges_of

Points = NDArray[np.float64]
Numbers = NDArray[np.int64]

THICKNESS = 0.115  # centimetres between the eyeball and the front of a lid


def lid_halves(skin: SkinMesh) -> tuple[Numbers, Numbers]:
    """Return the left eye's upper and lower edge, both from the outer to the inner corner."""
    rim = skin.rows["socket_0"]
    half = (len(rim) - 1) // 2
    return rim[: half + 1], rim[half:][::-1]


def onto_ball(points: Points, clearance: float | Points) -> Points:
    """Push points of the left lids out so that they are at least `clearance` off the eyeball."""
    away = points - EYE_CENTRE
    distance = np.linalg.norm(away, axis=1)
    least = EYE_RADIUS + clearance
    front = smooth_step(away[:, 2], -0.2, 0.35)
    soft = 0.08
    lifted = least + soft * np.logaddexp(0, (distance - least) / soft) - soft * np.log(2) * np.exp(
        -np.abs(distance - least) / soft)  # fmt: skip
    wanted = np.where(distance < least + 0.3, np.maximum(lifted, distance), distance)
    return EYE_CENTRE + away * (1 + front * (wanted / distance - 1))[:, None]


def lid_depth(away: Points, clearance: float | Points) -> Points:
    """Return how far in front of the eyeball's centre a lid's edge lies at (x, y) from it.

    On the ball; at the inner corner, beyond the ball, it comes forward.
    """
    across = np.hypot(away[:, 0], away[:, 1])
    ball = np.sqrt(np.clip((EYE_RADIUS + np.asarray(clearance)) ** 2 - across**2, 0, None))
    inner = smooth_step(-away[:, 0], 1.0, 1.45)
    return np.maximum(ball, 0.42) * (1 - inner) + np.maximum(ball, 0.76) * inner


def near_eye(points: Points) -> NDArray[np.bool_]:
    """Return which vertices lie around the left eye."""
    return np.linalg.norm(points - EYE_CENTRE, axis=1) < EYE_RADIUS + 0.75


def fit_lids(skin: SkinMesh, spreader: Spreader) -> None:
    """Lay the lids' edges on the eyeballs and carry the skin around along, on both sides."""
    rim = skin.rows["socket_0"][:-1]
    place = skin.points[rim]
    away = place - EYE_CENTRE
    depth = lid_depth(away, THICKNESS)
    wanted = np.column_stack([place[:, :2], EYE_CENTRE[2] + depth])
    socket = np.concatenate([skin.rows[f"socket_{i}"][:-1] for i in (1, 2, 3)])
    handles = np.concatenate([rim, socket])
    moves = np.concatenate([wanted - place, np.zeros((len(socket), 3))])
    field = spreader.spread(handles, moves, reach=1.6)
    points = skin.points + field
    inside = np.zeros(len(points), bool)
    inside[socket] = True
    chosen = near_eye(points) & ~inside & (points[:, 0] > 0.6)
    chosen[rim] = chosen[behind_lids(skin)] = False
    off = cKDTree(points[rim]).query(points[chosen])[0]
    clearance = THICKNESS + 0.01 - 0.09 * smooth_step(off, 0.1, 0.6)
    points[chosen] = onto_ball(points[chosen], clearance)
    points[rim] = wanted
    skin.points = points
    shape_sockets(skin, points)
    left = points[:, 0] > 1e-9
    opposite = skin.mirror[left]
    points[opposite] = points[left] * (-1.0, 1.0, 1.0)


def behind_lids(skin: SkinMesh) -> Numbers:
    """Return the left eye's vertices behind the lids' edge."""
    edges, _, _ = edges_of(skin.triangles)
    rim = set(skin.rows["socket_0"].tolist())
    free = ~np.isin(edges, list(rim)).any(1)
    ones = np.ones(int(free.sum()))
    count = len(skin.points)
    graph = sparse.coo_matrix((ones, (edges[free, 0], edges[free, 1])), (count, count))
    part = connected_components(graph, directed=False)[1]
    return np.flatnonzero(part == part[skin.rows["socket_2"][0]])


def fill_between(skin: SkinMesh, values: Points) -> None:
    """Give the vertices between the rows behind the lids the mean of their neighbours."""
    rows = np.unique(np.concatenate([skin.rows[f"socket_{i}"] for i in range(4)]))
    open_ones = np.setdiff1d(behind_lids(skin), rows)
    edges, _, _ = edges_of(skin.triangles)
    count = len(skin.points)
    ones = np.ones(len(edges))
    graph = sparse.csr_matrix((ones, (edges[:, 0], edges[:, 1])), (count, count))
    graph = graph + graph.T
    degree = sparse.diags(np.asarray(graph.sum(1)).ravel())
    system = (degree - graph).tocsr()[open_ones]
    still = values.copy()
    still[open_ones] = 0
    solver = splu(system[:, open_ones].tocsc())
    values[open_ones] = solver.solve(-system @ still)


def shape_sockets(skin: SkinMesh, points: Points) -> None:
    """Lay the lids' undersides: the edge's inner side on the eyeball, then back beneath it."""
    rim = points[skin.rows["socket_0"]]
    away = rim - EYE_CENTRE
    direction = away / np.linalg.norm(away, axis=1, keepdims=True)
    loose = smooth_step(np.linalg.norm(away, axis=1), EYE_RADIUS + 0.14, EYE_RADIUS + 0.3)[:, None]
    outwards = direction * (1, 1, 0)
    outwards /= np.maximum(np.linalg.norm(outwards, axis=1, keepdims=True), 1e-6)
    for row, turn, distance in ((1, 0.0, -0.02), (2, 0.10, -0.10), (3, 0.30, -0.25)):
        leaning = direction + outwards * turn
        leaning /= np.linalg.norm(leaning, axis=1, keepdims=True)
        laid = EYE_CENTRE + leaning * (EYE_RADIUS + distance)
        # The inner corner lies in front of the ball: its lining slopes back to it as a caruncle.
        slope = rim + np.array([0.16, 0.0, -0.22]) * row
        points[skin.rows[f"socket_{row}"]] = laid * (1 - loose) + slope * loose
    fill_between(skin, points)
