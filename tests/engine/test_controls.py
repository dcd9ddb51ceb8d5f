"""Controls: what they do to frames, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from voxface.engine import Controls
from voxface.engine.controls import ControlStage, parse_settings
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, REGIONS

JAW = ARKIT_CHANNELS.index("jawOpen")
BROW = ARKIT_CHANNELS.index("browInnerUp")


def apply(controls: Controls, weight: float = 0.4) -> np.ndarray:
    frames = np.full((2, 58), weight, np.float32)
    frames[:, 52:] = [1, 2, 3, 0.1, 0.2, 0.3]
    return ControlStage(controls, ARKIT_CHANNELS).push(frames)[1]


def test_defaults_change_nothing():
    assert apply(Controls())[:52] == pytest.approx(0.4)
    assert Controls().as_metadata() == {}


def test_gain_offset_and_strength_work_together():
    controls = Controls(
        gain={"jawOpen": 1.2}, offset={"jawOpen": 0.1, "browInnerUp": 0.05}, strength={"jaw": 0.5}
    )
    result = apply(controls)
    assert result[JAW] == pytest.approx(0.4 * 1.2 * 0.5 + 0.1)
    assert result[BROW] == pytest.approx(0.45)
    others = np.delete(result[:52], [JAW, BROW])
    jaw = [ARKIT_CHANNELS.index(name) for name in REGIONS["jaw"] if name != "jawOpen"]
    assert result[jaw] == pytest.approx(0.2)
    assert (others >= 0.2 - 1e-6).all()


@pytest.mark.parametrize("region", list(REGIONS))
def test_a_region_is_its_channels_and_no_others(region):
    result = apply(Controls(strength={region: 0}))[:52]
    still = {name for name, value in zip(ARKIT_CHANNELS, result, strict=True) if value == 0}
    assert still == set(REGIONS[region])


def test_head_strength_scales_position_and_rotation():
    assert apply(Controls(strength={"head": 0.5}))[52:] == pytest.approx(
        [0.5, 1, 1.5, 0.05, 0.1, 0.15]
    )


def test_weights_stay_between_0_and_1():
    assert apply(Controls(gain={"jawOpen": 10}))[JAW] == 1
    assert apply(Controls(offset={"jawOpen": -1}))[JAW] == 0
    assert apply(Controls(strength={"head": 10}))[52] == 10


def test_only_what_differs_is_written_down():
    controls = Controls(gain={"jawOpen": 2}, smoothing=50, silence_gate=False)
    assert controls.as_metadata() == {
        "gain": {"jawOpen": 2.0}, "smoothing": 50.0, "silence_gate": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"gain": {"jawopen": 1}}, "unknown channel 'jawopen'; did you mean 'jawOpen'"),
        ({"offset": {"mouthSmile": 1}}, "unknown channel 'mouthSmile'; did you mean 'mouthSmile"),
        ({"strength": {"brow": 1}}, "unknown region 'brow'; did you mean 'brows'"),
        ({"strength": {"mouth": -1}}, "strength mouth is -1; give a number, 0 or more"),
        ({"gain": {"jawOpen": float("nan")}}, "gain jawOpen is nan"),
        ({"gain": {"jawOpen": float("inf")}}, "gain jawOpen is inf"),
        ({"gain": {"jawOpen": "much"}}, "gain jawOpen is 'much'"),
        ({"offset": {"jawOpen": 2}}, "offset jawOpen is 2; give a number, -1 to 1"),
        ({"smoothing": -5}, "smoothing is -5"),
        ({"smoothing": 5000}, "0 to 1000"),
    ],
)
def test_wrong_controls_are_refused(wrong, message):
    with pytest.raises(VoxfaceError, match=message):
        Controls(**wrong)


def test_controls_cannot_be_changed_afterwards():
    given = {"jawOpen": 1.5}
    controls = Controls(gain=given)
    given["jawOpen"] = 9
    assert controls.gain["jawOpen"] == 1.5
    with pytest.raises(TypeError):
        controls.gain["jawOpen"] = 2


def test_settings_as_typed():
    assert parse_settings("--gain", ["jawOpen=1.2", "jawLeft=0, mouthClose=-.5"]) == {
        "jawOpen": 1.2, "jawLeft": 0.0, "mouthClose": -0.5,
    }  # fmt: skip
    assert parse_settings("--gain", []) == {}


@pytest.mark.parametrize("text", ["jawOpen", "jawOpen=", "jawOpen=a", "=", ""])
def test_settings_typed_wrongly(text):
    with pytest.raises(VoxfaceError, match=r"--gain .* is not NAME=NUMBER"):
        parse_settings("--gain", [text])
