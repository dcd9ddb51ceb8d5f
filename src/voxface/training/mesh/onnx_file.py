"""One self-contained ONNX file of a net that moves a mesh."""

from __future__ import annotations

import io
import json
import os
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from voxface.audio import features as front
from voxface.engine.description import FORMAT_VERSION, METADATA_KEY
from voxface.engine.mesh_description import MESH_KIND, TOPOLOGY_KEY, packed_topology
from voxface.face import MeshTopology
from voxface.formats.output import OutputFile, check_writable
from voxface.training.export import OPSET, weights_hash
from voxface.training.graph import TAIL, FoldedSpectrum


class HeardSound(nn.Module):
    """Pushed sound to log-mel features, one frame of 10 ms late, as training gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.spectrum = FoldedSpectrum()
        self.state_size = TAIL

    def forward(self, pcm: Tensor, tail: Tensor) -> tuple[Tensor, Tensor]:
        """Map sound (1, n x 160) and the samples before it to features (1, n, 80) in dB."""
        energy, tail = self.spectrum(pcm, tail)
        low, high = (10 ** (level / 10) for level in front.DECIBEL_RANGE)
        return torch.log(torch.clamp(energy, min=low, max=high)) * (10 / np.log(10)), tail


def export_mesh_onnx(
    runner: nn.Module,
    inputs: Mapping[str, Tensor],
    path: str | os.PathLike[str],
    about: Mapping[str, Any],
    topology: MeshTopology,
    neutral: NDArray[np.float32],
    *,
    free_length: bool,
) -> dict[str, Any]:
    """Write a runner as one file and return its metadata.

    Parameters
    ----------
    runner : Module
        Maps the inputs, in their order, to ``offsets`` and ``next_state``.
    inputs : mapping of str to Tensor
        Examples of ``pcm``, ``state`` and, of models that sample, ``noise``, ``temperature`` and
        ``top_k``.
    path : path-like
        Written beside and renamed.
    about : mapping
        ``name``, ``version``, ``family``, ``rate``, ``look_ahead``, ``latent``, ``licence``,
        ``training_data``, ``recipe``.
    topology, neutral
        The mesh that is moved, and the face at rest (V, 3) that it has unless another is given.
    free_length : bool
        Whether one run takes any number of frames; otherwise one.

    Raises
    ------
    VoxfaceError
        If the file cannot be written.
    """
    check_writable(path)
    axes = {"pcm": {1: "samples"}, "offsets": {1: "frames"}} if free_length else {}
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # PyTorch's older exporter says at each use that it will go one day.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", "Converting a tensor to a Python")
        warnings.filterwarnings("ignore", "Exporting a model to ONNX with a batch_size")
        warnings.filterwarnings("ignore", module="voxface.models.mesh")
        torch.onnx.export(
            runner,
            tuple(inputs.values()),
            buffer,  # type: ignore[arg-type]
            input_names=list(inputs),
            output_names=["offsets", "next_state"],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load_from_string(buffer.getvalue())
    stride = front.FRAME_RATE // int(about["rate"])
    metadata = {
        "kind": MESH_KIND,
        "format_version": FORMAT_VERSION,
        "sample_rate": front.SAMPLE_RATE,
        "hop": front.HOP * stride,
        "state_size": int(inputs["state"].shape[1]),
        "vertices": topology.vertices,
        "topology": topology.name,
        "most_frames": None if free_length else 1,
        "weights_sha256": weights_hash(model),
    } | dict(about)
    onnx.helper.set_model_props(
        model,
        {
            METADATA_KEY: json.dumps(metadata, sort_keys=True),
            TOPOLOGY_KEY: packed_topology(topology, neutral),
        },
    )
    onnx.checker.check_model(model)
    with OutputFile(path) as file:
        file.write(model.SerializeToString())
    return metadata
