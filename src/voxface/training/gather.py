"""From example files to what a run hears: split, cut, smoothed and joined as its recipe says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from voxface.audio.features import FRAME_RATE
from voxface.corpus.examples import ARRAYS, Example, load_examples, takes_by_speaker
from voxface.errors import VoxfaceError
from voxface.training.recipe import Recipe
from voxface.training.split import only_minutes, set_aside, split

HALF_MAXIMUM = 2 * np.sqrt(2 * np.log(2))
"""Full width at half maximum of a Gaussian, in standard deviations."""


@dataclass(frozen=True)
class Gathered:
    """What a run works with.

    Attributes
    ----------
    heard : list of Example
        What it is trained on; a set goes by the name of its file.
    aside : list of Example
        Captured takes set aside for validation.
    takes : dict of str to int
        Recordings of each speaker before any were left out.
    files : list of Path
        Example files that were read.
    """

    heard: list[Example]
    aside: list[Example]
    takes: dict[str, int]
    files: list[Path]


def gather(recipe: Recipe, examples: Path) -> Gathered:
    """Read the examples that a recipe asks for.

    Raises
    ------
    VoxfaceError
        If files are missing, or the recipe leaves nothing to hear or to validate on.
    """
    data, hearing = recipe.data, recipe.hearing
    files = [examples / f"{name}.npz" for name in data.sets]
    heard: list[Example] = []
    for file in files:
        kept, _ = split(load_examples(file), data)
        # A set goes by the name of its file: labels from two teachers are two sets.
        heard += [replace(example, corpus=file.stem) for example in hearing.heard(kept)]
    if not heard:
        raise VoxfaceError("the recipe holds out every example; let it hear some")
    takes = takes_by_speaker(heard)
    aside: list[Example] = []
    if recipe.validation.every:
        heard, aside = set_aside(heard, recipe.validation.hold_out_every, recipe.validation.sets)
        if not aside or not heard:
            raise VoxfaceError(
                "no captured takes are left to validate on; change 'hold_out_every' of validation"
            )
    if data.minutes:
        heard = only_minutes(heard, data.minutes, recipe.seed)
    if data.smoothing:
        heard = [smoothed(example, data.smoothing) for example in heard]
    if data.join > 1:
        heard = joined(heard, data.join, recipe.seed)
    return Gathered(heard, aside, takes, files)


def gather_sounds(recipe: Recipe, examples: Path) -> list[Example]:
    """Read the examples that a net is pre-trained on: none that is held out for testing.

    Raises
    ------
    VoxfaceError
        If files are missing, or nothing is left to hear.
    """
    heard: list[Example] = []
    for name in recipe.pretraining.sets or tuple(recipe.data.sets):
        kept, _ = split(load_examples(examples / f"{name}.npz"), recipe.data)
        heard += [replace(example, corpus=name) for example in recipe.hearing.heard(kept)]
    if not heard:
        raise VoxfaceError("the recipe holds out every example of pretraining; name other 'sets'")
    return heard


def smoothed(example: Example, width: float) -> Example:
    """Smooth the labels without delay by a Gaussian, `width` milliseconds wide at half maximum."""
    deviation = width / 1000 * FRAME_RATE / HALF_MAXIMUM
    seen = (example.seen > 0).astype(np.float32)[:, None]
    share = np.maximum(gaussian_filter1d(seen, deviation, axis=0, mode="nearest"), 1e-6)

    def smooth(values: NDArray[np.float16]) -> NDArray[np.float16]:
        known = values.astype(np.float32) * seen
        wide = gaussian_filter1d(known, deviation, axis=0, mode="nearest") / share
        return np.asarray((wide * seen).astype(np.float16))

    return replace(example, motion=smooth(example.motion), pose=smooth(example.pose))


def joined(examples: Sequence[Example], count: int, seed: int) -> list[Example]:
    """Put `count` takes at a time of one speaker, set and tempo end to end, in a random order."""
    groups: dict[tuple[object, ...], list[Example]] = {}
    for example in examples:
        key = (
            example.corpus,
            example.speaker,
            example.about.get("speed"),
            example.about.get("pose"),
            example.articulation.shape[1],
        )
        groups.setdefault(key, []).append(example)
    rng = np.random.default_rng(seed)
    result = []
    for group in groups.values():
        order = [group[number] for number in rng.permutation(len(group))]
        result += [_end_to_end(order[at : at + count]) for at in range(0, len(order), count)]
    return result


def _end_to_end(takes: Sequence[Example]) -> Example:
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(take, name) for take in takes]) for name in ARRAYS
    }
    return replace(takes[0], name="+".join(take.name for take in takes), **arrays)
