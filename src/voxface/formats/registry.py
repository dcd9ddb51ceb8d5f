"""The formats there are, and how one is chosen: by name, by suffix, or by looking into the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError, unknown_name
from voxface.face import FaceClip
from voxface.formats import audio2face, livelink, npz, voice_to_action
from voxface.formats.names import match_channels, name_key
from voxface.formats.output import check_writable
from voxface.formats.table import split_header
from voxface.formats.writer import ClipHeader, ClipWriter

AnyPath = str | PathLike[str]


@dataclass(frozen=True)
class Format:
    """One file format.

    Parameters
    ----------
    name : str
        What ``format=`` and ``--format`` call it.
    title : str
        What people call it.
    writers, loaders : mapping of str to callable
        By suffix.
    """

    name: str
    title: str
    writers: Mapping[str, type[ClipWriter]]
    loaders: Mapping[str, Callable[[Path], FaceClip]]


FORMATS: tuple[Format, ...] = (
    Format(
        "livelink",
        "Live Link Face CSV",
        {".csv": livelink.LiveLinkWriter},
        {".csv": livelink.load},
    ),
    Format(
        "voice_to_action",
        "Voice-to-Action JSON",
        {".json": voice_to_action.VoiceToActionWriter},
        {".json": voice_to_action.load},
    ),
    Format(
        "audio2face",
        "Audio2Face-3D CSV or JSON",
        {
            ".csv": audio2face.Audio2FaceCsvWriter,
            ".json": audio2face.Audio2FaceJsonWriter,
        },
        {".csv": audio2face.load_csv, ".json": audio2face.load_json},
    ),
    Format("npz", "NumPy archive, lossless", {".npz": npz.NpzWriter}, {".npz": npz.load}),
)
"""Of two formats with one suffix, the first is meant unless a name is given."""


def find_format(path: AnyPath, format: str | None = None) -> Format:
    """Return the format a file would be written in.

    Raises
    ------
    VoxfaceError
        If the suffix or the name is unknown, or the two do not fit.
    """
    suffix = Path(path).suffix.lower()
    if format is None:
        found = next((each for each in FORMATS if suffix in each.writers), None)
        if found is None:
            raise VoxfaceError(
                f"{path}: no format for the suffix '{suffix}'; use one of {_known_suffixes()}"
            )
        return found
    found = _by_name(format)
    if suffix not in found.writers:
        raise VoxfaceError(
            f"{path}: format '{found.name}' is written to {' or '.join(found.writers)}, "
            f"not to '{suffix}'"
        )
    return found


def check_output(path: AnyPath, format: str | None = None) -> Format:
    """Find out before any work whether a clip can be written to `path`; return its format.

    Raises
    ------
    VoxfaceError
        If the format is unknown, the folder is missing or not writable, or `path` is no file.
    """
    found = find_format(path, format)
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
) -> ClipWriter:
    """Open a file to write a clip to, piece by piece.

    CSV and JSON writers keep a block of frames in memory, not the clip; npz keeps the clip.

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

    Raises
    ------
    VoxfaceError
        As `check_output`, or if the frame rate or the timecode is none.
    """
    writer = find_format(path, format).writers[Path(path).suffix.lower()]
    header = ClipHeader(fps, channels, start, start_timecode, metadata or {})  # type: ignore[arg-type]
    return writer(path, header)


def save_clip(
    clip: FaceClip,
    path: AnyPath,
    format: str | None = None,
    *,
    start_timecode: str | None = None,
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
        with file.open("rb") as stream:
            beginning = stream.read(65536)
        kind, suffix = _sniff(file, beginning)
        if format is not None:
            kind = _by_name(format)
            suffix = suffix if suffix in kind.loaders else next(iter(kind.loaders))
        if kind is None:
            names = ", ".join(each.title for each in FORMATS)
            raise VoxfaceError(f"{path} is not a face clip; voxface reads {names}")
        clip = kind.loaders[suffix](file)
    except OSError as error:
        raise VoxfaceError(f"cannot read {path}: {error.strerror or error}") from None
    return clip if fps is None else replace(clip, fps=fps)  # type: ignore[arg-type]


def _sniff(path: Path, beginning: bytes) -> tuple[Format | None, str]:
    """Tell the format of a file by its content; None if it looks like none."""
    if not beginning:
        raise VoxfaceError(f"{path} is empty")
    if beginning.startswith(b"PK"):
        return _by_name("npz"), ".npz"
    text = beginning.decode("utf-8-sig", errors="replace").lstrip()
    if text.startswith("{"):
        marks = ('"exportFps"', '"facsNames"', '"weightMat"', '"numPoses"')
        legacy = any(mark in text for mark in marks)
        return _by_name("audio2face" if legacy else "voice_to_action"), ".json"
    first_line = (text.splitlines() or [""])[0]
    names, _ = split_header(first_line)
    if "blendShapes." in first_line or "timeCode" in names:
        return _by_name("audio2face"), ".csv"
    if any(name_key(name) == "timecode" for name in names) or match_channels(names)[0]:
        return _by_name("livelink"), ".csv"
    return None, path.suffix.lower()


def _by_name(name: str) -> Format:
    found = next((each for each in FORMATS if each.name == name), None)
    if found is None:
        raise unknown_name("format", name, [each.name for each in FORMATS])
    return found


def _known_suffixes() -> str:
    return ", ".join(dict.fromkeys(suffix for each in FORMATS for suffix in each.writers))
