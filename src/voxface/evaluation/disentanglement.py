"""What sound and what expression decide in a MeshTalk net: takes with their sounds exchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from voxface.errors import VoxfaceError
from voxface.face import MeshClip, MeshTopology
from voxface.models.mesh.latent import likeliest
from voxface.models.mesh.meshtalk import MeshTalkNet
from voxface.training.mesh.data import MeshBatch

REGIONS = ("mouth", "upper")
"""Regions that are told apart."""
LEAST = 8
"""Frames that takes must have in common."""


@dataclass(frozen=True, eq=False)
class Streams:
    """A take as the two encoders hear and see it.

    Attributes
    ----------
    sound, expression : Tensor, shape (1, n, C)
    template : Tensor, shape (1, K)
    neutral : Tensor, shape (V, 3)
    offsets : Tensor, shape (n, V, 3)
        The truth, in centimetres.
    seen : Tensor of bool, shape (n,)
    """

    sound: Tensor
    expression: Tensor
    template: Tensor
    neutral: Tensor
    offsets: Tensor
    seen: Tensor

    @classmethod
    @torch.no_grad()
    def of(cls, net: MeshTalkNet, take: MeshBatch) -> Streams:
        """Encode a batch of one take; its last `look_ahead` frames of face are not reached."""
        sound = net.hear(net.audio, take.features)
        frames = sound.shape[1]
        expression = net.expression(net.mesh.read(take.offsets.flatten(2)))[:, :frames]
        return cls(
            sound, expression, net.template(take.neutral), take.neutral[0],
            take.offsets[0, :frames], take.seen[0, :frames] > 0,
        )  # fmt: skip


@torch.no_grad()
def crossed(net: MeshTalkNet, sound: Streams, expression: Streams) -> Tensor:
    """Return what one take's sound and another's expression make of the first's face.

    Returns
    -------
    Tensor, shape (n, V, 3)
        Offsets in centimetres, as long as the shorter of the two.
    """
    frames = min(sound.sound.shape[1], expression.expression.shape[1])
    logits = net.fuse(sound.sound[:, :frames], expression.expression[:, :frames])
    told: Tensor = net.decode(likeliest(logits), sound.template)
    return told[0].reshape(frames, -1, 3)


def explained_motion(
    net: MeshTalkNet, takes: Sequence[MeshBatch], topology: MeshTopology
) -> dict[str, dict[str, float]]:
    """Return how much of the captured motion each modality explains, by region.

    Parameters
    ----------
    net : MeshTalkNet
    takes : sequence of MeshBatch
        Two or more takes, a batch of one each.
    topology : MeshTopology
        Its regions ``mouth`` and ``upper`` say where.

    Returns
    -------
    dict of str to dict
        For each region, R² of motion about each vertex's own mean: ``both`` with the take's own
        sound and expression, ``sound`` with its sound and each other take's expression,
        ``expression`` the other way. 1 explains all; 0 no more than a face that stands still.
    """
    streams = _streams(net, takes)
    left: dict[str, dict[str, list[float]]] = {
        region: {"both": [], "sound": [], "expression": []} for region in REGIONS
    }
    for one in range(len(streams)):
        for other in range(len(streams)):
            pairs = [("both", one, one)] if one == other else [
                ("sound", one, other), ("expression", other, one),
            ]  # fmt: skip
            for name, heard, seen in pairs:
                said = crossed(net, streams[heard], streams[seen])
                for region in REGIONS:
                    mask = torch.from_numpy(topology.region(region))
                    left[region][name].append(_r2_of_motion(said, streams[one], mask))
    return {
        region: {name: float(np.mean(values)) for name, values in of.items()}
        for region, of in left.items()
    }


@torch.no_grad()
def modality_shares(
    net: MeshTalkNet, takes: Sequence[MeshBatch], topology: MeshTopology
) -> dict[str, dict[str, float]]:
    """Return how the variance of what is decoded falls to the two modalities, by region.

    Every sound is crossed with every expression; the variance over this table, at each frame and
    vertex, is split as in a two-way analysis of variance (the first-order indices of Sobol', 1993).
    It says what the net listens to, whether or not that is right; `explained_motion` says what is
    right. All are decoded onto the first take's face.

    Returns
    -------
    dict of str to dict
        For each region the shares ``sound``, ``expression`` and ``together``; their sum is 1.
    """
    streams = _streams(net, takes)
    count, frames = len(streams), min(each.sound.shape[1] for each in streams)
    sounds = torch.cat([each.sound[:, :frames] for each in streams])
    template = streams[0].template.repeat(count, 1)
    whole, squares, by_expression = torch.zeros(()), torch.zeros(()), []
    for each in streams:
        logits = net.fuse(sounds, each.expression[:, :frames].expand(count, -1, -1))
        told = net.decode(likeliest(logits), template).reshape(count, frames, -1, 3)
        whole = whole + told
        squares = squares + (told**2).sum(dim=0)
        by_expression.append(told.mean(dim=0))
    by_sound = whole / count
    mean = by_sound.mean(dim=0)
    parts = {
        "all": squares / count**2 - mean**2,
        "sound": ((by_sound - mean) ** 2).mean(dim=0),
        "expression": torch.stack([(told - mean) ** 2 for told in by_expression]).mean(dim=0),
    }
    shares = {}
    for region in REGIONS:
        mask = torch.from_numpy(topology.region(region))[:, None]
        summed = {name: float((part * mask).sum()) for name, part in parts.items()}
        scale = max(summed.pop("all"), 1e-12)
        shares[region] = {name: value / scale for name, value in summed.items()}
        shares[region]["together"] = max(0.0, 1 - sum(shares[region].values()))
    return shares


def same_sound(
    net: MeshTalkNet,
    sound: MeshBatch,
    expressions: Sequence[MeshBatch],
    topology: MeshTopology,
) -> list[MeshClip]:
    """Return one take's face with its sound and each other take's expression."""
    heard = Streams.of(net, sound)
    others = [Streams.of(net, each) for each in expressions]
    return [_clip(net, crossed(net, heard, each), heard, topology) for each in others]


def same_expression(
    net: MeshTalkNet,
    expression: MeshBatch,
    sounds: Sequence[MeshBatch],
    topology: MeshTopology,
) -> list[MeshClip]:
    """Return one take's face with its expression and each other take's sound."""
    seen = Streams.of(net, expression)
    clips = []
    for sound in sounds:
        heard = Streams.of(net, sound)
        on_face = Streams(
            heard.sound, heard.expression, seen.template, seen.neutral, heard.offsets, heard.seen
        )
        clips.append(_clip(net, crossed(net, on_face, seen), on_face, topology))
    return clips


def _clip(net: MeshTalkNet, offsets: Tensor, face: Streams, topology: MeshTopology) -> MeshClip:
    neutral = face.neutral.numpy()
    fps = Fraction(net.config.rate)
    return MeshClip(neutral + offsets.numpy(), topology, fps, neutral)


def _streams(net: MeshTalkNet, takes: Sequence[MeshBatch]) -> list[Streams]:
    if len(takes) < 2:
        raise VoxfaceError("modalities are told apart by crossing at least 2 takes")
    streams = [Streams.of(net, take) for take in takes]
    shortest = min(each.sound.shape[1] for each in streams)
    if shortest < LEAST:
        raise VoxfaceError(f"a take has {shortest} frames; crossing takes needs {LEAST}")
    return streams


def _r2_of_motion(said: Tensor, truth: Streams, mask: Tensor) -> float:
    """Return R² of motion (n, V, 3) about each vertex's mean, over the vertices of a mask (V,)."""
    frames = len(said)
    known = truth.seen[:frames]
    one, other = said[known].double(), truth.offsets[:frames][known].double()
    about = other - other.mean(dim=0)
    off = (one - one.mean(dim=0)) - about
    weight = mask.double()[:, None]
    return float(1 - (weight * off**2).sum() / (weight * about**2).sum().clamp(min=1e-12))
