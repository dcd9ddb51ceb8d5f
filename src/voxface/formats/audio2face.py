"""NVIDIA Audio2Face-3D: CSV of ``blendShapes.<Name>`` columns, and the legacy export JSON.

Both hold weights only: no head pose, nothing of tracking. The CSV has a time in seconds for every
row; the JSON has a frame rate and starts at 0.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np

from voxface.errors import VoxfaceError
from voxface.face import FaceClip, parse_frame_rate
from voxface.formats.arkit import clip_of_rows, rows_by_name
from voxface.formats.digits import decimal_text, integer_text, join_rows, separated
from voxface.formats.json_text import plain_number, read_json
from voxface.formats.names import capitalised
from voxface.formats.table import read_table
from voxface.formats.timeline import rate_from_times
from voxface.formats.writer import ClipWriter, MaskArray, WeightArray

DECIMALS = 6
DEFAULT_RATE = Fraction(30)
"""Rate of Audio2Face where a file does not say."""
_COUNT_WIDTH = 10
_PREFIX = "blendShapes."


class Audio2FaceCsvWriter(ClipWriter):
    """Writes Audio2Face-3D CSV with the clip's own channels."""

    def _begin(self) -> None:
        names = (_PREFIX + capitalised(name) for name in self.header.channels)
        self._file.write(",".join(("", "timeCode", *names)).encode() + b"\n")

    def _rows(self, weights: WeightArray, head: WeightArray, tracked: MaskArray) -> None:
        rows = len(weights)
        index = np.arange(self.frames, self.frames + rows)
        seconds = self.header.start + index / float(self.header.fps)
        self._file.write(
            join_rows(
                [
                    integer_text(index),
                    b",",
                    decimal_text(seconds, DECIMALS),
                    separated(decimal_text(weights, DECIMALS)),
                    b"\n",
                ],
                rows,
            )
        )

    def _end(self) -> None:
        pass


class Audio2FaceJsonWriter(ClipWriter):
    """Writes the legacy Audio2Face export JSON with the clip's own channels."""

    def _begin(self) -> None:
        opening = {
            "exportFps": plain_number(self.header.fps),
            "trackPath": str(self.header.metadata.get("source", "")),
            "numPoses": len(self.header.channels),
            "facsNames": list(self.header.channels),
        }
        self._file.write(json.dumps(opening).encode()[:-1] + b', "numFrames": ')
        # The count is known at the end only; JSON allows the spaces that hold its place.
        self._count_at = self._file.tell()
        self._file.write(b" " * _COUNT_WIDTH + b', "weightMat": [')

    def _rows(self, weights: WeightArray, head: WeightArray, tracked: MaskArray) -> None:
        values = separated(decimal_text(weights, DECIMALS))[:, 1:]
        text = join_rows([b",\n[", values, b"]"], len(weights))
        self._file.write(text if self.frames else text[1:])

    def _end(self) -> None:
        self._file.write(b"\n]}\n")
        self._file.patch(self._count_at, str(self.frames).rjust(_COUNT_WIDTH).encode())


def load_csv(path: Path) -> FaceClip:
    """Read Audio2Face-3D CSV."""
    table = read_table(path, "")
    if not len(table.numbers):
        raise VoxfaceError(f"{path} holds a header but no frames")
    time_column = table.find("timeCode", "time_code", "time")
    shapes = [
        i for i, name in enumerate(table.columns)
        if i != time_column and name.strip() not in ("", "index", "frame")
    ]  # fmt: skip
    names = [table.columns[column] for column in shapes]
    rows, unknown = rows_by_name(path, names, table.numbers[:, shapes])
    times = None if time_column is None else table.numbers[:, time_column]
    fps = None if times is None else rate_from_times(times)
    notes = {} if fps else {"frame_rate": "assumed: the file does not say"}
    rate = fps or DEFAULT_RATE
    return clip_of_rows(
        rows,
        (times - times[0]) * float(rate) if fps and times is not None else None,
        rate,
        metadata={"file": str(path), "format": "audio2face", **notes},
        unknown=unknown,
        start=float(times[0]) if times is not None and np.isfinite(times[0]) else 0.0,
    )


def load_json(path: Path) -> FaceClip:
    """Read legacy Audio2Face JSON."""
    document = read_json(path)
    try:
        names = [str(name) for name in document["facsNames"]]
        values = np.array(document["weightMat"], dtype=np.float64)
    except (KeyError, TypeError, ValueError) as error:
        raise VoxfaceError(
            f"{path} is not Audio2Face JSON: {type(error).__name__} at {error}"
        ) from None
    if values.ndim != 2 or values.shape[1] != len(names) or not len(values):
        raise VoxfaceError(
            f"{path}: weightMat has shape {values.shape}, facsNames {len(names)} names; "
            "the file is damaged"
        )
    rows, unknown = rows_by_name(path, names, values)
    claimed = document.get("exportFps")
    notes = {} if claimed else {"frame_rate": "assumed: the file does not say"}
    if document.get("trackPath"):
        notes["source"] = str(document["trackPath"])
    return clip_of_rows(
        rows,
        None,
        parse_frame_rate(str(claimed)) if claimed else DEFAULT_RATE,
        metadata={"file": str(path), "format": "audio2face", **notes},
        unknown=unknown,
    )
