"""One self-contained ONNX file: front end, net, scale and everything a runner must know."""

from __future__ import annotations

import hashlib
import io
import json
import os
from typing import Any

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from voxface.audio import features as front
from voxface.corpus.labels import DEAD_CENTRE
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS
from voxface.formats.output import OutputFile, check_writable
from voxface.models import CanonicalScale, CausalTCN
from voxface.models.contract import POSE
from voxface.training.checkpoint import Trained

TAIL = 2 * front.HOP + front.WINDOW // 2 - front.HOP
"""Past samples that the front end keeps: the window of the next frame begins so far back."""
OPSET = 17
"""Old enough for onnxruntime-web and phones."""


class FrontEnd(nn.Module):
    """Log-mel of pushed sound as a strided convolution with the windowed Fourier basis.

    Push k of one hop yields frame k - 1, whose window ends inside that hop.
    """

    basis: Tensor
    filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        bins = np.arange(front.FFT_SIZE // 2 + 1)[:, None]
        angle = 2 * np.pi / front.FFT_SIZE * bins * np.arange(front.WINDOW)[None]
        window = front.analysis_window().astype(np.float64)
        basis = np.concatenate([np.cos(angle) * window, np.sin(angle) * window])
        self.register_buffer("basis", torch.tensor(basis[:, None], dtype=torch.float32))
        self.register_buffer("filters", torch.tensor(front.mel_filters().T[:, :, None].copy()))

    def forward(self, pcm: Tensor, tail: Tensor) -> tuple[Tensor, Tensor]:
        """Map sound (B, n x 160) and the 360 samples before it to log-mel (B, n, 80) in dB."""
        sound = torch.cat([tail, pcm], dim=1)
        spectrum = nn.functional.conv1d(sound[:, None], self.basis, stride=front.HOP)
        cosine, sine = torch.chunk(spectrum, 2, dim=1)
        energy = nn.functional.conv1d(cosine * cosine + sine * sine, self.filters)
        low, high = front.DECIBEL_RANGE
        # Decibels through the natural logarithm: ONNX knows no other.
        level = torch.log(torch.clamp(energy, min=10 ** (low / 10))) * (10 / np.log(10))
        return torch.clamp(level, max=high).transpose(1, 2), sound[:, -TAIL:]


class Runner(nn.Module):
    """The graph of ``model.onnx``: ``(pcm, state) -> (frames, speech, next_state)``."""

    def __init__(self, net: CausalTCN, scale: CanonicalScale) -> None:
        super().__init__()
        self.front_end = FrontEnd()
        self.net = net
        self.scale = scale

    @property
    def state_size(self) -> int:
        """Numbers in the state: the front end's tail, then the net's memory."""
        return TAIL + self.net.state_size

    def forward(self, pcm: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Advance by n hops of sound."""
        mel, tail = self.front_end(pcm, state[:, :TAIL])
        face, memory = self.net(mel, state[:, TAIL:])
        frames = torch.cat([self.scale(face.motion), face.pose], dim=2)
        return frames, torch.sigmoid(face.speech), torch.cat([tail, memory], dim=1)


def export_onnx(
    net: CausalTCN, scale: CanonicalScale, path: str | os.PathLike[str], about: dict[str, Any]
) -> dict[str, Any]:
    """Write a net as one self-contained ONNX file and return its metadata.

    Parameters
    ----------
    net, scale
        The trained network and the canonical speaker it was trained for.
    path
        Where to write; written beside and renamed.
    about
        What the file says of itself beyond its sizes: ``name``, ``version``, ``licence``,
        ``training_data``, ``recipe``, ``untrained_channels``.

    Raises
    ------
    VoxfaceError
        If the file cannot be written.
    """
    check_writable(path)
    runner = Runner(net, scale).eval()
    batch, hops = 2, 7  # any sizes: both axes are dynamic
    pcm = torch.zeros(batch, hops * front.HOP)
    buffer = io.BytesIO()
    torch.onnx.export(
        runner,
        (pcm, torch.zeros(batch, runner.state_size)),
        buffer,  # type: ignore[arg-type]
        input_names=["pcm", "state"],
        output_names=["frames", "speech", "next_state"],
        dynamic_axes={
            "pcm": {0: "batch", 1: "samples"},
            "state": {0: "batch"},
            "frames": {0: "batch", 1: "hops"},
            "speech": {0: "batch", 1: "hops"},
            "next_state": {0: "batch"},
        },
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load_from_string(buffer.getvalue())
    metadata = {
        "format_version": 1,
        "sample_rate": front.SAMPLE_RATE,
        "hop": front.HOP,
        "look_ahead": net.config.look_ahead,
        "delay_frames": net.config.look_ahead + 1,
        "state_size": runner.state_size,
        "channels": list(ARKIT_CHANNELS),
        "pose": list(POSE),
        "weights_sha256": _weights_hash(model),
    } | about
    onnx.helper.set_model_props(model, {"voxface": json.dumps(metadata, sort_keys=True)})
    onnx.checker.check_model(model)
    with OutputFile(path) as file:
        file.write(model.SerializeToString())
    return metadata


def export_trained(
    trained: Trained, path: str | os.PathLike[str], *, version: str, licence: str
) -> dict[str, Any]:
    """Write a trained run as ONNX; see `export_onnx`.

    Raises
    ------
    VoxfaceError
        If the net hears phones instead of sound.
    """
    if trained.hears != "sound":
        raise VoxfaceError("a teacher that hears phones cannot run on sound; export a student")
    about = trained.about
    dead = trained.canonical.centre <= DEAD_CENTRE
    return export_onnx(
        trained.net,
        trained.scale,
        path,
        {
            "name": about["recipe"]["name"],
            "version": version,
            "licence": licence,
            "training_data": about["data_sha256"],
            "recipe": about["recipe"],
            "git_commit": about["git_commit"],
            "untrained_channels": [
                name for name, is_dead in zip(ARKIT_CHANNELS, dead, strict=True) if is_dead
            ],
        },
    )


def _weights_hash(model: onnx.ModelProto) -> str:
    digest = hashlib.sha256()
    for tensor in sorted(model.graph.initializer, key=lambda item: item.name):
        digest.update(tensor.name.encode())
        digest.update(onnx.numpy_helper.to_array(tensor).tobytes())
    return digest.hexdigest()
