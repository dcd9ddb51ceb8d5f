"""Where the MediaPipe Face Landmarker model comes from."""

from __future__ import annotations

import hashlib
import os
import shutil
import urllib.request
from functools import cache
from http.client import HTTPException
from pathlib import Path

from voxface.errors import VoxfaceError
from voxface.folders import cache_folder

MODEL_URL = (
    "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/"
    "float16/1/face_landmarker.task"
)
MODEL_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
"""Checksum of version 1 of Google's public float16 bundle (3,758,596 bytes, Apache-2.0)."""
MODEL_VARIABLE = "VOXFACE_FACE_LANDMARKER"
"""Environment variable that names the model file."""


def landmarker_file(model: str | os.PathLike[str] | None = None) -> Path:
    """Return the path of the Face Landmarker model, fetching it once if need be.

    Parameters
    ----------
    model : path, optional
        The model file. Otherwise the file that the environment variable `MODEL_VARIABLE` names,
        otherwise the one in the user's cache, which is fetched from `MODEL_URL` on first use and
        checked by SHA-256. A file that is named by hand may be any Face Landmarker bundle.

    Raises
    ------
    VoxfaceError
        If the named file does not exist, or the model can neither be found nor fetched.
    """
    named = model or os.environ.get(MODEL_VARIABLE)
    if named:
        path = Path(named)
        if not path.is_file():
            origin = "--model" if model else MODEL_VARIABLE
            raise VoxfaceError(f"there is no Face Landmarker model at {path} (from {origin})")
        return path
    cached = cache_folder() / "face_landmarker.task"
    if not cached.is_file() or file_sha256(cached) != MODEL_SHA256:
        _fetch(cached)
    return cached


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def model_sha256(path: Path) -> str:
    """Return `file_sha256`, remembered: every take of a run names the same model."""
    return file_sha256(path)


def _fetch(target: Path) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(MODEL_URL, timeout=60) as answer, part.open("wb") as file:
            shutil.copyfileobj(answer, file)
        found = file_sha256(part)
        if found != MODEL_SHA256:
            raise VoxfaceError(
                f"what {MODEL_URL} answered is not the expected Face Landmarker model (SHA-256 "
                f"{found[:12]}…, not {MODEL_SHA256[:12]}…); name a file that you trust with --model"
            )
        part.replace(target)
    except (OSError, HTTPException) as error:
        raise VoxfaceError(
            f"the Face Landmarker model could not be fetched ({error}); download {MODEL_URL} "
            f"and put it at {target}, or name a file with --model or {MODEL_VARIABLE}"
        ) from None
    finally:
        part.unlink(missing_ok=True)
