"""Models for runtimes that know only older operators."""

from __future__ import annotations

import numpy as np
import onnx

from voxface.errors import VoxfaceError
from voxface.training.shrink.onnx_file import constants, put_before, put_constant

LEAST_OPSET = 15
"""Older ones have other versions of sums and products."""


def lower_opset(model: onnx.ModelProto, opset: int) -> None:
    """Declare an older set of operators, if every operator used is in it unchanged.

    Raises
    ------
    VoxfaceError
        If an operator is newer, or the set is older than 15 or newer than the model's.
    """
    [current] = [item for item in model.opset_import if item.domain in ("", "ai.onnx")]
    if not LEAST_OPSET <= opset <= current.version:
        raise VoxfaceError(
            f"this model can be written with opset {LEAST_OPSET} to {current.version}, not {opset}"
        )
    newer = set()
    for node in model.graph.node:
        if node.domain not in ("", "ai.onnx"):
            newer.add(f"{node.domain}.{node.op_type}")
            continue
        schema = onnx.defs.get_schema(node.op_type, current.version)
        if schema.since_version > opset:
            newer.add(f"{node.op_type} (opset {schema.since_version})")
    if newer:
        raise VoxfaceError(f"opset {opset} lacks what the model uses: {', '.join(sorted(newer))}")
    current.version = opset


def without_backward_slices(model: onnx.ModelProto) -> None:
    """Replace slices that run backwards by gathers, which every converter knows.

    onnx2tf 1.29 takes a slice of step -1 for one of step 1, without a word.
    """
    held = constants(model)
    graph = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    sizes = {value.name: value.type.tensor_type.shape.dim for value in graph.value_info}
    for node in [node for node in model.graph.node if node.op_type == "Slice"]:
        parts = [held.get(name) for name in node.input[1:]]
        if len(parts) < 4 or any(part is None or part.size != 1 for part in parts):
            continue
        begin, end, axis, step = (int(part.item()) for part in parts if part is not None)
        size = sizes[node.input[0]][axis].dim_value if node.input[0] in sizes else 0
        if step >= 0 or not size:
            continue
        order = np.arange(size)[slice(begin, end if end >= -size else None, step)]
        name = f"{node.output[0]}.order"
        put_constant(model, name, order.astype(np.int64))
        gather = onnx.helper.make_node("Gather", [node.input[0], name], node.output, axis=axis)
        put_before(model, node, [gather])
        model.graph.node.remove(node)
