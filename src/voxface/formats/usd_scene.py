"""A moving head as a USD stage: UsdSkel blend shapes, two joints and preview materials.

Schemas: https://openusd.org/release/api/usd_skel_page_front.html and
https://openusd.org/release/spec_usdpreviewsurface.html
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pxr import Gf, Kind, Usd, UsdGeom, UsdSkel, Vt

from voxface.face import FaceClip, Rig
from voxface.formats.usd_materials import TextureStore, define_materials
from voxface.formats.usd_mesh import Floats, define_mesh

JOINTS = ("neck", "neck/head")
"""The neck stands still and holds what the head's motion does not move; the head turns on it."""


def build_scene(
    stage: Any, rig: Rig, clip: FaceClip, weights: Floats, store: TextureStore | None = None
) -> None:
    """Fill a stage.

    Parameters
    ----------
    stage : Usd.Stage
        Empty.
    rig : Rig
    clip : FaceClip
        Its head and timing are used. Frame k has time code ``clip.start * fps + k``, so that time
        code 0 is the beginning of the sound.
    weights : ndarray of float32, shape (T, N)
        Weights of the rig's targets.
    store : callable, optional
        Puts a picture beside the scene and returns its path; without it, textures are left out.
    """
    fps = float(clip.fps)
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    UsdGeom.SetStageMetersPerUnit(stage, UsdGeom.LinearUnits.centimeters)
    stage.SetTimeCodesPerSecond(fps)
    stage.SetFramesPerSecond(fps)
    first = clip.start * fps
    stage.SetStartTimeCode(first)
    stage.SetEndTimeCode(first + max(len(clip) - 1, 0))
    layer = stage.GetRootLayer()
    layer.documentation = "Face animation by voxface; centimetres, +x is the subject's left."
    layer.customLayerData = {"voxface": {"fps": str(clip.fps), "start": float(clip.start)}}

    root = UsdSkel.Root.Define(stage, "/Head")
    stage.SetDefaultPrim(root.GetPrim())
    Usd.ModelAPI(root.GetPrim()).SetKind(Kind.Tokens.component)
    skeleton = _skeleton(stage, rig)
    animation = _animation(stage, rig, clip, weights, first)
    mesh = define_mesh(stage, rig, "/Head/Face")
    binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
    binding.CreateSkeletonRel().SetTargets([skeleton.GetPath()])
    source = UsdSkel.BindingAPI.Apply(skeleton.GetPrim())
    source.CreateAnimationSourceRel().SetTargets([animation.GetPath()])
    define_materials(stage, rig, mesh, store)
    root.CreateExtentAttr(_extent(rig, weights, clip))


def _skeleton(stage: Any, rig: Rig) -> Any:
    skeleton = UsdSkel.Skeleton.Define(stage, "/Head/Skeleton")
    at_pivot = Gf.Matrix4d().SetTranslate(Gf.Vec3d(*map(float, rig.head_pivot)))
    places = Vt.Matrix4dArray([Gf.Matrix4d(1), at_pivot])
    skeleton.CreateJointsAttr(JOINTS)
    skeleton.CreateBindTransformsAttr(places)
    # The neck lies at the origin, so the head's place in its parent is its place in the world.
    skeleton.CreateRestTransformsAttr(places)
    return skeleton


def _animation(stage: Any, rig: Rig, clip: FaceClip, weights: Floats, first: float) -> Any:
    animation = UsdSkel.Animation.Define(stage, "/Head/Animation")
    animation.CreateJointsAttr(JOINTS)
    animation.CreateBlendShapesAttr(rig.targets)
    animation.CreateScalesAttr(Vt.Vec3hArray(2, Gf.Vec3h(1)))
    shapes = animation.CreateBlendShapeWeightsAttr()
    places = animation.CreateTranslationsAttr()
    turns = animation.CreateRotationsAttr()
    rest = np.asarray(rig.head_pivot, np.float32)
    neck = (Gf.Vec3f(0), Gf.Quatf(1))
    for frame in range(len(clip)):
        time = Usd.TimeCode(first + frame)
        pose = clip.head[frame].tolist()
        place = Gf.Vec3f(*(rest + clip.head[frame, :3]).tolist())
        shapes.Set(Vt.FloatArray.FromNumpy(weights[frame]), time)
        places.Set(Vt.Vec3fArray([neck[0], place]), time)
        turns.Set(Vt.QuatfArray([neck[1], Gf.Quatf(pose[3], *pose[4:])]), time)
    return animation


def _extent(rig: Rig, weights: Floats, clip: FaceClip) -> Any:
    """Return a box around all frames; it may be somewhat too large."""
    largest = np.abs(weights).max(axis=0, initial=0)
    motion = np.zeros_like(rig.neutral)
    for weight, delta in zip(largest, rig.deltas, strict=True):
        motion += weight * np.abs(delta)
    low = (rig.neutral - motion).min(axis=0)
    high = (rig.neutral + motion).max(axis=0)
    pivot = np.asarray(rig.head_pivot, np.float32)
    # Wherever the head turns, it stays within a ball about the point that it turns on.
    reach = float(np.linalg.norm(np.maximum(high - pivot, pivot - low)))
    reach += float(np.linalg.norm(clip.head[:, :3], axis=1).max(initial=0))
    turns = bool(len(clip)) and float(np.abs(clip.head[:, 3]).min()) < 1 - 1e-6
    box = np.stack([pivot - reach, pivot + reach]) if turns else np.stack([low, high])
    return Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(box, np.float32))
