"""What MeshTalk's latent space is taught by: the paper's losses, each on a mask of the face."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from voxface.training.mesh.figures import Masks, nearly_shut


@dataclass(frozen=True)
class MeshTalkLosses:
    """What is made small; a weight of 0 switches a term off.

    Parameters
    ----------
    reconstruction : float
        Mean squared error of vertices from a take's own sound and expression, mm².
    cross_modality : float
        The paper's: with the sound of the take and the expression of another, the mouth must be
        right; with the expression of the take and the sound of another, the upper face. mm².
    eyelids : float
        Mean squared error of the eyelids, mm².
    landmarks : float
        Mean squared error of the lips' vertices, mm², as in the original's code.
    lips : float
        Mean squared error of how far the lips are apart, with the take's own sound and another's
        expression, mm².
    closure : float
        The same where lips are shut or nearly so, which is seen most and lasts least.
    eyes : float
        Mean squared error of how far the lids are apart, with the take's own expression and
        another's sound, mm².
    coherence : float
        Mean squared error of differences from frame to frame, mm².
    spread : float
        How much less than all classes of a head are used over a batch, in nats: against collapse.
    """

    reconstruction: float = 0.5
    cross_modality: float = 1.0
    eyelids: float = 0.5
    landmarks: float = 0.0
    lips: float = 0.1
    closure: float = 0.0
    eyes: float = 0.0
    coherence: float = 1.0
    spread: float = 0.02


class Crossed(NamedTuple):
    """What a batch becomes, in millimetres: offsets of shape (B, T, V, 3), masks of frames (B, T).

    Attributes
    ----------
    own : Tensor
        From a take's own sound and expression.
    by_sound : Tensor
        From its sound and another take's expression.
    by_expression : Tensor
        From its expression and another take's sound.
    true : Tensor
    known : Tensor
        1 where the take's face was seen.
    both : Tensor
        1 where the other take's face was seen, too: an expression that was not says nothing.
    """

    own: Tensor
    by_sound: Tensor
    by_expression: Tensor
    true: Tensor
    known: Tensor
    both: Tensor


def latent_terms(
    told: Crossed, used: Tensor, classes: int, masks: Masks, weights: MeshTalkLosses
) -> dict[str, Tensor]:
    """Return the weighted terms of the loss.

    Richard et al. (2021), eq. 2 and 3, with means in place of sums, so that neither the number of
    vertices nor that of frames weighs.

    Parameters
    ----------
    told : Crossed
    used : Tensor, shape (H,)
        How many classes of each head are used, as `voxface.models.mesh.latent.usage` counts.
    classes : int
        C.
    masks : Masks
    weights : MeshTalkLosses
    """
    true, known, both = told.true, told.known, told.both
    row = torch.ones(true.shape[2])
    lips = torch.zeros_like(row).index_fill(0, masks.lips, 1.0)
    opening = masks.opening(true)
    apart = (masks.opening(told.by_sound) - opening) ** 2
    change = ((told.own - true).diff(dim=1) ** 2).mean(dim=(2, 3))
    terms = {
        "reconstruction": masked_error(told.own, true, row, known),
        "cross_modality": masked_error(told.by_sound, true, masks.mouth, both)
        + masked_error(told.by_expression, true, masks.upper, known),
        "eyelids": masked_error(told.own, true, masks.eyelids, known),
        "landmarks": masked_error(told.own, true, lips, known),
        "lips": masked_mean(apart, both),
        "closure": masked_mean(apart, nearly_shut(opening) * both),
        "eyes": masked_mean(
            ((masks.lids(told.by_expression) - masks.lids(true)) ** 2).mean(2), known
        ),
        "coherence": masked_mean(change, known[:, 1:] * known[:, :-1]),
        "spread": math.log(classes) - torch.log(used).mean(),
    }
    asked = {name: getattr(weights, name) for name in terms}
    return {name: weight * terms[name] for name, weight in asked.items()}


def masked_error(said: Tensor, true: Tensor, mask: Tensor, where: Tensor) -> Tensor:
    """Return the mean squared error under a mask of vertices (V,) and one of frames (B, T)."""
    share = (mask / mask.sum().clamp(min=1e-6)).to(said)
    return masked_mean(((said - true) ** 2).mean(dim=3) @ share, where)


def masked_mean(values: Tensor, where: Tensor) -> Tensor:
    """Return the mean of values (B, T) under a mask of frames (B, T)."""
    return (values * where).sum() / where.sum().clamp(min=1.0)
