"""Made-up people, and methods whose faults are known: what a report must say of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fabricated import write_captured_corpus
from voxface.corpus.examples import Example
from voxface.corpus.prepare import prepare_captured
from voxface.evaluation.takes import truth
from voxface.face import FaceClip
from voxface.training.recipe import Data

SLIP = ("anna3", 1.4)
"""The take and the time in seconds at which `slipping` is wrong, and nowhere else."""


@dataclass(frozen=True)
class Planted:
    """A method that knows the truth, and spoils it in a known way."""

    name: str
    spoil: Callable[[np.ndarray, Example], np.ndarray]
    look_ahead_ms: float = 0.0
    heard: Data | None = None

    def predict(self, example: Example) -> FaceClip:
        clip = truth(example)
        clock = np.arange(len(example)) / 100
        weights = np.stack(
            [np.interp(clock, clip.times, column) for column in clip.weights.T], axis=1
        )
        spoilt = np.clip(self.spoil(weights, example), 0, 1)
        pose = np.tile([0.0, 0, 0, 1, 0, 0, 0], (len(example), 1))
        return FaceClip(spoilt, 100, head=pose)


def exact(weights: np.ndarray, example: Example) -> np.ndarray:
    return weights


def late(weights: np.ndarray, example: Example) -> np.ndarray:
    """Return the truth 80 ms later."""
    return weights[np.maximum(np.arange(len(weights)) - 8, 0)]


def half(weights: np.ndarray, example: Example) -> np.ndarray:
    """Return half of the motion about rest."""
    rest = weights[example.speech == 0].mean(axis=0)
    return rest + (weights - rest) / 2


def noisy(weights: np.ndarray, example: Example) -> np.ndarray:
    """Return the truth with noise of 0.05."""
    rng = np.random.default_rng(len(example.name))
    return 0.1 + weights + 0.05 * rng.normal(size=weights.shape)


def slipping(weights: np.ndarray, example: Example) -> np.ndarray:
    """Return the truth but for 0.2 s of one take, in which nothing moves but far too much."""
    result = weights.copy()
    if example.name == SLIP[0]:
        middle = round(100 * SLIP[1])
        result[middle - 10 : middle + 10] += 0.5
    return result


def write_people(folder: Path, takes: int, speakers: tuple[str, ...]) -> Path:
    """Write examples of people who say "ba ba ba", and return their folder."""
    write_captured_corpus(folder, takes, speakers)
    examples = folder / "examples"
    prepare_captured("grid", folder / "captures", folder / "corpora" / "grid", examples)
    return examples
