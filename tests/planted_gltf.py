"""glTF files made by hand, without the writer that is tested."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

CUBE = np.array(
    [[x, y, z] for x in (-0.1, 0.1) for y in (-0.1, 0.1) for z in (-0.1, 0.1)], np.float32
)
CUBE_TRIANGLES = np.array(
    [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ],
    np.uint16,
)  # fmt: skip
CODES = {"f4": 5126, "u1": 5121, "u2": 5123, "u4": 5125, "i1": 5120, "i2": 5122}
KINDS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


class Document:
    """A glTF document under construction, with one buffer."""

    def __init__(self) -> None:
        self.json: dict[str, Any] = {
            "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": []}], "nodes": [],
            "meshes": [], "accessors": [], "bufferViews": [],
        }  # fmt: skip
        self.binary = bytearray()

    def view(self, data: bytes, **more: Any) -> int:
        self.json["bufferViews"].append(
            {"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data), **more}
        )
        self.binary += data + b"\0" * (-len(data) % 4)
        return len(self.json["bufferViews"]) - 1

    def accessor(self, values: Any, dtype: str = "f4", **more: Any) -> int:
        rows = np.asarray(values, f"<{dtype}")
        rows = rows.reshape(len(rows), -1)
        entry = {
            "bufferView": self.view(rows.tobytes()), "componentType": CODES[dtype],
            "count": len(rows), "type": KINDS[rows.shape[1]], **more,
        }  # fmt: skip
        if dtype == "f4" and rows.shape[1] in (1, 3):
            entry |= {"min": rows.min(0).tolist(), "max": rows.max(0).tolist()}
        self.json["accessors"].append(entry)
        return len(self.json["accessors"]) - 1

    def mesh(self, names: list[str], scale: float = 0.01, **more: Any) -> int:
        """Add a cube whose target number n moves vertex n % 8 up by scale x (n + 1)."""
        targets = []
        for n in range(len(names)):
            deltas = np.zeros((8, 3), np.float32)
            deltas[n % 8, 1] = scale * (n + 1)
            targets.append({"POSITION": self.accessor(deltas)})
        primitive = {
            "attributes": {"POSITION": self.accessor(CUBE)},
            "indices": self.accessor(CUBE_TRIANGLES.reshape(-1), "u2"),
        }
        if targets:
            primitive["targets"] = targets
        mesh = {"primitives": [primitive], "extras": {"targetNames": list(names)}, **more}
        self.json["meshes"].append(mesh)
        return len(self.json["meshes"]) - 1

    def node(self, *, root: bool = True, **entry: Any) -> int:
        self.json["nodes"].append(entry)
        number = len(self.json["nodes"]) - 1
        if root:
            self.json["scenes"][0]["nodes"].append(number)
        return number

    def document(self) -> dict[str, Any]:
        """Return the JSON without empty lists, which glTF does not allow."""
        self.json["buffers"] = [{"byteLength": len(self.binary)}]
        return {key: value for key, value in self.json.items() if value != []}

    def glb(self) -> bytes:
        text = json.dumps(self.document()).encode()
        text += b" " * (-len(text) % 4)
        body = struct.pack("<II", len(text), 0x4E4F534A) + text
        body += struct.pack("<II", len(self.binary), 0x004E4942) + bytes(self.binary)
        return b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body

    def save(self, path: Path) -> Path:
        """Write ``.glb`` or ``.vrm``, or ``.gltf`` with its buffer as a data URI."""
        if path.suffix == ".gltf":
            document = self.document()
            data = base64.b64encode(bytes(self.binary)).decode()
            document["buffers"][0]["uri"] = f"data:application/octet-stream;base64,{data}"
            path.write_text(json.dumps(document))
        else:
            path.write_bytes(self.glb())
        return path


def cube_file(path: Path, names: list[str]) -> Path:
    """Write a file with one cube with the given morph targets."""
    made = Document()
    made.node(name="Face", mesh=made.mesh(names))
    return made.save(path)
