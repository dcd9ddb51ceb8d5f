"""Many videos, on all cores, into files; what is finished is not done again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from voxface.capture.landmarker import load_mediapipe
from voxface.capture.model_file import landmarker_file
from voxface.capture.pool import map_in_processes
from voxface.capture.sources import name_takes
from voxface.capture.take import capture_video, source_mark
from voxface.errors import VoxfaceError
from voxface.face import FaceClip


@dataclass(frozen=True)
class Outcome:
    """What became of one video.

    Parameters
    ----------
    video : Path
    take : str
        The take's name: its clip is ``TAKE.npz``, its landmarks ``TAKE.landmarks.npz``.
    error : str or None
        One line, if it failed.
    kept : bool
        True if the take was already there from an earlier run.
    frames, lost : int
        Frames of the clip, and those of them without a face.
    """

    video: Path
    take: str
    error: str | None = None
    kept: bool = False
    frames: int = 0
    lost: int = 0


def capture_folder(
    videos: Sequence[Path],
    folder: str | os.PathLike[str],
    model: str | os.PathLike[str] | None = None,
    workers: int | None = None,
) -> Iterator[Outcome]:
    """Capture many videos into a folder and yield each outcome as it is ready.

    A run that was killed loses the takes that were under way; the next one keeps every finished
    take whose video and model are the same as now.

    Parameters
    ----------
    videos : sequence of Path
        See `voxface.capture.sources.find_videos`.
    folder : path
        Where the takes go; made if it does not exist.
    model : path, optional
        See `landmarker_file`.
    workers : int, optional
        Processes to use; one for every core by default. Processes are spawned, so a script that
        calls this needs the usual ``if __name__ == "__main__":``.

    Raises
    ------
    VoxfaceError
        If nothing can be done at all: no model, no MediaPipe, a folder that cannot be written, two
        videos of one name. What is wrong with a single video is in its outcome.
    """
    if workers is not None and workers < 1:
        raise VoxfaceError(f"the number of workers must be at least 1, not {workers}")
    takes = name_takes(videos)
    load_mediapipe()
    work = partial(_capture, folder=_writable(Path(folder)), model=landmarker_file(model).resolve())
    count = min(workers or os.cpu_count() or 1, max(1, len(takes)))
    return _outcomes(map_in_processes(work, takes.items(), count))


def _outcomes(
    results: Iterable[tuple[tuple[Path, str], Outcome | VoxfaceError]],
) -> Iterator[Outcome]:
    for (video, take), result in results:
        yield result if isinstance(result, Outcome) else Outcome(video, take, error=str(result))


def _capture(named: tuple[Path, str], folder: Path, model: Path) -> Outcome:
    video, take = named
    finished = _finished_clip(video, take, folder, model)
    if finished is None:
        capture = capture_video(video, model)
        capture.save(folder, take)
        clip = capture.clip
    else:
        clip = finished
    lost = int((~clip.tracked.any(axis=1)).sum())
    return Outcome(video, take, kept=finished is not None, frames=len(clip), lost=lost)


def _finished_clip(video: Path, take: str, folder: Path, model: Path) -> FaceClip | None:
    """Return the take if it was already captured from this very video by this very model.

    Raises
    ------
    VoxfaceError
        If the file that the take would be written to holds something else.
    """
    path = folder / f"{take}.npz"
    if not path.exists():
        return None
    try:
        clip = FaceClip.load(path)
    except VoxfaceError:
        clip = None
    mark = source_mark(video, model)
    if clip is None or clip.metadata.get("source_sha256") != mark["source_sha256"]:
        raise VoxfaceError(
            f"{path} is already there and was not made from {video}; "
            "remove it or write to another folder"
        )
    complete = (folder / f"{take}.landmarks.npz").exists()
    same = all(clip.metadata.get(key) == value for key, value in mark.items())
    return clip if complete and same else None


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".voxface-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise VoxfaceError(f"cannot write to the folder {folder}: {error.strerror}") from None
    return folder
