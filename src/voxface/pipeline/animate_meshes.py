"""Recordings into files by models that move a mesh: meshes as they are, or solved into weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from voxface.engine import MeshModel, MeshOptions, ahead, animate_mesh_blocks
from voxface.errors import VoxfaceError
from voxface.face import MeshClip
from voxface.formats import check_output, mesh_suffixes, save_clip, save_mesh
from voxface.formats.output import check_writable
from voxface.pipeline.animate_files import Animated, make_folder
from voxface.pipeline.plan import Job

if TYPE_CHECKING:
    from voxface.face import FaceClip


def writes_mesh(path: Path, format: str | None) -> bool:
    """Return whether an output of a mesh model holds the mesh itself.

    Formats that are named are those of blendshapes, and so are suffixes that no mesh has.
    """
    return format is None and path.suffix.lower() in mesh_suffixes()


def animate_mesh_files(
    jobs: Iterable[Job],
    model: MeshModel,
    *,
    fps: Fraction | float | str = 30,
    options: MeshOptions | None = None,
    neutral: ArrayLike | None = None,
    start_timecode: str | None = None,
    salvage: bool = False,
    on_progress: Callable[[float], None] | None = None,
) -> Iterator[Animated]:
    """Move a mesh by many recordings, one after another; a bad one does not stop the rest.

    Yields
    ------
    Animated
        One for each job, in order, with `error` set for those that failed.
    """
    for job in jobs:
        try:
            yield animate_mesh_file(
                job, model, fps=fps, options=options, neutral=neutral,
                start_timecode=start_timecode, salvage=salvage, on_progress=on_progress,
            )  # fmt: skip
        except VoxfaceError as error:
            yield Animated(job, error=str(error))


def animate_mesh_file(
    job: Job,
    model: MeshModel,
    *,
    fps: Fraction | float | str = 30,
    options: MeshOptions | None = None,
    neutral: ArrayLike | None = None,
    start_timecode: str | None = None,
    salvage: bool = False,
    on_progress: Callable[[float], None] | None = None,
) -> Animated:
    """Move a mesh by one recording, into files that appear complete or not at all.

    ``.npz``, ``.glb`` and USD files hold the mesh. Any other output is of ARKit weights, which are
    solved for on the mesh's own rig (`voxface.rig.mesh_weights`).

    Raises
    ------
    VoxfaceError
        If the recording cannot be animated, weights cannot be solved for, or an output cannot be
        written.
    """
    if job.make_folder:
        make_folder(job)
    for output in job.outputs:
        if writes_mesh(output, job.format):
            check_writable(output)
        else:
            check_output(output, job.format)
    parts: list[MeshClip] = []
    frames = 0
    blocks = ahead(
        animate_mesh_blocks(
            job.source, model, fps=fps, options=options, neutral=neutral, salvage=salvage
        )
    )
    try:
        for part in blocks:
            parts.append(part)
            frames += len(part)
            if on_progress is not None:
                on_progress(float(frames / part.fps))
    finally:
        blocks.close()
    clip = joined(parts, job.source.name)
    weights: FaceClip | None = None
    for output in job.outputs:
        if writes_mesh(output, job.format):
            save_mesh(clip, output)
            continue
        weights = weights if weights is not None else solved(clip)
        save_clip(weights, output, job.format, start_timecode=start_timecode)
    return Animated(job, len(clip), clip.duration)


def solved(clip: MeshClip) -> FaceClip:
    """Return a mesh as ARKit weights, on the rig of its topology."""
    # The solver is needed only where weights are asked for.
    from voxface.rig.mesh_weights import weights_from_mesh  # noqa: PLC0415

    return weights_from_mesh(clip)


def joined(parts: Sequence[MeshClip], source: str) -> MeshClip:
    """Return consecutive parts as one clip."""
    return replace(
        parts[0],
        vertices=np.concatenate([part.vertices for part in parts]),
        head=np.concatenate([part.head for part in parts]),
        metadata={**parts[0].metadata, "source": source},
    )
