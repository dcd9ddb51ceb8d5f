from __future__ import annotations

import re

import pytest

from voxface.face import ARKIT_CHANNELS
from voxface.rig.spelling import LAST_RESORT, SPELLINGS, read_name


def spellings(channel: str) -> list[str]:
    """Return what tools in the field call a channel."""
    pascal = channel[0].upper() + channel[1:]
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", channel)
    found = [
        channel, pascal, snake, snake.lower(), snake.upper(), channel.lower(), channel.upper(),
        f"ARKit_{channel}", f"ARKit{pascal}", f"arkit.{channel}", f"blendShape1.{channel}",
        f"Wolf3D_Head.{channel}", f"Wolf3D_Teeth.{channel}", f"A25_{snake.title()}",
        f"head|{channel}", f"Genesis9:{pascal}", f"face_{channel}", f"BS_{pascal}",
        snake.replace("_", "."), snake.replace("_", " "),
        f"CTRL_expressions_{channel}", f"{channel}.001", f"{channel}_BS", f"25_{channel}",
        f"  {channel} ",
    ]  # fmt: skip
    for side, letter in (("Left", "L"), ("Right", "R")):
        base = channel.removesuffix(side)
        if base != channel:
            words = base[0].upper() + base[1:]
            found += [
                f"{base}_{letter}", f"{base}.{letter}", f"{base}{letter}", f"{base}-{letter}",
                f"{base} {letter}", f"{base}_{letter.lower()}", f"{base}_{side}",
                f"{side}{words}", f"{side.lower()}_{base}", f"{letter}_{base}", f"{letter}{words}",
                f"blendShape1.{base}_{letter}", f"Head.{base}.{letter}", f"{words}_{letter}",
            ]  # fmt: skip
    return found


@pytest.mark.parametrize("channel", ARKIT_CHANNELS)
def test_every_common_spelling_is_read(channel):
    for name in spellings(channel):
        found = read_name(name)
        assert found is not None, name
        assert (found.channels, found.half) == ((channel,), ""), name


@pytest.mark.parametrize(
    "name",
    [
        "", "_", "123", "sil", "viseme_aa", "Basis", "mouth", "jaw", "PupilDilate_L", "tongueUp",
        "cheekRaiser_L", "jawOpen_mouthSmileLeft", "corrective_jawOpen", "eyeBlinkLeft_combo",
        "Wolf3D_Head", "noseSneerless", "browInnerUpper", "happy",
    ],
)  # fmt: skip
def test_what_is_no_channel_is_none(name):
    assert read_name(name) is None


def test_halves_and_targets_for_both_sides():
    assert read_name("browInnerUp_L").half == "Left"
    assert read_name("CheekPuffRight").half == "Right"
    assert read_name("mouthLeft_R").half == "Right"
    assert read_name("mouthSmile").channels == ("mouthSmileLeft", "mouthSmileRight")
    assert read_name("eyesClosed").channels == ("eyeBlinkLeft", "eyeBlinkRight")
    assert read_name("Mouth_L").channels == ("mouthLeft",)


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("Brow_Raise_Inner_L", "browInnerUp"),
        ("Mouth_Roll_In_Upper", "mouthRollUpper"),
        ("Mouth_Down_Lower_R", "mouthLowerDownRight"),
        ("Eye_L_Look_L", "eyeLookOutLeft"),
        ("Eye_R_Look_L", "eyeLookInRight"),
        ("CTRL_expressions_mouthCornerPullL", "mouthSmileLeft"),
        ("LipPucker", "mouthPucker"),
        ("MouthClosed", "mouthClose"),
        ("Fcl_EYE_Close_L", "eyeBlinkLeft"),
    ],
)
def test_other_words_of_known_tools(name, channel):
    assert read_name(name).channels == (channel,)


def test_a_guess_is_marked_as_one():
    assert read_name("mouthOpen").rank == LAST_RESORT


def test_every_entry_of_the_tables_leads_to_a_channel():
    keys = {name.lower() for name in ARKIT_CHANNELS}
    bases = keys | {key.removesuffix("left") for key in keys if key.endswith("left")}
    for table in ("synonyms", "last_resort"):
        for word, base in SPELLINGS[table].items():
            assert base in bases, word
            assert word not in bases, f"{word} is a channel itself"
    for word, channel in SPELLINGS["exact"].items():
        assert channel in ARKIT_CHANNELS, word
    for channels in SPELLINGS["gaze"].values():
        assert set(channels) <= set(ARKIT_CHANNELS)
