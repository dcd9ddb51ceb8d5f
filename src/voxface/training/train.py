"""A training run: recipe and examples in, a trained model out."""

from __future__ import annotations

import hashlib
import json
import logging
import signal
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import (
    EMAWeightAveraging,
    ModelCheckpoint,
    RichProgressBar,
)
from lightning.pytorch.loggers import TensorBoardLogger

from voxface.corpus.labels import load_canonical
from voxface.corpus.prepare import CANONICAL
from voxface.errors import VoxfaceError
from voxface.formats.output import write_error
from voxface.models import FaceNet, build_net
from voxface.training.checkpoint import (
    Trained,
    canonical_scale,
    git_commit,
    load_trained,
    save_trained,
)
from voxface.training.crops import Crops
from voxface.training.gather import gather
from voxface.training.hearing import as_heard, silence
from voxface.training.module import FaceModule
from voxface.training.recipe import Recipe
from voxface.training.split import has_word, split

__all__ = ["LAST", "as_heard", "has_word", "silence", "split", "train"]

LAST = "last.ckpt"
"""Lightning's state of an unfinished run, inside the run's folder."""
KEEP_EVERY = 200
"""Steps between two states from which a killed run resumes."""


def train(recipe: Recipe, examples: Path, output: Path, *, threads: int = 0) -> Trained:
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
    module = FaceModule(
        net,
        canonical_scale(canonical),
        torch.tensor(canonical.resting),
        recipe.optimiser,
        recipe.losses,
        recipe.stages,
        recipe.data.rate,
    )
    crops = Crops(
        heard,
        replace(
            recipe.crops,
            shares=tuple(recipe.data.sets.items()),
            corpus_weight=tuple(recipe.data.weights.items()),
        ),
        recipe.augmentation if recipe.hears == "sound" else None,
        np.asarray(canonical.resting, np.float32),
        recipe.hearing,
        recipe.seed,
        takes=gathered.takes,
    )
    _fit(module, crops, recipe, output)
    trained = Trained(net.eval(), canonical, _about(recipe, gathered.files))
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
    if _sizes(state) != _sizes(net.state_dict()):
        raise VoxfaceError(
            f"the weights of '{folder}' do not fit the recipe's model; give it the same sizes, or "
            "leave out 'initial'"
        )
    net.load_state_dict(state)


def _fit(module: FaceModule, crops: Crops, recipe: Recipe, output: Path) -> None:
    state = output / LAST
    resume = str(state) if state.is_file() else None
    if resume:
        # The states are written by this program on this machine; nothing else is ever loaded.
        kept = torch.load(state, weights_only=False)
        if _sizes(kept["state_dict"]) != _sizes(module.state_dict()):
            raise VoxfaceError(
                f"'{state}' is the state of another recipe's run; remove it, or give this run "
                "another folder"
            )
        crops.first = int(kept["global_step"])
    callbacks: list[lightning.Callback] = [
        RichProgressBar(leave=True),
        ModelCheckpoint(
            output, "last", every_n_train_steps=KEEP_EVERY, enable_version_counter=False
        ),
    ]
    if recipe.optimiser.average:
        callbacks.append(EMAWeightAveraging(decay=recipe.optimiser.average))
    _ignore_profiling_timer()
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="lightning")
        trainer = lightning.Trainer(
            max_steps=recipe.optimiser.steps,
            precision=recipe.precision,
            gradient_clip_val=recipe.optimiser.clip,
            logger=TensorBoardLogger(output, name="", version="log"),
            callbacks=callbacks,
            enable_model_summary=False,
        )
        loader = torch.utils.data.DataLoader(crops, batch_size=None, num_workers=0)
        try:
            trainer.fit(module, loader, ckpt_path=resume, weights_only=False)
        except SystemExit:  # Lightning's answer to Ctrl-C
            raise KeyboardInterrupt from None


def _sizes(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in state.items()}


def _ignore_profiling_timer() -> None:
    """Keep a profiling timer of another library from ending the process.

    After a run, Lightning puts back every signal handler that Python knows of. MediaPipe installs
    one for SIGPROF behind Python's back: it would be lost, and the next tick be fatal.
    """
    known = hasattr(signal, "SIGPROF") and signal.getsignal(signal.SIGPROF) is signal.SIG_DFL
    if known and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGPROF, signal.SIG_IGN)


def _about(recipe: Recipe, files: Sequence[Path]) -> dict[str, object]:
    return {
        "recipe": json.loads(json.dumps(asdict(recipe))),
        "data_sha256": {file.name: _sha256(file) for file in files},
        "git_commit": git_commit(),
        "torch": torch.__version__,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
