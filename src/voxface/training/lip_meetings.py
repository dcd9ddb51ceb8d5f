"""The loss terms of lips that must be seen to meet: near every p, b and m once, without flicker."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from voxface.phones.symbols import FEATURE_NAMES
from voxface.training.workers import shared_total

REACH = 6
"""Frames either way in which a closure counts for its phone: aligned phones are no more exact."""
NEIGHBOURHOOD = 10
"""Frames either way of a closure in which other stops are left alone: lips may be on their way."""
SHARPNESS = 2.0
"""Of the soft maximum over a phone's neighbourhood."""
ELSEWHERE = 0.5
"""What a false closure anywhere counts, beside 1 on the stops and nasals of the tongue."""
STOP, NASAL, VOWEL, BILABIAL, LABIODENTAL = map(
    FEATURE_NAMES.index, ("stop", "nasal", "vowel", "bilabial", "labiodental")
)


def missed_meetings(said: Tensor, true: Tensor, known: Tensor) -> Tensor:
    """Return how far lips are from meeting on p, b, m and f, v, and only there.

    The best frame near a phone is judged, not the mean of its frames: a net that is not sure when
    lips meet should say once that they do, where cross-entropy frame by frame makes it hedge. This
    is learning from several instances of which one is enough (Dietterich et al., "Solving the
    multiple instance problem with axis-parallel rectangles", 1997).

    Parameters
    ----------
    said : Tensor, shape (B, T, 27)
        Log-odds of articulatory features.
    true : Tensor, shape (B, T, 27)
        The features themselves, 0 to 1.
    known : Tensor, shape (B, T)
        1 where they are known.
    """
    closing = true[:, :, STOP] + true[:, :, NASAL] > 0.5
    lips, vowel = true[:, :, BILABIAL] > 0.5, true[:, :, VOWEL] > 0.5
    there = known > 0
    shut = closing & lips & ~vowel & there
    tongue = closing & ~lips & ~vowel & there & ~_near(shut, NEIGHBOURHOOD)
    teeth = (true[:, :, LABIODENTAL] > 0.5) & there
    total = said.new_zeros(())
    for column, wanted, apart in ((BILABIAL, shut, ~lips), (LABIODENTAL, teeth, ~teeth)):
        odds = said[:, :, column].float()
        total = total + _mean(functional.softplus(-_soft_maximum(odds)), wanted)
        false = functional.softplus(odds)
        total = total + ELSEWHERE * _mean(false, there & apart)
        if column == BILABIAL:
            total = total + _mean(false, tongue)
    return total


def flickering(said: Tensor, true: Tensor, known: Tensor) -> Tensor:
    """Return how much heard lips start and stop more abruptly than the phones themselves do.

    Lips are heavy: a closure of one frame, or two in one p, is seen as a flicker. Squared, what
    the second difference of the probability exceeds that of the truth by is small for a pulse of
    60 ms with slopes, and large for a spike. Arguments as for `missed_meetings`.
    """
    columns = [BILABIAL, LABIODENTAL]
    both = torch.sigmoid(said[:, :, columns].float()), true[:, :, columns].float()
    turn, due = ((part[:, 2:] - 2 * part[:, 1:-1] + part[:, :-2]).abs() for part in both)
    there = (known[:, 1:-1] > 0)[:, :, None].expand_as(turn)
    return _mean(torch.relu(turn - due) ** 2, there)


def _soft_maximum(odds: Tensor) -> Tensor:
    """Return the soft maximum of (B, T) within `REACH` of each frame."""
    padded = functional.pad(SHARPNESS * odds, (REACH, REACH), value=-1e4)
    return torch.logsumexp(padded.unfold(1, 2 * REACH + 1, 1), dim=2) / SHARPNESS


def _near(where: Tensor, reach: int) -> Tensor:
    return functional.max_pool1d(where.float(), 2 * reach + 1, 1, reach) > 0


def _mean(values: Tensor, where: Tensor) -> Tensor:
    return (values * where).sum() / shared_total(where.sum().to(values.dtype), 1.0)
