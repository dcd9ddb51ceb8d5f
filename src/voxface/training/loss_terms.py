"""The terms of the training loss, each a function of what was said and what is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from voxface.face import channel_index, channel_indices
from voxface.models import CanonicalScale, FaceOutput
from voxface.phones.symbols import FEATURE_NAMES as ARTICULATIONS
from voxface.training.crops import Batch
from voxface.training.lip_meetings import flickering, missed_meetings
from voxface.training.workers import shared_total

JAW, CLOSE = channel_index("jawOpen"), channel_index("mouthClose")
PARTING = channel_indices(
    ("mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight")
)
"""Channels that part the lips without the jaw."""
NARROW_GAP = 0.05
"""Lip gap at which the closure term counts 1/e of what it adds for lips that meet."""
CLOSED_WEIGHT = 4.0
"""How much more an error of the lip gap counts where the lips meet than where they are apart."""
SPECTRUM_FLOOR = 0.1
"""Magnitude, in deviations per root frame, below which the spectrum is tracker noise."""
NATURAL_POSE = (3.0, 3.0, 3.0, 0.2, 0.2, 0.2)
"""Centimetres and radians within which a talking head keeps."""
SEALING = [ARTICULATIONS.index(name) for name in ("bilabial", "labiodental", "lip_rounding")]
"""Articulations that `voxface.models.SpokenLips` moves lips by."""
SEALING_WEIGHT = 4.0
"""How much more a missed seal counts than a false one: seals are rare, and seen when missed."""


@dataclass(frozen=True)
class Compared:
    """What a net said of a batch and what is true, at the same times.

    Attributes
    ----------
    said : FaceOutput
    true : Batch
    scale : CanonicalScale
        Turns motion into weights.
    rest : Tensor, shape (52,)
        Motion where nobody speaks.
    stride : int
        Frames between the two ends of a derivative: 40 ms.
    """

    said: FaceOutput
    true: Batch
    scale: CanonicalScale
    rest: Tensor
    stride: int

    @cached_property
    def total(self) -> Tensor:
        """Sum of all weights, the denominator of most terms."""
        return shared_total(self.true.weight.sum(), 1.0)

    @cached_property
    def shown(self) -> Tensor:
        """Blendshape weights that the net shows, (B, T, 52)."""
        return torch.as_tensor(self.scale(self.said.motion))

    @cached_property
    def due(self) -> Tensor:
        """Blendshape weights that are true, (B, T, 52)."""
        return torch.as_tensor(self.scale(self.true.motion))

    def weighed(self, off: Tensor) -> Tensor:
        """Return the mean of an error (B, T, 52) over what is known of the face."""
        return (self.true.weight * off).sum() / self.total

    def derivatives(self, order: int) -> tuple[Tensor, Tensor, Tensor]:
        """Return a derivative of what was said and what is true, and its weight."""
        said, true, weight = self.said.motion, self.true.motion, self.true.weight
        late, early = slice(self.stride, None), slice(None, -self.stride)
        for _ in range(order):
            said, true = said[:, late] - said[:, early], true[:, late] - true[:, early]
            weight = torch.minimum(weight[:, late], weight[:, early])
        return said, true, weight


def motion(both: Compared) -> Tensor:
    """Return the Smooth-L1 of motion."""
    return both.weighed(_smooth(both.said.motion, both.true.motion, 0.5))


def weights(both: Compared) -> Tensor:
    """Return the Smooth-L1 of weights x 10."""
    return both.weighed(_smooth(10 * both.shown, 10 * both.due, 0.2))


def velocity(both: Compared) -> Tensor:
    """Return the Smooth-L1 of first derivatives."""
    said, true, weight = both.derivatives(1)
    return (weight * _smooth(said, true, 0.3)).sum() / both.total


def acceleration(both: Compared) -> Tensor:
    """Return the Smooth-L1 of second derivatives."""
    said, true, weight = both.derivatives(2)
    return (weight * _smooth(said, true, 0.3)).sum() / both.total


def correlation(both: Compared) -> Tensor:
    """Return 1 - Pearson's r, averaged over items and channels by weight and true variance."""
    weight = both.true.weight
    known = (weight > 0).to(weight.dtype)
    count = known.sum(1, keepdim=True).clamp(min=1.0)
    a, b = (
        (part - (part * known).sum(1, keepdim=True) / count) * known
        for part in (both.said.motion, both.true.motion)
    )
    spread = (b * b).sum(1)
    r = (a * b).sum(1) / torch.sqrt((a * a).sum(1) * spread + 1e-3 * count[:, 0])
    # Channels that hardly move in a crop correlate with nothing: they count little.
    share = weight.mean(1) * (spread / count[:, 0]).clamp(max=1.0)
    return 1 - (r * share).sum() / shared_total(share.sum(), 1e-6)


def silence(both: Compared) -> Tensor:
    """Return the squared distance from rest where nobody speaks."""
    quiet = (1 - both.true.speech)[:, :, None] * (both.true.weight > 0)
    return (quiet * (both.said.motion - both.rest) ** 2).sum() / both.total


def pose(both: Compared) -> Tensor:
    """Return the Smooth-L1 of the head's pose."""
    known = both.true.pose_weight
    off = _smooth(both.said.pose, both.true.pose, 0.1).sum(2)
    return (known * off).sum() / shared_total(known.sum(), 1.0)


def pose_bounds(both: Compared) -> Tensor:
    """Return the squared distance of the pose beyond `NATURAL_POSE`, in units of these bounds."""
    beyond = both.said.pose.abs() / both.said.pose.new_tensor(NATURAL_POSE) - 1
    return (torch.relu(beyond) ** 2).sum(2).mean()


def speech(both: Compared) -> Tensor:
    """Return the cross-entropy of the speech output."""
    return functional.binary_cross_entropy_with_logits(both.said.speech, both.true.speech)


def articulation(both: Compared) -> Tensor:
    """Return the cross-entropy of all articulatory features, x 4."""
    return 4 * _articulated(both, slice(None))


def sealing(both: Compared) -> Tensor:
    """Return the cross-entropy of `SEALING`; what is there counts `SEALING_WEIGHT` times."""
    return _articulated(both, SEALING, SEALING_WEIGHT)


def meeting(both: Compared) -> Tensor:
    """Return how far lips are from meeting once near each p, b, m, f and v, and only there."""
    known = both.true.articulation_weight
    return missed_meetings(both.said.articulation, both.true.articulation, known)


def flicker(both: Compared) -> Tensor:
    """Return how abruptly heard lips start and stop, x 100, beyond what the phones do."""
    known = both.true.articulation_weight
    return 100 * flickering(both.said.articulation, both.true.articulation, known)


def lip_gap(face: Tensor) -> Tensor:
    """Return how far lips are apart (B, T) in weights (B, T, 52): jaw less `mouthClose`, parted."""
    opened = torch.relu(face[:, :, JAW] - face[:, :, CLOSE])
    return opened + 0.5 * face[:, :, PARTING].mean(2)


def closure(both: Compared) -> Tensor:
    """Return the Smooth-L1 of the lip gap x 10, which counts more as the true gap falls."""
    said, true = lip_gap(both.shown), lip_gap(both.due)
    count = both.true.weight[:, :, JAW] * (1 + CLOSED_WEIGHT * torch.exp(-true / NARROW_GAP))
    return (count * _smooth(10 * said, 10 * true, 0.2)).sum() / shared_total(count.sum(), 1.0)


def spectral(both: Compared) -> Tensor:
    """Return the L1 between the log-magnitude spectra of each channel over the crop.

    Each channel's mean is taken off and the ends are tapered by a Hann window; what is unknown is
    left out of both sides.
    """
    weight = both.true.weight
    taper = torch.hann_window(weight.shape[1], device=weight.device)[None, :, None] * (weight > 0)
    count = taper.sum(1, keepdim=True).clamp(min=1e-6)

    def log_magnitude(part: Tensor) -> Tensor:
        part = part.float()
        centred = taper * (part - (taper * part).sum(1, keepdim=True) / count)
        power = torch.fft.rfft(centred, dim=1).abs().square() / count
        return 0.5 * torch.log(power + SPECTRUM_FLOOR**2)

    off = (log_magnitude(both.said.motion) - log_magnitude(both.true.motion)).abs().mean(1)
    share = weight.mean(1)
    return (share * off).sum() / shared_total(share.sum(), 1e-6)


def _articulated(both: Compared, columns: slice | list[int], positive: float = 1.0) -> Tensor:
    known = both.true.articulation_weight
    said, true = both.said.articulation[:, :, columns], both.true.articulation[:, :, columns]
    off = functional.binary_cross_entropy_with_logits(
        said, true, reduction="none", pos_weight=said.new_tensor(positive)
    )
    return (known * off.mean(2)).sum() / shared_total(known.sum(), 1.0)


def _smooth(said: Tensor, true: Tensor, beta: float) -> Tensor:
    return functional.smooth_l1_loss(said, true, beta=beta, reduction="none")


TERMS: dict[str, Callable[[Compared], Tensor]] = {
    term.__name__: term
    for term in (
        motion, weights, velocity, acceleration, correlation, silence, pose, speech, articulation,
        closure, spectral, pose_bounds, sealing, meeting, flicker,
    )
}  # fmt: skip
"""Every term by the name that a recipe calls it."""
ARTICULATED = ("articulation", "sealing", "meeting", "flicker")
"""Terms that need nets and examples that know phones."""
