"""Lips follow what is heard: shut, on the teeth, rounded; else they stay as regressed."""

import pytest
import torch

from voxface.face import ARKIT_CHANNELS, channel_index
from voxface.models import SpokenLips
from voxface.models.lip_gestures import RoundLips, TeethOnLip
from voxface.models.spoken_lips import DECIDED, HEDGING, ROUND, LipThresholds

HEARD = ("bilabial", "labiodental", "rounding", "height")


def talking() -> torch.Tensor:
    """Weights as speech has them: a jaw half way, a little of all else."""
    weights = 0.1 * torch.rand(1, 6, 52, generator=torch.Generator().manual_seed(1))
    weights[..., channel_index("jawOpen")] = 0.25
    weights[..., channel_index("mouthClose")] = 0.02
    return weights


SHUT, ON_TEETH = HEDGING.shut, HEDGING.on_teeth


def spoken(
    weights: torch.Tensor, thresholds: LipThresholds = HEDGING, **heard: float
) -> torch.Tensor:
    shape = weights.shape[:2]
    return SpokenLips(thresholds)(
        weights, *(torch.full(shape, heard.get(name, 0.0)) for name in HEARD)
    )


def column(weights: torch.Tensor, name: str) -> torch.Tensor:
    return weights[..., channel_index(name)]


def test_what_is_not_heard_changes_nothing() -> None:
    weights = talking()
    quiet = {"bilabial": SHUT[0], "labiodental": ON_TEETH[0], "rounding": ROUND[0], "height": 1.0}
    torch.testing.assert_close(spoken(weights, **quiet), weights)


def test_p_b_m_shut_the_lips() -> None:
    placed = spoken(talking(), bilabial=SHUT[1])
    assert (column(placed, "jawOpen") - column(placed, "mouthClose")).max() <= 1e-6


def test_a_net_that_decides_is_not_believed_in_its_hedging() -> None:
    weights = talking()
    hedged = {"bilabial": 0.11, "labiodental": 0.4}
    torch.testing.assert_close(spoken(weights, DECIDED, **hedged), weights)
    assert not torch.allclose(spoken(weights, HEDGING, **hedged), weights)
    placed = spoken(weights, DECIDED, bilabial=DECIDED.shut[1])
    assert (column(placed, "jawOpen") - column(placed, "mouthClose")).max() <= 1e-6


def test_f_and_v_put_the_lower_lip_to_the_teeth() -> None:
    placed = spoken(talking(), labiodental=ON_TEETH[1])
    assert column(placed, "jawOpen").max() <= 0.06 + 1e-4
    assert column(placed, "mouthRollLower").min() >= 0.35 - 1e-4
    assert column(placed, "mouthLowerDownLeft").max() <= 1e-4
    # Lips do not meet: the teeth are seen.
    assert (column(placed, "jawOpen") - column(placed, "mouthClose")).min() > 0.03


@pytest.mark.parametrize(("bilabial", "labiodental"), [(0.9, 0.2), (0.2, 0.9)])
def test_the_likelier_of_two_places_wins(bilabial: float, labiodental: float) -> None:
    both = spoken(talking(), bilabial=bilabial, labiodental=labiodental)
    alone = (
        spoken(talking(), bilabial=bilabial)
        if bilabial > labiodental
        else spoken(talking(), labiodental=labiodental)
    )
    torch.testing.assert_close(both, alone)


def test_rounded_vowels_push_lips_forward_and_close_ones_narrow_the_mouth() -> None:
    weights = talking()
    open_one = spoken(weights, rounding=1.0, height=0.0)
    close_one = spoken(weights, rounding=1.0, height=1.0)
    torch.testing.assert_close(column(open_one, "jawOpen"), column(weights, "jawOpen"))
    assert column(close_one, "jawOpen").max() <= 0.13 + 1e-6
    for placed in (open_one, close_one):
        torch.testing.assert_close(
            column(placed, "mouthPucker"), RoundLips.gain * column(weights, "mouthPucker")
        )


def test_lips_pushed_far_forward_are_not_drawn_back() -> None:
    weights = talking()
    weights[..., channel_index("mouthPucker")] = 0.9
    torch.testing.assert_close(spoken(weights, rounding=1.0), weights)


def test_everything_stays_within_bounds_and_without_jumps() -> None:
    random = torch.Generator().manual_seed(2)
    weights = torch.rand(4, 500, 52, generator=random)
    heard = [torch.rand(4, 500, generator=random) for _ in HEARD]
    lips = SpokenLips()
    placed = lips(weights, *heard)
    assert placed.min() >= 0
    assert placed.max() <= 1
    # A step of 0.0001 in what is heard moves no channel by more than the steepest ramps allow.
    for number in range(len(HEARD)):
        near = [h + 1e-4 * (n == number) for n, h in enumerate(heard)]
        assert (lips(weights, *near) - placed).abs().max() < 0.01


def test_the_lip_goes_to_the_teeth_over_several_frames() -> None:
    # As the net says it of a real v, a probability every 10 ms.
    chances = [0.0, 0.01, 0.02, 0.06, 0.08, 0.22, 0.17, 0.12, 0.03, 0.02, 0.0]
    weights = talking()[:, :1].repeat(1, len(chances), 1)
    nothing = torch.zeros(1, len(chances))
    placed = SpokenLips()(weights, nothing, torch.tensor([chances]), nothing, nothing)
    roll = column(placed, "mouthRollLower")[0]
    assert roll.max() > 0.15
    assert roll.diff().abs().max() < 0.1


def test_eyes_and_brows_are_left_alone() -> None:
    weights = talking()
    placed = spoken(weights, bilabial=0.15, labiodental=0.2, rounding=0.5, height=0.6)
    others = [n for n, name in enumerate(ARKIT_CHANNELS) if not name.startswith(("jaw", "mouth"))]
    torch.testing.assert_close(placed[..., others], weights[..., others])


def test_a_gesture_moves_as_far_as_it_is_asked() -> None:
    weights = talking()
    full = TeethOnLip()(weights, torch.ones(1, 6))
    half = TeethOnLip()(weights, torch.full((1, 6), 0.5))
    torch.testing.assert_close(half, (weights + full) / 2)
