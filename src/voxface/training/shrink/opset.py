"""Models for runtimes that know only older operators."""

from __future__ import annotations

import onnx

from voxface.errors import VoxfaceError

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
