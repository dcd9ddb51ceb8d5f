"""What the page is given to open: files as they are, or turned into what browsers read.

A file that the page would have to complain of is refused here, before a browser opens.
"""

from __future__ import annotations

import io
import tempfile
import warnings
import wave
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path

import numpy as np

from voxface.errors import VoxfaceError

PAGE_CLIPS = frozenset({".csv", ".json", ".npz"})
"""Suffixes of clips that the page reads itself."""
BROWSER_SOUNDS = frozenset(
    {".aac", ".flac", ".m4a", ".m4v", ".mov", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".wav",
     ".weba", ".webm"}
)  # fmt: skip
"""Suffixes of recordings that common browsers decode."""
PAGE_RIGS = frozenset({".glb", ".vrm"})
"""Suffixes of heads that the page reads itself."""


@dataclass(frozen=True)
class Offer:
    """One file for the page.

    Parameters
    ----------
    name : str
        What the page calls it; the suffix says what it is.
    make : callable
        Gives the bytes; called once, when the page asks, but see `content`.
    """

    name: str
    make: Callable[[], bytes]

    @cached_property
    def content(self) -> bytes:
        """The bytes, made on the first wish and kept."""
        return self.make()


def offer_clip(path: str | PathLike[str]) -> Offer:
    """Offer a face clip of any format that voxface reads.

    Raises
    ------
    VoxfaceError
        If the file cannot be read as a clip, or has no frames.
    """
    file = _existing(path)
    from voxface.formats import load_clip, save_clip  # noqa: PLC0415

    clip = load_clip(file)
    if not len(clip.weights):
        raise VoxfaceError(f"{file} holds no frames; there is nothing to show")
    if file.suffix.lower() in PAGE_CLIPS:
        return Offer(file.name, file.read_bytes)

    def as_npz() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder, "clip.npz")
            save_clip(clip, target)
            return target.read_bytes()

    return Offer(f"{file.stem}.npz", as_npz)


def offer_mesh(path: str | PathLike[str]) -> Offer:
    """Offer a moving mesh of any format that voxface reads, as GLB.

    Raises
    ------
    VoxfaceError
        If the file cannot be read as one, or has no frames.
    """
    file = _existing(path)
    from voxface.formats import load_mesh  # noqa: PLC0415
    from voxface.formats.mesh_glb import mesh_glb  # noqa: PLC0415

    clip = load_mesh(file)
    if not len(clip):
        raise VoxfaceError(f"{file} holds no frames; there is nothing to show")
    if file.suffix.lower() == ".glb":
        return Offer(file.name, file.read_bytes)
    return Offer(f"{file.stem}.glb", lambda: mesh_glb(clip, gaps=True))


def offer_sound(path: str | PathLike[str]) -> Offer:
    """Offer a recording; one that browsers do not decode becomes a WAV file, 48 kHz, mono.

    Raises
    ------
    VoxfaceError
        If the file is not there, cannot be decoded or has no sound.
    """
    file = _existing(path)
    from voxface.audio import MediaWarning, read, read_blocks  # noqa: PLC0415

    if file.suffix.lower() in BROWSER_SOUNDS:
        # Browsers play what a damaged file still holds, so it must begin well, no more.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MediaWarning)
            next(read_blocks(file, salvage=True))
        return Offer(file.name, file.read_bytes)
    pcm = read(file, 48000)
    return Offer(f"{file.stem}.wav", lambda: _wav(pcm, 48000))


def offer_rig(path: str | PathLike[str]) -> Offer:
    """Offer a head; what is not one self-contained GLB or VRM file is turned into one.

    Raises
    ------
    VoxfaceError
        If the file cannot be read as a rig, or nothing of it can be moved.
    """
    file = _existing(path)
    from voxface.formats import resolve_rig  # noqa: PLC0415
    from voxface.rig import write_glb  # noqa: PLC0415

    rig = resolve_rig(file)
    if file.suffix.lower() in PAGE_RIGS:
        return Offer(file.name, file.read_bytes)
    return Offer(f"{file.stem}.glb", lambda: write_glb(rig))


def offer_any(path: str | PathLike[str]) -> Offer:
    """Offer a mesh, a clip or a recording, whichever the suffix and the content say.

    Raises
    ------
    VoxfaceError
        As `offer_mesh`, `offer_clip` and `offer_sound`.
    """
    from voxface.formats import FORMATS, holds_mesh, mesh_suffixes  # noqa: PLC0415

    readable = {suffix for known in FORMATS for suffix in known.loaders}
    suffix = Path(path).suffix.lower()
    if suffix in mesh_suffixes() and holds_mesh(path):
        return offer_mesh(path)
    return offer_clip(path) if suffix in readable else offer_sound(path)


def _existing(path: str | PathLike[str]) -> Path:
    file = Path(path)
    try:
        with file.open("rb"):
            return file
    except OSError as error:
        raise VoxfaceError(f"cannot read {path}: {error.strerror or error}") from None


def _wav(pcm: np.ndarray[tuple[int], np.dtype[np.float32]], rate: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(pcm, -1, 1) * 32767).round().astype("<i2").tobytes())
    return buffer.getvalue()
