"""Animate recordings into files, with flat memory and all stages side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from voxface.engine import Controls, Model, ahead, animate_blocks
from voxface.errors import VoxfaceError
from voxface.face import FaceClip, Rig
from voxface.formats import check_output, find_format, open_writer, resolve_rig
from voxface.formats.catalogue import AnyPath
from voxface.pipeline.plan import Job

if TYPE_CHECKING:
    from voxface.visemes import Script


@dataclass(frozen=True)
class Animated:
    """What became of a job.

    Attributes
    ----------
    job : Job
    frames : int
        Frames written to each output.
    seconds : float
        Length of the animation.
    error : str or None
        Why it failed, in one line; nothing was written then.
    """

    job: Job
    frames: int = 0
    seconds: float = 0.0
    error: str | None = None


def animate_files(
    jobs: Iterable[Job],
    *,
    fps: Fraction | float | str = 60,
    controls: Controls | None = None,
    model: Model | None = None,
    start_timecode: str | None = None,
    salvage: bool = False,
    rig: Rig | AnyPath | None = None,
    scripts: Callable[[Job], Script | None] = lambda job: None,
    on_progress: Callable[[float], None] | None = None,
) -> Iterator[Animated]:
    """Animate many recordings, one after another; a bad one does not stop the rest.

    Options as in `animate_file`; ``scripts`` returns the script of each job.

    Yields
    ------
    Animated
        One for each job, in order, with `error` set for those that failed.

    Raises
    ------
    VoxfaceError
        If the rig cannot be read or no output shows one.
    """
    planned = list(jobs)
    head = _head_of(planned, rig)
    shared = model
    for job in planned:
        try:
            script = scripts(job)
            shared = shared or (Model.for_recordings() if script is None else None)
            yield animate_file(
                job,
                fps=fps,
                controls=controls,
                model=shared,
                start_timecode=start_timecode,
                salvage=salvage,
                rig=head,
                script=script,
                on_progress=on_progress,
            )
        except VoxfaceError as error:
            yield Animated(job, error=str(error))


def animate_file(
    job: Job,
    *,
    fps: Fraction | float | str = 60,
    controls: Controls | None = None,
    model: Model | None = None,
    start_timecode: str | None = None,
    salvage: bool = False,
    rig: Rig | AnyPath | None = None,
    script: Script | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Animated:
    """Animate one recording into its outputs, which appear complete or not at all.

    Decoding, the model and writing each run in a thread of their own, a few blocks of ten seconds
    ahead of one another.

    Parameters
    ----------
    job : Job
        The recording and where it goes.
    fps, controls, model, salvage
        As in `voxface.animate`.
    start_timecode : str, optional
        ``HH:MM:SS:FF`` of time 0, for formats that carry timecode.
    rig : Rig or path-like, optional
        The head in outputs that show one; by default voxface's own.
    script : Script, optional
        What is said: then visemes animate the recording, and not a model.
    on_progress : callable, optional
        Called with the seconds of animation written so far.

    Raises
    ------
    VoxfaceError
        If the recording cannot be animated or an output cannot be written.
    """
    for output in job.outputs:
        if job.make_folder:
            make_folder(job)
        check_output(output, job.format)
    head = _head_of([job], rig)
    frames, seconds = 0, 0.0
    blocks = ahead(
        animate_blocks(
            job.source,
            fps=fps,
            controls=controls,
            model=model,
            salvage=salvage,
            script=script,
        )
    )
    with ExitStack() as stack:
        stack.callback(blocks.close)
        # The first block is waited for, so that a file that is no sound opens no output.
        first = next(blocks)
        writers = [
            stack.enter_context(
                open_writer(
                    output,
                    fps=first.fps,
                    channels=first.channels,
                    format=job.format,
                    start_timecode=start_timecode,
                    metadata={**first.metadata, "source": job.source.name},
                    rig=head if find_format(output, job.format).draws else None,
                )
            )
            for output in job.outputs
        ]
        for block in _with_first(first, blocks):
            for writer in writers:
                writer.write(block.weights, block.head, block.tracked)
            frames += len(block)
            seconds = float(frames / block.fps)
            if on_progress is not None:
                on_progress(seconds)
    return Animated(job, frames, seconds)


def _head_of(jobs: list[Job], rig: Rig | AnyPath | None) -> Rig | None:
    """Return the head that outputs show, read once; None if none shows one."""
    outputs = [(output, job.format) for job in jobs for output in job.outputs]
    if any(find_format(*output).draws for output in outputs):
        return resolve_rig(rig)
    if rig is not None and outputs:
        check_output(*outputs[0], rig=rig)
    return None


def _with_first(first: FaceClip, rest: Iterator[FaceClip]) -> Iterator[FaceClip]:
    yield first
    yield from rest


def make_folder(job: Job) -> None:
    """Make the folder of a job's outputs, if need be."""
    folder = job.outputs[0].parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise VoxfaceError(f"cannot make folder {folder}: {error.strerror or error}") from None
