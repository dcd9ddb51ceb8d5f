"""What a net is trained to make small."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from voxface.audio.features import FRAME_RATE
from voxface.models import CanonicalScale, FaceOutput
from voxface.training.crops import Batch
from voxface.training.loss_terms import ARTICULATED, TERMS, Compared

STRIDE_SECONDS = 0.04
"""Between the two ends of a derivative: a 25 fps video frame."""


@dataclass(frozen=True)
class LossWeights:
    """How much each term counts; 0 switches it off. `voxface.training.loss_terms` defines them.

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
    closure : float
        Smooth-L1 of the lip gap x 10, counting up to 5 times as much as the true gap falls to
        nothing: ``1 + 4 exp(-gap / 0.05)``.
    spectral : float
        L1 of the logarithm of each channel's magnitude spectrum over the crop: a face that moves
        too little or too slowly loses, one that is late hardly does.
    pose_bounds : float
        Squared distance of the pose beyond ±3 cm and ±0.2 rad, in units of these bounds.
    sealing : float
        Cross-entropy of the articulations that lips are placed by, a missed one counting 4 times a
        false one: they are heard more often, and their chances come out higher, so the thresholds
        of `voxface.models.SpokenLips` mean something else to such a net.
    meeting : float
        Cross-entropy of lips that meet once near each p, b, m (and lower lip and teeth near each f
        and v), and nowhere else; see `voxface.training.lip_meetings`.
    flicker : float
        Squared second difference of the chances of these two, x 100, beyond the phones' own: lips
        are heavy, and do not meet for one frame.
    distillation : float
        Smooth-L1 of motion to what the recipe's `teachers` say; see `voxface.training.teachers`.
    adversary : float
        How strongly the net unlearns what tells speakers apart; see `voxface.training.trunk`.
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
    closure: float = 0.0
    spectral: float = 0.0
    pose_bounds: float = 0.0
    sealing: float = 0.0
    meeting: float = 0.0
    flicker: float = 0.0
    distillation: float = 0.0
    adversary: float = 0.0


def face_loss(
    output: FaceOutput,
    batch: Batch,
    scale: CanonicalScale,
    rest: Tensor,
    look_ahead: int,
    terms: LossWeights,
    rate: int = FRAME_RATE,
) -> dict[str, Tensor]:
    """Compute every term of `TERMS` that is switched on, already multiplied by its weight.

    The output at frame t is compared with the label at ``t - look_ahead``; `rate` is in frames per
    second.
    """
    until = batch.motion.shape[1] - look_ahead
    both = Compared(
        FaceOutput(*(part[:, look_ahead:] for part in output)),
        batch.until(until),
        scale,
        rest,
        round(STRIDE_SECONDS * rate),
    )
    mute = () if batch.articulation.shape[2] else ARTICULATED
    wanted = {name: getattr(terms, name) for name in TERMS}
    return {
        name: weight * TERMS[name](both)
        for name, weight in wanted.items()
        if weight and name not in mute
    }
