"""A piece of the head: points and triangles with colours, before all is joined into one rig."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from occlusion import vertex_normals

Points = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass
class Piece:
    """Vertices with triangles by part name.

    `uv` and `colors` default to a corner of the texture and to white. `moves` are displacement
    fields by channel, filled in by the channels.
    """

    points: Points
    parts: dict[str, Numbers]
    uv: Points | None = None
    colors: Points | None = None
    normals: Points | None = None
    moves: dict[str, Points] = field(default_factory=dict)

    def move(self, channel: str, displacement: Points) -> None:
        """Add a displacement to a channel."""
        known = self.moves.get(channel)
        self.moves[channel] = displacement if known is None else known + displacement


def grid_triangles(rows: int, columns: int, closed: bool = False, first: int = 0) -> Numbers:
    """Return triangles of a grid of vertices, row by row; `closed` joins the last column."""
    number = first + np.arange(rows * columns).reshape(rows, columns)
    if closed:
        number = np.concatenate([number, number[:, :1]], axis=1)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
    return np.concatenate(
        [np.stack([a, b, c], axis=-1).reshape(-1, 3), np.stack([a, c, d], axis=-1).reshape(-1, 3)]
    )


def used_only(piece: Piece) -> Piece:
    """Return a piece without the vertices that no triangle uses."""
    kept = np.unique(np.concatenate([t.ravel() for t in piece.parts.values()]))

    def of(values: Points | None) -> Points | None:
        return None if values is None else values[kept]

    return Piece(
        piece.points[kept],
        {name: np.searchsorted(kept, t) for name, t in piece.parts.items()},
        of(piece.uv),
        of(piece.colors),
        of(piece.normals),
        {channel: field[kept] for channel, field in piece.moves.items()},
    )


def normals_of(piece: Piece) -> Points:
    """Return a piece's unit normals."""
    if piece.normals is not None:
        return piece.normals
    return vertex_normals(piece.points, np.concatenate(list(piece.parts.values())))


def mirrored_piece(piece: Piece, names: dict[str, str] | None = None) -> Piece:
    """Return the mirror image of a piece across x = 0, its parts renamed by `names`."""
    names = names or {}
    flip = np.array([-1.0, 1.0, 1.0])
    return Piece(
        piece.points * flip,
        {names.get(k, k): t[:, ::-1] for k, t in piece.parts.items()},
        piece.uv,
        piece.colors,
    )


def joined(pieces: list[Piece]) -> Piece:
    """Join pieces into one; parts of the same name become one part."""
    start = 0
    parts: dict[str, list[Numbers]] = {}
    for piece in pieces:
        for name, triangles in piece.parts.items():
            parts.setdefault(name, []).append(triangles + start)
        start += len(piece.points)
    total = Piece(
        np.concatenate([p.points for p in pieces]),
        {name: np.concatenate(t) for name, t in parts.items()},
        np.concatenate([np.zeros((len(p.points), 2)) if p.uv is None else p.uv for p in pieces]),
        np.concatenate(
            [np.ones((len(p.points), 4)) if p.colors is None else p.colors for p in pieces]
        ),
        np.concatenate([normals_of(p) for p in pieces]),
    )
    for channel in sorted({c for p in pieces for c in p.moves}):
        total.moves[channel] = np.concatenate(
            [p.moves.get(channel, np.zeros_like(p.points)) for p in pieces]
        )
    return total
