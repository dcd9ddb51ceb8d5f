"""Voice-to-Action JSON: one object a frame, with names, milliseconds and head pose.

Weights and pose have six decimals, which is finer than float32 resolves near one. The format has
one flag a frame for "a face was seen"; which single channels were tracked is not kept.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import FaceClip, parse_frame_rate
from voxface.formats.arkit import clip_of_rows, rows_by_name
from voxface.formats.digits import ByteArray, decimal_text, integer_text, join_rows
from voxface.formats.json_text import plain_json, plain_number, read_json
from voxface.formats.timeline import DEFAULT_RATE, rate_from_times
from voxface.formats.writer import ClipWriter, MaskArray, WeightArray

DECIMALS = 6
_COUNT_WIDTH = 10


class VoiceToActionWriter(ClipWriter):
    """Writes Voice-to-Action JSON with the clip's own channels; memory stays flat."""

    def _begin(self) -> None:
        fps = self.header.fps
        session = {
            "sessionId": self._file.path.stem,
            "targetFPS": plain_number(fps),
            "originalFPS": plain_number(fps),
            "frameInterval": plain_number(1000 / fps),
            "metadata": dict(self.header.metadata),
        }
        self._file.write(b'{"sessionInfo": ' + plain_json(session).encode() + b',\n"frameCount": ')
        # The count is known at the end only; JSON allows the spaces that hold its place.
        self._count_at = self._file.tell()
        self._file.write(b" " * _COUNT_WIDTH + b',\n"frames": [')
        self._names = [json.dumps(name).encode() + b": " for name in self.header.channels]

    def _rows(self, weights: WeightArray, head: WeightArray, tracked: MaskArray) -> None:
        rows = len(weights)
        index = np.arange(self.frames, self.frames + rows)
        seconds = self.header.start + index / float(self.header.fps)
        values = decimal_text(weights, DECIMALS)
        pose = decimal_text(head, DECIMALS)
        pieces: list[bytes | ByteArray] = [
            b',\n{"frame_index": ', integer_text(index),
            b', "timestamp": ', decimal_text(seconds * 1000, DECIMALS),
            b', "blendshapes": {',
        ]  # fmt: skip
        for column, name in enumerate(self._names):
            pieces += [b", " + name if column else name, values[:, column]]
        pieces.append(b'}, "headPosition": {')
        pieces += _fields("xyz", pose[:, :3])
        pieces.append(b'}, "headRotation": {')
        pieces += _fields("wxyz", pose[:, 3:])
        pieces += [b'}, "has_face": ', _boolean_text(_has_face(tracked)), b"}"]
        text = join_rows(pieces, rows)
        self._file.write(text if self.frames else text[1:])

    def _end(self) -> None:
        self._file.write(b"\n]}\n")
        self._file.patch(self._count_at, str(self.frames).rjust(_COUNT_WIDTH).encode())


def load(path: Path) -> FaceClip:
    """Read Voice-to-Action JSON.

    Times count, not the rate the file claims: recordings exist whose ``targetFPS`` is not the rate
    of their frames. Where the two disagree, the timestamps win and the metadata says so.
    """
    document = read_json(path)
    try:
        frames = list(document["frames"])
        session = dict(document.get("sessionInfo") or {})
        names = list(dict.fromkeys(name for frame in frames for name in frame["blendshapes"]))
        values = np.array(
            [[frame["blendshapes"].get(name, np.nan) for name in names] for frame in frames],
            dtype=np.float64,
        ).reshape(len(frames), len(names))
        seen = np.array([bool(frame.get("has_face", True)) for frame in frames], bool)
        head = np.array([_pose(frame) for frame in frames], np.float64).reshape(-1, 7)
        times = np.array([frame.get("timestamp", np.nan) for frame in frames], np.float64) / 1000
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        trouble = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise VoxfaceError(f"{path} is not Voice-to-Action JSON: {trouble}") from None
    if not frames:
        raise VoxfaceError(f"{path} holds no frames")
    rows, unknown = rows_by_name(path, names, values, head, seen)
    fps, notes = _rate(session, times)
    known = not np.isnan(times).any()
    return clip_of_rows(
        rows,
        (times - times[0]) * float(fps) if known else None,
        fps,
        metadata={**_metadata(session), "file": str(path), "format": "voice_to_action", **notes},
        unknown=unknown,
        start=float(times[0]) if known else 0.0,
    )


def _rate(session: dict[str, Any], times: NDArray[np.float64]) -> tuple[Fraction, dict[str, str]]:
    claimed = session.get("targetFPS")
    measured = rate_from_times(times)
    if claimed is None and measured is None:
        return DEFAULT_RATE, {"frame_rate": "assumed: the file does not say"}
    if claimed is None:
        return measured or DEFAULT_RATE, {}
    fps = parse_frame_rate(claimed if isinstance(claimed, str) else str(claimed))
    if measured is None or abs(float(measured / fps) - 1) < 5e-3:
        return fps, {}
    return measured, {"frame_rate": f"from timestamps; the file claims {claimed}"}


def _metadata(session: dict[str, Any]) -> dict[str, Any]:
    stored = session.get("metadata")
    return dict(stored) if isinstance(stored, dict) else {}


def _pose(frame: dict[str, Any]) -> list[float]:
    position = frame.get("headPosition") or {}
    rotation = frame.get("headRotation") or {"w": 1}
    return [position.get(axis, 0) for axis in "xyz"] + [rotation.get(axis, 0) for axis in "wxyz"]


def _fields(names: str, text: ByteArray) -> list[bytes | ByteArray]:
    """Return ``"x": 1.000000, "y": …`` as columns of text."""
    pieces: list[bytes | ByteArray] = []
    for column, name in enumerate(names):
        pieces += [(b", " if column else b"") + f'"{name}": '.encode(), text[:, column]]
    return pieces


def _has_face(tracked: MaskArray) -> NDArray[np.bool_]:
    return np.asarray(tracked.any(axis=1) | (tracked.shape[1] == 0))


def _boolean_text(values: NDArray[np.bool_]) -> ByteArray:
    words = np.frombuffer(b"falsetrue\0", np.uint8).reshape(2, 5)
    return words[values.astype(np.intp)]
