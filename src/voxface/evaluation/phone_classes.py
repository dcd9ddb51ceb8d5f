"""Which class of phone is being spoken in every frame, from its articulation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxface.phones.symbols import FEATURE_NAMES

CLASSES = (
    "p b m",
    "f v",
    "oo w",
    "open vowels",
    "other vowels",
    "t d k g n",
    "s z sh th",
    "l r y h",
    "silence",
)
"""Phones by what they ask of the lips; as `head_lips.KINDS` where the names are the same."""


def phone_classes(articulation: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the number in `CLASSES` of every frame's phone (T,); -1 where none is known.

    Parameters
    ----------
    articulation : ndarray of uint8, shape (T, 27) or (T, 0)
        Articulatory features x 255, as an example holds them.
    """
    result = np.full(len(articulation), -1)
    if not articulation.shape[1]:
        return result
    said = articulation.astype(np.float32) / 255
    of = {name: said[:, column] for column, name in enumerate(FEATURE_NAMES)}
    vowel, rounded = of["vowel"] > 0.5, of["lip_rounding"] >= 0.65
    stopped = np.maximum(of["stop"], of["nasal"]) > 0.5
    rules = (
        (of["silence"] > 0.5, "silence"),
        (vowel & rounded & (of["height"] > 0.8), "oo w"),
        (vowel & (of["height"] <= 0.2), "open vowels"),
        (vowel, "other vowels"),
        (stopped & (of["bilabial"] > 0.5), "p b m"),
        (of["labiodental"] > 0.5, "f v"),
        (rounded, "oo w"),
        (stopped & (of["glottal"] <= 0.5), "t d k g n"),
        (np.maximum(of["fricative"], of["affricate"]) * (1 - of["glottal"]) > 0.5, "s z sh th"),
        (of["consonant"] > 0.5, "l r y h"),
    )
    for chosen, name in rules:
        result[chosen & (result < 0)] = CLASSES.index(name)
    return result
