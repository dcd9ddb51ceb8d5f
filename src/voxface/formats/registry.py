"""Clips to and from files of any format: chosen by name, by suffix, or by looking into the file."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from voxface.errors import VoxfaceError, VoxfaceWarning
from voxface.face import FaceClip, Rig
from voxface.formats.catalogue import FORMATS, AnyPath, Format, find_format, format_named
from voxface.formats.output import check_writable, real_path
from voxface.formats.sniff import sniff
from voxface.formats.writer import ClipHeader, ClipWriter

_NO_FRAMES = FaceClip(np.zeros((0, 0), np.float32), Fraction(1), ())


def resolve_rig(rig: Rig | AnyPath | None) -> Rig:
    """Return the head to draw: a rig as it is, one read from a file, or the default head.

    A file whose head stands wrongly (see `voxface.rig.facing`) is used, with a warning.

    Raises
    ------
    VoxfaceError
        If the file cannot be read or is no rig, or if no channel moves anything of it.
    """
    # Reading heads is slow to import, and most clips are written without one.
    from voxface.rig import connect, default_head, load_rig  # noqa: PLC0415
    from voxface.rig.facing import misplaced  # noqa: PLC0415

    if rig is None:
        return default_head()
    found = rig if isinstance(rig, Rig) else load_rig(rig)
    connection = connect(found)
    connection.weights(_NO_FRAMES)
    trouble = None if found is rig else misplaced(found, connection)
    if trouble is not None:
        warnings.warn(f"{rig}: {trouble}", VoxfaceWarning, stacklevel=2)
    return found


def check_output(
    path: AnyPath, format: str | None = None, *, rig: Rig | AnyPath | None = None
) -> Format:
    """Find out before any work whether a clip can be written to `path`; return its format.

    Raises
    ------
    VoxfaceError
        If the format is unknown, its packages are missing, it has no use for the `rig` that is
        given or would replace its file, the folder is missing or not writable, or `path` is no
        file.
    """
    found = find_format(path, format)
    found.check_packages()
    if rig is not None and not found.draws:
        drawing = (suffix for each in FORMATS if each.draws for suffix in each.writers)
        raise VoxfaceError(
            f"{path}: {found.title} shows no head, so it has no use for a rig; "
            f"leave it out or write {', '.join(drawing)}"
        )
    source = rig.source if isinstance(rig, Rig) else rig
    if source is not None and real_path(source) == real_path(path):
        raise VoxfaceError(f"{path} would overwrite the rig itself; choose another output path")
    check_writable(path)
    return found


def open_writer(
    path: AnyPath,
    *,
    fps: Fraction | float | str,
    channels: tuple[str, ...],
    format: str | None = None,
    start_timecode: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    start: float = 0.0,
    rig: Rig | AnyPath | None = None,
) -> ClipWriter:
    """Open a file to write a clip to, piece by piece.

    CSV and JSON writers keep a block of frames in memory, not the clip; all others keep the clip.

    Parameters
    ----------
    path : path-like
        The file; it appears when the writer is closed, complete.
    fps : Fraction, float or str
        Frame rate.
    channels : tuple of str
        Names of the weight columns.
    format : str, optional
        Name of a format; otherwise the suffix decides.
    start_timecode : str, optional
        ``HH:MM:SS:FF`` of time 0, for Live Link CSV; other formats have no timecode. By default
        what ``metadata["start_timecode"]`` says, else ``00:00:00:00``.
    metadata : mapping, optional
        Kept by npz and Voice-to-Action JSON.
    start : float
        Time of frame 0 in seconds.
    rig : Rig or path-like, optional
        The head that is drawn, for formats that show one; by default voxface's own.

    Raises
    ------
    VoxfaceError
        As `check_output`, or if the frame rate or the timecode is none or the rig cannot be read.
    """
    found = check_output(path, format, rig=rig)
    header = ClipHeader(
        fps,  # type: ignore[arg-type]
        channels,
        start,
        start_timecode,
        metadata or {},
        resolve_rig(rig) if found.draws else None,
    )
    return found.writer(Path(path).suffix.lower())(path, header)


def save_clip(
    clip: FaceClip,
    path: AnyPath,
    format: str | None = None,
    *,
    start_timecode: str | None = None,
    rig: Rig | AnyPath | None = None,
) -> None:
    """Write a clip to a file: `open_writer`, fed once.

    Raises
    ------
    VoxfaceError
        As `open_writer`; nothing is left behind then.
    """
    with open_writer(
        path,
        fps=clip.fps,
        channels=clip.channels,
        format=format,
        start_timecode=start_timecode,
        metadata=clip.metadata,
        start=clip.start,
        rig=rig,
    ) as writer:
        writer.write(clip.weights, clip.head, clip.tracked)


def load_clip(
    path: AnyPath, format: str | None = None, *, fps: Fraction | float | str | None = None
) -> FaceClip:
    """Read a clip from a file of any known format.

    Parameters
    ----------
    path : path-like
        The file.
    format : str, optional
        Name of a format; otherwise the content decides, whatever the suffix.
    fps : Fraction, float or str, optional
        The true frame rate where the file cannot say it (29.97 in a Live Link CSV). Frames are
        kept, only their times change; `FaceClip.resample` is something else.

    Raises
    ------
    VoxfaceError
        If the file cannot be read or is of no known format.
    """
    file = Path(path)
    try:
        clip = _loader(file, format)(file)
    except OSError as error:
        raise VoxfaceError(f"cannot read {path}: {error.strerror or error}") from None
    return clip if fps is None else replace(clip, fps=fps)  # type: ignore[arg-type]


def _loader(file: Path, format: str | None) -> Callable[[Path], FaceClip]:
    """Return what reads a file: of the format that is named, otherwise of what is in it."""
    found = sniff(file)
    if format is not None:
        kind = format_named(format)
        suffix = found[1] if found else file.suffix.lower()
        return kind.loader(suffix if suffix in kind.loaders else next(iter(kind.loaders), suffix))
    if found is None:
        names = ", ".join(each.title for each in FORMATS if each.loaders)
        raise VoxfaceError(
            f"{file} is not a face clip ({names}); 'voxface animate' makes one of a recording"
        )
    kind = format_named(found[0])
    if not kind.loaders:
        raise VoxfaceError(f"{file} holds {kind.title}: written, not read; there is no face in it")
    return kind.loader(found[1])
