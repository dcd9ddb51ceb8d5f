"""NumPy archive: the lossless home of a clip.

Arrays: ``weights`` float32 (T, C), ``names`` (C), ``head`` float32 (T, 7), ``tracked`` bool (T, C),
``fps`` as exact text such as ``30000/1001``, ``start`` in seconds, ``metadata`` and ``units`` as
JSON text, ``format_version``. Nothing in it is pickled, and nothing pickled is ever read.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any, cast

import numpy as np

from voxface.errors import VoxfaceError
from voxface.face import FaceClip, parse_frame_rate
from voxface.formats.json_text import plain_json
from voxface.formats.output import OutputFile
from voxface.formats.writer import CollectingWriter

FORMAT_VERSION = 1
UNITS = {
    "weights": "0 to 1",
    "head": "x, y, z in centimetres from rest (+x the subject's left, +y up, +z out of the face); "
    "unit quaternion w, x, y, z from the rest rotation",
    "fps": "frames per second, exact",
    "start": "seconds on the sound's clock",
}


class NpzWriter(CollectingWriter):
    """Writes the archive; the clip stays in memory until it is closed."""

    def _end(self) -> None:
        clip = self._clip()
        arrays: dict[str, Any] = {
            "weights": clip.weights,
            "names": np.array(clip.channels, dtype=np.str_),
            "head": clip.head,
            "tracked": clip.tracked,
            "fps": np.array(str(clip.fps)),
            "start": np.float64(clip.start),
            "metadata": np.array(plain_json(dict(clip.metadata))),
            "units": np.array(json.dumps(UNITS)),
            "format_version": np.int64(FORMAT_VERSION),
        }
        np.savez(cast("Any", WriteOnly(self._file)), allow_pickle=False, **arrays)


def load(path: Path) -> FaceClip:
    """Read the archive; ``weights``, ``names`` and ``fps`` are enough."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            version = int(archive.get("format_version", 1))
            if version > FORMAT_VERSION:
                raise VoxfaceError(
                    f"{path} is of format version {version}; this voxface reads up to "
                    f"{FORMAT_VERSION}: update voxface"
                )
            metadata = json.loads(str(archive.get("metadata", "{}")))
            return FaceClip(
                archive["weights"],
                parse_frame_rate(str(archive["fps"])),
                tuple(str(name) for name in archive["names"]),
                archive.get("head"),
                archive.get("tracked"),
                float(archive.get("start", 0.0)),
                metadata,
            )
    except KeyError as error:
        if "vertices" in archive:
            raise VoxfaceError(
                f"{path} holds a moving mesh, not a face of channels; "
                "read it with 'voxface.face.MeshClip.load'"
            ) from None
        raise VoxfaceError(f"{path} is not a face clip: {error.args[0]}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, TypeError, MemoryError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise VoxfaceError(f"{path} is damaged or not a NumPy archive: {reason}") from None


class WriteOnly:
    """What `zipfile` asks of a file: it writes forward, and seeks not at all."""

    def __init__(self, file: OutputFile) -> None:
        self._file = file
        self._failed = False

    def write(self, data: bytes) -> int:
        """Append bytes."""
        # After a failure zipfile still writes its directory, which would hide the first error.
        if not self._failed:
            self._failed = True
            self._file.write(data)
            self._failed = False
        return len(data)

    def read(self, size: int = -1) -> bytes:
        """Refuse."""
        raise OSError("this file is only written")

    def flush(self) -> None:
        """Do nothing: what is written is written."""
