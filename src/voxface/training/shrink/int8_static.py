"""Products of whole numbers with scales fixed beforehand, from real sound (static quantisation).

Done by ONNX Runtime's own quantiser. Sound that is louder than any it was calibrated with is cut
off at the edge of the scale.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from voxface.audio.features import HOP
from voxface.engine import Model
from voxface.errors import VoxfaceError
from voxface.training.shrink.int8 import products

FloatArray = NDArray[np.float32]

PUSH = 100
"""Hops in one push of calibration: a second."""
MOST_PUSHES = 240
"""Pushes to calibrate with at most: their intermediate values are all held in memory."""


def to_int8_static(
    model: onnx.ModelProto, source: Path, sounds: Sequence[FloatArray]
) -> onnx.ModelProto:
    """Return a model whose net multiplies whole numbers, with scales from real sound.

    Parameters
    ----------
    model : ModelProto
        Read from `source`.
    source : Path
        The float32 model file.
    sounds : sequence of ndarray, shape (N,)
        Real speech at 16 kHz, as loud and as soft as it will be heard.

    Raises
    ------
    VoxfaceError
        If there is no sound, or nothing to quantise.
    """
    from onnxruntime.quantization import (  # noqa: PLC0415  (slow to import)
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )

    pushes = list(_pushes(source, sounds))
    if not pushes:
        raise VoxfaceError(
            "int8-static needs at least a second of real speech to find its scales; "
            "give --examples FOLDER or --sound FILE"
        )
    rows = iter(pushes[:: -(-len(pushes) // MOST_PUSHES)])

    class Reader:
        """What the quantiser asks for input after input."""

        def get_next(self) -> dict[str, FloatArray] | None:
            return next(rows, None)

    names = [_named(node, number) for number, node in enumerate(products(model))]
    before = logging.getLogger().level
    logging.getLogger().setLevel(logging.ERROR)  # it advises preprocessing, which is not needed
    try:
        with tempfile.TemporaryDirectory() as folder:
            plain, small = Path(folder, "plain.onnx"), Path(folder, "small.onnx")
            onnx.save(model, plain)
            quantize_static(
                plain,
                small,
                Reader(),
                quant_format=QuantFormat.QDQ,
                nodes_to_quantize=names,
                op_types_to_quantize=["MatMul"],
                per_channel=True,
                # As in `int8.PRODUCT_STEPS`.
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.MinMax,
                # Sums stay float32: pose and log-odds do not fit on one scale of 8 bits.
                extra_options={"OpTypesToExcludeOutputQuantization": ["MatMul"]},
            )
            result = onnx.load(small)
    finally:
        logging.getLogger().setLevel(before)
    return result


def _named(node: onnx.NodeProto, number: int) -> str:
    node.name = node.name or f"product{number}"
    return str(node.name)


def _pushes(source: Path, sounds: Sequence[FloatArray]) -> Iterator[dict[str, FloatArray]]:
    """Yield the model's inputs over sounds, each with the memory it then has."""
    model = Model(source)
    for sound in sounds:
        state = model.new_state()
        for begin in range(0, len(sound) - PUSH * HOP + 1, PUSH * HOP):
            pcm = sound[begin : begin + PUSH * HOP]
            yield {"pcm": pcm[None], "state": state}
            _, _, state = model.run(pcm, state)


def library_dynamic(source: Path, output: Path) -> None:
    """Write what ONNX Runtime's own dynamic quantisation makes of a model: for comparison.

    Its scales are those of a whole push, so that it is no pure function of frames and state.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415

    names = [_named(node, number) for number, node in enumerate(products(onnx.load(source)))]
    quantize_dynamic(
        source,
        output,
        nodes_to_quantize=names,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )
