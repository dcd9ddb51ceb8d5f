"""The ways to make a model file smaller, by name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import unknown_name
from voxface.formats.output import check_writable
from voxface.training.shrink.float16 import to_float16
from voxface.training.shrink.front_end import shrink_front_end
from voxface.training.shrink.int8 import to_int8, to_int8_weights
from voxface.training.shrink.int8_static import to_int8_static
from voxface.training.shrink.onnx_file import load_graph, save_graph
from voxface.training.shrink.opset import lower_opset, without_backward_slices
from voxface.training.shrink.tidy import tidy

PRECISIONS: dict[str, str] = {
    "float32": "as it is, the Fourier basis written as a formula",
    "float16": "weights kept in 16 bits, reckoned with in 32",
    "int8-weights": "weights kept in 8 bits, reckoned with in 32",
    "int8": "products of 8-bit numbers, each frame scaled by itself",
    "int8-static": "products of 8-bit numbers, scales fixed from real sound",
}
"""What a model can be shrunk to, and what that means."""


def shrink_model(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    precision: str,
    *,
    sounds: Sequence[NDArray[np.float32]] = (),
    opset: int | None = None,
) -> dict[str, Any]:
    """Write a smaller model file that runs like the one it was made from.

    Parameters
    ----------
    source, output : path-like
        A float32 model file, and where to write.
    precision : str
        One of `PRECISIONS`.
    sounds : sequence of ndarray, shape (N,)
        Real speech at 16 kHz; only ``int8-static`` needs it.
    opset : int, optional
        Oldest set of ONNX operators that the runtime knows, 15 or more.

    Returns
    -------
    dict
        The metadata of the file: as it was, with ``precision``, a new ``weights_sha256``, and the
        old one as ``shrunk_from``.

    Raises
    ------
    VoxfaceError
        If the source is no float32 model, the precision is unknown or does not fit, or the file
        cannot be written.
    """
    if precision not in PRECISIONS:
        raise unknown_name("precision", precision, list(PRECISIONS))
    model = load_graph(source)
    check_writable(output)
    if precision == "int8-static":
        model = to_int8_static(model, Path(source), sounds)
    shrink_front_end(model)
    if precision in ("float16", "int8-static"):
        to_float16(model)
    elif precision == "int8-weights":
        to_int8_weights(model)
    elif precision == "int8":
        to_int8(model)
    tidy(model)
    if opset is not None:
        without_backward_slices(model)
        lower_opset(model, opset)
    return save_graph(model, output, precision=precision)
