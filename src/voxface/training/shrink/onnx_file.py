"""Model files as graphs: reading, finding the net's matrices, replacing, and writing anew."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from voxface.engine.description import METADATA_KEY
from voxface.errors import VoxfaceError
from voxface.formats.output import OutputFile
from voxface.training.export import weights_hash

Array = NDArray[Any]


def load_graph(path: str | os.PathLike[str]) -> onnx.ModelProto:
    """Read a model file as a graph.

    Raises
    ------
    VoxfaceError
        If it is missing, is no voxface model, or was shrunk before.
    """
    try:
        model = onnx.load_from_string(Path(path).read_bytes())
    except Exception as error:  # the file's, or protobuf's, which has no base class of ours
        reason = str(error).splitlines()[0]
        raise VoxfaceError(f"cannot read the model '{path}': {reason}") from None
    try:
        about = metadata(model)
    except (KeyError, ValueError):
        raise VoxfaceError(f"'{path}' is not a voxface model; make one: voxface export") from None
    if (precision := about.get("precision", "float32")) != "float32":
        raise VoxfaceError(
            f"'{path}' is already of precision {precision}; shrink the float32 model it came from"
        )
    return model


def metadata(model: onnx.ModelProto) -> dict[str, Any]:
    """Return what a model says of itself."""
    held = {entry.key: entry.value for entry in model.metadata_props}
    about: dict[str, Any] = json.loads(held[METADATA_KEY])
    return about


def save_graph(
    model: onnx.ModelProto, path: str | os.PathLike[str], **about: Any
) -> dict[str, Any]:
    """Write a changed model, whole or not at all, and return what it says of itself.

    Parameters
    ----------
    about
        Added to its metadata; ``weights_sha256`` is anew of the weights as they are now.
    """
    told = metadata(model)
    told |= {"shrunk_from": told["weights_sha256"], "weights_sha256": weights_hash(model)} | about
    helper.set_model_props(model, {METADATA_KEY: json.dumps(told, sort_keys=True)})
    onnx.checker.check_model(model, full_check=True)
    with OutputFile(path) as file:
        file.write(model.SerializeToString())
    return told


def constants(model: onnx.ModelProto) -> dict[str, Array]:
    """Return the graph's constant tensors by name."""
    return {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}


def net_products(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Return the matrix products of the net with constant matrices, first to last.

    What stands before the logarithm is the front end, and the product that takes the log-mel bands
    in belongs to it here: in 8 bits, a band that is quiet beside a loud one would be lost.
    """
    fixed = constants(model)
    heard: set[str] = set()
    found = []
    entry: set[str] = set()
    for node in model.graph.node:
        if node.op_type == "Log":
            entry.update(node.output)
        if node.op_type == "Log" or heard.intersection(node.input):
            heard.update(node.output)
        weight = fixed.get(node.input[1]) if node.op_type == "MatMul" else None
        inside = heard.intersection(node.input) and not entry.intersection(node.input)
        if weight is not None and weight.ndim == 2 and inside:
            found.append(node)
    return found


def put_constant(model: onnx.ModelProto, name: str, values: Array | np.generic) -> None:
    """Set a constant tensor, new or known."""
    values = np.asarray(values)
    for item in model.graph.initializer:
        if item.name == name:
            item.CopyFrom(numpy_helper.from_array(values, name))
            return
    model.graph.initializer.append(numpy_helper.from_array(values, name))


def drop_constant(model: onnx.ModelProto, name: str) -> None:
    """Remove a constant tensor."""
    [item] = [item for item in model.graph.initializer if item.name == name]
    model.graph.initializer.remove(item)


def put_before(model: onnx.ModelProto, at: onnx.NodeProto, nodes: list[onnx.NodeProto]) -> None:
    """Put nodes into the graph in front of one that is there."""
    index = next(i for i, node in enumerate(model.graph.node) if node is at or node == at)
    for number, node in enumerate(nodes):
        model.graph.node.insert(index + number, node)
