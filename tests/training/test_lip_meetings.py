"""Lips that meet: the best frame near a phone is judged, and false meetings are."""

import torch

from voxface.phones.symbols import FEATURE_NAMES, phone_features
from voxface.training.lip_meetings import NEIGHBOURHOOD, REACH, flickering, missed_meetings

BILABIAL, LABIODENTAL = map(FEATURE_NAMES.index, ("bilabial", "labiodental"))
FRAMES = 120


def spoken(**phones: tuple[int, int]) -> torch.Tensor:
    """Return features (1, 120, 27) of "a" with phones at (first, last) frames."""
    true = torch.tensor(phone_features("a")).repeat(1, FRAMES, 1)
    for symbol, (first, last) in phones.items():
        true[0, first:last] = torch.tensor(phone_features(symbol))
    return true


def loss(true: torch.Tensor, *met: tuple[int, int], column: int = BILABIAL) -> float:
    """Return the loss of log-odds of -9, but 9 at the frames that are named."""
    said = torch.full(true.shape, -9.0)
    if column == BILABIAL:  # the other place is right
        said[:, :, LABIODENTAL] = 18 * true[:, :, LABIODENTAL] - 9
    for first, last in met:
        said[0, first:last, column] = 9
    return float(missed_meetings(said, true, torch.ones(true.shape[:2])))


def test_one_frame_near_the_phone_is_enough():
    true = spoken(p=(50, 58))
    assert loss(true, (50, 58)) < 0.01
    assert loss(true, (53, 54)) < 0.01
    assert loss(true) > 5
    assert loss(true, (50 - REACH - 8, 50 - REACH - 6)) > 5


def test_a_phone_that_stays_unmet_counts_however_short_it_is():
    assert abs(loss(spoken(p=(50, 53))) - loss(spoken(p=(50, 60)))) < 0.2


def test_lips_must_not_meet_on_t():
    true = spoken(p=(20, 28), t=(60, 68))
    assert loss(true, (20, 28), (60, 68)) > loss(true, (20, 28), (90, 98)) + 5


def test_a_t_beside_a_p_is_left_to_the_lips():
    near = spoken(p=(50, 58), t=(58, 58 + NEIGHBOURHOOD))
    assert loss(near, (50, 58 + NEIGHBOURHOOD)) < 2


def test_lower_lip_and_teeth_likewise():
    true = spoken(f=(50, 58))
    assert loss(true, (53, 54), column=LABIODENTAL) < 0.01
    assert loss(true, column=LABIODENTAL) > 5


def test_what_is_not_known_does_not_count():
    true = spoken(p=(50, 58))
    said = torch.zeros(true.shape)
    assert float(missed_meetings(said, true, torch.zeros(true.shape[:2]))) == 0


def test_a_spike_flickers_and_a_slope_does_not():
    true = spoken()
    known = torch.ones(true.shape[:2])

    def loss_of(chances: list[float]) -> float:
        said = torch.full(true.shape, -9.0)
        said[0, 50 : 50 + len(chances), BILABIAL] = torch.logit(torch.tensor(chances))
        return float(flickering(said, true, known))

    spike, slope = loss_of([0.99]), loss_of([0.25, 0.5, 0.75, 0.99, 0.99, 0.75, 0.5, 0.25])
    assert spike > 10 * slope
    assert loss_of([0.99, 0.01, 0.99]) > 2 * spike
    assert loss_of([1e-4]) < 1e-6


def test_what_the_phones_do_themselves_is_no_flicker():
    true = spoken(p=(50, 58))
    said = 40 * (2 * true - 1)
    assert float(flickering(said, true, torch.ones(true.shape[:2]))) < 1e-6
