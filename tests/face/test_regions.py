from __future__ import annotations

import pytest

from voxface.errors import VoxfaceError
from voxface.face import (
    ARKIT_CHANNELS,
    REGIONS,
    SPEECH_CHANNELS,
    channel_index,
    channel_indices,
    mirrored,
    region_channels,
)


def test_there_are_52_channels_and_regions_hold_each_once():
    assert len(set(ARKIT_CHANNELS)) == 52
    held = [name for region in REGIONS for name in region_channels(region)]
    assert sorted(held) == sorted(ARKIT_CHANNELS)


def test_regions_are_what_they_say():
    assert "mouthPucker" in REGIONS["mouth"]
    assert "jawOpen" in REGIONS["jaw"]
    assert "eyeBlinkLeft" in REGIONS["eyes"]
    assert "browInnerUp" in REGIONS["brows"]
    assert region_channels("head") == ()
    assert not set(SPEECH_CHANNELS) & set(REGIONS["eyes"])


def test_an_unknown_region_suggests_the_nearest():
    with pytest.raises(VoxfaceError, match="did you mean 'mouth'"):
        region_channels("mouht")


def test_channels_are_found_by_name():
    assert ARKIT_CHANNELS[channel_index("jawOpen")] == "jawOpen"
    assert channel_indices(["b", "a"], ["a", "b"]) == [1, 0]
    with pytest.raises(VoxfaceError, match="did you mean 'jawOpen'"):
        channel_index("jaw_open")


def test_mirrored_names_exist_and_come_back():
    for name in ARKIT_CHANNELS:
        assert mirrored(name) in ARKIT_CHANNELS
        assert mirrored(mirrored(name)) == name
    assert mirrored("mouthSmileLeft") == "mouthSmileRight"
    assert mirrored("jawOpen") == "jawOpen"
