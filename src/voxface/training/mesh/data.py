"""Batches of mesh examples: what a net hears and how the face moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxface.audio.features import DECIBEL_RANGE, FEATURE_NAMES, FRAME_RATE, MEL_BANDS
from voxface.corpus.mesh_examples import MeshExample
from voxface.corpus.speech import speech_frames, widened
from voxface.errors import VoxfaceError
from voxface.training.augment import Augmentation, coloured_noise
from voxface.training.crops import AnyCrops, Share
from voxface.training.mesh.lent_upper import UpperFaces

DELAY = 1
"""Frames of 10 ms by which features come late: the exported front end needs half a window more."""
RATES = (25, 50, 100)
"""Frames of mesh per second that a net may tell."""
FloatArray = NDArray[np.float32]


class MeshBatch(NamedTuple):
    """B crops of T frames of mesh and T x stride frames of features.

    Attributes
    ----------
    features : Tensor, shape (B, T x stride, 83)
        As `voxface.audio.features`, one frame late.
    offsets : Tensor, shape (B, T, V, 3)
        Centimetres from `neutral`.
    neutral : Tensor, shape (B, V, 3)
        Each speaker's face at rest.
    seen : Tensor, shape (B, T)
        1 where the face is known; 0 in padding and where it was lost: such frames never count.
    speech : Tensor, shape (B, T)
        1 where the mouth may move for speech.
    speaker : Tensor of int64, shape (B,)
        Number of the speaker among those of the run, by name.
    """

    features: Tensor
    offsets: Tensor
    neutral: Tensor
    seen: Tensor
    speech: Tensor
    speaker: Tensor


@dataclass(frozen=True)
class MeshCropConfig:
    """What batches are cut of.

    Parameters
    ----------
    seconds : float
        Length of a crop; shorter takes are padded.
    batch : int
        Crops in a batch.
    by_speaker : float
        How often speakers are drawn alike rather than by how many takes they have, 0 to 1.
    by_corpus : float
        How often a corpus is drawn first, each alike, 0 to 1.
    lent_upper : float
        How often a take that a teacher labelled gets the upper face of a captured one, 0 to 1.
    """

    seconds: float = 3.0
    batch: int = 16
    by_speaker: float = 0.5
    by_corpus: float = 0.0
    lent_upper: float = 0.0

    def __post_init__(self) -> None:
        shares = (self.by_speaker, self.by_corpus, self.lent_upper)
        if self.seconds <= 0 or self.batch < 1 or min(shares) < 0 or max(shares) > 1:
            raise VoxfaceError(
                "crops have more than 0 'seconds', a 'batch' of at least 1, and 'by_speaker', "
                "'by_corpus' and 'lent_upper' from 0 to 1"
            )


@dataclass(frozen=True, eq=False)
class Heard:
    """An example as nets of one rate see it.

    Attributes
    ----------
    example : MeshExample
    features : ndarray, shape (T x stride, 83)
        One frame late.
    speech : ndarray, shape (T,)
    frames : int
        T.
    rate : int
    """

    example: MeshExample
    features: FloatArray
    speech: FloatArray
    frames: int
    rate: int

    @classmethod
    def of(cls, example: MeshExample, rate: int) -> Heard:
        """Prepare an example for nets that tell `rate` frames of mesh per second."""
        if rate not in RATES:
            raise VoxfaceError(f"a net tells {', '.join(map(str, RATES))} frames, not {rate}")
        stride = FRAME_RATE // rate
        frames = max(1, int(example.seconds * rate))
        sound = example.features.astype(np.float32)
        columns = sound.shape[1]
        late = np.concatenate([silence(DELAY, columns), sound, silence(frames * stride, columns)])
        speaks = widened(speech_frames(sound)).astype(np.float32)
        speaks = np.pad(speaks, (0, frames * stride))[: frames * stride : stride]
        return cls(example, late[: frames * stride], speaks, frames, rate)

    def face(self, begin: int, end: int) -> tuple[FloatArray, FloatArray]:
        """Return offsets (n, V, 3) and what was seen (n,) of frames `begin` to `end`."""
        at = np.arange(begin, end) * (self.example.fps / self.rate)
        last = len(self.example.offsets) - 1
        below = np.minimum(np.floor(at + 1e-6).astype(int), last)
        above = np.minimum(below + 1, last)
        blend = np.clip(at - below, 0, 1).astype(np.float32)
        first = self.example.offsets[below].astype(np.float32)
        if not blend.any():
            return first, self.example.seen[below].astype(np.float32)
        second = self.example.offsets[above].astype(np.float32)
        seen = self.example.seen[below] & self.example.seen[above]
        return first + blend[:, None, None] * (second - first), seen.astype(np.float32)


def silence(frames: int, columns: int = len(FEATURE_NAMES)) -> FloatArray:
    """Return features (frames, columns) of digital silence; further columns are 0."""
    quiet = np.zeros((frames, columns), np.float32)
    quiet[:, :MEL_BANDS] = DECIBEL_RANGE[0]
    quiet[:, FEATURE_NAMES.index("loudness")] = DECIBEL_RANGE[0]
    return quiet


def whole_take(heard: Heard, after: int = 0, speaker: int = 0) -> MeshBatch:
    """Return a whole take, and `after` frames of silence of which no face is known, as a batch."""
    stride = FRAME_RATE // heard.rate
    offsets, seen = heard.face(0, heard.frames)
    late = [(0, after)]
    quiet = silence(after * stride, heard.features.shape[1])
    return MeshBatch(
        torch.from_numpy(np.concatenate([heard.features, quiet]))[None],
        torch.from_numpy(np.pad(offsets, [*late, (0, 0), (0, 0)]))[None],
        torch.from_numpy(heard.example.neutral)[None],
        torch.from_numpy(np.pad(seen, late))[None],
        torch.from_numpy(np.pad(heard.speech, late))[None],
        torch.tensor([speaker]),
    )


class MeshCrops(AnyCrops):
    """An endless stream of batches, the same for the same seed.

    Parameters
    ----------
    takes : sequence of Heard
    config : MeshCropConfig
    augmentation : Augmentation or None
        What is done to log-mel.
    seed : int
    upper : ndarray, shape (V,), optional
        Mask of the upper face, for takes that are lent another's.

    Attributes
    ----------
    first : int
        Number of the first batch: a resumed run begins where it stopped.
    speakers : list of str
        Names, in the order of their numbers.
    """

    def __init__(
        self,
        takes: Sequence[Heard],
        config: MeshCropConfig,
        augmentation: Augmentation | None = None,
        seed: int = 0,
        upper: FloatArray | None = None,
    ) -> None:
        super().__init__()
        self.takes, self.config = list(takes), config
        self.upper = UpperFaces(self.takes, upper) if upper is not None else None
        self.augmentation, self.seed = augmentation, seed
        self.first = 0
        self.share = Share()
        self.speakers = sorted({take.example.speaker for take in self.takes})
        self._corpora: dict[str, dict[str, list[int]]] = {}
        for number, take in enumerate(self.takes):
            corpus = self._corpora.setdefault(take.example.corpus, {})
            corpus.setdefault(take.example.speaker, []).append(number)

    def divide(self, share: Share) -> None:
        """Draw only a worker's part of every batch from now on."""
        self.share = share

    def __iter__(self) -> Iterator[MeshBatch]:
        step = self.first
        while True:
            yield self.batch(step)
            step += 1

    def batch(self, step: int) -> MeshBatch:
        """Return a worker's part of batch number `step`."""
        rng = np.random.default_rng((self.seed, step))
        rows = [self._draw(rng) for _ in range(self.config.batch)]
        rows = rows[self.share.worker :: self.share.workers]
        made = MeshBatch(*(torch.from_numpy(np.stack(parts)) for parts in zip(*rows, strict=True)))
        if self.augmentation is None:
            return made
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(1 << 62)))
            mel = made.features[:, :, :MEL_BANDS]
            noise = np.stack([coloured_noise(mel.shape[1], rng) for _ in rows])
            changed = self.augmentation(mel, torch.from_numpy(noise), torch.ones(len(rows)))
        features = torch.cat([changed, made.features[:, :, MEL_BANDS:]], dim=2)
        return made._replace(features=features.float())

    def _number(self, rng: np.random.Generator) -> int:
        """Draw a take: of a corpus, of a speaker, or of all."""
        corpora = list(self._corpora.values())
        if rng.random() < self.config.by_corpus:
            corpora = [corpora[int(rng.integers(len(corpora)))]]
        lists = [numbers for corpus in corpora for numbers in corpus.values()]
        if rng.random() < self.config.by_speaker:
            return int(rng.choice(lists[int(rng.integers(len(lists)))]))
        return int(rng.choice([number for numbers in lists for number in numbers]))

    def _draw(self, rng: np.random.Generator) -> tuple[Any, ...]:
        take = self.takes[self._number(rng)]
        stride = FRAME_RATE // take.rate
        length = round(self.config.seconds * take.rate)
        begin = int(rng.integers(max(1, take.frames - length + 1)))
        end = min(take.frames, begin + length)
        offsets, seen = take.face(begin, end)
        lent = self.config.lent_upper
        if lent and self.upper and take.example.labelled and rng.random() < lent:
            offsets, seen = self.upper.lend(offsets, seen, rng)
        missing = length - (end - begin)
        sound = take.features[begin * stride : end * stride]
        return (
            np.concatenate([sound, silence(missing * stride, sound.shape[1])]),
            np.pad(offsets, [(0, missing), (0, 0), (0, 0)]),
            take.example.neutral,
            np.pad(seen, (0, missing)),
            np.pad(take.speech[begin:end], (0, missing)),
            np.int64(self.speakers.index(take.example.speaker)),
        )
