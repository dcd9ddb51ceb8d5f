"""One self-contained ONNX file: front end, net, scale and everything a runner must know."""

from __future__ import annotations

import hashlib
import io
import json
import os
import warnings
from collections.abc import Sequence
from typing import Any

import onnx
import torch

from voxface.audio import features as front
from voxface.corpus.labels import DEAD_CENTRE
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS
from voxface.formats.output import OutputFile, check_writable
from voxface.models import CanonicalScale, FaceNet
from voxface.models.condition import AFFECT, affect_of, condition_vector
from voxface.models.contract import POSE
from voxface.training.checkpoint import Trained
from voxface.training.graph import Runner, lip_thresholds
from voxface.training.hearing import Hearing

OPSET = 17
"""Old enough for onnxruntime-web and phones."""


def export_onnx(
    net: FaceNet,
    scale: CanonicalScale,
    path: str | os.PathLike[str],
    about: dict[str, Any],
    condition: torch.Tensor | None = None,
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
    condition
        What the net is told for good, shape (K,); see `voxface.models.condition`.

    Raises
    ------
    VoxfaceError
        If the file cannot be written.
    """
    check_writable(path)
    runner = Runner(net, scale, condition, lip_thresholds(about)).eval()
    batch, hops = 2, 7  # any sizes: both axes are dynamic
    pcm = torch.zeros(batch, hops * front.HOP)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # PyTorch's older exporter says at each use that it will go one day.
        warnings.simplefilter("ignore", DeprecationWarning)
        # Checks of sizes inside PyTorch's recurrent layers, whose state is an input here.
        warnings.filterwarnings("ignore", "Converting a tensor to a Python boolean")
        warnings.filterwarnings("ignore", "Exporting a model to ONNX with a batch_size")
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
        "look_ahead": net.look_ahead,
        "delay_frames": net.look_ahead + 1,
        "state_size": runner.state_size,
        "channels": list(ARKIT_CHANNELS),
        "pose": list(POSE),
        "weights_sha256": weights_hash(model),
    } | about
    onnx.helper.set_model_props(model, {"voxface": json.dumps(metadata, sort_keys=True)})
    onnx.checker.check_model(model)
    with OutputFile(path) as file:
        file.write(model.SerializeToString())
    return metadata


def export_trained(
    trained: Trained,
    path: str | os.PathLike[str],
    *,
    version: str,
    licence: str,
    style: str | None = None,
    emotion: str | Sequence[float] | None = None,
) -> dict[str, Any]:
    """Write a trained run as ONNX; see `export_onnx`.

    Parameters
    ----------
    trained, path
        What to write where.
    version, licence
        What the file says of itself.
    style, emotion
        Whose manner and which emotion the file has for good; see
        `voxface.models.condition.condition_vector`.

    Raises
    ------
    VoxfaceError
        If the net hears anything but log-mel at 100 Hz, or cannot be told `style` or `emotion`.
    """
    if trained.hears != "sound":
        raise VoxfaceError("a teacher that hears phones cannot run on sound; export a student")
    hearing = Hearing.of_run(trained.about)
    if hearing.extras or hearing.every != 1:
        raise VoxfaceError(
            "this net hears more than log-mel at 100 Hz, which model files do not make; "
            "train one without 'features' and 'rate' of data"
        )
    about = trained.about
    condition = condition_vector(trained.net.config, style, emotion)
    told: dict[str, Any] = {}
    if len(condition):
        affect = affect_of("neutral" if emotion is None else emotion)
        told = {"style": style, "emotion": dict(zip(AFFECT, affect, strict=True))}
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
        }
        | told,
        condition if len(condition) else None,
    )


def weights_hash(model: onnx.ModelProto) -> str:
    """Return the SHA-256 of all weights and their names, as metadata tells it."""
    digest = hashlib.sha256()
    for tensor in sorted(model.graph.initializer, key=lambda item: item.name):
        digest.update(tensor.name.encode())
        digest.update(onnx.numpy_helper.to_array(tensor).tobytes())
    return digest.hexdigest()
