"""Expressions: what they are, how they go over time, and that lips of speech stay shut."""

from __future__ import annotations

import numpy as np
import pytest

from voxface.engine import Controls
from voxface.engine.controls import ControlStage
from voxface.engine.expression import (
    definitions,
    expression_names,
    parse_expressions,
    pose,
    timeline,
)
from voxface.engine.expression_stage import ExpressionStage
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, mirrored

ALL = ("joy", "anger", "sadness", "surprise", "disgust", "fear")
COLUMN = {name: column for column, name in enumerate(ARKIT_CHANNELS)}


def spoken(frames: int = 300) -> np.ndarray:
    """Speech whose lips open and shut: jaw and mouthClose as on "mamama", shut each 30 frames."""
    speech = np.zeros((frames, 58), np.float32)
    swing = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frames) / 30)
    speech[:, COLUMN["jawOpen"]] = 0.1 + 0.3 * swing
    speech[:, COLUMN["mouthClose"]] = 0.1 * (1 - swing)
    speech[:, COLUMN["mouthLowerDownLeft"]] = speech[:, COLUMN["mouthLowerDownRight"]] = 0.2 * swing
    return speech


def gap(frames: np.ndarray) -> np.ndarray:
    """How far the lips are apart: the jaw less what closes them, and lips raised or lowered."""
    lips = [
        COLUMN[f"mouth{part}{side}"]
        for part in ("UpperUp", "LowerDown")
        for side in ("Left", "Right")
    ]
    jaw, close = frames[:, COLUMN["jawOpen"]], frames[:, COLUMN["mouthClose"]]
    return jaw - close + frames[:, lips].max(axis=1)


def expressed(wanted, frames: np.ndarray, speaking: float | np.ndarray) -> np.ndarray:
    result = frames.copy()
    stage = ExpressionStage(
        {name: timeline(name, value) for name, value in wanted.items()}, ARKIT_CHANNELS
    )
    stage.push(result, np.broadcast_to(np.asarray(speaking, np.float64), len(frames)))
    return result


@pytest.mark.parametrize("name", ALL)
def test_poses_are_channels_of_arkit_alike_on_both_sides(name):
    weights = pose(name)
    assert weights
    assert all(0 < weight <= 1 for weight in weights.values())
    for channel, weight in weights.items():
        assert channel in ARKIT_CHANNELS
        assert weights[mirrored(channel)] == weight
    assert definitions()["expressions"][name]["units"]


def test_the_names():
    assert set(expression_names()) == {*ALL, "neutral"}
    assert pose("neutral") == {}
    with pytest.raises(VoxfaceError, match="unknown expression 'happy'"):
        pose("happy")


@pytest.mark.parametrize("name", ALL)
def test_lips_that_speech_shuts_stay_shut(name):
    speech = spoken()
    shut = gap(speech) < 0.01
    assert 10 < shut.sum() < 60
    result = expressed({name: 1}, speech, 1.0)
    assert gap(result)[shut].max() <= gap(speech)[shut].max() + 0.005
    assert result[:, :52].max() <= 1
    assert np.abs(result - speech).max() > 0.2


@pytest.mark.parametrize("name", ALL)
def test_lips_that_speech_opens_stay_open(name):
    speech = spoken()
    opened = speech[:, COLUMN["jawOpen"]] > 0.35
    result = expressed({name: 1}, speech, 1.0)
    for channel in ("mouthClose", "mouthPressLeft", "mouthRollLower", "mouthShrugLower"):
        added = (result - speech)[opened, COLUMN[channel]]
        assert added.max() < 0.01
    assert (gap(result)[opened] >= gap(speech)[opened] - 1e-6).all()


@pytest.mark.parametrize("name", ALL)
def test_in_silence_the_face_is_the_expression(name):
    still = np.zeros((5, 58), np.float32)
    result = expressed({name: 0.5}, still, 0.0)
    for channel in ARKIT_CHANNELS:
        assert result[:, COLUMN[channel]] == pytest.approx(0.5 * pose(name).get(channel, 0.0))
    assert not result[:, 52:].any()


def test_the_smile_yields_to_rounded_lips():
    speech = np.zeros((2, 58), np.float32)
    speech[1, COLUMN["mouthPucker"]] = 0.9
    smile = expressed({"joy": 1}, speech, 1.0)[:, COLUMN["mouthSmileLeft"]]
    assert 0.4 < smile[0] < pose("joy")["mouthSmileLeft"]
    assert smile[1] < 0.5 * smile[0]


def test_weights_stay_in_bounds_whatever_is_added():
    speech = np.random.default_rng(0).uniform(0, 1, (200, 58)).astype(np.float32)
    result = expressed(dict.fromkeys(ALL, 1), speech, np.linspace(0, 1, 200))
    assert result[:, :52].max() <= 1
    assert (result[:, :52] >= speech[:, :52] - 1e-6).all()
    np.testing.assert_array_equal(result[:, 52:], speech[:, 52:])


def test_neutral_and_none_change_nothing():
    speech = spoken()
    np.testing.assert_array_equal(expressed({"neutral": 1}, speech, 1.0), speech)
    np.testing.assert_array_equal(expressed({}, speech, 1.0), speech)


def test_intensity_goes_in_straight_lines():
    still = np.zeros((700, 58), np.float32)
    result = expressed({"joy": [(1, 0), (3, 1), (5, 0.2)]}, still, 0.0)
    smile = result[:, COLUMN["mouthSmileLeft"]] / pose("joy")["mouthSmileLeft"]
    np.testing.assert_allclose(
        smile[[0, 100, 200, 300, 400, 500, 699]], [0, 0, 0.5, 1, 0.6, 0.2, 0.2], atol=1e-6
    )


def test_the_cuts_do_not_matter():
    speech = spoken()
    wanted = {"joy": timeline("joy", [(0, 0), (2, 1)]), "fear": timeline("fear", 0.3)}
    stage = ExpressionStage(wanted, ARKIT_CHANNELS)
    parts = [part.copy() for part in np.split(speech, [0, 1, 2, 77, 77, 200])]
    for part in parts:
        stage.push(part, np.ones(len(part)))
    whole = expressed({"joy": [(0, 0), (2, 1)], "fear": 0.3}, speech, 1.0)
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-7)


def test_expressions_change_while_running_and_fade():
    stage = ExpressionStage({"joy": timeline("joy", 0.5)}, ARKIT_CHANNELS)
    still = np.zeros((100, 58), np.float32)
    before, after = still.copy(), still.copy()
    stage.push(before, np.zeros(100))
    stage.express({"joy": 0.0, "anger": 1.0}, fade=0.5)
    assert "browDownLeft" in stage.channels
    stage.push(after, np.zeros(100))
    smile, frown = after[:, COLUMN["mouthSmileLeft"]], after[:, COLUMN["browDownLeft"]]
    assert before[-1, COLUMN["mouthSmileLeft"]] == pytest.approx(smile[0])
    assert np.abs(np.diff(smile)).max() < 0.01
    assert smile[51:].max() == 0
    assert frown[51:] == pytest.approx(pose("anger")["browDownLeft"])
    stage.reset()
    again = still.copy()
    stage.push(again, np.zeros(100))
    np.testing.assert_array_equal(again, before)


def test_expressions_as_typed():
    assert parse_expressions("--expression", ["joy=0.6", "fear=0:0,2:1, 5:0"]) == {
        "joy": 0.6, "fear": ((0.0, 0.0), (2.0, 1.0), (5.0, 0.0)),
    }  # fmt: skip
    controls = Controls(expression=parse_expressions("--expression", ["joy=0:0,2:1"]))
    assert controls.as_metadata() == {"expression": {"joy": ((0.0, 0.0), (2.0, 1.0))}}


@pytest.mark.parametrize("text", ["joy", "joy=", "joy=much", "joy=0:1:2", "joy=0:1,", "joy=:"])
def test_expressions_typed_wrongly(text):
    with pytest.raises(VoxfaceError, match=r"--expression .* is not NAME=INTENSITY"):
        parse_expressions("--expression", [text])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"joi": 1}, "unknown expression 'joi'; did you mean 'joy'"),
        ({"joy": 1.2}, "expression joy is 1.2; give an intensity, 0 to 1"),
        ({"joy": -0.1}, "expression joy is -0.1"),
        ({"joy": float("nan")}, "expression joy is nan"),
        ({"joy": []}, "expression joy has no intensity"),
        ({"joy": [(0, 0), (0, 1)]}, "each later"),
        ({"joy": [(-1, 0)]}, "moment -1 s"),
        ({"joy": [(0, 2)]}, "expression joy is 2"),
        ({"joy": [1, 2]}, "is not a moment"),
        ({"joy": "much"}, "is not a moment"),
    ],
)
def test_wrong_expressions_are_refused(wrong, message):
    with pytest.raises(VoxfaceError, match=message):
        Controls(expression=wrong)


def test_a_model_without_a_mouth_can_still_raise_its_brows():
    stage = ExpressionStage({"surprise": timeline("surprise", 1)}, ("browInnerUp", "other"))
    frames = np.zeros((2, 8), np.float32)
    stage.push(frames, np.ones(2))
    assert frames[:, 0] == pytest.approx(pose("surprise")["browInnerUp"])
    assert not frames[:, 1:].any()


def test_expressions_are_not_scaled_by_gains():
    controls = Controls(gain={"mouthSmileLeft": 0}, expression={"joy": 1})
    frames = ControlStage(controls, ARKIT_CHANNELS).push(np.full((1, 58), 0.5, np.float32))
    result = expressed({"joy": 1}, frames, 0.0)
    assert result[0, COLUMN["mouthSmileLeft"]] == pytest.approx(pose("joy")["mouthSmileLeft"])
