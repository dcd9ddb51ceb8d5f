"""A tiny model file that moves a mesh, made by hand, whose answers are known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from voxface.engine.mesh_description import packed_topology
from voxface.face import MeshTopology

RATE = 50
HOP = 320
LOOK_AHEAD = 2
HEADS, CLASSES = 2, 3
TOPOLOGY = MeshTopology(
    "square",
    np.array([[0, 1, 2], [0, 2, 3]]),
    4,
    {"lips": np.float32([0, 0, 1, 1]), "mouth": np.float32([0, 0, 1, 1])},
)
NEUTRAL = np.float32([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
GAINS = np.linspace(-1, 1, 12).astype(np.float32)
"""What each coordinate is moved by where the loudness of a frame is 1."""


def write_tiny_mesh_model(path: Path, *, sampled: bool = False, **metadata: object) -> Path:
    """Write a model whose offsets are the mean magnitude of each frame times `GAINS`.

    A sampled one adds the noise's first number times the temperature to every coordinate.
    """
    node = helper.make_node
    constants = {
        "frames": np.int64([1, -1, HOP]),
        "gains": GAINS.reshape(1, 1, -1),
        "axis1": np.int64([1]),
        "zero": np.int64([0]),
        "end": np.int64([2**31]),
        "late": np.int64([-LOOK_AHEAD]),
        "corner": np.int64([0, 0]),
        "corner_end": np.int64([1, 1]),
        "last_axes": np.int64([2, 3]),
        "column": np.int64([1, -1, 1]),
    }
    nodes = [
        node("Abs", ["pcm"], ["magnitude"]),
        node("Reshape", ["magnitude", "frames"], ["by_frame"]),
        node("ReduceMean", ["by_frame"], ["loudness"], axes=[2], keepdims=0),
        node("Concat", ["state", "loudness"], ["known"], axis=1),
        node("Slice", ["known", "late", "end", "axis1"], ["next_state"]),
        node("Slice", ["known", "zero", "late", "axis1"], ["heard"]),
        node("Reshape", ["heard", "column"], ["columns"]),
        node("Mul", ["columns", "gains"], ["moved" if sampled else "offsets"]),
    ]
    inputs = [
        helper.make_tensor_value_info("pcm", TensorProto.FLOAT, [1, "samples"]),
        helper.make_tensor_value_info("state", TensorProto.FLOAT, [1, LOOK_AHEAD]),
    ]
    if sampled:
        nodes += [
            node("Slice", ["noise", "corner", "corner_end", "last_axes"], ["drawn"]),
            node("Reshape", ["drawn", "column"], ["drawn_column"]),
            node("Mul", ["drawn_column", "temperature"], ["warm"]),
            node("Add", ["moved", "warm"], ["offsets"]),
        ]
        inputs += [
            helper.make_tensor_value_info("noise", TensorProto.FLOAT, [1, "n", HEADS, CLASSES]),
            helper.make_tensor_value_info("temperature", TensorProto.FLOAT, [1]),
            helper.make_tensor_value_info("top_k", TensorProto.INT64, [1]),
            helper.make_tensor_value_info("neutral", TensorProto.FLOAT, [1, 12]),
        ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        inputs,
        [
            helper.make_tensor_value_info("offsets", TensorProto.FLOAT, [1, "n", 12]),
            helper.make_tensor_value_info("next_state", TensorProto.FLOAT, [1, LOOK_AHEAD]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    about = {
        "kind": "mesh", "format_version": 1, "name": "tiny", "version": "0", "family": "tiny",
        "sample_rate": 16_000, "hop": HOP, "rate": RATE, "look_ahead": LOOK_AHEAD,
        "state_size": LOOK_AHEAD, "vertices": 4, "topology": "square", "most_frames": None,
        "latent": {"heads": HEADS, "classes": CLASSES} if sampled else None,
        "licence": "Apache-2.0", "training_data": "none", "recipe": {},
    } | metadata  # fmt: skip
    told = {name: value for name, value in about.items() if value != "left out"}
    helper.set_model_props(
        model,
        {"voxface": json.dumps(told), "voxface_topology": packed_topology(TOPOLOGY, NEUTRAL)},
    )
    onnx.save(model, str(path))
    return path
