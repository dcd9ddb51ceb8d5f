"""Masks of a mesh as tensors, and the figures that a run is watched by."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from voxface.errors import VoxfaceError
from voxface.face import MeshTopology

NEARLY_SHUT = 1.5
"""Millimetres of opening beyond rest at which a frame counts a third of one that is shut."""
PARTED = 0.05
"""Centimetres by which lips part at least where they are furthest apart."""
COLUMNS = (-0.6, -0.36, -0.12, 0.12, 0.36, 0.6)
"""Where lips are compared, from the mouth's middle to its corners at 1 either side."""
MILLIMETRES = 10.0
"""Millimetres in a centimetre: losses are in millimetres."""


@dataclass(frozen=True, eq=False)
class Masks:
    """Regions of a mesh, each shape (V,), 0 to 1.

    Attributes
    ----------
    mouth, upper, eyelids : Tensor
    upper_lip, lower_lip : Tensor of int64
        Vertices in the middle of the upper and of the lower lip, those that touch the other.
    lips : Tensor of int64
        All vertices of the lips.
    columns : Tensor, shape (C, V)
        From corner to corner of the mouth, shares of the inner vertices above less those below.
    above_eyes, below_eyes : Tensor, shape (2, V)
        Shares of the lids' vertices above and below each eye's middle at rest, 1 in sum.
    """

    mouth: Tensor
    upper: Tensor
    eyelids: Tensor
    upper_lip: Tensor
    lower_lip: Tensor
    lips: Tensor
    columns: Tensor
    above_eyes: Tensor
    below_eyes: Tensor

    @classmethod
    def of(cls, topology: MeshTopology, neutral: Tensor, opened: Tensor) -> Masks:
        """Return the masks of a topology.

        Parameters
        ----------
        topology : MeshTopology
        neutral : Tensor, shape (V, 3)
            The face at rest.
        opened : Tensor, shape (V, 3)
            Motion that parts the lips: it tells upper and lower lip apart, which touch at rest.

        Raises
        ------
        VoxfaceError
            If the topology lacks one of the regions lips, mouth, upper and eyelids, or the motion
            does not part its lips.
        """

        def mask(name: str) -> Tensor:
            return torch.from_numpy(topology.region(name).copy())

        rows = torch.from_numpy(topology.rows("lips"))
        across = neutral[rows, 0]
        half = (across.max() - across.min()) / 2
        from_middle = (across - across.min()) / half - 1
        # The middle third from left to right: the corners of a mouth do not part.
        middle = _inner(rows[from_middle.abs() < 1 / 3], neutral, opened)
        if middle is None:
            raise VoxfaceError(
                f"the lips of the mesh '{topology.name}' do not part in the middle in any frame; "
                "check its region 'lips'"
            )
        columns = []
        for place in COLUMNS:
            near = rows[(from_middle - place).abs() < (COLUMNS[1] - COLUMNS[0]) / 2]
            parted = _inner(near, neutral, opened)
            if parted is not None:
                share = torch.zeros(len(neutral))
                share[parted[0]], share[parted[1]] = 1 / len(parted[0]), -1 / len(parted[1])
                columns.append(share)
        lids = mask("eyelids")
        return cls(
            mask("mouth"), mask("upper"), lids, *middle, rows, torch.stack(columns),
            *_around_eyes(lids, neutral),
        )  # fmt: skip

    def gaps(self, positions: Tensor) -> Tensor:
        """Return how far the lips are apart in each column (B, T, C) beyond rest."""
        return positions[..., 1] @ self.columns.to(positions).T

    def opening(self, positions: Tensor) -> Tensor:
        """Return how far the lips are apart (B, T) beyond rest, given offsets (B, T, V, 3)."""
        above = positions[:, :, self.upper_lip.to(positions.device), 1].mean(dim=2)
        return above - positions[:, :, self.lower_lip.to(positions.device), 1].mean(dim=2)

    def lids(self, positions: Tensor) -> Tensor:
        """Return how far the lids of both eyes are apart (B, T, 2) beyond rest."""
        way = (self.above_eyes - self.below_eyes).to(positions)
        return positions[..., 1] @ way.T


def _inner(rows: Tensor, neutral: Tensor, opened: Tensor) -> tuple[Tensor, Tensor] | None:
    """Return those vertices of each lip that are nearer to the other; None if they do not part."""
    risen = opened[rows, 1]
    if len(rows) < 2 or risen.max() - risen.min() < PARTED:
        return None
    above = risen > (risen.max() + risen.min()) / 2
    upper, lower = rows[above], rows[~above]
    apart = torch.cdist(neutral[upper], neutral[lower])
    kept = []
    for own, nearest in ((upper, apart.min(dim=1).values), (lower, apart.min(dim=0).values)):
        order = nearest.argsort()
        kept.append(own[order[: (len(own) + 1) // 2]].sort().values)
    return kept[0], kept[1]


def nearly_shut(opening: Tensor) -> Tensor:
    """Return how much a frame counts where lips that are shut do: 1, and less as they open."""
    return torch.exp(-opening.clamp(min=0.0) / NEARLY_SHUT)


def by_vertex(offsets: Tensor) -> Tensor:
    """Return offsets (B, T, V x 3) as (B, T, V, 3)."""
    return offsets.reshape(*offsets.shape[:2], -1, 3)


def _around_eyes(lids: Tensor, neutral: Tensor) -> tuple[Tensor, Tensor]:
    """Return shares of lids above and below the right and the left eye, (2, V) each."""
    above: list[Tensor] = []
    below: list[Tensor] = []
    for side in (-1.0, 1.0):
        own = lids * (side * (neutral[:, 0] - neutral[:, 0].mean()) > 0)
        middle = (own * neutral[:, 1]).sum() / own.sum().clamp(min=1e-6)
        for kept, half in ((above, neutral[:, 1] > middle), (below, neutral[:, 1] <= middle)):
            share = own * half
            kept.append(share / share.sum().clamp(min=1e-6))
    return torch.stack(above), torch.stack(below)


def motion_figures(
    said: Tensor, true: Tensor, seen: Tensor, neutral: Tensor, masks: Masks
) -> dict[str, float]:
    """Return figures of one take: offsets (1, n, V, 3) in millimetres, `seen` (1, n).

    ``r2_published`` is R² of absolute positions, ``r2_motion`` of motion about each vertex's own
    mean; ``lips_r`` and ``lips_ratio`` are Pearson's r and the ratio of deviations of the lips'
    opening.
    """
    keep = seen[0] > 0
    one, other = said[0, keep].double(), true[0, keep].double()
    if len(one) < 3:
        return dict.fromkeys(("r2_published", "r2_motion", "r2_mouth", "lips_r", "lips_ratio"), 0.0)
    off = one - other
    absolute = other + neutral[0].double()
    about = other - other.mean(dim=0)
    moved = off - off.mean(dim=0)
    mouth = masks.mouth.double()[:, None].to(about)
    opening, wanted = masks.opening(one[None])[0], masks.opening(other[None])[0]
    a, b = opening - opening.mean(), wanted - wanted.mean()
    scale = (a.norm() * b.norm()).clamp(min=1e-9)
    spread = ((absolute - absolute.mean()) ** 2).sum()
    return {
        "r2_published": float(1 - (off**2).sum() / spread),
        "r2_motion": float(1 - (moved**2).sum() / (about**2).sum()),
        "r2_mouth": float(1 - (mouth * moved**2).sum() / (mouth * about**2).sum()),
        "lips_r": float((a * b).sum() / scale),
        "lips_ratio": float(a.norm() / b.norm().clamp(min=1e-9)),
    }
