"""Reading a face back from a VRM animation."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import FaceClip, parse_frame_rate
from voxface.face.euler import euler_from_quaternion
from voxface.formats.arkit import clip_of_rows, rows_by_name
from voxface.formats.livelink import EYE_TURN
from voxface.formats.timeline import DEFAULT_RATE, rate_from_times
from voxface.formats.vrma import EXTENSION
from voxface.rig.accessors import read_floats
from voxface.rig.channels_of import channels_of
from voxface.rig.connect import connect_names
from voxface.rig.gltf_file import GltfFile, read_gltf

Floats = NDArray[np.float64]


def read_vrma(path: Path) -> FaceClip:
    """Read the first animation of a VRM animation file.

    Expressions are read by what their names stand for, as in a rig with such targets.
    """
    file = read_gltf(path)
    try:
        extension = file.json["extensions"][EXTENSION]
        head = extension.get("humanoid", {}).get("humanBones", {}).get("head", {}).get("node")
        gaze = extension.get("lookAt", {}).get("node")
        nodes = {
            int(entry["node"]): str(name)
            for kind in ("preset", "custom")
            for name, entry in extension.get("expressions", {}).get(kind, {}).items()
        }
        tracks = _tracks(file)
        extras = dict(file.items("animations")[0].get("extras", {}).get("voxface", {}))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise VoxfaceError(
            f"{path} is not a VRM animation: {type(error).__name__} at {error}"
        ) from None
    moving = {name: tracks.get((node, "translation")) for node, name in nodes.items()}
    expressions = {name: track for name, track in moving.items() if track is not None}
    if not expressions:
        raise VoxfaceError(f"{path} moves no expression of a face")
    times = max((track[0] for track in expressions.values()), key=len)
    shown = {
        name: np.interp(times, track[0], track[1][:, 0]) for name, track in expressions.items()
    }
    connection = connect_names(tuple(shown))
    weights = dict(channels_of(connection, shown))
    _add_gaze(weights, times, tracks.get((gaze, "rotation")))
    rows, _ = rows_by_name(
        path, list(weights), np.stack(list(weights.values()), axis=1),
        _head(times, tracks.get((head, "rotation"))),
    )  # fmt: skip
    fps = _rate(extras, times)
    return clip_of_rows(
        rows,
        (times - times[0]) * float(fps),
        fps,
        metadata={**extras.get("metadata", {}), "file": str(path), "format": "vrma"},
        unknown=[name for name in connection.unused if shown[name].any()],
        start=float(extras.get("start", times[0])),
    )


def _tracks(file: GltfFile) -> dict[tuple[int, str], tuple[Floats, Floats]]:
    """Return times (n,) and values (n, 3 or 4) by node and path."""
    animation = file.items("animations")[0]
    found = {}
    for channel in animation["channels"]:
        sampler = animation["samplers"][channel["sampler"]]
        path = channel["target"]["path"]
        if path not in ("translation", "rotation"):
            continue
        times = read_floats(file, sampler["input"], 1)[:, 0].astype(np.float64)
        width = 3 if path == "translation" else 4
        values = read_floats(file, sampler["output"], width).astype(np.float64)
        if sampler.get("interpolation") == "CUBICSPLINE":
            values = values[1::3]
        if len(values) != len(times) or not len(times):
            raise ValueError("times and values of a track differ in number")
        found[channel["target"]["node"], path] = (times, values)
    return found


def _add_gaze(weights: dict[str, Floats], times: Floats, track: Any) -> None:
    if track is None:
        return
    yaw, pitch, _ = (
        np.interp(times, track[0], angle)
        for angle in euler_from_quaternion(track[1][:, [3, 0, 1, 2]]).T
    )
    left, down = yaw / EYE_TURN, pitch / EYE_TURN
    for side, out in (("Left", left), ("Right", -left)):
        for way, turn in (("Out", out), ("In", -out), ("Down", down), ("Up", -down)):
            weights[f"eyeLook{way}{side}"] = np.clip(turn, 0, 1)


def _head(times: Floats, track: Any) -> Floats | None:
    if track is None or len(track[0]) != len(times):
        return None
    return np.concatenate([np.zeros((len(times), 3)), track[1][:, [3, 0, 1, 2]]], axis=1)


def _rate(extras: dict[str, Any], times: Floats) -> Fraction:
    if "fps" in extras:
        return parse_frame_rate(str(extras["fps"]))
    return rate_from_times(times) or DEFAULT_RATE
