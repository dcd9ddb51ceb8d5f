"""Random crops of examples, at random tempo, as batches of tensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from voxface.corpus.examples import Example, takes_by_speaker
from voxface.phones.symbols import FEATURE_NAMES as ARTICULATIONS_BY_NAME
from voxface.training.augment import HIGH, LOW, Augmentation, coloured_noise

MANY_TAKES = 100
"""A speaker with more takes has a scale of their own worth learning."""
ARTICULATIONS = len(ARTICULATIONS_BY_NAME)
BILABIAL, STOP, NASAL = map(ARTICULATIONS_BY_NAME.index, ("bilabial", "stop", "nasal"))


class Batch(NamedTuple):
    """A batch of B crops of T frames; labels stand at the time of their sound.

    Attributes
    ----------
    features : Tensor, shape (B, T, 80)
    motion : Tensor, shape (B, T, 52)
    weight : Tensor, shape (B, T, 52)
        0 where motion is unknown.
    pose : Tensor, shape (B, T, 6)
    pose_weight : Tensor, shape (B, T)
    speech : Tensor, shape (B, T)
    articulation : Tensor, shape (B, T, A)
    articulation_weight : Tensor, shape (B, T)
    """

    features: Tensor
    motion: Tensor
    weight: Tensor
    pose: Tensor
    pose_weight: Tensor
    speech: Tensor
    articulation: Tensor
    articulation_weight: Tensor


@dataclass(frozen=True)
class CropConfig:
    """How crops are drawn.

    Parameters
    ----------
    frames : int
        Frames with labels in a crop; `warm_up` frames before them only fill the net's memory.
    batch : int
        Crops in a batch.
    tempo : tuple of float
        Range of tempo factors; sound and labels are stretched together.
    own_scale : float
        Share of crops, among those left unaugmented, that keep the speaker's own scale, where the
        speaker is known from many takes.
    clean : float
        Share of crops left unaugmented.
    noise_only : float
        Share of crops in which nobody speaks: noise, or digital silence.
    closure : float
        How much more labels count while p, b or m is spoken: lips that do not meet are seen.
    shares : mapping from corpus to float
        How often each corpus is drawn, and `corpus_weight` how much its labels count.
    """

    frames: int = 320
    warm_up: int = 60
    batch: int = 32
    tempo: tuple[float, float] = (0.8, 1.35)
    own_scale: float = 1.0
    clean: float = 0.1
    noise_only: float = 0.04
    closure: float = 1.0
    shares: tuple[tuple[str, float], ...] = ()
    corpus_weight: tuple[tuple[str, float], ...] = ()


class Crops(IterableDataset[Batch]):
    """An endless stream of batches, the same for the same seed."""

    def __init__(
        self,
        examples: Sequence[Example],
        config: CropConfig,
        augmentation: Augmentation | None,
        rest: NDArray[np.float32],
        silence: NDArray[np.float32],
        seed: int,
    ) -> None:
        super().__init__()
        self.config = config
        self.augmentation = augmentation
        self.rest = rest
        self.silence = silence
        self.seed = seed
        self.first = 0
        """Number of the first batch: a resumed run goes on where it stopped."""
        self.groups: dict[str, list[Example]] = {}
        self.takes = takes_by_speaker(examples)
        for example in examples:
            self.groups.setdefault(example.corpus, []).append(example)
        wanted = dict(config.shares)
        frames = {name: sum(map(len, group)) for name, group in self.groups.items()}
        self.names = list(self.groups)
        share = np.array([wanted.get(name, frames[name]) for name in self.names], float)
        self.share = share / share.sum()
        # A long recording is drawn more often than a short one, but less than its length says.
        self.chances = {
            name: _normal(np.sqrt([len(e) for e in group])) for name, group in self.groups.items()
        }
        self.corpus_weight = dict(config.corpus_weight)

    def __iter__(self) -> Iterator[Batch]:
        worker = torch.utils.data.get_worker_info()
        number, step = (worker.id, worker.num_workers) if worker else (0, 1)
        for index in count(self.first + number, step):
            yield self.draw(index)

    def draw(self, index: int) -> Batch:
        """Draw the batch of this number."""
        rng = np.random.default_rng([self.seed, index])
        config = self.config
        torch.manual_seed(int(rng.integers(2**31)))
        clean = rng.random(config.batch) < config.clean
        crops = [self._crop(rng, bool(is_clean)) for is_clean in clean]
        parts = [torch.from_numpy(np.stack(part)) for part in zip(*crops, strict=True)]
        batch, speeds = Batch(*parts[:-1]), parts[-1]
        if self.augmentation is None:
            return batch
        noise = torch.from_numpy(
            np.stack([coloured_noise(batch.features.shape[1], rng) for _ in crops])
        )
        changed = self.augmentation(batch.features, noise, speeds)
        keep = torch.from_numpy(clean)[:, None, None]
        return batch._replace(features=torch.where(keep, batch.features, changed))

    def _crop(self, rng: np.random.Generator, clean: bool) -> tuple[Any, ...]:
        config = self.config
        total = config.frames + config.warm_up
        if rng.random() < config.noise_only:
            return self._nobody(rng, total)
        name = self.names[rng.choice(len(self.names), p=self.share)]
        group = self.groups[name]
        example = group[rng.choice(len(group), p=self.chances[name])]
        low, high = config.tempo
        rate = 1.0 if clean else float(np.exp(rng.uniform(np.log(low), np.log(high))))
        speed = float(example.about.get("speed", 1.0))
        rate /= speed
        span = total * rate
        # A crop may begin before the recording and end after it: there is silence.
        begin = rng.uniform(-0.3 * total, max(len(example) - 0.7 * span, -0.3 * total + 1))
        at = begin + rate * np.arange(total)
        inside = (at >= 0) & (at <= len(example) - 1)
        held = np.clip(at, 0, len(example) - 1)
        mel = _read(example.features, held)
        mel[~inside] = self.silence
        motion = _read(example.motion, held)
        many = self.takes.get(example.speaker, 0) > MANY_TAKES
        if clean and many and rng.random() < config.own_scale:
            motion = motion * example.own_gain + example.own_offset
        nearest = np.minimum(np.round(held).astype(int), len(example) - 1)
        seen = (example.seen[nearest] * inside).astype(np.float32)
        seen[: config.warm_up] = 0
        scale = self.corpus_weight.get(example.corpus, 1.0)
        known = example.articulation.shape[1] > 0
        articulation = np.zeros((total, ARTICULATIONS), np.float32)
        if known:
            articulation[:] = example.articulation[nearest] / np.float32(255)
        closing = np.float32(config.closure) * articulation[:, BILABIAL]
        closing = 1 + closing * np.maximum(articulation[:, STOP], articulation[:, NASAL])
        pose_known = "pose" not in example.about
        return (
            mel,
            motion,
            (seen * closing)[:, None] * example.channel_weight * np.float32(scale),
            _read(example.pose, held),
            seen * np.float32(pose_known),
            example.speech[nearest].astype(np.float32) * inside,
            articulation,
            inside.astype(np.float32) * np.float32(known),
            np.float32(speed),
        )

    def _nobody(self, rng: np.random.Generator, total: int) -> tuple[Any, ...]:
        mel = np.broadcast_to(self.silence, (total, len(self.silence)))
        if self.augmentation is not None and rng.random() < 0.7:
            mel = np.clip(coloured_noise(total, rng) + np.float32(rng.uniform(-30, 20)), LOW, HIGH)
        zeros = np.zeros(total, np.float32)
        weight = np.ones((total, len(self.rest)), np.float32)
        weight[: self.config.warm_up] = 0
        return (
            mel.astype(np.float32),
            np.broadcast_to(self.rest, weight.shape).astype(np.float32),
            weight,
            np.zeros((total, 6), np.float32),
            zeros,
            zeros,
            np.zeros((total, ARTICULATIONS), np.float32),
            zeros,
            np.float32(1),
        )


def _read(values: NDArray[np.float16], at: NDArray[np.float64]) -> NDArray[np.float32]:
    below = at.astype(int)
    above = np.minimum(below + 1, len(values) - 1)
    share = (at - below).astype(np.float32)[:, None]
    first = values[below].astype(np.float32)
    return np.asarray(first + share * (values[above].astype(np.float32) - first))


def _normal(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values / values.sum())
