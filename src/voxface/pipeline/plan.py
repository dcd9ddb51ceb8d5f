"""Which file is animated into which: the rules for inputs and outputs."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voxface.errors import VoxfaceError, unknown_name
from voxface.formats import FORMATS, find_format
from voxface.formats.output import real_path

_SUFFIXES = """
aac ac3 aif aifc aiff amr ape au avi caf eac3 flac flv m2ts m4a m4b m4v mka mkv mov mp2 mp3 mp4 mpeg
mpg mts mxf oga ogg ogv opus ra spx tak ts tta vob wav weba webm wma wmv wv 3gp 3g2
"""
MEDIA_SUFFIXES = frozenset(f".{name}" for name in _SUFFIXES.split())
"""What is looked for in a folder. A file that is named itself may be called anything."""


@dataclass(frozen=True)
class Job:
    """One recording and the files that its animation goes to.

    Attributes
    ----------
    source : Path
    outputs : tuple of Path
    format : str or None
        Name of the format of all outputs; None: each by its suffix.
    make_folder : bool
        Whether the outputs' folder is made if it is not there.
    """

    source: Path
    outputs: tuple[Path, ...]
    format: str | None = None
    make_folder: bool = False


def find_media(paths: Sequence[str | os.PathLike[str]]) -> list[tuple[Path, Path]]:
    """List media files: those named, and all in the folders named and the folders in them.

    Hidden files and folders are passed over. A file named twice is listed once.

    Returns
    -------
    list of (Path, Path)
        Each file, and the path that it has below the folder through which it was found.

    Raises
    ------
    VoxfaceError
        If a folder holds no media file.
    """
    found: dict[Path, tuple[Path, Path]] = {}
    for path in map(Path, paths):
        if path.is_dir():
            below = [
                file
                for file in sorted(path.rglob("*"))
                if file.suffix.lower() in MEDIA_SUFFIXES
                and not any(part.startswith(".") for part in file.relative_to(path).parts)
                and file.is_file()
            ]
            if not below:
                raise VoxfaceError(f"folder {path} holds no sound or video files")
        else:
            below = [path]
        for file in below:
            relative = file.relative_to(path) if file != path else Path(file.name)
            found.setdefault(file.resolve(), (file, relative))
    return list(found.values())


def plan_jobs(
    inputs: Sequence[str | os.PathLike[str]],
    outputs: Sequence[str | os.PathLike[str]] = (),
    format: str | None = None,
) -> list[Job]:
    """Decide what is written where, before anything is opened.

    - Without `outputs`, the animation stands beside each input, as Live Link CSV or as `format`.
    - For one input file, `outputs` are files whose suffixes name their formats, or one folder
      (one that exists, or a name that ends in a slash).
    - For several inputs or an input folder, `outputs` is one folder, made if need be; below it,
      files found in an input folder keep their place.
    - Two inputs whose outputs would be one keep their suffixes in the names: ``a.wav`` and
      ``a.mp3`` become ``a.wav.csv`` and ``a.mp3.csv``.

    Raises
    ------
    VoxfaceError
        If `outputs` do not fit the inputs, an output is an input, two outputs are one file, or a
        format is unknown.
    """
    if not inputs:
        raise VoxfaceError("nothing to animate: name a sound or video file, or a folder of them")
    suffix = _suffix(format)
    media = find_media(inputs)
    single = len(inputs) == 1 and not Path(inputs[0]).is_dir()
    if outputs and single and not _folder(outputs):
        for output in outputs:
            find_format(output, format)
        jobs = [Job(media[0][0], tuple(map(Path, outputs)), format)]
    else:
        jobs = _one_output_each(media, _one_folder(outputs), suffix, format)
    _refuse_collisions(jobs)
    return jobs


def _one_output_each(
    media: list[tuple[Path, Path]], folder: Path | None, suffix: str, format: str | None
) -> list[Job]:
    places = [folder / relative if folder is not None else source for source, relative in media]
    taken = Counter(real_path(place.with_suffix(suffix)) for place in places)
    jobs = []
    for (source, _), place in zip(media, places, strict=True):
        output = place.with_suffix(suffix)
        if taken[real_path(output)] > 1:
            output = place.with_name(place.name + suffix)
        jobs.append(Job(source, (output,), format, make_folder=folder is not None))
    return jobs


def _suffix(format: str | None) -> str:
    """Return the suffix of files of a format; Live Link CSV by default."""
    if format is None:
        return next(iter(FORMATS[0].writers))
    for each in FORMATS:
        if each.name == format:
            return next(iter(each.writers))
    raise unknown_name("format", format, [each.name for each in FORMATS])


def _folder(outputs: Sequence[str | os.PathLike[str]]) -> bool:
    name = os.fspath(outputs[0])
    return len(outputs) == 1 and (name.endswith(("/", os.sep)) or Path(name).is_dir())


def _one_folder(outputs: Sequence[str | os.PathLike[str]]) -> Path | None:
    """Return the output folder for any number of inputs."""
    if not outputs:
        return None
    folder = Path(outputs[0])
    known = {suffix for each in FORMATS for suffix in each.writers}
    if len(outputs) > 1 or (folder.suffix.lower() in known and not _folder(outputs)):
        raise VoxfaceError(
            "several inputs are animated into one folder: give -o FOLDER (and --format)"
        )
    if folder.exists() and not folder.is_dir():
        raise VoxfaceError(f"{folder} is a file; several inputs need a folder to go to")
    return folder


def _refuse_collisions(jobs: list[Job]) -> None:
    sources = {real_path(job.source): job.source for job in jobs}
    owners: dict[Path, Path] = {}
    for job in jobs:
        for output in job.outputs:
            key = real_path(output)
            if key in sources:
                raise VoxfaceError(f"{output} would overwrite the input itself; choose another -o")
            if key in owners:
                raise VoxfaceError(
                    f"{owners[key]} and {job.source} would both become {output}; "
                    "animate them into different folders"
                    if owners[key] != job.source
                    else f"{output} is named twice as an output"
                )
            owners[key] = job.source
