"""The graph itself in less space: each small constant once, and no names that nothing reads."""

from __future__ import annotations

import onnx
from onnx import numpy_helper


def tidy(model: onnx.ModelProto) -> None:
    """Share equal constants and drop the names of nodes, which the exporter writes out in full."""
    graph = model.graph
    shared: dict[tuple[str, tuple[int, ...], bytes], str] = {}
    renamed: dict[str, str] = {}
    kept = []
    for node in graph.node:
        if node.op_type != "Constant" or node.attribute[0].name != "value":
            kept.append(node)
            continue
        values = numpy_helper.to_array(node.attribute[0].t)
        key = (str(values.dtype), values.shape, values.tobytes())
        if key not in shared:
            shared[key] = f"c{len(shared)}"
            graph.initializer.append(numpy_helper.from_array(values, shared[key]))
        renamed[node.output[0]] = shared[key]
    for node in kept:
        node.name, node.doc_string = "", ""
        for place, name in enumerate(node.input):
            node.input[place] = renamed.get(name, name)
    del graph.node[:]
    graph.node.extend(kept)
    del graph.value_info[:]
