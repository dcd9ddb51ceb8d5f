"""Unpacking meshes compressed by ``KHR_draco_mesh_compression``, where DracoPy is installed."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.rig.accessors import COMPONENTS
from voxface.rig.gltf_file import GltfFile, Json, read_gltf, understanding

DRACO = "KHR_draco_mesh_compression"
"""The extension."""

_CODES = {np.dtype(name): code for code, name in COMPONENTS.items()}


def read_unpacked(path: Path) -> GltfFile:
    """Read a glTF file as `read_gltf` does, and unpack its meshes."""
    return without_draco(read_gltf(path))


def without_draco(file: GltfFile) -> GltfFile:
    """Return the file with all meshes unpacked; the file itself if none is packed.

    Morph targets are never packed, so packers keep the order of vertices.

    Raises
    ------
    VoxfaceError
        If DracoPy is not installed or a mesh is damaged.
    """
    with understanding(file.name):
        if not any(True for _ in _packed(file.json)):
            return file
        document = copy.deepcopy(file.json)
        binary = bytearray()
        for primitive, packed in _packed(document):
            _unpack(file, document, primitive, packed, binary)
    document["buffers"].append({"byteLength": len(binary)})
    for key in ("extensionsUsed", "extensionsRequired"):
        document[key] = [name for name in document.get(key, []) if name != DRACO]
        if not document[key]:
            del document[key]
    return replace(file, json=document, buffers=(*file.buffers, bytes(binary)))


def _packed(document: Json) -> Any:
    """Yield each packed primitive with what its extension says."""
    for mesh in document.get("meshes", []):
        for primitive in mesh.get("primitives", []):
            if DRACO in primitive.get("extensions", {}):
                yield primitive, primitive["extensions"][DRACO]


def _unpack(
    file: GltfFile, document: Json, primitive: Json, packed: Json, binary: bytearray
) -> None:
    mesh = _decode(file, bytes(file.view(packed["bufferView"])))
    found = {each["unique_id"]: each["data"] for each in mesh.attributes}
    values = {
        primitive["attributes"][name]: found[number]
        for name, number in packed["attributes"].items()
    }
    if primitive.get("indices") is not None:
        values[primitive["indices"]] = mesh.faces.reshape(-1, 1)
    for number, rows in values.items():
        accessor = document["accessors"][number]
        stored = _stored(np.asarray(rows), accessor["componentType"])
        accessor |= {
            "bufferView": len(document["bufferViews"]),
            "byteOffset": 0,
            "componentType": _CODES[stored.dtype],
            "count": len(stored),
            "type": {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}[stored.shape[1]],
        }
        stored = _aligned(stored)
        content = stored.tobytes()
        document["bufferViews"].append(
            {
                "buffer": len(file.buffers),
                "byteOffset": len(binary),
                "byteLength": len(content),
                **({} if number == primitive.get("indices") else {"byteStride": stored.strides[0]}),
            }
        )
        binary += content + b"\0" * (-len(content) % 4)
    del primitive["extensions"][DRACO]
    if not primitive["extensions"]:
        del primitive["extensions"]


def _stored(rows: NDArray[Any], code: int) -> NDArray[Any]:
    """Return the numbers as the accessor has them, or as float32 where they are no integers."""
    kind = np.dtype(COMPONENTS[code])
    if rows.dtype.kind == "f":
        kind = np.dtype("<f4")
    return np.ascontiguousarray(rows, kind)


def _aligned(rows: NDArray[Any]) -> NDArray[Any]:
    """Widen rows of small numbers to whole words, as vertex attributes must be."""
    spare = -rows.strides[0] % 4
    if not spare or rows.shape[1] == 1:
        return rows
    width = rows.shape[1] + spare // rows.itemsize
    wide = np.zeros((len(rows), width), rows.dtype)
    wide[:, : rows.shape[1]] = rows
    return wide


def _decode(file: GltfFile, content: bytes) -> Any:
    try:
        import DracoPy  # noqa: PLC0415 - optional, and only a few files need it
    except ImportError:
        raise VoxfaceError(
            f"{file.name} uses {DRACO}: pip install 'voxface[glb]', or export it again without "
            "mesh compression"
        ) from None
    try:
        return DracoPy.decode(content)
    except Exception as error:  # it raises its own kinds, all of which mean bad data
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise VoxfaceError(f"{file.name}: a compressed mesh is damaged ({reason})") from None
