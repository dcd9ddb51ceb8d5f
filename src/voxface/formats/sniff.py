"""Telling the format of a file by what is in it."""

from __future__ import annotations

import re
from pathlib import Path

from voxface.errors import VoxfaceError
from voxface.formats.names import match_channels, name_key
from voxface.formats.table import split_header

BEGINNING = 65536
"""Bytes that are looked at."""

_LEGACY_MARKS = ('"exportFps"', '"facsNames"', '"weightMat"', '"numPoses"')
_GLTF_MARKS = ('"asset"', '"version"', '"nodes"')
_CUE_MARKS = ('"mouthCues"', "<rhubarbResult", "MohoSwitch1")
_CUE_LINE = re.compile(r"\d+\.\d\d\t[A-HX]\n")


def sniff(path: Path) -> tuple[str, str] | None:
    """Return the name of a file's format and the suffix of such files; None if it looks like none.

    Raises
    ------
    VoxfaceError
        If the file is empty.
    OSError
        If it cannot be opened.
    """
    with path.open("rb") as stream:
        beginning = stream.read(BEGINNING)
    if not beginning:
        raise VoxfaceError(f"{path} is empty")
    return _by_bytes(beginning) or _by_text(beginning)


def _by_bytes(beginning: bytes) -> tuple[str, str] | None:
    if beginning.startswith(b"PK"):
        # The first name in a zip archive stands 30 bytes after its beginning.
        length = int.from_bytes(beginning[26:28], "little")
        scene = beginning[30 : 30 + length].lower().endswith((b".usdc", b".usda", b".usd"))
        return ("usd", ".usdz") if scene else ("npz", ".npz")
    if beginning.startswith(b"PXR-USDC"):
        return "usd", ".usdc"
    if beginning.startswith(b"#usda"):
        return "usd", ".usda"
    if beginning.startswith(b"glTF"):
        return _gltf(beginning)
    return None


def _gltf(beginning: bytes) -> tuple[str, str]:
    return ("vrma", ".vrma") if b"VRMC_vrm_animation" in beginning else ("glb", ".glb")


def _by_text(beginning: bytes) -> tuple[str, str] | None:
    text = beginning.decode("utf-8-sig", errors="replace").lstrip()
    if any(mark in text for mark in _CUE_MARKS) or _CUE_LINE.match(text):
        return "mouth_cues", ""
    if text.startswith("{"):
        if all(mark in text for mark in _GLTF_MARKS):
            return _gltf(beginning)
        legacy = any(mark in text for mark in _LEGACY_MARKS)
        return "audio2face" if legacy else "voice_to_action", ".json"
    first_line = (text.splitlines() or [""])[0]
    names, _ = split_header(first_line)
    if "blendShapes." in first_line or "timeCode" in names:
        return "audio2face", ".csv"
    if any(name_key(name) == "timecode" for name in names) or match_channels(names)[0]:
        return "livelink", ".csv"
    return None
