"""What a net is told: by name or by numbers, and refused in one line where it cannot be."""

from __future__ import annotations

import pytest
import torch

from voxface.errors import VoxfaceError
from voxface.models import net_config
from voxface.models.condition import EMOTIONS, Film, condition_size, condition_vector

BOTH = net_config({"styles": ["anna", "bert"], "emotions": True})
STYLES = net_config({"styles": ["anna", "bert"]})
AFFECT = net_config({"emotions": True})
NOTHING = net_config({})


def test_sizes() -> None:
    assert [condition_size(config) for config in (BOTH, STYLES, AFFECT, NOTHING)] == [5, 2, 3, 0]
    assert condition_size(net_config({"family": "gru"})) == 0


def test_style_and_emotion_have_their_places() -> None:
    told = condition_vector(BOTH, "bert", (0.5, -1, 0))
    torch.testing.assert_close(told, torch.tensor([0, 1, 0.5, -1, 0]))
    torch.testing.assert_close(
        condition_vector(AFFECT, emotion="joy"), torch.tensor(EMOTIONS["joy"])
    )
    assert not condition_vector(BOTH).any()
    assert not condition_vector(BOTH, emotion="neutral").any()
    assert condition_vector(NOTHING).shape == (0,)


def test_emotions_are_where_raters_put_them() -> None:
    assert all(-1 <= axis <= 1 for affect in EMOTIONS.values() for axis in affect)
    valence = {name: affect[0] for name, affect in EMOTIONS.items()}
    assert valence["joy"] > 0 > max(valence[name] for name in ("sadness", "anger", "fear"))
    # Anger and fear differ in who has the upper hand.
    assert EMOTIONS["anger"][2] > 0 > EMOTIONS["fear"][2]


@pytest.mark.parametrize(
    ("config", "style", "emotion", "message"),
    [
        (NOTHING, "anna", None, "knows no styles"),
        (NOTHING, None, "joy", "told no emotions"),
        (STYLES, None, "joy", "told no emotions"),
        (BOTH, "ana", None, "did you mean 'anna'"),
        (BOTH, None, "anges", "did you mean 'anger'"),
        (BOTH, None, (0.1, 0.2), "valence, arousal, dominance, each -1 to 1"),
        (BOTH, None, (0.1, 0.2, 1.5), "each -1 to 1"),
        (BOTH, None, (0.1, 0.2, float("nan")), "each -1 to 1"),
    ],
)
def test_what_cannot_be_told(config, style, emotion, message: str) -> None:
    with pytest.raises(VoxfaceError) as raised:
        condition_vector(config, style, emotion)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_film_begins_by_changing_nothing() -> None:
    film, stream = Film(3, 4), torch.randn(2, 4, 5)
    torch.testing.assert_close(film(stream, torch.randn(2, 3)), stream)
    torch.nn.init.ones_(film.linear.weight)
    told = film(stream, torch.tensor([[0.5, 0, 0], [0, 0, 0]]))
    torch.testing.assert_close(told[0], 1.5 * stream[0] + 0.5)
    torch.testing.assert_close(told[1], stream[1])
