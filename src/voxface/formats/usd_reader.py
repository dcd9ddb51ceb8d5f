"""Reading a face back from a USD file: the first skeletal animation with blend shape weights."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pxr import Tf, Usd, UsdGeom, UsdSkel

from voxface.errors import VoxfaceError
from voxface.face import FaceClip, parse_frame_rate
from voxface.formats.arkit import clip_of_rows, rows_by_name
from voxface.formats.timeline import likely_rate, rate_from_times
from voxface.formats.usd import usd_reason

_BEGINNINGS = {b"#usda": ".usda", b"PXR-USDC": ".usdc", b"PK": ".usdz"}


def read_scene(path: Path) -> FaceClip:
    """Read the weights by name, and the head if voxface wrote the file."""
    with named_as_usd(path) as file:
        try:
            stage = Usd.Stage.Open(str(file))
            animation = next(filter(None, map(_animation, stage.Traverse())), None)
        except Tf.ErrorException as error:
            raise VoxfaceError(f"{path} is damaged or not USD: {usd_reason(error)}") from None
        if animation is None:
            raise VoxfaceError(f"{path} holds no animation of blend shapes")
        return _clip(path, stage, animation)


def _clip(path: Path, stage: Any, animation: Any) -> FaceClip:
    names = [str(name) for name in animation.GetBlendShapesAttr().Get() or ()]
    weights = animation.GetBlendShapeWeightsAttr()
    codes = list(weights.GetTimeSamples())
    rows = [np.asarray(weights.Get(code), np.float64) for code in codes]
    if not codes or any(row.shape != (len(names),) for row in rows):
        raise VoxfaceError(f"{path} does not hold one weight for every blend shape and frame")
    ours = dict(stage.GetRootLayer().customLayerData.get("voxface", {}))
    times = np.array(codes) / stage.GetTimeCodesPerSecond()
    fps = _rate(ours, times, stage)
    frames, unknown = rows_by_name(
        path, names, np.stack(rows), _head(stage, animation, codes) if ours else None
    )
    return clip_of_rows(
        frames,
        (times - times[0]) * float(fps),
        fps,
        metadata={"file": str(path), "format": "usd"},
        unknown=unknown,
        start=float(ours.get("start", times[0])),
    )


def _rate(ours: dict[str, Any], times: NDArray[np.float64], stage: Any) -> Fraction:
    if "fps" in ours:
        return parse_frame_rate(str(ours["fps"]))
    return rate_from_times(times) or likely_rate(float(stage.GetTimeCodesPerSecond()))


def _head(stage: Any, animation: Any, codes: list[float]) -> NDArray[np.float64] | None:
    """Return place and turn of the joint ``head`` about its rest, shape (T, 7)."""
    joints = [str(joint) for joint in animation.GetJointsAttr().Get() or ()]
    skeleton = next(
        (UsdSkel.Skeleton(p) for p in stage.Traverse() if p.IsA(UsdSkel.Skeleton)), None
    )
    if "neck/head" not in joints or skeleton is None:
        return None
    at = joints.index("neck/head")
    resting = list(skeleton.GetJointsAttr().Get()).index("neck/head")
    rest = np.array(skeleton.GetRestTransformsAttr().Get()[resting].ExtractTranslation())
    centimetres = UsdGeom.GetStageMetersPerUnit(stage) * 100
    head = np.empty((len(codes), 7))
    for row, code in zip(head, codes, strict=True):
        place = np.array(animation.GetTranslationsAttr().Get(code)[at], np.float64)
        turn = animation.GetRotationsAttr().Get(code)[at]
        row[:3] = (place - rest) * centimetres
        row[3:] = (turn.real, *turn.imaginary)
    return head


def _animation(prim: Any) -> Any:
    if not prim.IsA(UsdSkel.Animation):
        return None
    found = UsdSkel.Animation(prim)
    return found if found.GetBlendShapesAttr().Get() else None


@contextmanager
def named_as_usd(path: Path) -> Iterator[Path]:
    """Give a file a name that USD believes; it goes by the suffix."""
    with path.open("rb") as stream:
        beginning = stream.read(8)
    suffix = next((s for mark, s in _BEGINNINGS.items() if beginning.startswith(mark)), None)
    if suffix is None:
        raise VoxfaceError(f"{path} is damaged or not USD")
    if path.suffix.lower() in (suffix, ".usd"):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="voxface-") as folder:
        yield Path(shutil.copyfile(path, Path(folder) / f"scene{suffix}"))
