"""Random crops of examples, at random tempo, as batches of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from voxface.audio.features import MEL_BANDS
from voxface.corpus.examples import Example, takes_by_speaker
from voxface.errors import VoxfaceError
from voxface.phones.symbols import FEATURE_NAMES as ARTICULATIONS_BY_NAME
from voxface.training.augment import HIGH, LOW, Augmentation, coloured_noise
from voxface.training.extra_features import extras_of_mel
from voxface.training.hearing import Hearing

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
    condition : Tensor, shape (B, K)
        What a net is told of speaker and emotion; K = 0 for nets that are told nothing.
    speaker : Tensor of int64, shape (B,)
        Number of the speaker among those heard; -1 where nobody speaks.
    clean : Tensor, shape (B, T, F)
        Features before they were augmented, if they are kept; otherwise empty.
    """

    features: Tensor
    motion: Tensor
    weight: Tensor
    pose: Tensor
    pose_weight: Tensor
    speech: Tensor
    articulation: Tensor
    articulation_weight: Tensor
    condition: Tensor = torch.zeros(0, 0)
    speaker: Tensor = torch.zeros(0, dtype=torch.int64)
    clean: Tensor = torch.zeros(0, 0, 0)

    def until(self, frames: int) -> Batch:
        """Return the first so many frames."""
        parts = self._asdict()
        return Batch(**parts | {name: parts[name][:, :frames] for name in PER_FRAME})


PER_FRAME = Batch._fields[: Batch._fields.index("condition")]
"""Parts of a batch that have frames."""


@dataclass(frozen=True)
class CropConfig:
    """How crops are drawn.

    Parameters
    ----------
    frames : int
        Frames with labels in a crop, at the net's rate; `warm_up` frames before them only fill the
        net's memory.
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
    condition_dropout : float
        Share of crops that a net which is told who speaks, or how, is not told it.
    shards : int
        Parts of a batch that are drawn with random numbers of their own. The workers of a run
        divide them among themselves, so that a batch is the same however many workers share it.
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
    condition_dropout: float = 0.2
    shards: int = 4
    shares: tuple[tuple[str, float], ...] = ()
    corpus_weight: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Share:
    """Which part of every batch a worker draws."""

    worker: int = 0
    workers: int = 1


class AnyCrops(IterableDataset[Any]):
    """An endless stream of batches that can begin anywhere and be divided among workers."""

    first: int

    def divide(self, share: Share) -> None:
        """Draw only a worker's part of every batch from now on."""
        raise NotImplementedError


class Crops(AnyCrops):
    """An endless stream of batches, the same for the same seed.

    Parameters
    ----------
    examples : sequence of Example
        With the features that the net hears, at 100 Hz.
    config : CropConfig
    augmentation : Augmentation or None
        What is done to log-mel.
    rest : ndarray, shape (52,)
        Motion where nobody speaks.
    hearing : Hearing
        What the net hears.
    seed : int
    takes : dict of str to int, optional
        How many recordings there are of each speaker, if not only those in `examples`.
    tell : callable, optional
        Returns what a net is told of an example, shape (K,); see `voxface.training.predict.told`.
    keep_clean : bool
        Whether batches keep the features before augmentation.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        config: CropConfig,
        augmentation: Augmentation | None,
        rest: NDArray[np.float32],
        hearing: Hearing,
        seed: int,
        *,
        takes: Mapping[str, int] | None = None,
        tell: Callable[[Example], NDArray[np.float32]] | None = None,
        keep_clean: bool = False,
    ) -> None:
        super().__init__()
        self.tell = tell
        self.keep_clean = keep_clean
        names = sorted({example.speaker for example in examples})
        self.speakers = {name: number for number, name in enumerate(names)}
        self.config = config
        self.augmentation = augmentation
        self.rest = rest
        self.hearing = hearing
        self.silence = hearing.silence
        self.seed = seed
        self.shards = _shards(config, Share())
        self.first = 0
        """Number of the first batch: a resumed run goes on where it stopped."""
        self.groups: dict[str, list[Example]] = {}
        self.takes = takes if takes is not None else takes_by_speaker(examples)
        for example in examples:
            self.groups.setdefault(example.corpus, []).append(example)
        wanted = dict(config.shares)
        frames = {name: sum(map(len, group)) for name, group in self.groups.items()}
        self.names = list(self.groups)
        parts = np.array([wanted.get(name, frames[name]) for name in self.names], float)
        self.share = parts / parts.sum()
        # A long recording is drawn more often than a short one, but less than its length says.
        self.chances = {
            name: _normal(np.sqrt([len(e) for e in group])) for name, group in self.groups.items()
        }
        self.corpus_weight = dict(config.corpus_weight)

    def divide(self, share: Share) -> None:
        """Draw only a worker's part of each batch from now on.

        Raises
        ------
        VoxfaceError
            If the batch cannot be divided equally among so many workers.
        """
        self.shards = _shards(self.config, share)

    def __iter__(self) -> Iterator[Batch]:
        worker = torch.utils.data.get_worker_info()
        number, step = (worker.id, worker.num_workers) if worker else (0, 1)
        for index in count(self.first + number, step):
            yield self.draw(index)

    def draw(self, index: int) -> Batch:
        """Draw the worker's part of the batch of this number."""
        parts = [self._draw_shard(index, shard, size) for shard, size in self.shards]
        return Batch(*(torch.cat(part) for part in zip(*parts, strict=True)))

    def _draw_shard(self, index: int, shard: int, size: int) -> Batch:
        rng = np.random.default_rng([self.seed, index, shard])
        torch.manual_seed(int(rng.integers(2**31)))
        clean = rng.random(size) < self.config.clean
        crops = [self._crop(rng, bool(is_clean)) for is_clean in clean]
        parts = [torch.from_numpy(np.stack(part)) for part in zip(*crops, strict=True)]
        batch, speeds = Batch(*parts[:-1]), parts[-1]
        if self.keep_clean:
            batch = batch._replace(clean=batch.features)
        if self.augmentation is not None:
            noise = torch.from_numpy(
                np.stack([coloured_noise(batch.features.shape[1], rng) for _ in crops])
            )
            changed = self._augmented(self.augmentation, batch.features, noise, speeds)
            keep = torch.from_numpy(clean)[:, None, None]
            batch = batch._replace(features=torch.where(keep, batch.features, changed))
        return _slower(batch, self.hearing.every)

    def _augmented(
        self, augmentation: Augmentation, features: Tensor, noise: Tensor, speeds: Tensor
    ) -> Tensor:
        """Change the log-mel, and the other columns by what that does to them."""
        mel = features[:, :, :MEL_BANDS]
        changed = augmentation(mel, noise, speeds)
        names = self.hearing.extras
        if not names:
            return changed
        moved = extras_of_mel(changed, names) - extras_of_mel(mel, names)
        extras = (features[:, :, MEL_BANDS:] + moved).clamp(LOW, HIGH)
        return torch.cat([changed, extras], dim=2)

    def _crop(self, rng: np.random.Generator, clean: bool) -> tuple[Any, ...]:
        config = self.config
        total = self.hearing.every * (config.frames + config.warm_up)
        warm_up = self.hearing.every * config.warm_up
        if rng.random() < config.noise_only:
            return self._nobody(rng, total, warm_up)
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
        seen[:warm_up] = 0
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
            self._told(rng, example),
            np.int64(self.speakers[example.speaker]),
            np.float32(speed),
        )

    def _told(self, rng: np.random.Generator, example: Example | None) -> NDArray[np.float32]:
        """Return what the net is told, shape (K,); nobody is known of some crops and of noise."""
        if self.tell is None:
            return np.zeros(0, np.float32)
        told = self.tell(example or self.groups[self.names[0]][0])
        if example is None or rng.random() < self.config.condition_dropout:
            return np.zeros_like(told)
        return told

    def _nobody(self, rng: np.random.Generator, total: int, warm_up: int) -> tuple[Any, ...]:
        mel = np.broadcast_to(self.silence, (total, len(self.silence)))
        if self.augmentation is not None and rng.random() < 0.7:
            mel = np.clip(coloured_noise(total, rng) + np.float32(rng.uniform(-30, 20)), LOW, HIGH)
            if self.hearing.extras:
                extras = extras_of_mel(torch.from_numpy(mel), self.hearing.extras)
                mel = np.concatenate([mel, extras.numpy()], axis=1)
        zeros = np.zeros(total, np.float32)
        weight = np.ones((total, len(self.rest)), np.float32)
        weight[:warm_up] = 0
        return (
            mel.astype(np.float32),
            np.broadcast_to(self.rest, weight.shape).astype(np.float32),
            weight,
            np.zeros((total, 6), np.float32),
            zeros,
            zeros,
            np.zeros((total, ARTICULATIONS), np.float32),
            zeros,
            self._told(rng, None),
            np.int64(-1),
            np.float32(1),
        )


def _shards(config: CropConfig, share: Share) -> list[tuple[int, int]]:
    """Return number and size of the shards that a worker draws.

    Raises
    ------
    VoxfaceError
        If the batch cannot be divided equally among so many workers.
    """
    count = min(config.shards, config.batch)
    sizes = [len(part) for part in np.array_split(np.arange(config.batch), max(1, count))]
    if share.workers > 1 and (config.batch % len(sizes) or len(sizes) % share.workers):
        raise VoxfaceError(
            f"a batch of {config.batch} crops in {len(sizes)} shards cannot be shared equally by "
            f"{share.workers} workers; set 'shards' of crops to a multiple of the workers, and "
            "'batch' to a multiple of that"
        )
    each = len(sizes) // share.workers
    return list(enumerate(sizes))[share.worker * each : (share.worker + 1) * each]


def _slower(batch: Batch, every: int) -> Batch:
    """Average every so many frames; a label counts as the least known of them does."""
    if every == 1:
        return batch
    parts = batch._asdict()
    for name in (*PER_FRAME, *(["clean"] if batch.clean.numel() else [])):
        frames = parts[name].unflatten(1, (-1, every))
        known = name in ("weight", "pose_weight", "articulation_weight")
        parts[name] = frames.amin(2) if known else frames.mean(2)
    return Batch(**parts)


def _read(values: NDArray[np.float16], at: NDArray[np.float64]) -> NDArray[np.float32]:
    below = at.astype(int)
    above = np.minimum(below + 1, len(values) - 1)
    share = (at - below).astype(np.float32)[:, None]
    first = values[below].astype(np.float32)
    return np.asarray(first + share * (values[above].astype(np.float32) - first))


def _normal(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(values / values.sum())
