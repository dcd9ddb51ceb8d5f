"""A rig on the graphics library's side: posed, lit, and drawn part by part."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.face import Material, Rig, RigPart
from voxface.render.camera import Subject
from voxface.render.caption import pillow
from voxface.render.context import open_context
from voxface.render.lighting import Lighting
from voxface.render.look import Look, look_of
from voxface.render.occlusion import cull_backs
from voxface.render.posing import Poser
from voxface.render.shading import FRAGMENT, VERTEX, variant

FloatArray = NDArray[np.float32]
_ROOTS = [
    round(255 * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4) ** 0.5)
    for v in (step / 255 for step in range(256))
]
LARGE_TEXTURE = 1024
"""Pixels on a side from which a texture has smaller copies, which cost time at every pixel."""
COARSE = 1.0
"""Centimetres between vertices above which highlights are worked out for each pixel."""
FADED = 0.14
"""Share of the height, from the bottom, over which a bust fades into the wall."""


@dataclass(frozen=True)
class DrawnPart:
    """One draw call: a part of the rig with its program, its vertices and its picture."""

    material: Material
    look: Look
    program: Any
    array: Any
    texture: Any


@dataclass(frozen=True)
class PosedRig:
    """A pose as it is handed to the graphics library.

    Parameters
    ----------
    positions, normals : ndarray of float32, shape (V, 4)
        The last number of a row is idle.
    light : ndarray of float32, shape (V, 4)
        Red, green, blue and openness; see `Lighting`.
    sky : ndarray of float32, shape (9, 3)
    head_motion : ndarray of float32, shape (4, 4)
    """

    positions: FloatArray
    normals: FloatArray
    light: FloatArray
    sky: FloatArray
    head_motion: FloatArray


class Scene:
    """One rig, ready to be drawn in any pose.

    Parameters
    ----------
    rig : Rig
    open_weights : array_like, shape (N,), optional
        Target weights that open the mouth: light reaches into it as far as a pose is like this.
        Default: the target ``jawOpen``.

    Raises
    ------
    VoxfaceError
        If moderngl or the system's OpenGL is missing, or a texture cannot be read.
    """

    def __init__(self, rig: Rig, open_weights: ArrayLike | None = None) -> None:
        self.rig = rig
        self.context = context = open_context()
        self._poser = Poser(rig)
        self.subject = Subject.of(rig, self._poser.moving)
        self._lighting = Lighting(context, rig, self._poser, open_weights)
        count = len(rig.neutral)
        # Positions, normals and light.
        self._moving = [context.buffer(reserve=count * 16, dynamic=True) for _ in range(3)]
        colours = np.ones((count, 4), np.float32) if rig.colors is None else rig.colors
        uv = np.zeros((count, 2), np.float32) if rig.uv is None else rig.uv
        rest = self._poser.rest_normals
        fixed = np.concatenate([rig.head_share[:, None], rest, colours, uv], axis=1)
        self._fixed = context.buffer(np.ascontiguousarray(fixed, np.float32).tobytes())
        self._programs: dict[tuple[str, ...], Any] = {}
        self.parts = [self._drawn(part) for part in self._in_order()]
        low, high = rig.neutral[:, 1].min(), rig.neutral[:, 1].max()
        self._fade = (-1e9, 1.0)  # a head without a bust has nothing to fade
        if (rig.head_share < 0.5).any() and high > low:
            self._fade = (float(low), float(1 / (FADED * (high - low))))

    def pose(self, weights: ArrayLike, head_motion: FloatArray, to_world: FloatArray) -> PosedRig:
        """Work out a pose and its light. No drawing: this may run while another pose is drawn.

        Parameters
        ----------
        weights : array_like, shape (N,)
            A weight for each target of the rig.
        head_motion : ndarray, shape (4, 4)
            From `head_matrix`.
        to_world : ndarray, shape (3, 3)
            From the camera's frame, in which the lights stand, to the world's.
        """
        row = np.asarray(weights, np.float32)
        positions, normals = self._poser.in_fours(row)
        light, sky = self._lighting(row, positions, normals, head_motion[:3, :3], to_world)
        return PosedRig(positions, normals, light, sky, head_motion)

    def take(self, posed: PosedRig) -> None:
        """Take a pose: it is what is drawn from now on."""
        columns = posed.positions, posed.normals, posed.light
        for buffer, values in zip(self._moving, columns, strict=True):
            buffer.orphan()
            buffer.write(values)
        for program in self._programs.values():
            program["head_motion"].write(matrix_bytes(posed.head_motion))
            if "sky" in program:
                program["sky"].write(np.ascontiguousarray(posed.sky).tobytes())

    def draw(self, view: FloatArray, projection: FloatArray, ray: tuple[float, ...]) -> None:
        """Draw the pose into what is bound.

        Parameters
        ----------
        view, projection : ndarray, shape (4, 4)
        ray : tuple of four float
            From a pixel's place to the way to the camera, in the camera's frame, where the third
            number is 1: two factors and two offsets.
        """
        context = self.context
        for program in self._programs.values():
            program["view"].write(matrix_bytes(view))
            program["projection"].write(matrix_bytes(projection))
            _put(program, "ray", ray)
        context.enable(context.DEPTH_TEST)
        context.depth_func = "<="
        context.blend_func = context.ONE, context.ONE_MINUS_SRC_ALPHA
        for part in self.parts:
            # A solid part's alpha lets the wall show through, never another part.
            if part.material.transparent:
                context.enable(context.BLEND)
            self._draw_part(part)
        context.disable(context.BLEND)

    def _in_order(self) -> list[RigPart]:
        """Return the parts in the order of drawing: what is seen through comes last.

        What lies most open to light is in front: drawn early, it spares what it hides.
        """
        openness = self._lighting.openness_at_rest

        def order(part: RigPart) -> tuple[bool, float]:
            return part.material.transparent, -float(openness[part.triangles].mean())

        return sorted((part for part in self.rig.parts if len(part.triangles)), key=order)

    def _within_picture(self, part: RigPart) -> bool:
        if self.rig.uv is None:
            return True
        used = self.rig.uv[part.triangles]
        return bool(used.min() >= 0 and used.max() <= 1)

    def _is_coarse(self, part: RigPart) -> bool:
        """Tell whether a part's triangles are so large that highlights show their corners."""
        corners = self.rig.neutral[part.triangles[:, [0, 1]]]
        lengths = np.linalg.norm(corners[:, 0] - corners[:, 1], axis=1)
        return bool(np.percentile(lengths, 75) > COARSE)

    def _draw_part(self, part: DrawnPart) -> None:
        material, program, look = part.material, part.program, part.look
        alpha = material.color[3] if material.transparent else 1.0
        _put(program, "base_color", (*material.color[:3], alpha))
        _put(program, "roughness", max(material.roughness, 0.12))
        _put(program, "metallic", material.metallic)
        _put(program, "wet", look.wet)
        _put(program, "subsurface", look.subsurface)
        _put(program, "fade", self._fade)
        if part.texture is not None:
            part.texture.use(0)
        cull_backs(self.context, not material.two_sided)
        part.array.render()

    def _drawn(self, part: RigPart) -> DrawnPart:
        look = look_of(part)
        texture = _texture(self.context, part.material)
        if texture is not None and self._within_picture(part):
            texture.repeat_x = texture.repeat_y = False  # which is quicker
        switches = {
            "TEXTURED": texture is not None,
            "WET": look.wet > 0,
            "TWO_SIDED": part.material.two_sided,
            "EYE": look.eye,
            "BY_PIXEL": look.wet > 0.5 or part.material.two_sided or self._is_coarse(part),
        }
        words = tuple(word for word, is_on in switches.items() if is_on)
        if words not in self._programs:
            self._programs[words] = self.context.program(
                variant(VERTEX, *words), variant(FRAGMENT, *words)
            )
        program = self._programs[words]
        # What a variant does not use is skipped, as a compiler leaves it out.
        kinds = {"in_share": "1f", "in_rest_normal": "3f", "in_color": "4f", "in_uv": "2f"}
        fixed = " ".join(
            kind if name in program else f"{4 * int(kind[0])}x" for name, kind in kinds.items()
        )
        index = self.context.buffer(np.ascontiguousarray(part.triangles, np.int32).tobytes())
        positions, normals, light = self._moving
        array = self.context.vertex_array(
            program,
            [
                (positions, "3f 4x", "in_position"),
                (normals, "3f 4x", "in_normal"),
                (light, "4f", "in_light"),
                (self._fixed, fixed, *(name for name in kinds if name in program)),
            ],
            index,
        )
        return DrawnPart(part.material, look, program, array, texture)


def matrix_bytes(matrix: FloatArray) -> bytes:
    """Return a matrix as the graphics library reads it: column after column."""
    return np.ascontiguousarray(np.asarray(matrix, np.float32).T).tobytes()


def _put(program: Any, name: str, value: Any) -> None:
    if name in program:  # a compiler leaves out what a variant does not use
        program[name].value = value


def _texture(context: Any, material: Material) -> Any:
    if material.texture is None:
        return None
    image_module = pillow("Image")
    try:
        image = image_module.open(io.BytesIO(material.texture)).convert("RGBA")
        # The root of the light instead of sRGB: a product undoes it, where sRGB takes a power.
        image = image.point([*_ROOTS * 3, *range(256)])
    except Exception as error:  # Pillow has many ways of refusing a file
        raise VoxfaceError(f"the texture of {material.name} cannot be read ({error})") from None
    texture = context.texture(image.size, 4, image.tobytes())
    texture.filter = (context.LINEAR, context.LINEAR)
    if max(image.size) > LARGE_TEXTURE:
        texture.build_mipmaps()
        texture.filter = (context.LINEAR_MIPMAP_NEAREST, context.LINEAR)
    return texture
