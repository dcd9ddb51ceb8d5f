"""Clips to write and read with the page, and what it means that two are the same."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from page_script import run_node
from scipy.spatial.transform import Rotation

from voxface import animate
from voxface.face import FaceClip
from voxface.rig.accessors import read_accessor
from voxface.rig.gltf_file import GltfFile, glb_bytes


def make_clip(frames: int = 90, fps: object = 60, seed: int = 0, **more) -> FaceClip:
    """Return a clip whose every channel and frame differs from every other."""
    random = np.random.default_rng(seed)
    head = np.zeros((frames, 7))
    head[:, :3] = random.normal(0, 3, (frames, 3))
    turns = Rotation.from_rotvec(random.normal(0, 0.3, (frames, 3)))
    head[:, 3:] = turns.as_quat(canonical=True, scalar_first=True)
    weights = random.random((frames, 52)).astype(np.float32)
    weights[random.random(weights.shape) < 0.2] = 0
    return FaceClip(weights, fps, head=head, **more)  # type: ignore[arg-type]


def odd_clip() -> FaceClip:
    """Return a clip of everything that is seldom: few channels, gaps, another start and rate."""
    random = np.random.default_rng(3)
    weights = random.random((41, 4)).astype(np.float32)
    weights[0] = (0, 1, 0.5, 1e-7)
    weights[1] = (0.5 + 2**-20, 0.25, 0.1234567, 1 - 2**-24)
    return FaceClip(
        weights,
        "29.97",
        ("jawOpen", "mouthClose", "tongueOut", "ownShape"),
        tracked=random.random((41, 4)) < 0.7,
        start=-0.125,
        metadata={
            "source": "Grüße/häufig 😀.wav",
            "start_timecode": "23:59:59:12.250",
            "timecode_rate": 60,
            "numbers": [0, 1, -1, 0.1, 1e-5, 1.5e-7, 123456.789, 1e22, None, True],
            "more": {"quote": 'a "b" \\ \n \t \u0007 \u007f', "empty": {}, "list": []},
        },
    )


def spoken_clip() -> FaceClip:
    """Return what the model makes of a sentence."""
    return animate(Path(__file__).resolve().parents[2] / "examples" / "speech.flac")


def assert_same(ours: FaceClip, theirs: FaceClip, *, but: tuple[str, ...] = ()) -> None:
    """Check that two clips are one to the bit, but for some of the metadata."""
    assert ours.channels == theirs.channels
    assert ours.fps == theirs.fps
    assert ours.start == theirs.start
    assert np.array_equal(ours.weights, theirs.weights)
    assert np.array_equal(ours.tracked, theirs.tracked)
    assert np.array_equal(ours.head, theirs.head)
    notes = [{k: v for k, v in clip.metadata.items() if k not in but} for clip in (ours, theirs)]
    assert notes[0] == notes[1]


def assert_same_floats(ours: GltfFile, theirs: GltfFile) -> None:
    """Check that all floats of two documents are equal, but for the last bits."""
    for number, accessor in enumerate(theirs.json["accessors"]):
        if accessor["componentType"] == 5126:
            difference = read_accessor(ours, number) - read_accessor(theirs, number)
            assert np.abs(difference).max(initial=0) < 1e-6


def complaints(file: Path) -> set[str]:
    """Return the errors and warnings of the Khronos validator, by their codes."""
    issues = json.loads(run_node("tests/validate_gltf.mjs", file))
    return {each["code"] for each in issues["messages"] if each["severity"] < 2}


def edited(content: bytes, change: Callable[[dict], None]) -> bytes:
    """Change the JSON of a GLB file."""
    length = struct.unpack_from("<I", content, 12)[0]
    document = json.loads(content[20 : 20 + length])
    change(document)
    return glb_bytes(document, content[28 + length :])


def assert_near(ours: FaceClip, theirs: FaceClip, head: float = 1e-6) -> None:
    """Check that two clips are one up to rounding."""
    assert (ours.fps, ours.channels) == (theirs.fps, theirs.channels)
    assert ours.start == pytest.approx(theirs.start, abs=1e-6)
    assert np.abs(ours.weights - theirs.weights).max(initial=0) < 1e-6
    assert np.abs(ours.head - theirs.head).max(initial=0) < head
