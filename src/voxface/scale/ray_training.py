"""One recipe trained by many workers of a Ray cluster, or of this machine."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ray
import torch
from ray.train import RunConfig, ScalingConfig
from ray.train.lightning import RayDDPStrategy, RayLightningEnvironment
from ray.train.torch import TorchTrainer

from voxface.errors import VoxfaceError
from voxface.formats.output import write_error
from voxface.training.checkpoint import Trained, load_trained
from voxface.training.gather import gather
from voxface.training.recipe import Recipe
from voxface.training.train import train
from voxface.training.workers import Workers

STATES = ".ray"
"""Folder inside a run's folder in which Ray keeps its own notes."""


@dataclass(frozen=True)
class RayWorkers(Workers):
    """Workers that Ray has started: this process is one of them."""

    def trainer_options(self) -> dict[str, Any]:
        """Return what Lightning's trainer must know."""
        return {
            "accelerator": self.accelerator,
            "devices": "auto" if torch.cuda.is_available() else 1,
            "strategy": RayDDPStrategy(),
            "plugins": [RayLightningEnvironment()],
        }


def train_with_ray(
    recipe: Recipe, examples: Path, output: Path, *, threads: int = 0, workers: Workers
) -> Trained:
    """Run a recipe on a Ray cluster; see `voxface.training.train.train`.

    The cluster is the one of ``RAY_ADDRESS``; without it, this machine is one.

    Parameters
    ----------
    recipe : Recipe
    examples, output : Path
        Folders that all machines see under these names.
    threads : int
        Processor threads of each worker; 0 is one.
    workers : Workers
        As many workers as its devices times its machines.

    Raises
    ------
    VoxfaceError
        As `train` does, or if the cluster cannot be reached.
    """
    gather(recipe, examples)  # what is wrong with it is told here, before a cluster is asked for
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(output, error) from None
    gpu = workers.accelerator == "gpu" or (
        workers.accelerator == "auto" and torch.cuda.is_available()
    )
    settings = {
        "recipe": recipe,
        "examples": examples.resolve(),
        "output": output.resolve(),
        "threads": threads or 1,
        "workers": replace(workers, accelerator="gpu" if gpu else "cpu"),
    }
    with cluster(workers.count):
        trainer = TorchTrainer(
            _work,
            train_loop_config=settings,
            scaling_config=ScalingConfig(num_workers=workers.count, use_gpu=gpu),
            run_config=RunConfig(name="run", storage_path=str((output / STATES).resolve())),
        )
        try:
            trainer.fit()
        except Exception as error:
            raise _cause(error) from None
    return load_trained(output)


@contextmanager
def cluster(processors: int) -> Iterator[None]:
    """Join the cluster of ``RAY_ADDRESS``, or be one of so many processors, for a while."""
    if ray.is_initialized():
        yield
        return
    address = os.environ.get("RAY_ADDRESS")
    try:
        if address:
            ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False)
        else:
            ray.init(
                num_cpus=processors,
                include_dashboard=False,
                logging_level=logging.ERROR,
                log_to_driver=False,
            )
    except (ConnectionError, RuntimeError, ValueError) as error:
        reason = (str(error).splitlines() or ["no reason given"])[0]
        raise VoxfaceError(f"no Ray cluster ({reason}); see RAY_ADDRESS") from None
    try:
        yield
    finally:
        ray.shutdown()


def _work(settings: Mapping[str, Any]) -> None:
    """Do one worker's part."""
    workers: Workers = settings["workers"]
    train(
        settings["recipe"],
        settings["examples"],
        settings["output"],
        threads=settings["threads"],
        workers=RayWorkers(workers.devices, workers.machines, workers.accelerator, workers.loaders),
    )


def _cause(error: BaseException) -> BaseException:
    """Return the bad input at the bottom of what Ray raised, or what it raised."""
    seen: list[BaseException] = [error]
    while seen:
        at = seen.pop()
        if isinstance(at, VoxfaceError):
            return VoxfaceError(str(at).splitlines()[0])
        seen += [part for part in (at.__cause__, getattr(at, "cause", None)) if part is not None]
        seen += [
            part
            for part in getattr(at, "worker_failures", {}).values()
            if isinstance(part, BaseException)
        ]
    return error
