"""A training run of a mesh net: recipe in, a trained net and the mesh that it moves out."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch

from voxface.corpus.mesh_examples import MeshExample, MeshSet, load_mesh_set
from voxface.errors import VoxfaceError
from voxface.face import MeshTopology
from voxface.formats.output import OutputFile, write_error
from voxface.training.checkpoint import git_commit
from voxface.training.fit import LAST, run
from voxface.training.loggers import make_logger
from voxface.training.mesh.checkpoint import TrainedMesh, save_mesh_run
from voxface.training.mesh.data import Heard, MeshBatch, MeshCrops, whole_take
from voxface.training.mesh.families import Lesson, lessons_of, prepared_net
from voxface.training.mesh.heard_faces import masks_of, mean_neutral
from voxface.training.mesh.recipe import MeshRecipe
from voxface.training.mesh.split import MeshSplit, split_meshes
from voxface.training.mesh.watch import MeshWatch
from voxface.training.validation import AveragedWeights
from voxface.training.workers import ALONE

SNAPSHOTS = "snapshots.npz"
"""File of a run that shows one frame of a watched take as the net learned it."""
Tell = Callable[[str], None]


def train_mesh(
    recipe: MeshRecipe, output: Path, *, threads: int = 0, tell: Tell = lambda line: None
) -> TrainedMesh:
    """Run a recipe.

    A net is taught in one lesson or several, each with its state in the run's folder: a run that
    was stopped resumes in the lesson where it was.

    Parameters
    ----------
    recipe : MeshRecipe
    output : Path
        Folder of the run: ``model.safetensors``, ``model.json``, ``topology.npz`` and logs.
    threads : int
        Processor threads; 0 leaves the choice to PyTorch.
    tell : callable
        Called with a line on how far the run is.

    Raises
    ------
    VoxfaceError
        If examples are missing, the recipe does not fit them, or the folder cannot be written.
    """
    if threads:
        torch.set_num_threads(threads)
    lightning.seed_everything(recipe.seed, verbose=False)
    held = load_sets(recipe.data.sets)
    split = split_meshes(held.examples, recipe.data)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(output, error) from None
    net = prepared_net(recipe.model, held.topology, split.heard)
    tell(
        f"{recipe.name}: {recipe.model.family} of {parameters(net):,} parameters; hears "
        f"{len(split.heard)} takes, {sum(take.seconds for take in split.heard) / 60:.1f} minutes"
    )
    rate = recipe.model.rate
    heard = [Heard.of(take, rate) for take in split.heard]
    changes = recipe.augmentation if recipe.augment else None
    upper = held.topology.region("upper")
    crops = MeshCrops(heard, recipe.crops, changes, recipe.seed, upper)
    masks = masks_of(split.heard, held.topology)
    looks: dict[str, Any] = {}
    begun = time.monotonic()
    for lesson in lessons_of(recipe, net, masks):
        takes = watched(split.watched, rate, net.look_ahead, recipe.validation.takes)
        looks[lesson.name] = learn(lesson, crops, takes, recipe, output)
        tell(f"{recipe.name}: {lesson.name} done after {time.monotonic() - begun:.0f} s")
    about = about_run(recipe, net, split, held.topology) | {
        "validation": looks,
        "seconds": round(time.monotonic() - begun, 1),
    }
    trained = TrainedMesh(net.eval(), held.topology, mean_neutral(split.heard), about)
    save_mesh_run(output, trained)
    for pattern in (f"*{LAST}", "*.done.*"):
        for state in output.glob(pattern):
            state.unlink()
    return trained


def load_sets(files: Sequence[str]) -> MeshSet:
    """Return the examples of several files of one topology.

    Raises
    ------
    VoxfaceError
        If a file is missing or they move different meshes.
    """
    sets = [load_mesh_set(file) for file in files]
    if not sets:
        raise VoxfaceError("the recipe names no file of meshes; see 'sets' of data")
    first = sets[0].topology
    for file, held in zip(files, sets, strict=True):
        if (held.topology.name, held.topology.vertices) != (first.name, first.vertices):
            raise VoxfaceError(
                f"{file} moves {held.topology.name}, and {files[0]} {first.name}; train on one"
            )
    return MeshSet(first, [example for held in sets for example in held.examples])


def learn(
    lesson: Lesson,
    crops: MeshCrops,
    takes: Sequence[MeshBatch],
    recipe: MeshRecipe,
    output: Path,
) -> dict[str, Any]:
    """Teach a net one lesson and leave in it the weights that are the result."""
    steps, every = lesson.optimiser.steps, recipe.validation.every
    done = output / f"{lesson.name}.done.json"
    weights = output / f"{lesson.name}.done.safetensors"
    finished = lesson.restore(weights, done)
    if finished is not None:
        return finished
    average = None
    if lesson.optimiser.average:
        average = AveragedWeights(decay=lesson.optimiser.average)
    watch = MeshWatch(takes, recipe.validation, steps, average) if every and takes else None
    parts = [part for part in (average, watch) if part is not None]
    crops.first = 0
    logger = make_logger(recipe.logger, output, f"{recipe.name}-{lesson.name}")
    state = output / f"{lesson.name}.{LAST}"
    run(lesson.module, crops, state, steps, lesson, ALONE, parts, logger)
    if watch and watch.weights:
        lesson.module.net.load_state_dict(watch.weights)
    found = {"best": watch.best, "looks": watch.looks} if watch and watch.looks else {}
    if watch and watch.snapshots:
        save_snapshots(output / SNAPSHOTS, watch.snapshots, takes[0])
    lesson.keep(weights, done, found)
    return found


def save_snapshots(path: Path, snapshots: Mapping[int, torch.Tensor], take: MeshBatch) -> None:
    """Write what a net made of one frame as it learned: steps (N,), offsets (N, V, 3), neutral."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        steps=np.array(list(snapshots)),
        offsets=np.stack([part.numpy() for part in snapshots.values()]).astype(np.float32),
        truth=take.offsets[0].numpy(),
        neutral=take.neutral[0].numpy(),
    )
    with OutputFile(path) as file:
        file.write(buffer.getvalue())


def watched(takes: Sequence[MeshExample], rate: int, look_ahead: int, most: int) -> list[MeshBatch]:
    """Return takes, evenly chosen if there are more than `most`, as batches of one each."""
    chosen = list(takes)
    if len(chosen) > most:
        chosen = [takes[i * len(takes) // most] for i in range(most)]
    return [whole_take(Heard.of(take, rate), look_ahead) for take in chosen]


def parameters(net: torch.nn.Module) -> int:
    """Return how many numbers a net learns or holds as its basis."""
    held = sum(part.numel() for part in net.parameters())
    return held + sum(part.numel() for name, part in net.named_buffers() if "basis" in name)


def about_run(
    recipe: MeshRecipe, net: Any, split: MeshSplit, topology: MeshTopology
) -> dict[str, Any]:
    """Return all that a run depended on."""
    return {
        "recipe": json.loads(json.dumps(asdict(recipe))),
        "data_sha256": {file: _sha256(Path(file)) for file in recipe.data.sets},
        "licences": sorted({str(take.about.get("licence", "unknown")) for take in split.heard}),
        "facts": {
            "parameters": parameters(net),
            "look_ahead_ms": 1000 * net.look_ahead / recipe.model.rate,
            "takes": len(split.heard),
            "minutes": round(sum(take.seconds for take in split.heard) / 60, 2),
            "speakers": sorted({take.speaker for take in split.heard}),
            "topology": topology.name,
        },
        "git_commit": git_commit(),
        "torch": torch.__version__,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
