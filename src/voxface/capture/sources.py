"""Which videos to capture, and the name of each one's take."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from voxface.errors import VoxfaceError

_SUFFIXES = "3gp avi flv m2ts m4v mjpeg mkv mov mp4 mpeg mpg mts mxf ogv ts webm wmv"
VIDEO_SUFFIXES = frozenset(f".{suffix}" for suffix in _SUFFIXES.split())
"""Files that are taken from a folder; a file named by itself may have any suffix."""


def find_videos(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Return the videos among files and folders (searched to any depth), each once.

    Raises
    ------
    VoxfaceError
        If a path does not exist or a folder holds no video.
    """
    found: dict[Path, Path] = {}  # what it really is, what it is called
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in VIDEO_SUFFIXES
                and not file.name.startswith(".")
                and file.is_file()
            )
            if not inside:
                raise VoxfaceError(f"the folder {path} holds no video")
            found.update({file.resolve(): file.absolute() for file in inside})
        elif path.exists():
            found[path.resolve()] = path.absolute()
        else:
            raise VoxfaceError(f"there is no file or folder {path}")
    return list(found.values())


def name_takes(videos: Iterable[Path]) -> Mapping[Path, str]:
    """Return a take name for every video; no two takes share a file.

    A video that shares its stem with no other is named by it. The others are named by their whole
    path below their common folder, for example ``monday_hello_mp4`` and ``friday_hello_mp4``.

    Raises
    ------
    VoxfaceError
        If two takes would still share a name.
    """
    videos = list(videos)
    # Some file systems do not tell upper case from lower.
    stems = Counter(video.stem.lower() for video in videos)
    names: dict[Path, str] = {}
    owner: dict[str, Path] = {}
    for video in videos:
        name = video.stem
        if stems[name.lower()] > 1:
            alike = [other.parent for other in videos if other.stem.lower() == name.lower()]
            below = video.relative_to(os.path.commonpath(alike))
            name = "_".join((*below.parent.parts, name, video.suffix.lstrip(".")))
        for file in (f"{name}.npz".lower(), f"{name}.landmarks.npz".lower()):
            other = owner.setdefault(file, video)
            if other != video:
                raise VoxfaceError(
                    f"{other} and {video} would both be written to {file}; rename one of them"
                )
        names[video] = name
    return names
