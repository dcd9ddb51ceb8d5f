"""Putting arrays into a glTF document: buffer views, accessors, sparse accessors, pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.rig.accessors import COMPONENTS, WIDTHS
from voxface.rig.gltf_file import Json, glb_bytes

VERTICES, INDICES = 34962, 34963
_KINDS = {width: kind for kind, width in WIDTHS.items()}
_CODES = {np.dtype(name): code for code, name in COMPONENTS.items()}


class Packer:
    """Builds a document with one buffer.

    Parameters
    ----------
    document : dict, optional
        A document to add to; it is changed. Its buffer views must all lie in buffer 0.
    binary : bytes
        What buffer 0 holds.
    """

    def __init__(self, document: Json | None = None, binary: bytes = b"") -> None:
        self.document: Json = document if document is not None else {}
        self._chunks: list[bytes] = []
        self._size = 0
        self._append(binary)

    def add(self, kind: str, entry: Json) -> int:
        """Append an entry to one of the document's lists and return its number."""
        entries: list[Json] = self.document.setdefault(kind, [])
        entries.append(entry)
        return len(entries) - 1

    def view(self, data: bytes, target: int | None = None) -> int:
        """Add a buffer view."""
        entry: Json = {"buffer": 0, "byteOffset": self._append(data), "byteLength": len(data)}
        if target is not None:
            entry["target"] = target
        return self.add("bufferViews", entry)

    def accessor(
        self,
        values: NDArray[Any],
        *,
        target: int | None = None,
        normalized: bool = False,
        bounds: bool = False,
    ) -> int:
        """Add an accessor of the values' own type, shape (n,) or (n, width)."""
        rows = np.ascontiguousarray(values.reshape(len(values), -1))
        entry = _entry(rows.dtype, rows.shape)
        entry["bufferView"] = self.view(rows.tobytes(), target)
        if normalized:
            entry["normalized"] = True
        if bounds:
            entry |= _bounds(rows)
        return self.add("accessors", entry)

    def finish(self) -> bytes:
        """Return the document and its buffer as a GLB file."""
        binary = b"".join(self._chunks)
        if binary:
            buffers = self.document.setdefault("buffers", [{}])
            buffers[0]["byteLength"] = len(binary)
            buffers[0].pop("uri", None)
        return glb_bytes(self.document, binary)

    def _append(self, data: bytes) -> int:
        begin = self._size
        padded = data + b"\0" * (-len(data) % 4)
        self._chunks.append(padded)
        self._size += len(padded)
        return begin


class SparseRows:
    """Sparse float accessors whose indices and values share two buffer views.

    A rig has hundreds of them; a view for each would make the JSON larger than the numbers.
    """

    def __init__(self, packer: Packer) -> None:
        self._packer = packer
        self._entries: list[Json] = []
        self._indices = bytearray()
        self._values = bytearray()
        self._zeros: dict[int, int] = {}

    def accessor(self, values: NDArray[np.float32], *, bounds: bool = False) -> int:
        """Add an accessor of (n, 3) numbers of which only the rows that are not zero are kept."""
        rows = np.flatnonzero(values.any(axis=1))
        entry = _entry(values.dtype, values.shape)
        if bounds:
            entry |= _bounds(values)
        if not len(rows):
            if len(values) not in self._zeros:
                entry |= _bounds(values)
                self._zeros[len(values)] = self._packer.add("accessors", entry)
            return self._zeros[len(values)]
        if len(rows) * 14 >= len(values) * 12:
            return self._packer.accessor(values, target=VERTICES, bounds=bounds)
        kind = np.dtype("<u2" if len(values) <= 65535 else "<u4")
        indices = rows.astype(kind).tobytes()
        entry["sparse"] = {
            "count": len(rows),
            "indices": {"byteOffset": len(self._indices), "componentType": _CODES[kind]},
            "values": {"byteOffset": len(self._values)},
        }
        self._indices += indices + b"\0" * (-len(indices) % 4)
        self._values += np.ascontiguousarray(values[rows]).tobytes()
        number = self._packer.add("accessors", entry)
        self._entries.append(entry)
        return number

    def close(self) -> None:
        """Give the views their place; call it once, after the last accessor."""
        if not self._entries:
            return
        indices = self._packer.view(bytes(self._indices))
        values = self._packer.view(bytes(self._values))
        for entry in self._entries:
            entry["sparse"]["indices"]["bufferView"] = indices
            entry["sparse"]["values"]["bufferView"] = values


def picture_type(content: bytes) -> str:
    """Return the MIME type of a PNG or JPEG file.

    Raises
    ------
    VoxfaceError
        If it is neither.
    """
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    raise VoxfaceError("a texture must be a PNG or JPEG file")


def _entry(dtype: np.dtype[Any], shape: tuple[int, ...]) -> Json:
    return {"componentType": _CODES[dtype], "count": shape[0], "type": _KINDS[shape[1]]}


def _bounds(rows: NDArray[Any]) -> Json:
    return {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
