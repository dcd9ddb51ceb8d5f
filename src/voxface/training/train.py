"""A training run: recipe and examples in, a trained model out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from pathlib import Path

import lightning
import numpy as np
import torch

from voxface.corpus.labels import load_canonical
from voxface.corpus.prepare import CANONICAL
from voxface.errors import VoxfaceError
from voxface.formats.output import write_error
from voxface.models import FaceNet, build_net
from voxface.models.condition import condition_size
from voxface.models.linear import LinearNet
from voxface.training.arithmetic import lightning_precision
from voxface.training.checkpoint import (
    WEIGHTS,
    Trained,
    canonical_scale,
    git_commit,
    load_trained,
    save_trained,
)
from voxface.training.crops import Crops
from voxface.training.fit import LAST, fit, sizes
from voxface.training.gather import gather, gather_sounds
from voxface.training.hearing import as_heard, silence
from voxface.training.module import FaceModule
from voxface.training.predict import tell_one
from voxface.training.pretrain import pretrain
from voxface.training.recipe import Recipe
from voxface.training.ridge import fit_linear
from voxface.training.split import has_word, split
from voxface.training.teachers import Teachers
from voxface.training.validation import whole_takes
from voxface.training.workers import ALONE, Workers

__all__ = ["LAST", "as_heard", "has_word", "silence", "split", "train"]


def train(
    recipe: Recipe,
    examples: Path,
    output: Path,
    *,
    threads: int = 0,
    workers: Workers = ALONE,
    callbacks: Sequence[lightning.Callback] = (),
) -> Trained:
    """Run a recipe.

    Parameters
    ----------
    recipe : Recipe
        What to train.
    examples : Path
        Folder that ``voxface prepare`` wrote.
    output : Path
        Folder of the run: ``model.safetensors``, ``model.json`` and TensorBoard logs. A run that
        was stopped resumes from the state it finds there, on the same curve.
    threads : int
        Processor threads; 0 leaves the choice to PyTorch.
    workers : Workers
        The processes and machines that share each batch. The curve is the same for any number, as
        far as numbers that are added up in another order are.
    callbacks : sequence of Callback
        More of Lightning's callbacks.

    Raises
    ------
    VoxfaceError
        If examples are missing, the recipe leaves none to hear or does not fit them, or the folder
        cannot be written or holds the state of another recipe's run.
    """
    if threads:
        torch.set_num_threads(threads)
    lightning.seed_everything(recipe.seed, verbose=False)
    canonical = load_canonical(examples / CANONICAL)
    gathered = gather(recipe, examples)
    heard = gathered.heard
    if recipe.model.bands > (known := heard[0].features.shape[1]):
        raise VoxfaceError(
            f"the recipe's model takes {recipe.model.bands} bands of {recipe.hears}, which has "
            f"{known}; set 'bands' of model to that"
        )
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(output, error) from None
    net = build_net(recipe.model)
    if recipe.initial:
        begin_with(net, Path(recipe.initial))
    make_crops = partial(
        Crops,
        augmentation=recipe.augmentation if recipe.hears == "sound" else None,
        rest=np.asarray(canonical.resting, np.float32),
        hearing=recipe.hearing,
        takes=gathered.takes,
        tell=partial(tell_one, recipe.model) if condition_size(recipe.model) else None,
    )
    if recipe.pretraining.steps:
        sounds = make_crops(gather_sounds(recipe, examples), recipe.crops, seed=recipe.seed + 1)
        pretrain(net, sounds, recipe, output, workers)
    config = replace(
        recipe.crops,
        shares=tuple(recipe.data.sets.items()),
        corpus_weight=tuple(recipe.data.weights.items()),
    )
    crops = make_crops(heard, config, seed=recipe.seed, keep_clean=bool(recipe.teachers))
    if isinstance(net, LinearNet):
        # In closed form there is nothing to resume, to validate or to stop early.
        fit_linear(net, islice(crops, recipe.optimiser.steps))
        trained = Trained(net.eval(), canonical, _about(recipe, net, gathered.files))
        save_trained(output, trained)
        return trained
    folders = [Path(folder) for folder in recipe.teachers]
    module = FaceModule(
        net,
        canonical_scale(canonical),
        torch.tensor(canonical.resting),
        recipe.optimiser,
        recipe.losses,
        recipe.stages,
        recipe.data.rate,
        recipe.seed,
        Teachers(folders, recipe.hearing, canonical, config.warm_up) if folders else None,
        len(crops.speakers) if recipe.most("adversary") else 0,
    )
    takes = whole_takes(
        gathered.aside, recipe.hearing, recipe.model, net.look_ahead, recipe.validation.takes
    )
    trainer, watch = fit(module, crops, takes, recipe, output, workers, callbacks=callbacks)
    if module.trunk:
        module.trunk.let_go()
    about = _about(recipe, net, gathered.files)
    if watch:
        about["validation"] = {"best": watch.best, "looks": watch.looks}
    trained = Trained(net.eval(), canonical, about)
    if trainer.is_global_zero:
        save_trained(output, trained)
        (output / LAST).unlink(missing_ok=True)
    return trained


def begin_with(net: FaceNet, folder: Path) -> None:
    """Give a net the weights of an earlier run.

    Raises
    ------
    VoxfaceError
        If the folder holds no run, or one of other sizes.
    """
    state = load_trained(folder).net.state_dict()
    if sizes(state) != sizes(net.state_dict()):
        raise VoxfaceError(
            f"the weights of '{folder}' do not fit the recipe's model; give it the same sizes, or "
            "leave out 'initial'"
        )
    net.load_state_dict(state)


def _about(recipe: Recipe, net: FaceNet, files: Sequence[Path]) -> dict[str, object]:
    return {
        "recipe": json.loads(json.dumps(asdict(recipe))),
        "data_sha256": {file.name: _sha256(file) for file in files},
        "teachers_sha256": {folder: _sha256(Path(folder) / WEIGHTS) for folder in recipe.teachers},
        "facts": {
            "parameters": sum(part.numel() for part in net.parameters()),
            "look_ahead_ms": 1000 * net.look_ahead / recipe.data.rate,
        },
        "git_commit": git_commit(),
        "precision": lightning_precision(recipe.precision),
        "torch": torch.__version__,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
