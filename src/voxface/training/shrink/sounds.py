"""Real speech to find scales with, and other speech to measure the loss on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio import SAMPLE_RATE, read
from voxface.corpus.examples import Example, load_examples
from voxface.errors import VoxfaceError
from voxface.training.recipe import Data
from voxface.training.train import split

Sounds = list[NDArray[np.float32]]

CAPTURED = ("grid", "facegood")
"""Example files whose faces were captured."""
MOST = 60
"""Takes of each kind."""


def from_files(files: Sequence[Path]) -> tuple[Sounds, Sounds]:
    """Return the first and the second half of every recording.

    Raises
    ------
    VoxfaceError
        If one is no sound.
    """
    whole = [read(file, SAMPLE_RATE) for file in files]
    return [s[: len(s) // 2] for s in whole], [s[len(s) // 2 :] for s in whole]


def from_examples(folder: Path, data: Data) -> tuple[Sounds, Sounds]:
    """Return recordings of captured takes that a run heard, and of those it did not.

    Raises
    ------
    VoxfaceError
        If there are no examples, or a recording is not where it was.
    """
    heard, out = captured_takes(folder, data)
    return _recordings(heard), _recordings(out or heard)


def captured_takes(folder: Path, data: Data) -> tuple[list[Example], list[Example]]:
    """Return captured takes that a run heard, and those it did not, at most `MOST` of each.

    Raises
    ------
    VoxfaceError
        If there are none.
    """
    takes: tuple[list[Example], list[Example]] = ([], [])
    for name in CAPTURED:
        path = folder / f"{name}.npz"
        if path.is_file():
            parts = split(load_examples(path), data)
            heard, out = parts if name in data.sets else ([], [*parts[0], *parts[1]])
            takes[0].extend(heard)
            takes[1].extend(out)
    if not takes[0] and not takes[1]:
        raise VoxfaceError(f"'{folder}' holds no captured takes; make them with 'voxface prepare'")
    return _spread(takes[0] or takes[1]), _spread(takes[1])


def _spread(takes: list[Example]) -> list[Example]:
    return takes[:: max(1, -(-len(takes) // MOST))]


def _recordings(takes: Sequence[Example]) -> Sounds:
    found = []
    for take in takes:
        path = Path(str(take.about.get("recording", "")))
        if not path.is_file():
            raise VoxfaceError(
                f"the recording of '{take.name}' is not at '{path}'; put it back, or give "
                "recordings by --sound FILE"
            )
        found.append(read(path, SAMPLE_RATE))
    return found
