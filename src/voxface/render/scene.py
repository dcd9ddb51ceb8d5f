"""A rig in the memory of the graphics library: buffers, textures, and one draw call a part."""

from __future__ import annotations

import importlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import Material, Rig, RigPart
from voxface.render.look import Look, look_of

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class DrawnPart:
    """One draw call."""

    material: Material
    look: Look
    texture: Any
    array: Any
    shadow_array: Any


class Scene:
    """The buffers of one rig.

    Parameters
    ----------
    context : moderngl.Context
    program, shadow_program : moderngl.Program
        What draws the picture, and what draws the light's view.
    rig : Rig
    """

    def __init__(self, context: Any, program: Any, shadow_program: Any, rig: Rig) -> None:
        count = len(rig.neutral)
        self._positions = context.buffer(reserve=count * 12, dynamic=True)
        self._normals = context.buffer(reserve=count * 12, dynamic=True)
        self._light = context.buffer(np.ones((count, 2), np.float32).tobytes())
        colours = np.ones((count, 4), np.float32) if rig.colors is None else rig.colors
        uv = np.zeros((count, 2), np.float32) if rig.uv is None else rig.uv
        fixed = np.concatenate([rig.head_share[:, None], uv, colours], axis=1)
        self._fixed = context.buffer(np.ascontiguousarray(fixed, np.float32).tobytes())
        self._context, self._program, self._shadow_program = context, program, shadow_program
        parts = [self._drawn(part) for part in rig.parts if len(part.triangles)]
        # What is in front is drawn first and spares the rest; what is seen through comes last.
        self.solid = [part for part in parts if not part.material.transparent]
        self.see_through = [part for part in parts if part.material.transparent]

    def pose(self, positions: FloatArray, normals: FloatArray) -> None:
        """Take over vertices (V, 3) and normals (V, 3)."""
        for buffer, values in ((self._positions, positions), (self._normals, normals)):
            buffer.orphan()
            buffer.write(np.ascontiguousarray(values, np.float32))

    def set_light(self, light: FloatArray) -> None:
        """Take over how open to light each vertex is, mouth shut and open, shape (V, 2)."""
        self._light.write(np.ascontiguousarray(light, np.float32))

    def _drawn(self, part: RigPart) -> DrawnPart:
        index = self._context.buffer(np.ascontiguousarray(part.triangles, np.int32).tobytes())
        array = self._context.vertex_array(
            self._program,
            [
                (self._positions, "3f", "in_position"),
                (self._normals, "3f", "in_normal"),
                (self._fixed, "1f 2f 4f", "in_share", "in_uv", "in_color"),
                (self._light, "2f", "in_light"),
            ],
            index,
        )
        shadow_array = self._context.vertex_array(
            self._shadow_program,
            [
                (self._positions, "3f", "in_position"),
                (self._fixed, "1f 24x", "in_share"),
            ],
            index,
        )
        texture = _texture(self._context, part.material)
        return DrawnPart(part.material, look_of(part), texture, array, shadow_array)


def _texture(context: Any, material: Material) -> Any:
    if material.texture is None:
        return None
    try:
        image_module = importlib.import_module("PIL.Image")
    except ImportError:
        raise VoxfaceError(
            "textures need Pillow; install it with: pip install 'voxface[render]'"
        ) from None
    try:
        image = image_module.open(io.BytesIO(material.texture)).convert("RGBA")
    except Exception as error:  # Pillow has many ways of refusing a file
        raise VoxfaceError(f"the texture of {material.name} cannot be read ({error})") from None
    texture = context.texture(image.size, 4, image.tobytes(), internal_format=0x8C43)  # SRGB8_ALPHA8
    texture.build_mipmaps()
    texture.filter = (context.LINEAR_MIPMAP_LINEAR, context.LINEAR)
    texture.anisotropy = 4.0
    return texture
