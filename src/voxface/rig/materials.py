"""glTF materials as a rig has them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.face import Material
from voxface.rig.gltf_file import GltfFile, Json, resolve_uri


@dataclass(frozen=True)
class UvUse:
    """Which texture coordinates a material uses, and how it moves them.

    Parameters
    ----------
    number : int
        Of the mesh's sets of coordinates.
    offset, scale : tuple of float
    rotation : float
        In radians, as ``KHR_texture_transform`` has it.
    """

    number: int = 0
    offset: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    rotation: float = 0.0

    def applied(self, uv: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the coordinates as the picture is read, shape (V, 2)."""
        if self == UvUse(self.number):
            return uv
        cosine, sine = math.cos(self.rotation), math.sin(self.rotation)
        scaled = uv * np.array(self.scale)
        turned = scaled @ np.array([[cosine, -sine], [sine, cosine]])
        return np.asarray(turned + self.offset, np.float32)


def read_material(file: GltfFile, primitive: Json) -> tuple[Material, UvUse]:
    """Return a primitive's material and the texture coordinates it uses."""
    if primitive.get("material") is None:
        return Material("default", (1.0, 1.0, 1.0, 1.0), 1.0, 0.0), UvUse()
    entry = file.item("materials", primitive["material"])
    surface = entry.get("pbrMetallicRoughness", {})
    unlit = "KHR_materials_unlit" in entry.get("extensions", {})
    base = surface.get("baseColorTexture")
    red, green, blue, alpha = map(float, surface.get("baseColorFactor", (1.0,) * 4))
    material = Material(
        str(entry.get("name", f"material_{primitive['material']}")),
        (red, green, blue, alpha),
        1.0 if unlit else float(surface.get("roughnessFactor", 1.0)),
        0.0 if unlit else float(surface.get("metallicFactor", 1.0)),
        None if base is None else _picture(file, base),
        entry.get("alphaMode") == "BLEND",
        bool(entry.get("doubleSided", False)),
        float(entry.get("alphaCutoff", 0.5)) if entry.get("alphaMode") == "MASK" else 0.0,
    )
    return material, UvUse() if base is None else _uv_use(base)


def _uv_use(reference: Json) -> UvUse:
    moved = reference.get("extensions", {}).get("KHR_texture_transform", {})
    (u, v), (width, height) = moved.get("offset", (0, 0)), moved.get("scale", (1, 1))
    return UvUse(
        int(moved.get("texCoord", reference.get("texCoord", 0))),
        (float(u), float(v)),
        (float(width), float(height)),
        float(moved.get("rotation", 0)),
    )


def _picture(file: GltfFile, reference: Json) -> bytes | None:
    """Return a PNG or JPEG file; None where the picture is of a kind that is not read."""
    source: Any = file.item("textures", reference.get("index")).get("source")
    if source is None:
        return None
    image = file.item("images", source)
    if image.get("bufferView") is not None:
        content = bytes(file.view(image["bufferView"]))
    else:
        content = resolve_uri(file, str(image.get("uri", "")), f"images[{source}]")
    return content if content.startswith((b"\x89PNG", b"\xff\xd8\xff")) else None
