"""Live Link Face CSV: timecode, 52 blendshapes, head and eye angles in radians.

What the format cannot hold: the head's position (a loaded clip has none), which channels were
tracked, metadata, and the frame rate, which a reader infers from the timecodes (whole numbers only:
29.97 reads back as 30).

Columns are matched by name. Files hold ``JawRight,JawLeft`` and ``MouthRight,MouthLeft`` in this
order while Live Link's network packets hold them the other way round; readers that go by position
swap left and right.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.face.euler import euler_from_quaternion, quaternion_from_euler
from voxface.formats.arkit import clip_of_rows, rows_by_name
from voxface.formats.digits import decimal_text, join_rows, separated
from voxface.formats.livelink_timing import infer_timing
from voxface.formats.names import capitalised, name_key
from voxface.formats.table import read_table
from voxface.formats.timecode import counting_rate, parse_timecode, timecode_text
from voxface.formats.writer import ClipWriter, MaskArray, WeightArray

DECIMALS = 10

SHAPE_COLUMNS: tuple[str, ...] = tuple(
    {"JawLeft": "JawRight", "JawRight": "JawLeft",
     "MouthLeft": "MouthRight", "MouthRight": "MouthLeft"}.get(name, name)
    for name in map(capitalised, ARKIT_CHANNELS)
)  # fmt: skip
"""The 52 blendshape columns in the order of Live Link Face."""

HEAD_COLUMNS = ("HeadYaw", "HeadPitch", "HeadRoll")
"""Angles of `voxface.face.euler`, in radians."""
EYE_COLUMNS = (
    "LeftEyeYaw", "LeftEyePitch", "LeftEyeRoll", "RightEyeYaw", "RightEyePitch", "RightEyeRoll",
)  # fmt: skip
"""Angles in radians, derived from the eyeLook channels; not read back, as those say it all."""

EYE_TURN = np.pi / 6
"""Radians an eye turns for a weight of one: 30 degrees, about as far as eyes go in talk."""

HEADER = ",".join(("Timecode", "BlendshapeCount", *SHAPE_COLUMNS, *HEAD_COLUMNS, *EYE_COLUMNS))
"""The first line: 63 columns."""


class LiveLinkWriter(ClipWriter):
    """Writes Live Link Face CSV; channels the clip lacks are 0, others than ARKit's left out."""

    def _prepare(self) -> None:
        self._rate = counting_rate(self.header.fps)
        self._first = self._first_timecode() + Fraction(self.header.start) * self.header.fps
        column_of = {capitalised(name): i for i, name in enumerate(self.header.channels)}
        # One column past the end is made of zeros and stands for every channel the clip lacks.
        self._columns = [column_of.get(name, len(column_of)) for name in SHAPE_COLUMNS]

    def _first_timecode(self) -> Fraction:
        """Return the timecode of time 0: as asked, as the clip was recorded, or zero."""
        if self.header.start_timecode is not None:
            return parse_timecode(self.header.start_timecode, self._rate)
        recorded = self.header.metadata.get("start_timecode")
        if recorded is None:
            return Fraction(0)
        rate = int(self.header.metadata.get("timecode_rate", self._rate))
        return parse_timecode(str(recorded), rate) * self._rate / rate

    def _begin(self) -> None:
        self._file.write(HEADER.encode() + b"\n")

    def _rows(self, weights: WeightArray, head: WeightArray, tracked: MaskArray) -> None:
        rows = len(weights)
        padded = np.concatenate([weights, np.zeros((rows, 1), np.float32)], axis=1)
        shapes = padded[:, self._columns]
        angles = np.concatenate([euler_from_quaternion(head[:, 3:]), _eye_angles(shapes)], axis=1)
        self._file.write(
            join_rows(
                [
                    *timecode_text(self._first, self.frames, rows, self._rate),
                    b",61",
                    separated(decimal_text(shapes, DECIMALS)),
                    separated(decimal_text(angles, DECIMALS)),
                    b"\n",
                ],
                rows,
            )
        )

    def _end(self) -> None:
        pass


def load(path: Path) -> FaceClip:
    """Read Live Link Face CSV, from the app or from other tools.

    Optional: timecode, count, head and eye columns, any channel. Lost frames (missing timecodes,
    rows without a face) are untracked.
    """
    table = read_table(path, "Timecode")
    if not len(table.numbers):
        raise VoxfaceError(f"{path} holds a header but no frames")
    count = table.find("BlendshapeCount")
    own = {name_key(name) for name in ("Timecode", "BlendshapeCount", *HEAD_COLUMNS, *EYE_COLUMNS)}
    shape_columns = [i for i, name in enumerate(table.columns) if name_key(name) not in own]
    rows, unknown = rows_by_name(
        path,
        [table.columns[column] for column in shape_columns],
        table.numbers[:, shape_columns],
        _head(table.numbers, [table.find(name) for name in HEAD_COLUMNS]),
        None if count is None else table.numbers[:, count] != 0,
    )
    timing = infer_timing(table.texts)
    return clip_of_rows(
        rows,
        timing.positions,
        timing.fps,
        metadata={"file": str(path), "format": "livelink", **timing.notes},
        unknown=unknown,
    )


def _head(numbers: NDArray[np.float64], columns: list[int | None]) -> NDArray[np.float64]:
    angles = np.zeros((len(numbers), 3))
    for angle, column in enumerate(columns):
        if column is not None:
            angles[:, angle] = numbers[:, column]
    return np.concatenate([np.zeros((len(numbers), 3)), quaternion_from_euler(angles)], axis=1)


def _eye_angles(shapes: WeightArray) -> NDArray[np.float64]:
    """Return the six eye angles of weights in the order of `SHAPE_COLUMNS`.

    Signs are those of the head: positive yaw to the subject's left, positive pitch downwards.
    "In" is towards the nose: to the right for the left eye, to the left for the right one.
    """

    def weight(name: str) -> NDArray[np.float32]:
        return shapes[:, SHAPE_COLUMNS.index(name)]

    none = np.zeros(len(shapes))
    turns = [
        weight("EyeLookOutLeft") - weight("EyeLookInLeft"),
        weight("EyeLookDownLeft") - weight("EyeLookUpLeft"),
        none,
        weight("EyeLookInRight") - weight("EyeLookOutRight"),
        weight("EyeLookDownRight") - weight("EyeLookUpRight"),
        none,
    ]
    return EYE_TURN * np.stack(turns, axis=1)
