"""Loss terms on planted predictions."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from fabricated import JAW, make_canonical
from voxface.face import channel_index
from voxface.models import FaceOutput
from voxface.phones.symbols import FEATURE_NAMES
from voxface.training import loss_terms
from voxface.training.checkpoint import canonical_scale
from voxface.training.crops import Batch
from voxface.training.loss_terms import NATURAL_POSE, lip_gap
from voxface.training.losses import LossWeights, face_loss

FRAMES, ITEMS, SOUNDS = 120, 2, 27
SCALE = canonical_scale(make_canonical())
REST = torch.full((52,), -0.8)
TERMS = tuple(loss_terms.TERMS)
ALL = LossWeights(**dict.fromkeys(TERMS, 1.0))
TIMELESS = {"silence", "pose_bounds"}
"""Terms that know no time."""


def only(*names: str, weight: float = 1.0) -> LossWeights:
    """Return weights with only these terms switched on."""
    return LossWeights(**{name: weight if name in names else 0.0 for name in TERMS})


def make_batch(seed: int = 0) -> Batch:
    """Return labels that move, half of the time in speech, and rest elsewhere."""
    draw = torch.Generator().manual_seed(seed)
    walk = torch.randn(ITEMS, FRAMES, 52, generator=draw).cumsum(1) / 10
    speech = torch.zeros(ITEMS, FRAMES)
    speech[:, 30:90] = 1
    motion = torch.where(speech[:, :, None] > 0, walk, REST)
    return Batch(
        features=torch.zeros(ITEMS, FRAMES, 80),
        motion=motion,
        weight=torch.ones(ITEMS, FRAMES, 52),
        pose=0.03 * torch.randn(ITEMS, FRAMES, 6, generator=draw),
        pose_weight=torch.ones(ITEMS, FRAMES),
        speech=speech,
        articulation=torch.randint(0, 2, (ITEMS, FRAMES, SOUNDS), generator=draw).float(),
        articulation_weight=torch.ones(ITEMS, FRAMES),
    )


def perfect(batch: Batch, look_ahead: int = 0) -> FaceOutput:
    """Return the labels as a net would say them, `look_ahead` frames late."""

    def late(values: torch.Tensor) -> torch.Tensor:
        return torch.roll(values, look_ahead, dims=1)

    sure = 40.0
    return FaceOutput(
        late(batch.motion),
        late(batch.pose),
        late(sure * (2 * batch.speech - 1)),
        late(sure * (2 * batch.articulation - 1)),
    )


def loss(output: FaceOutput, batch: Batch, terms: LossWeights, look_ahead: int = 0):
    return face_loss(output, batch, SCALE, REST, look_ahead, terms)


@pytest.mark.parametrize("look_ahead", [0, 8])
@pytest.mark.parametrize("term", TERMS)
def test_a_perfect_face_loses_nothing(term: str, look_ahead: int) -> None:
    batch = make_batch()
    found = loss(perfect(batch, look_ahead), batch, only(term), look_ahead)
    assert list(found) == [term]
    assert float(found[term]) == pytest.approx(0, abs=1e-3)
    assert float(found[term]) >= -1e-5


@pytest.mark.parametrize("term", sorted(set(TERMS) - TIMELESS))
def test_a_late_face_loses_something(term: str) -> None:
    """A label that comes one frame off its time is seen by every term that knows time."""
    batch = make_batch()
    on_time = loss(perfect(batch, 8), batch, only(term), 8)[term]
    late = loss(perfect(batch, 9), batch, only(term), 8)[term]
    assert late > on_time + 1e-4


def test_terms_switched_off_are_not_there() -> None:
    batch = make_batch()
    output = perfect(batch)
    assert set(loss(output, batch, ALL)) == set(TERMS)
    for term in TERMS:
        assert set(loss(output, batch, replace(ALL, **{term: 0}))) == set(TERMS) - {term}
    assert loss(output, batch, only()) == {}


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_multiplied_by_its_weight(term: str) -> None:
    batch, other = make_batch(), perfect(make_batch(1))
    other = other._replace(motion=other.motion + 1, speech=-other.speech, pose=other.pose + 2)
    once = loss(other, batch, only(term))[term]
    thrice = loss(other, batch, only(term, weight=3.0))[term]
    assert float(once) > 0
    assert float(thrice) == pytest.approx(3 * float(once), rel=1e-5)


def test_known_motion_error() -> None:
    """Off by 2 everywhere: Smooth-L1 of beta 0.5 says 2 - 0.25."""
    batch = make_batch()
    output = perfect(batch)._replace(motion=batch.motion + 2)
    found = loss(output, batch, only("motion", "velocity", "acceleration", "correlation"))
    assert float(found["motion"]) == pytest.approx(1.75, rel=1e-5)
    # A constant offset neither moves nor decorrelates.
    for name in ("velocity", "acceleration", "correlation"):
        assert float(found[name]) == pytest.approx(0, abs=1e-3)


def test_known_velocity_error() -> None:
    """A slope of 1 a frame is 4 over the stride; its second derivative is none."""
    batch = make_batch()
    batch = batch._replace(motion=torch.zeros_like(batch.motion))
    slope = torch.arange(FRAMES, dtype=torch.float32)[None, :, None].expand(ITEMS, -1, 52)
    output = perfect(batch)._replace(motion=slope)
    found = loss(output, batch, only("velocity", "acceleration"))
    share = (FRAMES - 4) / FRAMES  # divided by all frames, of which the last have no partner
    assert float(found["velocity"]) == pytest.approx((4 - 0.15) * share, rel=1e-4)
    assert float(found["acceleration"]) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("factor", "wanted"), [(0.5, 0.0), (3.0, 0.0), (-1.0, 2.0)])
def test_correlation_knows_sign_but_not_size(factor: float, wanted: float) -> None:
    batch = make_batch()
    output = perfect(batch)._replace(motion=factor * batch.motion)
    found = loss(output, batch, only("correlation"))["correlation"]
    assert float(found) == pytest.approx(wanted, abs=0.01)


def test_a_face_that_never_moves_has_no_correlation() -> None:
    batch = make_batch()
    output = perfect(batch)._replace(motion=torch.zeros_like(batch.motion))
    assert float(loss(output, batch, only("correlation"))["correlation"]) == pytest.approx(1)


def test_silence_asks_for_rest_only_where_nobody_speaks() -> None:
    batch = make_batch()
    moved = batch.motion.clone()
    moved[:, 30:90] += 5
    output = perfect(batch)._replace(motion=moved)
    assert float(loss(output, batch, only("silence"))["silence"]) == 0
    moved[:, :30] += 2
    found = loss(perfect(batch)._replace(motion=moved), batch, only("silence"))["silence"]
    assert float(found) == pytest.approx(4 * 30 / 120, rel=1e-5)


def test_masked_frames_and_channels_do_not_count() -> None:
    batch = make_batch()
    weight = batch.weight.clone()
    weight[:, 20:50] = 0
    weight[:, :, JAW] = 0
    batch = batch._replace(weight=weight)
    wrong = batch.motion.clone()
    wrong[:, 20:50] += 100
    wrong[:, :, JAW] = -50
    output = perfect(batch)._replace(motion=wrong)
    terms = only("motion", "weights", "velocity", "acceleration", "correlation", "silence")
    for name, value in loss(output, batch, terms).items():
        assert float(value) == pytest.approx(0, abs=1e-3), name


def test_unknown_pose_and_phones_do_not_count() -> None:
    batch = make_batch()
    half = torch.ones(ITEMS, FRAMES)
    half[:, ::2] = 0
    batch = batch._replace(pose_weight=half, articulation_weight=half)
    output = perfect(batch)
    pose, said = output.pose.clone(), output.articulation.clone()
    pose[:, ::2] += 9
    said[:, ::2] *= -1
    found = loss(output._replace(pose=pose, articulation=said), batch, only("pose", "articulation"))
    assert float(found["pose"]) == 0
    assert float(found["articulation"]) == pytest.approx(0, abs=1e-6)


def test_nothing_known_is_no_reason_for_nan() -> None:
    batch = make_batch()
    nothing = torch.zeros_like(batch.weight)
    batch = batch._replace(
        weight=nothing, pose_weight=nothing[:, :, 0], articulation_weight=nothing[:, :, 0]
    )
    output = FaceOutput(*(part.clone().requires_grad_() for part in perfect(make_batch(1))))
    found = loss(output, batch, ALL, look_ahead=8)
    for name in ("motion", "weights", "velocity", "acceleration", "silence", "pose", "closure"):
        assert float(found[name].detach()) == 0
    assert float(found["spectral"].detach()) == 0
    torch.stack(list(found.values())).sum().backward()
    for part in output:
        assert part.grad is None or torch.isfinite(part.grad).all()
    assert not output.motion.grad.any()


def test_a_still_face_has_a_gradient_that_is_a_number() -> None:
    """The correlation divides by a deviation; at a constant prediction that is zero."""
    batch = make_batch()
    motion = torch.zeros_like(batch.motion, requires_grad=True)
    loss(perfect(batch)._replace(motion=motion), batch, only("correlation"))[
        "correlation"
    ].backward()
    assert torch.isfinite(motion.grad).all()
    assert motion.grad.any()


def mouth(gap: float, frames: int = FRAMES) -> torch.Tensor:
    """Return motion (2, T, 52) of a mouth that nothing but the jaw opens, by a gap."""
    weights = torch.zeros(ITEMS, frames, 52)
    weights[:, :, JAW] = gap
    odds = torch.logit(SCALE.rest + weights * (1 - SCALE.rest), eps=1e-6)
    return (odds - SCALE.centre) / SCALE.deviation


def test_the_lip_gap_is_the_jaw_less_what_closes() -> None:
    weights = SCALE(mouth(0.3))
    torch.testing.assert_close(
        lip_gap(weights), torch.full((ITEMS, FRAMES), 0.3), atol=1e-4, rtol=0
    )
    weights[:, :, channel_index("mouthClose")] = 0.5
    assert float(lip_gap(weights).abs().max()) < 1e-4
    weights[:, :, channel_index("mouthUpperUpLeft")] = 0.4
    torch.testing.assert_close(lip_gap(weights).mean(), torch.tensor(0.05), atol=1e-4, rtol=0)


def test_a_gap_counts_more_the_less_there_should_be() -> None:
    """A tenth of half of the crop costs more where the lips should meet, and grows steadily."""
    costs = []
    for shut in (0.0, 0.05, 0.1, 0.3):
        batch = make_batch()
        motion = torch.cat([mouth(shut, FRAMES // 2), mouth(0.6, FRAMES // 2)], 1)
        wrong = torch.cat([mouth(shut + 0.1, FRAMES // 2), mouth(0.6, FRAMES // 2)], 1)
        batch = batch._replace(motion=motion)
        output = perfect(batch)._replace(motion=wrong)
        costs.append(float(loss(output, batch, only("closure"))["closure"]))
    assert costs == sorted(costs, reverse=True)
    # Smooth-L1 of 1 at beta 0.2 is 0.9; closed lips count 5 against the 1 of open ones.
    assert costs[0] == pytest.approx(0.9 * 5 / 6, rel=1e-2)
    assert costs[3] == pytest.approx(0.9 / 2, rel=1e-2)


def test_the_spectrum_knows_size_but_hardly_time() -> None:
    batch = make_batch()
    wave = torch.sin(torch.arange(FRAMES) * 2 * torch.pi / 20)[None, :, None]
    batch = batch._replace(motion=wave.expand(ITEMS, -1, 52))

    def cost(motion: torch.Tensor) -> float:
        output = perfect(batch)._replace(motion=motion.expand(ITEMS, -1, 52))
        return float(loss(output, batch, only("spectral"))["spectral"])

    late, small, still = cost(wave.roll(5, 1)), cost(0.5 * wave), cost(0 * wave)
    assert late < 0.2 * small
    assert small < still
    assert cost(wave + 3) < 1e-3


def test_the_pose_is_free_within_its_natural_bounds() -> None:
    batch = make_batch()
    bounds = torch.tensor(NATURAL_POSE)
    for factor, wanted in ((0.99, 0.0), (-1.0, 0.0), (2.0, 6.0), (-3.0, 24.0)):
        output = perfect(batch)._replace(pose=(factor * bounds).expand(ITEMS, FRAMES, 6))
        found = loss(output, batch, only("pose_bounds"))["pose_bounds"]
        assert float(found) == pytest.approx(wanted, abs=1e-5)


def test_a_missed_seal_costs_four_false_ones() -> None:
    batch = make_batch()
    sound = torch.zeros(ITEMS, FRAMES, SOUNDS)
    for column, costs in (
        (FEATURE_NAMES.index("bilabial"), 4.0),
        (FEATURE_NAMES.index("vowel"), 0),
    ):
        there = sound.clone()
        there[:, :, column] = 1
        false = perfect(batch)._replace(articulation=20 * (2 * there - 1))
        missed = false._replace(articulation=20 * (2 * sound - 1))
        one = loss(false, batch._replace(articulation=sound), only("sealing"))["sealing"]
        four = loss(missed, batch._replace(articulation=there), only("sealing"))["sealing"]
        assert float(four) == pytest.approx(costs * 20 / 3, abs=1e-4)
        assert float(one) == pytest.approx(costs * 20 / 12, abs=1e-4)


def test_phones_are_only_asked_of_nets_that_tell_them() -> None:
    batch = make_batch()
    batch = batch._replace(articulation=torch.zeros(ITEMS, FRAMES, 0))
    assert not {"articulation", "sealing", "meeting", "flicker"} & set(
        loss(perfect(make_batch()), batch, ALL)
    )
