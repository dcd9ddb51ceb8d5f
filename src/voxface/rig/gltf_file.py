"""glTF 2.0 as a document: its JSON, the bytes of its buffers and pictures, and the GLB container.

The JSON stays a plain dictionary, so that what voxface does not know in somebody's file survives
when an animation is added to it.

Notes
-----
Khronos Group, "glTF 2.0 Specification", sections 3.6 (binary data) and 4 (GLB file format).
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from voxface.errors import VoxfaceError
from voxface.rig.meshopt import unpack_view

Json = dict[str, Any]

MESHOPT = "EXT_meshopt_compression"
"""The extension that compresses buffer views."""

_MAGIC = b"glTF"
_JSON_CHUNK = 0x4E4F534A
_BINARY_CHUNK = 0x004E4942


@dataclass(frozen=True)
class GltfFile:
    """A glTF document with all its buffers in memory.

    Parameters
    ----------
    name : str
        How messages call it.
    json : dict
        The document.
    buffers : tuple of bytes
        The content of each of the document's buffers.
    folder : Path, optional
        Where the files lie that the document names.
    """

    name: str
    json: Json
    buffers: tuple[bytes, ...]
    folder: Path | None = None
    _unpacked: dict[int, bytes] = field(default_factory=dict, repr=False, compare=False)

    def items(self, kind: str) -> list[Json]:
        """Return one of the document's lists, such as ``meshes``; empty if there is none."""
        found = self.json.get(kind, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.broken(f"'{kind}' is not a list of objects")
        return found

    def item(self, kind: str, number: Any) -> Json:
        """Return entry `number` of one of the document's lists.

        Raises
        ------
        VoxfaceError
            If there is no such entry.
        """
        entries = self.items(kind)
        if type(number) is not int or not 0 <= number < len(entries):
            raise self.broken(f"it refers to {kind}[{number}], which does not exist")
        return entries[number]

    def view(self, number: Any) -> memoryview:
        """Return the bytes of a buffer view, without regard to its stride; not a copy."""
        view = self.item("bufferViews", number)
        packed = view.get("extensions", {}).get(MESHOPT)
        if packed is None:
            return self._extent(view, number)
        if number not in self._unpacked:
            with understanding(self.name):
                self._unpacked[number] = unpack_view(
                    bytes(self._extent(packed, number)),
                    int(packed["count"]),
                    int(packed["byteStride"]),
                    str(packed["mode"]),
                    str(packed.get("filter", "NONE")),
                )
        return memoryview(self._unpacked[number])

    def _extent(self, view: Json, number: Any) -> memoryview:
        self.item("buffers", view.get("buffer"))
        whole = memoryview(self.buffers[view["buffer"]])
        begin, length = view.get("byteOffset", 0), view.get("byteLength", 0)
        if type(begin) is not int or type(length) is not int or begin < 0 or length < 0:
            raise self.broken(f"bufferViews[{number}] has no sound extent")
        if begin + length > len(whole):
            raise VoxfaceError(
                f"{self.name} is cut off or damaged: bufferViews[{number}] ends at byte "
                f"{begin + length} of a buffer of {len(whole)}; export or copy it again"
            )
        return whole[begin : begin + length]

    def broken(self, what: str) -> VoxfaceError:
        """Build the error for a document that contradicts the specification."""
        return VoxfaceError(f"{self.name} is not valid glTF: {what}; export it again")


@contextmanager
def understanding(name: str) -> Iterator[None]:
    """Turn what a document of the wrong shape makes fail anywhere below into one clear message.

    Every value of somebody's JSON may be of any kind; to check each where it is used would hide
    the code that reads it.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, MemoryError) as no:
        reason = str(no).splitlines()[0] if str(no) else type(no).__name__
        raise VoxfaceError(f"{name} is not valid glTF ({reason}); export it again") from no


def is_gltf(path: Path) -> bool:
    """Tell whether a file is there and looks like glTF, binary or JSON."""
    try:
        with path.open("rb") as stream:
            beginning = stream.read(64)
    except OSError:
        return False
    return beginning[:4] == _MAGIC or _is_json(beginning)


def read_gltf(path: Path) -> GltfFile:
    """Read a ``.glb``, ``.vrm`` or ``.gltf`` file with its buffers.

    Raises
    ------
    VoxfaceError
        If the file cannot be read, is cut off or is no glTF 2.0.
    """
    content = _bytes_of(path, str(path))
    if content[:4] == _MAGIC:
        text, binary = _split_container(path, content)
    elif _is_json(content):
        text, binary = content, None
    else:
        raise VoxfaceError(f"{path} is not a glTF file (.glb, .vrm, .gltf)")
    try:
        document = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise VoxfaceError(f"{path} is damaged or not glTF: {error}") from None
    asset = document.get("asset") if isinstance(document, dict) else None
    if not isinstance(asset, dict):
        raise VoxfaceError(f"{path} is not a glTF file: its JSON has no 'asset'")
    if str(asset.get("version", "")).split(".")[0] != "2":
        raise VoxfaceError(
            f"{path} is glTF version {asset.get('version')}; voxface reads 2.0: export it again"
        )
    file = GltfFile(str(path), document, (), path.parent)
    buffers = tuple(
        _buffer(file, number, each, binary) for number, each in enumerate(file.items("buffers"))
    )
    return GltfFile(str(path), document, buffers, path.parent)


def resolve_uri(file: GltfFile, uri: str, what: str) -> bytes:
    """Return the bytes behind a data URI or a file named beside the document."""
    if uri.startswith("data:"):
        header, _, data = uri.partition(",")
        try:
            if header.endswith(";base64"):
                return base64.b64decode(unquote(data), validate=True)
            return unquote(data, "latin-1").encode("latin-1")
        except (binascii.Error, ValueError):
            raise file.broken(f"the data URI of {what} is damaged") from None
    if "://" in uri or file.folder is None:
        raise VoxfaceError(f"{file.name} names {uri[:80]}; voxface reads only files beside it")
    return _bytes_of(file.folder / unquote(uri), f"{unquote(uri)}, which {file.name} needs")


def glb_bytes(document: Json, binary: bytes) -> bytes:
    """Pack a document and its first buffer into one GLB file."""
    try:
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise VoxfaceError(f"glTF holds plain JSON values only: {error}") from None
    chunk = text.encode()
    chunk += b" " * (-len(chunk) % 4)
    parts = [struct.pack("<II", len(chunk), _JSON_CHUNK), chunk]
    if binary:
        binary += b"\0" * (-len(binary) % 4)
        parts += [struct.pack("<II", len(binary), _BINARY_CHUNK), binary]
    total = 12 + sum(map(len, parts))
    if total >= 2**32:
        raise VoxfaceError("a GLB file holds at most 4 GiB; use a shorter clip or a lower --fps")
    return b"".join([_MAGIC, struct.pack("<II", 2, total), *parts])


def _split_container(path: Path, content: bytes) -> tuple[bytes, bytes | None]:
    """Return the JSON chunk and the binary chunk (None if there is none) of a GLB file."""
    if len(content) < 20:
        raise _cut_off(path, 20, len(content))
    version, total = struct.unpack_from("<II", content, 4)
    if version != 2:
        raise VoxfaceError(f"{path} is GLB version {version}; voxface reads 2: export it again")
    if total > len(content):
        raise _cut_off(path, total, len(content))
    chunks: dict[int, bytes] = {}
    position = 12
    while position + 8 <= total:
        length, kind = struct.unpack_from("<II", content, position)
        position += 8
        if position + length > total:
            raise _cut_off(path, position + length, total)
        chunks.setdefault(kind, content[position : position + length])
        position += length
    if _JSON_CHUNK not in chunks:
        raise VoxfaceError(f"{path} is damaged: a GLB file without its JSON; export it again")
    return chunks[_JSON_CHUNK], chunks.get(_BINARY_CHUNK)


def _cut_off(path: Path, needed: int, there: int) -> VoxfaceError:
    return VoxfaceError(
        f"{path} is cut off: {there} bytes of {needed} are there; copy or export it again"
    )


def _is_json(content: bytes) -> bool:
    return content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _buffer(file: GltfFile, number: int, entry: Json, binary: bytes | None) -> bytes:
    uri = entry.get("uri")
    if uri is None:
        if binary is not None and number == 0:
            return binary
        if MESHOPT in entry.get("extensions", {}):
            return b""  # what stands here where a reader does not know the extension
        raise file.broken(f"buffers[{number}] has no bytes")
    return resolve_uri(file, str(uri), f"buffers[{number}]")


def _bytes_of(path: Path, shown: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise VoxfaceError(f"cannot read {shown}: {error.strerror or error}") from None
    if not content:
        raise VoxfaceError(f"{shown} is empty")
    return content
