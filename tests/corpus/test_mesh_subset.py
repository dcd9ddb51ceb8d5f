"""Fewer vertices of a mesh."""

from __future__ import annotations

import numpy as np
import pytest

from voxface.corpus.mesh_subset import decimated, subset
from voxface.errors import VoxfaceError
from voxface.face import MeshTopology, face_mesh

TOPOLOGY, NEUTRAL = face_mesh()


def normals(face: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    a, b, c = (face[triangles[:, k]] for k in range(3))
    return np.cross(b - a, c - a)


def test_some_vertices_keep_their_triangles_and_regions() -> None:
    mask = np.arange(5, dtype=np.float32) / 4
    triangles = np.array([[0, 1, 2], [0, 2, 3], [2, 3, 4]])
    square = MeshTopology("square", triangles, 5, {"lips": mask})
    part = subset(square, [0, 2, 3, 1])
    assert part.triangles.tolist() == [[0, 3, 1], [0, 1, 2]] and part.vertices == 4
    assert part.region("lips").tolist() == [0, 0.5, 0.75, 0.25]
    assert part.name.startswith("square_4_") and part.name != subset(square, [0, 1, 2, 3]).name
    assert subset(square, np.arange(5)) is square
    for wrong, message in (([9], "beyond"), ([-1], "beyond"), ([], "beyond"), ([1, 1], "twice")):
        with pytest.raises(VoxfaceError, match=message):
            subset(square, wrong)


def test_a_coarser_face_is_a_surface_of_the_same_vertices() -> None:
    rows, part = decimated(TOPOLOGY, NEUTRAL, 200)
    assert len(rows) == part.vertices == 200 and (np.diff(rows) > 0).all()
    used = np.unique(part.triangles)
    assert len(used) > 195  # nearly all of them carry the surface
    # No triangle comes twice, and all look out as those of the whole face do.
    assert len({tuple(sorted(t)) for t in part.triangles.tolist()}) == len(part.triangles)
    outward = normals(NEUTRAL[rows], part.triangles)
    assert (outward[:, 2] > 0).mean() > 0.9
    area = np.linalg.norm(outward, axis=1).sum() / 2
    whole = np.linalg.norm(normals(NEUTRAL, TOPOLOGY.triangles), axis=1).sum() / 2
    assert area == pytest.approx(whole, rel=0.25)


def test_vertices_stand_closer_where_they_are_wanted() -> None:
    mouth = TOPOLOGY.region("mouth")
    even, _ = decimated(TOPOLOGY, NEUTRAL, 150)
    finer, _ = decimated(TOPOLOGY, NEUTRAL, 150, 1 + 4 * mouth)
    assert (mouth[finer] > 0.5).sum() > 1.5 * (mouth[even] > 0.5).sum()


def test_what_is_apart_stays_apart() -> None:
    """Two strips that nearly touch, as lips do, share no triangle."""
    along = np.arange(20.0)
    strips = [np.stack([np.tile(along, 2), np.repeat([low, low + 1], 20), np.zeros(40)], axis=1)
              for low in (0.0, 1.01)]  # fmt: skip
    quads = np.array([[k, k + 1, k + 21, k + 20] for k in range(19)])
    corners = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    both = MeshTopology("strips", np.concatenate([corners, corners + 40]), 80)
    rows, part = decimated(both, np.concatenate(strips), 24)
    of = rows[part.triangles] // 40
    assert len(part.triangles) and (of == of[:, :1]).all()


def test_bounds_of_a_coarser_mesh() -> None:
    rows, whole = decimated(TOPOLOGY, NEUTRAL, 5000)
    assert len(rows) == 468 and whole is TOPOLOGY
    with pytest.raises(VoxfaceError, match="at least 3"):
        decimated(TOPOLOGY, NEUTRAL, 2)
    lone = MeshTopology("lone", np.array([[0, 1, 2], [0, 2, 3]]), 6)
    rows, _ = decimated(lone, np.random.default_rng(0).normal(size=(6, 3)), 5)
    assert set(rows.tolist()) <= {0, 1, 2, 3}
