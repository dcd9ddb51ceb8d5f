"""The canonical scale: motion becomes weights that rest at zero and stay in 0..1."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fabricated import make_canonical
from voxface.models import CanonicalScale
from voxface.training.checkpoint import canonical_scale


@settings(max_examples=50, deadline=None)
@given(st.floats(-1e4, 1e4, allow_nan=False), st.floats(-10, 2), st.floats(0.01, 5))
def test_weights_stay_in_range(motion: float, centre: float, deviation: float) -> None:
    whole = torch.full((52,), 1.0)
    rest = torch.sigmoid(centre - whole)
    scale = CanonicalScale(centre * whole, deviation * whole, rest)
    weights = scale(torch.full((2, 3, 52), motion))
    assert weights.shape == (2, 3, 52)
    assert float(weights.min()) >= 0
    assert float(weights.max()) <= 1


def test_a_face_at_rest_is_at_zero() -> None:
    canonical = make_canonical()
    scale = canonical_scale(canonical)
    at_rest = (torch.logit(scale.rest) - scale.centre) / scale.deviation
    torch.testing.assert_close(scale(at_rest), torch.zeros(52), atol=1e-6, rtol=0)
    assert not scale(at_rest - 3).any()
    assert (scale(at_rest + 0.1) > 0).all()


def test_known_values() -> None:
    ones = torch.ones(52)
    scale = CanonicalScale(-ones, 2 * ones, 0.1 * ones)
    wanted = (1 / (1 + np.exp(-1.0)) - 0.1) / 0.9
    np.testing.assert_allclose(scale(ones).numpy(), wanted, rtol=1e-6)


def test_more_motion_is_more_weight() -> None:
    scale = CanonicalScale.neutral()
    steps = torch.linspace(-4, 8, 50)[:, None].expand(-1, 52)
    assert (scale(steps).diff(dim=0) > 0).all()


def test_it_computes_what_the_labels_say() -> None:
    canonical = make_canonical()
    motion = np.random.default_rng(0).normal(0, 2, (40, 52))
    said = canonical_scale(canonical)(torch.tensor(motion, dtype=torch.float32))
    np.testing.assert_allclose(said.numpy(), canonical.weights(motion), atol=1e-6)


def test_the_scale_is_no_parameter() -> None:
    scale = CanonicalScale.neutral()
    assert not list(scale.parameters())
    assert set(scale.state_dict()) == {"centre", "deviation", "rest"}
