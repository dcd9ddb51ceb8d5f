"""Matrices in 8 bits, each column with its own scale, and two ways to reckon with them.

- ``int8-weights``: turned into float32 once, when the file is loaded. A quarter of the size, the
  speed of float32.
- ``int8``: products of whole numbers. Every frame gets its own scale from its own largest number
  (dynamic quantisation, per frame): ONNX Runtime's own dynamic quantisation takes one scale for all
  frames of a push, so that a stream would differ from a recording.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from voxface.errors import VoxfaceError
from voxface.training.shrink.float16 import to_float16
from voxface.training.shrink.onnx_file import (
    Array,
    constants,
    drop_constant,
    net_products,
    put_before,
    put_constant,
)

STEPS = 127
"""Weights are whole numbers up to this where they are turned back into float32."""
PRODUCT_STEPS = 63
"""The same where they are multiplied as whole numbers: x86 processors without VNNI add two products
of 8 bits into 16, and more would overflow."""


def to_int8_weights(model: onnx.ModelProto) -> None:
    """Keep the net's matrices in 8 bits, and all else of some size in 16."""
    for node in products(model):
        name = node.input[1]
        whole, scale = by_column(constants(model)[name], STEPS)
        drop_constant(model, name)
        put_constant(model, f"{name}.int8", whole)
        put_constant(model, f"{name}.scale", scale)
        make = helper.make_node
        model.graph.node.insert(0, make("Mul", [f"{name}.float", f"{name}.scale"], [name]))
        cast = make("Cast", [f"{name}.int8"], [f"{name}.float"], to=TensorProto.FLOAT)
        model.graph.node.insert(0, cast)
    to_float16(model)


def to_int8(model: onnx.ModelProto) -> None:
    """Multiply the net's matrices as whole numbers of 8 bits, frame by frame."""
    rectified = {
        name for node in model.graph.node if node.op_type == "Relu" for name in node.output
    }
    put_constant(model, "int8.least", np.float32(1e-9))
    put_constant(model, "int8.steps", np.float32(255))
    put_constant(model, "int8.half", np.float32(127))
    put_constant(model, "int8.middle", np.float32(128))
    put_constant(model, "int8.zero", np.uint8(128))
    for number, node in enumerate(products(model)):
        _multiply_whole(model, node, f"int8.{number}", node.input[0] in rectified)
    to_float16(model)


def by_column(matrix: Array, steps: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return a matrix (K, N) as whole numbers to ±`steps`, and each column's scale (N,)."""
    scale = np.maximum(np.abs(matrix).max(axis=0), 1e-12) / steps
    return np.round(matrix / scale).astype(np.int8), scale.astype(np.float32)


def _multiply_whole(
    model: onnx.ModelProto, node: onnx.NodeProto, key: str, rectified: bool
) -> None:
    source, name = node.input
    whole, scale = by_column(constants(model)[name], PRODUCT_STEPS)
    drop_constant(model, name)
    put_constant(model, f"{name}.int8", whole)
    put_constant(model, f"{name}.scale", scale)
    make = helper.make_node
    largest, offset = source, []
    if not rectified:
        largest, offset = f"{key}.size", ["int8.zero"]
    nodes = [] if rectified else [make("Abs", [source], [largest])]
    nodes += [
        make("ReduceMax", [largest], [f"{key}.most"], axes=[-1], keepdims=1),
        make("Max", [f"{key}.most", "int8.least"], [f"{key}.range"]),
        make("Div", [f"{key}.range", "int8.steps" if rectified else "int8.half"], [f"{key}.step"]),
        make("Div", [source, f"{key}.step"], [f"{key}.steps"]),
        make("Round", [f"{key}.steps"], [f"{key}.round"]),
    ]
    last = f"{key}.round"
    if not rectified:
        last = f"{key}.positive"
        nodes.append(make("Add", [f"{key}.round", "int8.middle"], [last]))
    nodes += [
        make("Cast", [last], [f"{key}.whole"], to=TensorProto.UINT8),
        make("MatMulInteger", [f"{key}.whole", f"{name}.int8", *offset], [f"{key}.sum"]),
        make("Cast", [f"{key}.sum"], [f"{key}.real"], to=TensorProto.FLOAT),
        make("Mul", [f"{key}.real", f"{key}.step"], [f"{key}.scaled"]),
        make("Mul", [f"{key}.scaled", f"{name}.scale"], [node.output[0]]),
    ]
    put_before(model, node, nodes)
    model.graph.node.remove(node)


def products(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Return the products that are taken to int8; see `net_products`.

    Raises
    ------
    VoxfaceError
        If there are none.
    """
    found = net_products(model)
    if not found:
        raise VoxfaceError(
            "this model's net holds no matrix products, so there is nothing to take to int8; "
            "float16 works for every model"
        )
    return found
