"""Small moving meshes whose every number is known."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from voxface.face import MeshClip, MeshTopology, face_mesh


def planted_mesh(frames=12, fps="29.97", start=0.25, seed=0, rank=3, metadata=None) -> MeshClip:
    """A curved sheet of 6 x 5 points that moves in `rank` ways, on a head that turns."""
    rng = np.random.default_rng(seed)
    across, up = np.meshgrid(np.linspace(-3, 3, 6), np.linspace(-2, 2, 5))
    neutral = np.stack([across, up, 4 - across**2 / 9], axis=-1).reshape(-1, 3)
    corners = np.arange(30).reshape(5, 6)
    a, b, c, d = corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]
    triangles = np.concatenate(
        [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]
    )
    lips = (np.arange(30) % 7 == 0).astype(np.float32)
    soft = np.linspace(0, 1, 30, dtype=np.float32)
    topology = MeshTopology("sheet", triangles, 30, {"lips": lips, "mouth": soft})
    ways = rng.normal(0, 0.4, (rank, 30, 3))
    offsets = np.tensordot(rng.normal(size=(frames, rank)), ways, axes=1)
    turns = rng.normal((1, 0, 0, 0), 0.1, (frames, 4))
    turns /= np.linalg.norm(turns, axis=1, keepdims=True)
    head = np.concatenate([rng.normal(0, 1, (frames, 3)), turns], axis=1)
    return MeshClip(
        neutral + offsets, topology, fps, neutral, head, start,
        {"source": "a.wav", "n": 2} if metadata is None else metadata,
    )  # fmt: skip


def speaking_face(seconds=1.0, fps=Fraction(25), strength=1.0) -> MeshClip:
    """The 468-point face, its jaw dropping and closing twice a second; the head nods."""
    topology, neutral = face_mesh()
    times = np.arange(round(seconds * float(fps))) / float(fps)
    jaw = np.clip((-1.0 - neutral[:, 1]) / 6, 0, 1)[:, None] * np.array([0, -1.6, -0.3])
    inner_lower = np.isin(np.arange(len(neutral)), [95, 88, 178, 87, 14, 317, 402, 318, 324])
    jaw[inner_lower] += (0, -0.5, 0)
    opening = strength * np.clip(np.sin(2 * np.pi * 2 * times), 0, 1)
    half = 0.08 * np.sin(2 * np.pi * 0.7 * times)
    zero = np.zeros_like(half)
    head = np.stack([zero, zero, zero, np.cos(half), np.sin(half), zero, zero], axis=1)
    offsets = opening[:, None, None] * jaw
    return MeshClip(neutral + offsets, topology, fps, neutral, head)
