"""A tiny model file of the contract in docs/design.md, made by hand, whose answers are known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from voxface.face import ARKIT_CHANNELS

LOOK_AHEAD = 3
DELAY = LOOK_AHEAD + 1
TAPS = np.float32([0.1, 0.2, 0.3, 0.2, 1.0])
"""Weight of the loudness 4 hops … 0 hops later: time t hears itself most, and what follows."""
LOUD = 0.02
"""Loudness (mean absolute sample) at which the model is sure of speech."""


def gains(channels: int = 52) -> np.ndarray:
    """What each output is multiplied by: weights 0.5 to 1, pose of both signs."""
    pose = [2.0, -1.0, 0.5, 0.3, -0.2, 0.1]
    return np.float32([*np.linspace(0.5, 1, channels), *pose])


def write_tiny_model(path: Path, **metadata: object) -> Path:
    """Write the model; keyword arguments replace entries of its metadata (None removes one)."""
    constants = {
        "hops": np.int64([0, -1, 160]),
        "taps": TAPS[::-1].reshape(1, 1, -1).copy(),
        "gains": gains().reshape(1, 1, -1),
        "axis1": np.int64([1]),
        "axis2": np.int64([2]),
        "begin": np.int64([-DELAY]),
        "end": np.int64([2**31]),
        "loud": np.float32([1 / LOUD]),
        "one": np.float32(1),
    }
    node = helper.make_node
    graph = helper.make_graph(
        [
            node("Abs", ["pcm"], ["magnitude"]),
            node("Reshape", ["magnitude", "hops"], ["by_hop"]),
            node("ReduceMean", ["by_hop"], ["loudness"], axes=[2], keepdims=0),
            node("Concat", ["state", "loudness"], ["known"], axis=1),
            node("Slice", ["known", "begin", "end", "axis1"], ["next_state"]),
            node("Unsqueeze", ["known", "axis1"], ["row"]),
            node("Conv", ["row", "taps"], ["heard"]),
            node("Transpose", ["heard"], ["column"], perm=[0, 2, 1]),
            node("Mul", ["column", "gains"], ["frames"]),
            node("Squeeze", ["heard", "axis1"], ["flat"]),
            node("Mul", ["flat", "loud"], ["level"]),
            node("Min", ["level", "one"], ["speech"]),
        ],
        "tiny",
        [
            helper.make_tensor_value_info("pcm", TensorProto.FLOAT, ["batch", "samples"]),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, ["batch", DELAY]),
        ],
        [
            helper.make_tensor_value_info("frames", TensorProto.FLOAT, ["batch", "n", 58]),
            helper.make_tensor_value_info("speech", TensorProto.FLOAT, ["batch", "n"]),
            helper.make_tensor_value_info("next_state", TensorProto.FLOAT, ["batch", DELAY]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    about = {
        "format_version": 1,
        "name": "tiny",
        "version": "1",
        "sample_rate": 16000,
        "hop": 160,
        "look_ahead": LOOK_AHEAD,
        "delay_frames": DELAY,
        "state_size": DELAY,
        "channels": list(ARKIT_CHANNELS),
        "pose": ["x", "y", "z", "rx", "ry", "rz"],
        "untrained_channels": ["tongueOut"],
        "licence": "Apache-2.0",
        "training_data": "none",
        "recipe": {},
        "weights_sha256": "",
    } | metadata
    kept = {key: value for key, value in about.items() if value is not None}
    helper.set_model_props(model, {"voxface": json.dumps(kept)})
    onnx.save(model, path)
    return path


def true_frames(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the tiny model says of a recording, frame i at i x 10 ms, reckoned by NumPy.

    Returns frames (ceil(N / 160), 58) and speech (ceil(N / 160),).
    """
    hops = -(-len(sound) // 160)
    padded = np.zeros((hops + DELAY) * 160, np.float32)
    padded[: len(sound)] = np.abs(sound)
    loudness = padded.reshape(-1, 160).mean(axis=1)
    heard = sum(TAPS[DELAY - k] * loudness[k : k + hops] for k in range(DELAY + 1))
    return heard[:, None] * gains(), np.minimum(1, heard / LOUD)
