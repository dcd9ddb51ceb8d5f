"""Watching a run on takes that it does not hear, and keeping its best weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import lightning
import torch
from torch import Tensor, nn

from voxface.errors import VoxfaceError
from voxface.training.mesh.data import MeshBatch
from voxface.training.validation import AveragedWeights


@dataclass(frozen=True)
class MeshValidation:
    """How a run is watched.

    Parameters
    ----------
    every : int
        Steps between two looks; 0 never looks.
    patience : int
        Looks without a better one after which the run ends; 0 never ends it early.
    takes : int
        Takes that are looked at, at most.
    """

    every: int = 200
    patience: int = 0
    takes: int = 24

    def __post_init__(self) -> None:
        if self.every < 0 or self.patience < 0 or self.takes < 1:
            raise VoxfaceError(
                "'every' and 'patience' of validation are 0 or more, 'takes' 1 or more"
            )


class Watched(Protocol):
    """A Lightning module that can say how good it is."""

    net: nn.Module

    def figures(self, batch: MeshBatch) -> Mapping[str, float]:
        """Return figures of a whole take, ``loss`` among them, without learning."""


class MeshWatch(lightning.Callback):  # type: ignore[misc]
    """Look at a run every so many steps; the weights of the smallest loss are kept.

    Attributes
    ----------
    looks : list of dict
        ``step`` and the mean figures of each look.
    """

    def __init__(
        self,
        batches: Sequence[MeshBatch],
        settings: MeshValidation,
        steps: int,
        average: AveragedWeights | None = None,
    ) -> None:
        super().__init__()
        self.batches, self.settings, self.steps = batches, settings, steps
        self.average = average
        self.looks: list[dict[str, float]] = []
        self.weights: dict[str, Tensor] = {}
        self.snapshots: dict[int, Tensor] = {}
        """By step, what the net made of a frame of the first take: offsets (V, 3), centimetres."""

    @property
    def best(self) -> dict[str, float]:
        """The look of the smallest loss, the first of several."""
        return min(self.looks, key=lambda look: look["loss"])

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: Any, *rest: Any, **more: Any
    ) -> None:
        """Look, if it is time."""
        step = trainer.global_step
        if step % self.settings.every and step < self.steps:
            return
        if self.looks and self.looks[-1]["step"] == step:
            return
        with self.average.shown(module) if self.average else nullcontext():
            figures = look(module, self.batches)
            self.looks.append({"step": float(step)} | figures)
            if hasattr(module, "snapshot"):
                self.snapshots[step] = module.snapshot(self.batches[0])
            if self.best is self.looks[-1]:
                state = module.net.state_dict()
                self.weights = {name: part.detach().cpu().clone() for name, part in state.items()}
        for name, value in figures.items():
            module.log(f"validation/{name}", value, prog_bar=name == "loss")
        late = step - self.best["step"]
        if self.settings.patience and late >= self.settings.patience * self.settings.every:
            trainer.should_stop = True

    def state_dict(self) -> dict[str, Any]:
        """Return what a resumed run must know."""
        return {"looks": self.looks, "weights": self.weights, "snapshots": self.snapshots}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the state of a run that was stopped."""
        self.looks, self.weights = list(state_dict["looks"]), dict(state_dict["weights"])
        self.snapshots = dict(state_dict.get("snapshots", {}))


@torch.no_grad()
def look(module: Any, batches: Sequence[MeshBatch]) -> dict[str, float]:
    """Return the mean figures of whole takes."""
    was_training = module.training
    module.eval()
    rows = [module.figures(MeshBatch(*(p.to(module.device) for p in batch))) for batch in batches]
    module.train(was_training)
    names = rows[0].keys()
    return {name: float(sum(float(row[name]) for row in rows) / len(rows)) for name in names}
