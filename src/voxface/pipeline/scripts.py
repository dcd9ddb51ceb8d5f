"""What is said in which recording: texts and phones for one file, or for a folder of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from voxface.engine.method import script_for
from voxface.errors import VoxfaceError
from voxface.pipeline.plan import Job

if TYPE_CHECKING:
    from voxface.visemes import Script

TEXTS = (".txt", ".lab")
PHONES = (".TextGrid", ".textgrid", ".json", ".tsv", ".xml")
"""Suffixes of the files that lie in a folder of texts or phones, one for each recording."""


def scripts_of(
    jobs: Sequence[Job],
    method: str,
    *,
    model: object | None = None,
    text: str | None = None,
    phones: Path | None = None,
    language: str | None = None,
) -> Callable[[Job], Script | None]:
    """Return what gives each job its script; options are checked at once.

    Parameters
    ----------
    jobs : sequence of Job
        All that will be animated.
    method, model, language
        As in `voxface.animate`.
    text : str, optional
        What is said; or a text file; or a folder that holds ``NAME.txt`` for every recording NAME.
    phones : Path, optional
        A file of phones in time; or such a folder.

    Raises
    ------
    VoxfaceError
        If the options do not go together, or one text is given for several recordings.
    """
    texts = _existing(text)
    folders = [place for place in (texts, phones) if place is not None and place.is_dir()]
    for name, given in (("text", text), ("phones", phones)):
        if given is not None and len(jobs) > 1 and not folders:
            raise VoxfaceError(
                f"{name} belongs to one recording, but there are {len(jobs)}; give a folder with "
                f"a file for each, such as {jobs[0].source.stem}.txt"
            )
    if not folders:
        script = script_for(method, model, texts if texts is not None else text, phones, language)
        return lambda job: script
    script_for(method, model, "a" if texts else None, phones, language)

    def script_of(job: Job) -> Script | None:
        return script_for(
            method,
            model,
            _beside(texts, job, TEXTS) if texts else None,
            _beside(phones, job, PHONES) if phones else None,
            language,
        )

    return script_of


def _existing(text: str | None) -> Path | None:
    """Return the path that a text names; None if it is the text itself."""
    try:
        return Path(text) if text and Path(text).exists() else None
    except (OSError, ValueError):  # too long for a name, or with a zero in it
        return None


def _beside(place: Path, job: Job, suffixes: Sequence[str]) -> Path:
    if not place.is_dir():
        return place
    for suffix in suffixes:
        path = place / f"{job.source.stem}{suffix}"
        if path.is_file():
            return path
    names = " or ".join(f"{job.source.stem}{suffix}" for suffix in suffixes)
    raise VoxfaceError(f"folder {place} lacks what belongs to {job.source.name}: {names}")
