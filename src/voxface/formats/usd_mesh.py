"""The head's mesh in USD: points, sparse blend shapes, and the share of each joint."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pxr import Gf, Sdf, Tf, UsdGeom, UsdSkel, Vt

from voxface.face import Rig
from voxface.rig.normals import vertex_normals, weld

LEAST_MOTION = 1e-5
"""Displacements (cm) and turns of normals below this are left out of a blend shape."""

Floats = NDArray[np.float32]


def define_mesh(stage: Any, rig: Rig, path: str) -> Any:
    """Define the head with its blend shapes and what follows which joint; return the mesh."""
    mesh = UsdGeom.Mesh.Define(stage, path)
    triangles = rig.triangles
    groups = weld(rig.neutral)
    flat = vertex_normals(rig.neutral, triangles, groups)
    mesh.CreatePointsAttr(vectors(rig.neutral))
    mesh.CreateFaceVertexIndicesAttr(integers(triangles.reshape(-1)))
    mesh.CreateFaceVertexCountsAttr(integers(np.full(len(triangles), 3)))
    mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    mesh.CreateExtentAttr(vectors(np.stack([rig.neutral.min(0), rig.neutral.max(0)])))
    mesh.CreateNormalsAttr(vectors(flat if rig.normals is None else rig.normals))
    mesh.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
    sided = any(part.material.two_sided for part in rig.parts)
    mesh.CreateDoubleSidedAttr(sided)
    primvars = UsdGeom.PrimvarsAPI(mesh)
    if rig.uv is not None:
        # USD counts v upwards from the lower edge.
        uv = rig.uv * (1, -1) + (0, 1)
        names = Sdf.ValueTypeNames
        primvars.CreatePrimvar("st", names.TexCoord2fArray, UsdGeom.Tokens.vertex).Set(
            Vt.Vec2fArray.FromNumpy(np.ascontiguousarray(uv, np.float32))
        )
    _joint_influences(mesh, rig)
    _blend_shapes(stage, rig, mesh, groups, flat)
    return mesh


def _blend_shapes(stage: Any, rig: Rig, mesh: Any, groups: NDArray[np.int64], flat: Floats) -> None:
    triangles = rig.triangles
    taken: set[str] = set()
    paths = []
    for name, delta in zip(rig.targets, rig.deltas, strict=True):
        path = mesh.GetPath().AppendChild(free_name(name, taken))
        shape = UsdSkel.BlendShape.Define(stage, path)
        turned = vertex_normals(rig.neutral + delta, triangles, groups) - flat
        motion = np.maximum(np.abs(delta).max(1, initial=0), np.abs(turned).max(1, initial=0))
        moving = np.flatnonzero(motion > LEAST_MOTION)
        shape.CreateOffsetsAttr(vectors(delta[moving]))
        shape.CreateNormalOffsetsAttr(vectors(turned[moving]))
        shape.CreatePointIndicesAttr(integers(moving))
        paths.append(path)
    binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
    binding.CreateBlendShapesAttr(rig.targets)
    binding.CreateBlendShapeTargetsRel().SetTargets(paths)


def _joint_influences(mesh: Any, rig: Rig) -> None:
    binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
    share = rig.head_share
    weights = np.stack([1 - share, share], axis=1).reshape(-1)
    binding.CreateJointIndicesPrimvar(False, 2).Set(integers(np.tile((0, 1), len(share))))
    binding.CreateJointWeightsPrimvar(False, 2).Set(
        Vt.FloatArray.FromNumpy(np.ascontiguousarray(weights, np.float32))
    )
    binding.CreateGeomBindTransformAttr(Gf.Matrix4d(1))


def free_name(name: str, taken: set[str]) -> str:
    """Return a name that USD allows and that is not in `taken`, and put it there."""
    valid: str = Tf.MakeValidIdentifier(name)
    candidate, number = valid, 2
    while candidate in taken:
        candidate, number = f"{valid}_{number}", number + 1
    taken.add(candidate)
    return candidate


def vectors(values: ArrayLike) -> Any:
    """Return an array of shape (n, 3) as USD has it."""
    return Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(values, np.float32))


def integers(values: ArrayLike) -> Any:
    """Return a row of whole numbers as USD has it."""
    return Vt.IntArray.FromNumpy(np.ascontiguousarray(values, np.int32))
