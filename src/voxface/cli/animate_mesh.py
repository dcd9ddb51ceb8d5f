"""voxface animate with a model that moves a mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from voxface.errors import VoxfaceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from voxface.engine import Controls, MeshModel
    from voxface.pipeline import Job


def refuse_controls(controls: Controls, *, rig: Path | None, texts: Sequence[object]) -> None:
    """Refuse options that shape blendshapes.

    Raises
    ------
    VoxfaceError
        If one is set; the message says what to do.
    """
    from voxface.engine import Controls, Life

    plain = Controls(life=Life.of(1.0, seed=controls.living.seed))
    if replace(controls, life=plain.life) != replace(plain, life=plain.life) or any(texts):
        raise VoxfaceError(
            "gains, offsets, strengths, smoothing, expressions and texts go with models of "
            "blendshapes; leave them out, or leave out --model"
        )
    if rig is not None:
        raise VoxfaceError(
            "--rig goes with models of blendshapes; to put a mesh on a rig, write .csv first and "
            "then: voxface convert WEIGHTS.csv HEAD.glb --rig RIG"
        )


def run_mesh(
    jobs: list[Job],
    file: Path,
    *,
    fps: str,
    neutral: Path | None,
    temperature: float | None,
    top_k: int | None,
    seed: int,
    start_timecode: str | None,
    salvage: bool,
) -> None:
    """Move a mesh by each recording and print what came of it."""
    from voxface.cli.progress import SpeechProgress
    from voxface.engine import MeshModel, MeshOptions
    from voxface.pipeline.animate_meshes import animate_mesh_files

    model = MeshModel(file)
    if model.description.latent is None and (temperature is not None or top_k is not None):
        raise VoxfaceError(
            f"{model.description.name} samples nothing, so it has no use for --temperature and "
            "--top-k"
        )
    options: dict[str, Any] = {"seed": seed}
    if temperature is not None:
        options["temperature"] = temperature
    if top_k is not None:
        options["top_k"] = top_k
    failed = False
    with SpeechProgress([job.source for job in jobs]) as progress:
        for done in animate_mesh_files(
            jobs,
            model,
            fps=fps,
            options=MeshOptions(**options),
            neutral=face_of(neutral, model) if neutral is not None else None,
            start_timecode=start_timecode,
            salvage=salvage,
            on_progress=progress.seconds,
        ):
            progress.next()
            if done.error:
                failed = True
                progress.complain(done.error)
            else:
                names = ", ".join(map(str, done.job.outputs))
                progress.say(f"{names}: {done.frames} frames, {done.seconds:.2f} s")
    if failed:
        raise typer.Exit(2)


PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
"""Suffixes of pictures from which a neutral face is taken."""


def face_of(path: Path, model: MeshModel) -> NDArray[Any]:
    """Return the neutral face (V, 3) in a picture or a mesh clip.

    Raises
    ------
    VoxfaceError
        If there is no such file, no face in it, or its mesh is another than the model's.
    """
    from voxface.formats import load_mesh

    wanted = model.description.topology
    if not path.is_file():
        raise VoxfaceError(f"there is no file {path} to take a neutral face from")
    if path.suffix.lower() in PICTURES:
        from voxface.corpus.neutral import neutral_of_picture

        face = neutral_of_picture(path)
        found, name = len(face), "a picture's mesh"
    else:
        clip = load_mesh(path)
        face, found, name = clip.neutral, clip.topology.vertices, clip.topology.name
    if found != wanted.vertices:
        raise VoxfaceError(
            f"{path} holds {found} vertices ({name}); {model.description.name} moves "
            f"{wanted.vertices} of {wanted.name}"
        )
    return face
