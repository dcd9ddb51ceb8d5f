"""The loop of a training run: Lightning's trainer, with states to resume from."""

from __future__ import annotations

import logging
import signal
import threading
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar
from torch.utils.data import DataLoader

from voxface.errors import VoxfaceError
from voxface.training.arithmetic import lightning_precision
from voxface.training.crops import AnyCrops, Batch, Crops, Share
from voxface.training.loggers import make_logger
from voxface.training.module import FaceModule, Optimiser
from voxface.training.recipe import Recipe
from voxface.training.validation import AveragedWeights, Watch
from voxface.training.workers import Workers, share_norms

LAST = "last.ckpt"
"""Lightning's state of an unfinished run, inside the run's folder."""
KEEP_EVERY = 200
"""Steps between two states from which a killed run resumes."""


class Paced(Protocol):
    """What a recipe, or a part of one, says of how a trainer runs."""

    @property
    def precision(self) -> str:
        """As Lightning names it, or ``auto``."""

    @property
    def optimiser(self) -> Optimiser:
        """Its gradients' largest norm is read."""


class Loaders(lightning.LightningDataModule):  # type: ignore[misc]
    """Crops for the worker that asks."""

    def __init__(self, crops: AnyCrops, processes: int) -> None:
        super().__init__()
        self.crops = crops
        self.processes = processes

    def train_dataloader(self) -> DataLoader[Any]:
        """Return the worker's part of every batch."""
        self.crops.divide(Share(self.trainer.global_rank, self.trainer.world_size))
        return DataLoader(self.crops, batch_size=None, num_workers=self.processes)


def fit(
    module: FaceModule,
    crops: Crops,
    takes: Sequence[Batch],
    recipe: Recipe,
    output: Path,
    workers: Workers,
    *,
    callbacks: Sequence[lightning.Callback] = (),
) -> tuple[lightning.Trainer, Watch | None]:
    """Train a module, and leave in it the weights that are the result.

    Parameters
    ----------
    module : FaceModule
    crops : Crops
        What it hears.
    takes : sequence of Batch
        What it is validated on.
    recipe : Recipe
    output : Path
        Folder of the run.
    workers : Workers
    callbacks : sequence of Callback
        More of Lightning's callbacks.

    Returns
    -------
    trainer : Trainer
    watch : Watch or None
        What validation saw.

    Raises
    ------
    VoxfaceError
        If the folder holds the state of another recipe's run.
    """
    average = AveragedWeights(decay=recipe.optimiser.average) if recipe.optimiser.average else None
    watch = Watch(takes, recipe.validation, average) if recipe.validation.every else None
    # In this order: what is looked at is averaged, and what is kept has been looked at.
    parts = [part for part in (average, watch, *callbacks) if part is not None]
    steps = recipe.optimiser.steps
    logger = make_logger(recipe.logger, output, recipe.name)
    trainer = run(module, crops, output / LAST, steps, recipe, workers, parts, logger)
    if watch and watch.weights:
        module.net.load_state_dict(watch.weights)
    return trainer, watch


def run(
    module: lightning.LightningModule,
    crops: AnyCrops,
    state: Path,
    steps: int,
    recipe: Paced,
    workers: Workers,
    callbacks: Sequence[lightning.Callback] = (),
    logger: Any = False,
) -> lightning.Trainer:
    """Train any module on crops for so many steps, from the state that was kept if there is one.

    Raises
    ------
    VoxfaceError
        If it is the state of another recipe's run.
    """
    resume = _state_to_resume(module, crops, state)
    if workers.count > 1:
        share_norms(module)
    states = ModelCheckpoint(
        state.parent, state.stem, every_n_train_steps=KEEP_EVERY, enable_version_counter=False
    )
    _ignore_profiling_timer()
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="lightning")
        trainer = lightning.Trainer(
            max_steps=steps,
            precision=lightning_precision(recipe.precision),
            gradient_clip_val=recipe.optimiser.clip,
            logger=logger,
            callbacks=[*callbacks, RichProgressBar(leave=True), states],
            enable_model_summary=False,
            use_distributed_sampler=False,
            log_every_n_steps=min(50, max(1, steps // 100)),
            **workers.trainer_options(),
        )
        loaders = Loaders(crops, workers.loaders)
        try:
            trainer.fit(module, datamodule=loaders, ckpt_path=resume, weights_only=False)
        except SystemExit:  # Lightning's answer to Ctrl-C
            raise KeyboardInterrupt from None
    return trainer


def _state_to_resume(module: lightning.LightningModule, crops: AnyCrops, state: Path) -> str | None:
    if not state.is_file():
        return None
    # The states are written by this program on this machine; nothing else is ever loaded.
    kept: dict[str, Any] = torch.load(state, weights_only=False)
    if sizes(kept["state_dict"]) != sizes(module.state_dict()):
        raise VoxfaceError(
            f"'{state}' is the state of another recipe's run; remove it, or give this run "
            "another folder"
        )
    crops.first = int(kept["global_step"])
    return str(state)


def sizes(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Size]:
    """Return the shapes of a state by its names."""
    return {name: tensor.shape for name, tensor in state.items()}


def _ignore_profiling_timer() -> None:
    """Keep a profiling timer of another library from ending the process.

    After a run, Lightning puts back every signal handler that Python knows of. MediaPipe installs
    one for SIGPROF behind Python's back: it would be lost, and the next tick be fatal.
    """
    known = hasattr(signal, "SIGPROF") and signal.getsignal(signal.SIGPROF) is signal.SIG_DFL
    if known and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
