"""MediaPipe's Face Landmarker over the pictures of one video."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.capture.video import Picture
from voxface.errors import VoxfaceError

LANDMARKS = 478
_FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Observations:
    """What was seen in N pictures. Rows of pictures without a face are NaN.

    Parameters
    ----------
    times : ndarray of float64, shape (N,)
        Presentation times in seconds.
    image_size : tuple of int
        Width and height of the upright picture in pixels.
    names : tuple of str
        The S names of the scores, as MediaPipe gives them; empty if no face was ever seen.
    found : ndarray of bool, shape (N,)
        Where a face was seen.
    scores : ndarray, shape (N, S)
        Blendshape scores, 0 to 1.
    landmarks : ndarray, shape (N, 478, 3)
        In pixels of the picture: x to the right, y down, z (depth, same scale) away from the viewer
        and relative to the head.
    matrices : ndarray, shape (N, 4, 4)
        Face to camera, centimetres.
    """

    times: NDArray[np.float64]
    image_size: tuple[int, int]
    names: tuple[str, ...]
    found: NDArray[np.bool_]
    scores: _FloatArray
    landmarks: _FloatArray
    matrices: _FloatArray


def observe(pictures: Iterable[Picture], model: Path) -> Observations:
    """Run the Face Landmarker over the pictures of one video, in the order in which they are shown.

    Parameters
    ----------
    pictures : iterable of Picture
        Times must rise strictly.
    model : Path
        A Face Landmarker bundle with blendshapes.

    Raises
    ------
    VoxfaceError
        If MediaPipe is not installed or the model cannot be loaded.
    """
    mediapipe = load_mediapipe()
    times: list[float] = []
    names: tuple[str, ...] = ()
    rows: dict[int, tuple[list[float], list[tuple[float, float, float]], Any]] = {}
    size = (0, 0)
    clock = None
    with _open(mediapipe, model) as landmarker:
        for picture in pictures:
            size = (picture.pixels.shape[1], picture.pixels.shape[0])
            milliseconds = round(picture.time * 1000)
            clock = milliseconds if clock is None else max(clock + 1, milliseconds)
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture.pixels)
            seen = landmarker.detect_for_video(image, clock)
            if seen.face_blendshapes and seen.facial_transformation_matrixes:
                scores = seen.face_blendshapes[0]
                names = names or tuple(score.category_name for score in scores)
                rows[len(times)] = (
                    [score.score for score in scores],
                    [(point.x, point.y, point.z) for point in seen.face_landmarks[0]],
                    seen.facial_transformation_matrixes[0],
                )
            times.append(picture.time)
    found = np.zeros(len(times), bool)
    found[list(rows)] = True
    scale = np.array(
        (size[0], size[1], size[0]), np.float32
    )  # MediaPipe's z is a fraction of the width

    def filled(column: int, shape: tuple[int, ...]) -> _FloatArray:
        values = np.full((len(times), *shape), np.nan, np.float32)
        if rows:
            values[found] = [row[column] for row in rows.values()]
        return values

    return Observations(
        times=np.array(times),
        image_size=size,
        names=names,
        found=found,
        scores=filled(0, (len(names),)),
        landmarks=filled(1, (LANDMARKS, 3)) * scale,
        matrices=filled(2, (4, 4)),
    )


def load_mediapipe() -> ModuleType:
    """Import MediaPipe.

    Raises
    ------
    VoxfaceError
        If it is not installed or a system library that it needs is missing.
    """
    try:
        import mediapipe  # noqa: PLC0415 - takes most of a second and is an extra
        from mediapipe.tasks.python import vision  # noqa: F401, PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mediapipe":
            raise
        raise VoxfaceError(
            "capture needs MediaPipe; install it with: pip install 'voxface[capture]'"
        ) from None
    except ImportError as error:
        raise _missing_library(error) from None
    return mediapipe  # type: ignore[no-any-return]


def _open(mediapipe: ModuleType, model: Path) -> Any:
    tasks = mediapipe.tasks
    try:
        # Bytes rather than a path, which MediaPipe cannot open when it is not ASCII.
        bundle = model.read_bytes()
    except OSError as error:
        raise VoxfaceError(f"{model} cannot be read: {error.strerror}") from None
    try:
        return tasks.vision.FaceLandmarker.create_from_options(
            tasks.vision.FaceLandmarkerOptions(
                base_options=tasks.BaseOptions(model_asset_buffer=bundle),
                running_mode=tasks.vision.RunningMode.VIDEO,
                num_faces=1,
                output_face_blendshapes=True,
                output_facial_transformation_matrixes=True,
            )
        )
    except OSError as error:
        raise _missing_library(error) from None
    except (RuntimeError, ValueError):
        raise VoxfaceError(f"{model} is not a Face Landmarker model that MediaPipe reads") from None


def _missing_library(error: Exception) -> VoxfaceError:
    return VoxfaceError(
        f"MediaPipe lacks a system library ({error}); on Debian and Ubuntu: "
        "apt install libegl1 libgles2 libgl1 libglib2.0-0"
    )
