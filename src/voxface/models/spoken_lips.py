"""Lips that do what the net hears, where regression alone would leave them half way."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import torch
from torch import Tensor, nn

from voxface.models.lip_gestures import RoundLips, SmallMouth, TeethOnLip
from voxface.models.lip_seal import LipSeal


@dataclass(frozen=True)
class LipThresholds:
    """From which probabilities on lips do what is heard.

    Attributes
    ----------
    shut : tuple of float
        Of lips that meet: they begin to close, and are shut.
    on_teeth : tuple of float
        Of a lower lip on the teeth, straight in log-odds: these rise over several frames where the
        probability itself jumps, so the lip does not snap.
    """

    shut: tuple[float, float]
    on_teeth: tuple[float, float]


HEDGING = LipThresholds(shut=(0.09, 0.26), on_teeth=(0.03, 0.6))
"""For nets that learn phones frame by frame: they are sure of few p, b and m of fast speech. Lower
thresholds would shut more of them, and with them many a t, d and n."""
DECIDED = LipThresholds(shut=(0.12, 0.35), on_teeth=(0.5, 0.95))
"""For nets trained with the loss `meeting`, which say of most p, b and m once that lips meet.
`benchmarks/lip_thresholds.py` prints what each choice costs."""
ROUND = (0.12, 0.85)
"""Probabilities of rounded lips, in log-odds likewise."""
CLOSE = (0.4, 0.8)
"""Heights of a vowel, 0 open to 1 close, from which its opening is small."""
LIKELIER = (0.3, 0.7)
"""Shares of labiodental in labiodental and bilabial together: below, the lips shut."""


class SpokenLips(nn.Module):
    """Shut lips on p, b, m, put the lower lip to the teeth on f, v, and round lips on oo and w.

    Weights that a net regresses are averages over what it is not sure of, and over faces that
    say the same sound differently: lips do not quite meet, and rounding is half of anybody's. But
    the net also tells how likely each place of articulation is, and lips follow that here.
    Everything is continuous in its inputs and needs no memory, so a stream equals a recording.
    """

    def __init__(self, thresholds: LipThresholds = HEDGING) -> None:
        super().__init__()
        self.thresholds = thresholds
        self.seal, self.teeth = LipSeal(), TeethOnLip()
        self.rounded, self.small = RoundLips(), SmallMouth()

    def forward(
        self,
        weights: Tensor,
        bilabial: Tensor,
        labiodental: Tensor,
        rounding: Tensor,
        height: Tensor,
    ) -> Tensor:
        """Place the lips.

        Parameters
        ----------
        weights : Tensor, shape (B, T, 52)
            Weights, 0 to 1.
        bilabial, labiodental, rounding, height : Tensor, shape (B, T)
            What is heard of the phone, 0 to 1.

        Returns
        -------
        Tensor, shape (B, T, 52)
            Weights, 0 to 1.
        """
        share = labiodental / (labiodental + bilabial + 1e-6)
        teeth = _between_odds(labiodental, self.thresholds.on_teeth) * _between(share, LIKELIER)
        shut = _between(bilabial, self.thresholds.shut) * (1 - teeth)
        rounded = _between_odds(rounding, ROUND) * (1 - teeth) * (1 - shut / 2)
        weights = self.rounded(weights, rounded)
        weights = self.small(weights, rounded * _between(height, CLOSE))
        placed: Tensor = self.seal(self.teeth(weights, teeth), shut)
        return placed


def _between(values: Tensor, ends: tuple[float, float]) -> Tensor:
    """Return 0 up to the first end, 1 from the second, straight between."""
    low, high = ends
    return torch.clamp((values - low) / (high - low), 0.0, 1.0)


def _between_odds(chances: Tensor, ends: tuple[float, float]) -> Tensor:
    """Return 0 up to the first end, 1 from the second, straight in log-odds between."""
    low, high = (log(end / (1 - end)) for end in ends)
    safe = torch.clamp(chances, 1e-4, 1 - 1e-4)
    return torch.clamp((torch.log(safe) - torch.log(1 - safe) - low) / (high - low), 0.0, 1.0)
