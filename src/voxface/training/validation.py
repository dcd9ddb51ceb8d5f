"""Watching a run on takes that it does not hear, keeping its best weights, and stopping early."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import EMAWeightAveraging
from numpy.typing import NDArray
from torch import Tensor

from voxface.corpus.examples import Example
from voxface.face import ARKIT_CHANNELS, channel_index
from voxface.models import NetConfig
from voxface.training.crops import ARTICULATIONS, Batch
from voxface.training.hearing import Hearing
from voxface.training.module import FaceModule
from voxface.training.predict import told
from voxface.training.recipe import Validation

JAW = channel_index("jawOpen")
MOUTH = [number for number, name in enumerate(ARKIT_CHANNELS) if name.startswith("mouth")]
MOVING = 0.01
"""A channel whose weights deviate less than this in a take says nothing of a net."""


class AveragedWeights(EMAWeightAveraging):  # type: ignore[misc]
    """An exponential moving average of the weights, which can be looked at in between."""

    @contextmanager
    def shown(self, module: lightning.LightningModule) -> Iterator[None]:
        """Put the average in the place of the weights for a while."""
        self._swap_models(module)
        try:
            yield
        finally:
            self._swap_models(module)


class Watch(lightning.Callback):  # type: ignore[misc]
    """Look at a run every so many steps.

    Parameters
    ----------
    batches : sequence of Batch
        Whole takes, one in each; see `whole_takes`.
    settings : Validation
    average : AveragedWeights, optional
        Whose weights are looked at, instead of those of the step.

    Attributes
    ----------
    looks : list of dict
        The figures of each look: ``step``, ``loss`` and Pearson's r of jaw and mouth.
    """

    def __init__(
        self,
        batches: Sequence[Batch],
        settings: Validation,
        average: AveragedWeights | None = None,
    ) -> None:
        super().__init__()
        self.batches = batches
        self.settings = settings
        self.average = average
        self.looks: list[dict[str, float]] = []
        self.weights: dict[str, Tensor] = {}

    @property
    def best(self) -> dict[str, float]:
        """The look of the smallest loss, the first of several."""
        return min(self.looks, key=lambda look: look["loss"])

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: FaceModule, *rest: Any, **more: Any
    ) -> None:
        """Look, if it is time."""
        step = trainer.global_step
        if step % self.settings.every and step < module.optimiser.steps:
            return
        if self.looks and self.looks[-1]["step"] == step:
            return
        with self.average.shown(module) if self.average else nullcontext():
            figures = look(module, self.batches, trainer)
            self.looks.append({"step": float(step)} | figures)
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
        return {"looks": self.looks, "weights": self.weights}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the state of a run that was stopped."""
        self.looks, self.weights = list(state_dict["looks"]), dict(state_dict["weights"])


def new_look(trainer: lightning.Trainer) -> dict[str, float] | None:
    """Return the look that a trainer's `Watch` took at this step, if it took one."""
    looks = next(part.looks for part in trainer.callbacks if isinstance(part, Watch))
    return looks[-1] if looks and looks[-1]["step"] == trainer.global_step else None


@torch.no_grad()
def look(
    module: FaceModule, batches: Sequence[Batch], trainer: lightning.Trainer
) -> dict[str, float]:
    """Return a net's loss on whole takes and Pearson's r of jaw and mouth, means over takes."""
    was_training = module.training
    module.eval()
    losses, jaws, mouths = [], [], []
    with trainer.precision_plugin.forward_context():
        for batch in batches:
            there = Batch(*(part.to(module.device) for part in batch))
            # The weights of the last stage: looks at all stages can be compared.
            output, terms = module.compare(there, module.losses)
            losses.append(float(torch.stack(list(terms.values())).sum()))
            late = module.net.look_ahead
            until = there.motion.shape[1] - late
            seen = (there.weight[0, :until] > 0).any(1).cpu().numpy()
            said, true = (
                module.scale(part[0].float()).cpu().numpy()[seen]
                for part in (output.motion[:, late:], there.motion[:, :until])
            )
            jaw, mouth = agreement(said, true)
            jaws.append(jaw)
            mouths.append(mouth)
    module.train(was_training)
    return {
        "loss": float(np.mean(losses)),
        "jaw_r": _mean(jaws),
        "mouth_r": _mean(mouths),
    }


def agreement(said: NDArray[np.float32], true: NDArray[np.float32]) -> tuple[float, float]:
    """Return Pearson's r of jawOpen and its mean over mouth channels that move; NaN where none do.

    Parameters
    ----------
    said, true : ndarray, shape (T, 52)
        Weights.
    """
    spread = true.std(axis=0)
    a, b = said - said.mean(axis=0), true - true.mean(axis=0)
    r = (a * b).mean(axis=0) / np.maximum(said.std(axis=0) * spread, 1e-9)
    mouth = [column for column in MOUTH if spread[column] > MOVING]
    jaw = float(r[JAW]) if spread[JAW] > MOVING else float("nan")
    return jaw, float(r[mouth].mean()) if mouth else float("nan")


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else 0.0


def whole_takes(
    examples: Sequence[Example], hearing: Hearing, config: NetConfig, look_ahead: int, most: int
) -> list[Batch]:
    """Return takes, evenly chosen if there are more than `most`, as batches of one each."""
    chosen = [examples[i * len(examples) // most] for i in range(min(most, len(examples)))]
    chosen = chosen if len(examples) > most else list(examples)
    return [whole_take(example, hearing, config, look_ahead) for example in chosen]


def whole_take(example: Example, hearing: Hearing, config: NetConfig, look_ahead: int) -> Batch:
    """Return an example, and `look_ahead` frames of silence without labels, as a batch of one."""

    def slow(values: NDArray[Any]) -> NDArray[np.float32]:
        rows = values.astype(np.float32)
        return hearing.slower(rows.reshape(len(rows), -1))

    known = example.articulation.shape[1] > 0
    articulation = (
        slow(example.articulation) / 255
        if known
        else np.zeros((len(slow(example.seen)), ARTICULATIONS))
    )
    seen = (slow(example.seen)[:, 0] > 0.99).astype(np.float32)
    sound = slow(example.features)
    quiet = np.tile(hearing.silence, (look_ahead, 1))
    condition = told(config, [example])

    def late(values: NDArray[Any]) -> Tensor:
        ends = [(0, look_ahead), *[(0, 0)] * (values.ndim - 1)]
        return torch.from_numpy(np.pad(values, ends).astype(np.float32))[None]

    return Batch(
        features=torch.from_numpy(np.concatenate([sound, quiet]).astype(np.float32))[None],
        motion=late(slow(example.motion)),
        weight=late(seen[:, None] * example.channel_weight),
        pose=late(slow(example.pose)),
        pose_weight=late(seen * ("pose" not in example.about)),
        speech=late(slow(example.speech)[:, 0]),
        articulation=late(articulation),
        articulation_weight=late(np.full(len(seen), float(known))),
        condition=torch.zeros(1, 0) if condition is None else condition,
    )
