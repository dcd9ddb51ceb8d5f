"""NumPy archive of a moving mesh: lossless, and the one that keeps everything.

Arrays: ``kind`` "mesh", ``vertices`` float32 (T, V, 3), ``neutral`` float32 (V, 3), ``triangles``
int32 (F, 3), ``regions`` float32 (R, V) with ``region_names`` (R), ``topology`` (its name),
``head`` float32 (T, 7), ``fps`` as exact text such as ``30000/1001``, ``start`` in seconds,
``metadata`` and ``units`` as JSON text, ``format_version``. Nothing in it is pickled, and nothing
pickled is ever read.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any, cast

import numpy as np

from voxface.errors import VoxfaceError
from voxface.face import MeshClip, MeshTopology, parse_frame_rate
from voxface.formats.json_text import plain_json
from voxface.formats.npz import WriteOnly
from voxface.formats.output import OutputFile

FORMAT_VERSION = 1
KIND = "mesh"
UNITS = {
    "vertices": "centimetres in the space of the head (+x the subject's left, +y up, +z out of the "
    "face), without the head's motion",
    "neutral": "centimetres",
    "regions": "0 to 1",
    "head": "x, y, z in centimetres from rest; unit quaternion w, x, y, z from the rest rotation",
    "fps": "frames per second, exact",
    "start": "seconds on the sound's clock",
}
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, ValueError, TypeError, MemoryError, IndexError,
)  # fmt: skip


def save(clip: MeshClip, path: Path) -> None:
    """Write the archive."""
    topology = clip.topology
    masks = list(topology.regions.values())
    arrays: dict[str, Any] = {
        "kind": np.array(KIND),
        "vertices": clip.vertices,
        "neutral": clip.neutral,
        "triangles": topology.triangles,
        "regions": np.stack(masks) if masks else np.zeros((0, topology.vertices), np.float32),
        "region_names": np.array(list(topology.regions), dtype=np.str_),
        "topology": np.array(topology.name, dtype=np.str_),
        "head": clip.head,
        "fps": np.array(str(clip.fps)),
        "start": np.float64(clip.start),
        "metadata": np.array(plain_json(dict(clip.metadata))),
        "units": np.array(json.dumps(UNITS)),
        "format_version": np.int64(FORMAT_VERSION),
    }
    with OutputFile(path) as file:
        np.savez(cast("Any", WriteOnly(file)), allow_pickle=False, **arrays)


def load(path: Path) -> MeshClip:
    """Read the archive; ``vertices``, ``neutral``, ``triangles`` and ``fps`` are enough."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            version = int(archive.get("format_version", 1))
            if "vertices" in archive and version > FORMAT_VERSION:
                raise VoxfaceError(
                    f"{path} is of format version {version}; this voxface reads up to "
                    f"{FORMAT_VERSION}: update voxface"
                )
            vertices, neutral = archive["vertices"], archive["neutral"]
            names = [str(name) for name in archive.get("region_names", ())]
            regions = dict(zip(names, archive.get("regions", ()), strict=True))
            topology = MeshTopology(
                str(archive.get("topology", path.stem)), archive["triangles"], len(neutral), regions
            )
            return MeshClip(
                vertices,
                topology,
                parse_frame_rate(str(archive["fps"])),
                neutral,
                archive.get("head"),
                float(archive.get("start", 0.0)),
                json.loads(str(archive.get("metadata", "{}"))),
            )
    except KeyError as error:
        raise VoxfaceError(
            f"{path} is not a mesh clip: it has no {error.args[0].split(' ')[0]}; "
            "'voxface.face.FaceClip.load' reads faces of channels"
        ) from None
    except _DAMAGE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise VoxfaceError(f"{path} is damaged or not a NumPy archive: {reason}") from None


def holds_mesh(path: Path) -> bool:
    """Tell whether an archive holds a moving mesh."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return "vertices" in archive and "triangles" in archive
    except _DAMAGE:
        return False
