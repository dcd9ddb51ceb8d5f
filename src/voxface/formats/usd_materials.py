"""What a head looks like in USD: UsdPreviewSurface, one material for each that the rig has.

A picture needs a file of its own. A package (.usdz) has room for it; a single file has not, so its
colours stand at the vertices there. A preview surface cannot multiply the two, so where there is a
picture, colours of the rig's own at the vertices are left out.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from pxr import Gf, Sdf, UsdGeom, UsdShade

from voxface.face import Material, Rig, RigPart
from voxface.formats.usd_mesh import Floats, free_name, integers, vectors

TextureStore = Callable[[str, bytes], str]
"""Puts a picture of a name beside the scene and returns its path from there."""


def define_materials(stage: Any, rig: Rig, mesh: Any, store: TextureStore | None) -> None:
    """Give every part of a mesh its material.

    Parameters
    ----------
    stage : Usd.Stage
    rig : Rig
    mesh : UsdGeom.Mesh
        As `define_mesh` made it.
    store : callable, optional
        Where pictures go; without it their colours go to the vertices.
    """
    store = None if rig.uv is None else store
    pictured = any(part.material.texture is not None for part in rig.parts)
    colored = rig.colors is not None or (pictured and rig.uv is not None and store is None)
    if colored:
        mesh.CreateDisplayColorPrimvar(UsdGeom.Tokens.vertex).Set(
            vectors(_vertex_colors(rig, pictures=store is None))
        )
    else:
        rows = [np.tile(part.material.color[:3], (len(part.triangles), 1)) for part in rig.parts]
        mesh.CreateDisplayColorPrimvar(UsdGeom.Tokens.uniform).Set(vectors(np.concatenate(rows)))
    UsdGeom.Scope.Define(stage, "/Head/Materials")
    made: dict[Material, Any] = {}
    names: set[str] = set()
    children = {child.GetName() for child in mesh.GetPrim().GetChildren()}
    begin = 0
    for part in rig.parts:
        faces = np.arange(begin, begin + len(part.triangles))
        begin += len(faces)
        subset = UsdGeom.Subset.CreateGeomSubset(
            mesh, free_name(part.name, children), UsdGeom.Tokens.face, integers(faces),
            UsdShade.Tokens.materialBind,
        )  # fmt: skip
        if part.material not in made:
            path = f"/Head/Materials/{free_name(part.material.name, names)}"
            made[part.material] = _material(stage, path, part.material, store, colored)
        UsdShade.MaterialBindingAPI.Apply(subset.GetPrim()).Bind(made[part.material])
    binding = UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim())
    binding.SetMaterialBindSubsetsFamilyType(UsdGeom.Tokens.partition)


def _vertex_colors(rig: Rig, pictures: bool) -> Floats:
    """Return linear colours (V, 3): of vertices, materials and, if wanted, of pictures."""
    colors = np.ones((len(rig.neutral), 3), np.float32)
    for part in rig.parts:
        used = np.unique(part.triangles)
        colors[used] = part.material.color[:3]
        if pictures and part.material.texture is not None and rig.uv is not None:
            colors[used] *= _sampled(part, rig.uv[used])
    return np.asarray(colors if rig.colors is None else colors * rig.colors[:, :3], np.float32)


def _sampled(part: RigPart, uv: Floats) -> Floats:
    """Return the linear colours of a part's picture at texture coordinates (n, 2)."""
    from PIL import Image  # noqa: PLC0415 - few rigs that go into a single file have a picture

    with Image.open(io.BytesIO(part.material.texture or b"")) as picture:
        pixels = np.asarray(picture.convert("RGB"), np.float32) / 255
    height, width = pixels.shape[:2]
    column, row = np.floor(uv % 1 * (width, height)).astype(int).T
    color = pixels[np.minimum(row, height - 1), np.minimum(column, width - 1)]
    # IEC 61966-2-1 (sRGB), decoded.
    linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear, np.float32)


def _material(
    stage: Any, path: str, look: Material, store: TextureStore | None, colored: bool
) -> Any:
    types = Sdf.ValueTypeNames
    material = UsdShade.Material.Define(stage, path)
    surface = UsdShade.Shader.Define(stage, f"{path}/Surface")
    surface.CreateIdAttr("UsdPreviewSurface")
    surface.CreateInput("roughness", types.Float).Set(float(look.roughness))
    surface.CreateInput("metallic", types.Float).Set(float(look.metallic))
    faded = look.transparent or look.cutoff > 0
    surface.CreateInput("opacity", types.Float).Set(float(look.color[3]) if faded else 1.0)
    surface.CreateInput("opacityThreshold", types.Float).Set(float(look.cutoff))
    color = surface.CreateInput("diffuseColor", types.Color3f)
    color.Set(Gf.Vec3f(*map(float, look.color[:3])))
    if look.texture is not None and store is not None:
        suffix = ".png" if look.texture.startswith(b"\x89PNG") else ".jpg"
        file = store(path.rsplit("/", 1)[1] + suffix, look.texture)
        texture = _texture(stage, path, look, file)
        color.ConnectToSource(texture.CreateOutput("rgb", types.Float3))
        if faded:
            alpha = texture.CreateOutput("a", types.Float)
            surface.GetInput("opacity").ConnectToSource(alpha)
    elif colored:
        reader = UsdShade.Shader.Define(stage, f"{path}/VertexColors")
        reader.CreateIdAttr("UsdPrimvarReader_float3")
        reader.CreateInput("varname", types.String).Set("displayColor")
        color.ConnectToSource(reader.CreateOutput("result", types.Float3))
    material.CreateSurfaceOutput().ConnectToSource(surface.CreateOutput("surface", types.Token))
    return material


def _texture(stage: Any, path: str, look: Material, file: str) -> Any:
    types = Sdf.ValueTypeNames
    reader = UsdShade.Shader.Define(stage, f"{path}/TextureCoordinates")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", types.String).Set("st")
    texture = UsdShade.Shader.Define(stage, f"{path}/Texture")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", types.Asset).Set(Sdf.AssetPath(file))
    texture.CreateInput("sourceColorSpace", types.Token).Set("sRGB")
    texture.CreateInput("scale", types.Float4).Set(Gf.Vec4f(*map(float, look.color)))
    for edge in ("wrapS", "wrapT"):
        texture.CreateInput(edge, types.Token).Set("repeat")
    texture.CreateInput("st", types.Float2).ConnectToSource(
        reader.CreateOutput("result", types.Float2)
    )
    return texture
