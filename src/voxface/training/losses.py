"""What a net is trained to make small."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from voxface.models import CanonicalScale, FaceOutput
from voxface.training.crops import Batch

STRIDE = 4
"""Frames between the two ends of a derivative: the 40 ms of a 25 fps video frame."""


@dataclass(frozen=True)
class LossWeights:
    """How much each term counts; 0 switches it off.

    Parameters
    ----------
    motion : float
        Smooth-L1 of motion (log-odds on the canonical speaker).
    weights : float
        Smooth-L1 of the blendshape weights themselves, x 10.
    velocity, acceleration : float
        Smooth-L1 of first and second derivatives of motion over 40 ms.
    correlation : float
        One minus Pearson's r of each channel over the crop: against over-smoothing.
    silence : float
        Squared distance from rest where nobody speaks.
    pose : float
        Smooth-L1 of position and rotation vector.
    speech : float
        Cross-entropy of the speech output.
    articulation : float
        Cross-entropy of the auxiliary articulatory features.
    """

    motion: float = 1.0
    weights: float = 0.5
    velocity: float = 0.5
    acceleration: float = 0.15
    correlation: float = 0.3
    silence: float = 0.3
    pose: float = 0.05
    speech: float = 0.1
    articulation: float = 0.2


def face_loss(
    output: FaceOutput,
    batch: Batch,
    scale: CanonicalScale,
    rest: Tensor,
    look_ahead: int,
    terms: LossWeights,
) -> dict[str, Tensor]:
    """Compute every term that is switched on, already multiplied by its weight.

    The output at frame t is compared with the label at ``t - look_ahead``.
    """
    said = FaceOutput(*(part[:, look_ahead:] for part in output))
    until = batch.motion.shape[1] - look_ahead
    true = Batch(*(part[:, :until] for part in batch))
    weight = true.weight
    total = weight.sum().clamp(min=1.0)
    losses = {}
    if terms.motion:
        losses["motion"] = (weight * _smooth(said.motion, true.motion, 0.5)).sum() / total
    if terms.weights:
        losses["weights"] = (
            weight * _smooth(10 * scale(said.motion), 10 * scale(true.motion), 0.2)
        ).sum() / total
    if terms.velocity or terms.acceleration:
        both = torch.minimum(weight[:, STRIDE:], weight[:, :-STRIDE])
        first, wanted = _derivative(said.motion), _derivative(true.motion)
        if terms.velocity:
            losses["velocity"] = (both * _smooth(first, wanted, 0.3)).sum() / total
        if terms.acceleration:
            all_three = torch.minimum(both[:, STRIDE:], both[:, :-STRIDE])
            second = _smooth(_derivative(first), _derivative(wanted), 0.3)
            losses["acceleration"] = (all_three * second).sum() / total
    if terms.correlation:
        losses["correlation"] = 1 - _correlation(said.motion, true.motion, weight)
    if terms.silence:
        quiet = (1 - true.speech)[:, :, None] * (weight > 0)
        losses["silence"] = (quiet * (said.motion - rest) ** 2).sum() / total
    if terms.pose:
        off = _smooth(said.pose, true.pose, 0.1).sum(2)
        losses["pose"] = (true.pose_weight * off).sum() / true.pose_weight.sum().clamp(min=1.0)
    if terms.speech:
        losses["speech"] = functional.binary_cross_entropy_with_logits(said.speech, true.speech)
    if terms.articulation and true.articulation.shape[2]:
        off = functional.binary_cross_entropy_with_logits(
            said.articulation, true.articulation, reduction="none"
        ).mean(2)
        heard = true.articulation_weight
        losses["articulation"] = 4 * (heard * off).sum() / heard.sum().clamp(min=1.0)
    return {name: getattr(terms, name) * value for name, value in losses.items()}


def _smooth(said: Tensor, true: Tensor, beta: float) -> Tensor:
    return functional.smooth_l1_loss(said, true, beta=beta, reduction="none")


def _derivative(values: Tensor) -> Tensor:
    return values[:, STRIDE:] - values[:, :-STRIDE]


def _correlation(said: Tensor, true: Tensor, weight: Tensor) -> Tensor:
    """Return Pearson's r, averaged over items and channels by their weight and true variance."""
    known = (weight > 0).to(said.dtype)
    count = known.sum(1, keepdim=True).clamp(min=1.0)
    a = (said - (said * known).sum(1, keepdim=True) / count) * known
    b = (true - (true * known).sum(1, keepdim=True) / count) * known
    spread = (b * b).sum(1)
    r = (a * b).sum(1) / torch.sqrt((a * a).sum(1) * spread + 1e-3 * count[:, 0])
    # Channels that hardly move in a crop correlate with nothing: they count little.
    share = weight.mean(1) * (spread / count[:, 0]).clamp(max=1.0)
    return (r * share).sum() / share.sum().clamp(min=1e-6)
