from __future__ import annotations

import json

import connection_golden as golden
import numpy as np
import pytest

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.face.visemes import VISEMES, VOWELS
from voxface.rig.channels_of import channels_of
from voxface.rig.connect import connect_names
from voxface.rig.viseme_fit import fit_visemes


def clip_of(*frames: dict[str, float]) -> FaceClip:
    weights = np.zeros((len(frames), 52), np.float32)
    for row, frame in zip(weights, frames, strict=True):
        for name, value in frame.items():
            row[ARKIT_CHANNELS.index(name)] = value
    return FaceClip(weights, 30)


def moved(targets, frame, expressions=None):
    weights = connect_names(targets, expressions).weights(clip_of(frame))[0]
    return {name: round(float(value), 3) for name, value in zip(targets, weights, strict=True)}


@pytest.mark.parametrize("name", golden.RIGS)
def test_connections_are_as_written_down_for_the_page(name):
    stored = json.loads(golden.FILE.read_text())
    now = golden.connections()
    for mine, theirs in zip(now["connections"], stored["connections"], strict=True):
        if mine["name"] == name:
            assert np.allclose(mine.pop("weights"), theirs.pop("weights"), atol=2e-6)
            assert mine == theirs
            return
    pytest.fail(f"{name} is missing; run python tests/rig/connection_golden.py")


def test_names_in_another_order_get_their_own_channel():
    targets = [name[0].upper() + name[1:] for name in reversed(ARKIT_CHANNELS)]
    clip = FaceClip(np.random.default_rng(0).random((5, 52)), 30)
    assert np.array_equal(connect_names(targets).weights(clip), clip.weights[:, ::-1])


def test_a_clip_without_a_channel_leaves_its_target_at_rest():
    clip = FaceClip([[0.5]], 30, ["jawOpen"])
    assert connect_names(["mouthClose", "jawOpen"]).weights(clip).tolist() == [[0, 0.5]]


def test_halves_are_driven_by_their_channel():
    frame = {"browInnerUp": 0.4, "cheekPuff": 0.2}
    assert set(moved(["browInnerUp_L", "browInnerUp_R"], frame).values()) == {0.4}


def test_a_whole_channel_leaves_halves_and_pairs_unused():
    found = connect_names(["cheekPuff", "cheekPuff_L", "mouthSmile", "mouthSmile_L", "smileRight"])
    assert found.unused == ("cheekPuff_L", "mouthSmile")


def test_one_target_for_both_sides_takes_the_mean_but_blinks_take_the_larger():
    frame = {"mouthSmileLeft": 1, "eyeBlinkLeft": 1}
    assert moved(["mouthSmile", "eyeBlink"], frame) == {"mouthSmile": 0.5, "eyeBlink": 1}


def test_head_and_teeth_are_both_driven_but_a_surer_name_alone():
    assert set(moved(["head.jawOpen", "teeth.jawOpen"], {"jawOpen": 0.3}).values()) == {0.3}
    found = connect_names(["jawOpen", "old_jawOpen"])
    assert found.unused == ("old_jawOpen",)


def test_without_mouth_close_the_jaw_closes():
    assert moved(["jawOpen"], {"jawOpen": 0.5, "mouthClose": 0.4}) == {"jawOpen": 0.1}
    frame = {"jawOpen": 0.5, "mouthClose": 0.4}
    assert moved(["jawOpen", "mouthClose"], frame) == {"jawOpen": 0.5, "mouthClose": 0.4}


@pytest.mark.parametrize("viseme", VISEMES)
def test_a_face_that_is_a_viseme_is_shown_by_it_or_by_others_that_look_alike(viseme):
    targets = [f"viseme_{name}" for name in VISEMES]
    weights = moved(targets, dict(VISEMES[viseme]))
    shown = {}
    for name, mix in VISEMES.items():
        for channel, amount in mix.items():
            shown[channel] = shown.get(channel, 0) + amount * weights[f"viseme_{name}"]
    for channel, amount in shown.items():
        assert amount == pytest.approx(VISEMES[viseme].get(channel, 0), abs=0.06), channel
    if viseme in ("PP", "FF", "TH", "CH", "SS", "aa", "oh", "ou"):
        assert max(weights, key=weights.get) == f"viseme_{viseme}"


@pytest.mark.parametrize("mixes", [VISEMES, VOWELS])
def test_silence_is_zero_and_sums_stay_under_one(mixes):
    clip = FaceClip(np.random.default_rng(1).random((200, 52)) ** 2, 30)
    columns = {name: clip.weights[:, n] for n, name in enumerate(ARKIT_CHANNELS)}
    weights = fit_visemes(columns, 200, mixes)
    assert weights.min() >= 0
    assert weights.sum(axis=1).max() <= 1 + 1e-9
    still = fit_visemes({name: np.zeros(3, np.float32) for name in columns}, 3, mixes)
    assert not still.any()


def test_the_fit_is_the_least_squares_one():
    nnls = pytest.importorskip("scipy.optimize").nnls
    random = np.random.default_rng(5)
    columns = {}
    channels = sorted({name for mix in VOWELS.values() for name in mix})
    for name in channels:
        columns[name] = (random.random(20) * 0.3).astype(np.float32)
    weights = fit_visemes(columns, 20, VOWELS)
    scale = np.array([2.0 if name == "jawOpen" else 1.0 for name in channels])
    table = np.array([[mix.get(name, 0) for name in channels] for mix in VOWELS.values()]) * scale
    for frame in range(20):
        face = np.array([columns[name][frame] for name in channels]) * scale
        best = nnls(table.T, face)[0]
        if best.sum() <= 1:
            assert np.allclose(weights[frame], best, atol=2e-3)


def test_lips_that_are_sealed_over_an_open_jaw_stay_sealed():
    sealed = {"jawOpen": 0.4, "mouthClose": 0.4, "mouthPucker": 0.3}
    visemes = moved([f"viseme_{name}" for name in VISEMES], sealed)
    assert visemes.pop("viseme_PP") == 1
    assert not any(visemes.values())
    vowels = moved(["A", "I", "U", "E", "O"], sealed)
    assert not any(vowels.values())
    pressed = moved(["A", "I", "U", "E", "O"], dict(VISEMES["PP"]))
    assert sum(pressed.values()) < 0.05


def test_visemes_give_way_to_channels_with_targets_of_their_own():
    mouth = [name for name in ARKIT_CHANNELS if name.startswith(("mouth", "jaw"))]
    found = connect_names([*mouth, *(f"viseme_{name}" for name in VISEMES)])
    assert (found.kind, len(found.visemes)) == ("arkit", 0)
    assert "viseme_aa" in found.unused


def test_a_mouth_of_visemes_leaves_a_guessed_jaw_alone():
    found = connect_names([*(f"viseme_{name}" for name in VISEMES), "mouthOpen"])
    assert "mouthOpen" in found.unused
    assert connect_names(["mouthOpen"]).matched[0].channels == ("jawOpen",)


def test_expressions_move_their_targets():
    poses = {"JawOpen": {"a": 0.5, "b": 1.0}, "gone": {"missing": 1.0}}
    assert moved(["a", "b"], {"jawOpen": 0.5}, poses) == {"a": 0.25, "b": 0.5}
    assert connect_names(["a", "b"], poses).expressions.keys() == {"JawOpen"}


def test_too_few_vowels_or_visemes_are_no_set():
    assert connect_names(["A", "I", "U", "E"]).kind == "none"
    assert connect_names(["viseme_PP", "viseme_aa", "viseme_E"]).kind == "none"


def test_a_rig_that_nothing_moves_says_so():
    found = connect_names(["Basis", "Key 1"])
    assert (found.kind, found.unused) == ("none", ("Basis", "Key 1"))
    with pytest.raises(VoxfaceError, match=r"no morph target that voxface knows \(Basis, Key 1\)"):
        found.weights(clip_of({}))


def test_channels_come_back_from_weights():
    clip = FaceClip(np.random.default_rng(2).random((6, 52)), 30)
    for targets in (ARKIT_CHANNELS, golden.RIGS["ict"][0], ["both.mouthSmile", "jawOpen"]):
        found = connect_names(targets)
        series = dict(zip(targets, found.weights(clip).T.astype(float), strict=True))
        back = channels_of(found, series)
        for match in found.matched:
            if match.how in ("same", "half"):
                assert np.allclose(back[match.channels[0]], clip[match.channels[0]], atol=1e-6)
            assert set(match.channels) <= set(back)


def test_channels_come_back_from_visemes_about():
    targets = [f"viseme_{name}" for name in VISEMES]
    found = connect_names(targets)
    clip = clip_of(*(dict(mix) for mix in VISEMES.values()))
    back = channels_of(found, dict(zip(targets, found.weights(clip).T.astype(float), strict=True)))
    assert np.abs(back["jawOpen"] - clip["jawOpen"]).max() < 0.05
    assert np.abs(back["mouthPucker"] - clip["mouthPucker"]).max() < 0.1
