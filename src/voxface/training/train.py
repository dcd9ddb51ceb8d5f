"""A training run: recipe and examples in, a trained model out."""

from __future__ import annotations

import hashlib
import json
import logging
import signal
import threading
import warnings
from collections.abc import Iterable, Mapping, Sequence
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
from numpy.typing import NDArray

from voxface.audio.features import DECIBEL_RANGE, MEL_BANDS
from voxface.corpus.examples import Example, load_examples, takes_by_speaker
from voxface.corpus.labels import load_canonical
from voxface.corpus.prepare import CANONICAL
from voxface.errors import VoxfaceError
from voxface.formats.output import write_error
from voxface.models import build_net
from voxface.phones.symbols import SILENCE, phone_features
from voxface.training.checkpoint import Trained, canonical_scale, git_commit, save_trained
from voxface.training.crops import MANY_TAKES, Crops
from voxface.training.module import FaceModule
from voxface.training.recipe import Data, Recipe

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
    files = [examples / f"{name}.npz" for name in recipe.data.sets]
    heard = [
        # A set goes by the name of its file: labels from two teachers are two sets.
        replace(as_heard(example, recipe.hears), corpus=file.stem)
        for file in files
        for example in split(load_examples(file), recipe.data)[0]
    ]
    if not heard:
        raise VoxfaceError("the recipe holds out every example; let it hear some")
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
    module = FaceModule(
        net,
        canonical_scale(canonical),
        torch.tensor(canonical.resting),
        recipe.optimiser,
        recipe.losses,
        recipe.stages,
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
        silence(recipe.hears),
        recipe.seed,
    )
    _fit(module, crops, recipe, output)
    trained = Trained(net.eval(), canonical, _about(recipe, files))
    save_trained(output, trained)
    (output / LAST).unlink(missing_ok=True)
    return trained


def split(examples: Iterable[Example], data: Data) -> tuple[list[Example], list[Example]]:
    """Split examples into those that a run hears and those held out for testing.

    A recording that is held out is held out in every voice.
    """
    held = list(examples)
    takes = takes_by_speaker(held)
    heard: list[Example] = []
    out: list[Example] = []
    numbers: dict[str, int] = {}
    for example in held:
        hidden = example.speaker in data.hold_out_speakers
        hidden |= has_word(example, data.hold_out_words)
        many = takes.get(example.speaker, 0) > MANY_TAKES
        if data.hold_out_every and example.seen.any() and many:
            number = numbers.setdefault(example.recording, len(numbers) + 1)
            hidden |= number % data.hold_out_every == 0
        (out if hidden else heard).append(example)
    return heard, out


def has_word(example: Example, words: Iterable[str]) -> bool:
    """Return whether one of `words` is said in the recording of an example."""
    return bool(set(str(example.about.get("text", "")).lower().split()) & set(words))


def as_heard(example: Example, hears: str) -> Example:
    """Return the example with the features that a net hears: sound, or its phones.

    Raises
    ------
    VoxfaceError
        If its phones are asked for and not known.
    """
    if hears == "sound":
        return example
    if not example.articulation.shape[1]:
        raise VoxfaceError(
            f"'{example.name}' has no phones; a recipe that hears phones cannot use its set"
        )
    return replace(example, features=(example.articulation / np.float16(255)).astype(np.float16))


def silence(hears: str) -> NDArray[np.float32]:
    """Return the features of silence, as `as_heard` gives them."""
    if hears == "sound":
        return np.full(MEL_BANDS, DECIBEL_RANGE[0], np.float32)
    return phone_features(SILENCE)


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
