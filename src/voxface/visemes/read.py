"""Looks in time from a file: a TextGrid, phones as JSON, or mouth cues of Rhubarb."""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path

from voxface.errors import VoxfaceError
from voxface.phones.read import phones_from_json, read_textgrid
from voxface.visemes.of_phones import REST, TimedViseme, timed_visemes
from voxface.visemes.rhubarb import cues_from_json, cues_from_tsv, cues_from_xml

LENIENCE = 0.25
"""Seconds by which phones may outlast the sound: aligners round, and encoders pad."""
LARGEST = 64 * 2**20
"""Bytes; what is larger is no file of phones."""


def read_visemes(path: str | PathLike[str], duration: float) -> list[TimedViseme]:
    """Read looks in time for a recording; the file's content tells its kind.

    Parameters
    ----------
    path : path-like
        TextGrid; JSON ``{"phones": [...]}``; or JSON, XML or TSV of Rhubarb Lip Sync.
    duration : float
        Seconds of the recording.

    Raises
    ------
    VoxfaceError
        If it is none of these, holds nothing spoken, or outlasts the recording.
    """
    looks = _read(Path(path), duration)
    spoken = [look for look in looks if look.strongest != REST]
    if not spoken:
        raise VoxfaceError(f"{path} holds nothing spoken: all of it is silence")
    if spoken[-1].end > duration + LENIENCE:
        raise VoxfaceError(
            f"the phones in {path} end at {spoken[-1].end:.2f} s, but the sound at "
            f"{duration:.2f} s; are they of another recording?"
        )
    return looks


def _read(path: Path, duration: float) -> list[TimedViseme]:
    try:
        if path.stat().st_size > LARGEST:
            raise VoxfaceError(f"{path} is too large for a file of phones")
        data = path.read_bytes()
    except OSError as error:
        raise VoxfaceError(f"cannot read {path}: {error.strerror or error}") from None
    head = data[:400].replace(b"\0", b"")
    if path.suffix.lower() == ".textgrid" or b"ooTextFile" in head:
        return timed_visemes(read_textgrid(path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unknown(path) from None
    start = text.lstrip()[:1]
    if start == "{":
        try:
            found = json.loads(text)
        except ValueError as error:
            raise VoxfaceError(f"{path} is not JSON: {error}") from None
        if "mouthCues" in found:
            return cues_from_json(found, str(path))
        return timed_visemes(phones_from_json(found, str(path)))
    if start == "<":
        return cues_from_xml(text, str(path))
    if start.isdigit():
        return cues_from_tsv(text, str(path), duration)
    raise _unknown(path)


def _unknown(path: Path) -> VoxfaceError:
    return VoxfaceError(
        f"{path} is no file of phones; give a TextGrid, JSON with 'phones', or Rhubarb's JSON, "
        "XML or TSV"
    )
