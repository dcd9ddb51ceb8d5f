from __future__ import annotations

import numpy as np
import pytest

from planted_avatars import TARGETS, vrm0, vrm1
from planted_gltf import CUBE
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.rig import connect, load_rig


@pytest.fixture
def clip():
    weights = np.zeros((2, 52), np.float32)
    weights[1, ARKIT_CHANNELS.index("eyeBlinkRight")] = 1
    weights[1, ARKIT_CHANNELS.index("jawOpen")] = 0.6
    return FaceClip(weights, 30)


@pytest.mark.parametrize("make", [vrm0, vrm1])
def test_presets_are_read_and_driven(tmp_path, make, clip):
    rig = load_rig(make().save(tmp_path / "a.vrm"))
    assert rig.expressions["aa"] == {"A": 1.0}
    assert rig.expressions["blinkLeft"] == {"CloseL": 1.0}
    found = connect(rig)
    assert found.kind == "vrm"
    assert found.visemes == {name: name for name in ("aa", "ih", "ou", "ee", "oh")}
    weights = dict(zip(TARGETS, found.weights(clip).T.tolist(), strict=True))
    assert not any(values[0] for values in weights.values()), "silence is zero"
    assert weights["CloseR"] == [0, 1]
    assert weights["CloseL"] == [0, 0]


def test_perfect_sync_comes_before_vowels(tmp_path, clip):
    custom = {"JawOpen": 7, **{name: 0 for name in ARKIT_CHANNELS if name.startswith("mouth")}}
    found = connect(load_rig(vrm1(custom).save(tmp_path / "a.vrm")))
    assert (found.kind, found.visemes) == ("arkit", {})
    assert found.weights(clip)[1, 7] == pytest.approx(0.6)


def test_weights_of_vrm0_are_percent(tmp_path):
    assert load_rig(vrm0().save(tmp_path / "a.vrm")).expressions["JawOpen"] == {"JawX": 0.5}


@pytest.mark.parametrize("make", [vrm0, vrm1])
def test_avatars_look_forward_and_turn_at_the_head(tmp_path, make):
    rig = load_rig(make().save(tmp_path / "a.vrm"))
    turned = CUBE * ([-1, 1, -1] if make is vrm0 else [1, 1, 1])
    assert np.allclose(rig.neutral, turned * 100 + [0, 160, 0], atol=1e-4)
    assert np.allclose(rig.head_pivot, [0, 150, 0], atol=1e-4)
    assert (rig.head_share == 1).all()


def test_binds_that_point_nowhere_are_left_out(tmp_path):
    made = vrm1()
    preset = made.json["extensions"]["VRMC_vrm"]["expressions"]["preset"]
    preset["aa"]["morphTargetBinds"][0]["node"] = 99
    preset["ih"]["morphTargetBinds"][0]["index"] = 99
    preset["ou"]["morphTargetBinds"][0]["node"] = 1
    found = load_rig(made.save(tmp_path / "a.vrm")).expressions
    assert set(found) == {"ee", "oh", "blinkLeft", "blinkRight"}
