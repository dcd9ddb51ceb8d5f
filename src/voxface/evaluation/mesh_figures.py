"""All figures of a run in one folder: curves, faces as they were learned, takes and films."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from voxface.corpus.mesh_examples import load_mesh_set
from voxface.engine import MeshOptions
from voxface.evaluation.mesh_methods import first_frame
from voxface.evaluation.mesh_pictures import learning, loss_curves, take_picture
from voxface.evaluation.mesh_runs import MeshRun
from voxface.formats.output import write_error
from voxface.render import mesh_film
from voxface.training.mesh.split import mesh_data, split_meshes
from voxface.training.mesh.train import SNAPSHOTS


def draw_run(
    folder: Path, meshes: Path, output: Path, *, takes: int, options: MeshOptions
) -> Iterator[Path]:
    """Draw a run and yield each file as it is done.

    Parameters
    ----------
    folder : Path
        Of a run.
    meshes : Path
        File of examples.
    output : Path
        Folder, made if need be.
    takes : int
        Held-out takes that are drawn, half of them of speakers never heard where there are any.
    options : MeshOptions

    Raises
    ------
    VoxfaceError
        If the run or the examples cannot be read, or the folder cannot be written.
    """
    run = MeshRun.load(folder, options)
    held = load_mesh_set(meshes)
    split = split_meshes(held.examples, mesh_data(run.trained.about["recipe"]["data"]))
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(output, error) from None
    curves = output / "losses.png"
    loss_curves(run.trained.about["validation"], curves)
    yield curves
    if (folder / SNAPSHOTS).is_file():
        learning(folder, held.topology, output / "learning.png")
        yield output / "learning.png"
    strangers = list(split.strangers)[: takes // 2]
    for take in [*list(split.test)[: takes - len(strangers)], *strangers]:
        picture = output / f"{take.name}.png"
        take_picture(run, take, held.topology, picture)
        yield picture
        truth = take.clip(held.topology)
        said = replace(truth, vertices=take.neutral + np.asarray(run.predict(take)))
        moving = output / f"{take.name}.mp4"
        # A chunk begins later in its recording, and would be heard out of step.
        sound = str(take.about.get("recording", "")) if not first_frame(take) else ""
        mesh_film([("captured", truth), (run.name, said)], moving, sound=sound or None)
        yield moving
