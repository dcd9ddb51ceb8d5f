"""Weights in half the space: kept as float16, reckoned with as float32.

Processors without half-precision arithmetic, which is what browsers and most phones' CPUs offer,
would turn every product back and forth. Here each matrix is turned once, when the file is loaded.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper

from voxface.training.shrink.onnx_file import constants, drop_constant, put_constant

LEAST = 64
"""Constants of fewer numbers stay float32: the node that turns them takes more space."""


def to_float16(model: onnx.ModelProto) -> None:
    """Keep every float32 constant of some size as float16."""
    for name, values in constants(model).items():
        # The window's edges lie under the least float16: what is part of the front end stays.
        if values.dtype == np.float32 and values.size >= LEAST and not name.endswith(".window"):
            store_as_float16(model, name)


def store_as_float16(model: onnx.ModelProto, name: str) -> None:
    """Keep one constant as float16."""
    values = constants(model)[name]
    most = float(np.finfo(np.float16).max)
    half = np.clip(values, -most, most).astype(np.float16)
    drop_constant(model, name)
    put_constant(model, f"{name}.half", half)
    cast = helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT)
    model.graph.node.insert(0, cast)
