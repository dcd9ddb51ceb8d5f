"""What is said in a take, read back from the articulatory features of its example."""

from __future__ import annotations

from functools import cache

import numpy as np

from voxface.corpus.examples import Example
from voxface.phones.symbols import MODIFIERS, base_phones, phone_features
from voxface.phones.times import TimedPhone


def phones_of(example: Example) -> list[TimedPhone]:
    """Return the phones of an example, to 10 ms; none where they are not known.

    Examples hold features, not symbols: a run of equal features becomes the first symbol that has
    them, so that sounds which look alike may swap their letters, and twins become one.
    """
    if not example.articulation.shape[1]:
        return []
    said = example.articulation
    edges = np.flatnonzero((said[1:] != said[:-1]).any(axis=1)) + 1
    begins, ends = [0, *edges.tolist()], [*edges.tolist(), len(said)]
    return [
        TimedPhone(_symbols().get(said[begin].tobytes(), "?"), begin / 100, end / 100)
        for begin, end in zip(begins, ends, strict=True)
        if end > begin
    ]


def around(phones: list[TimedPhone], time: float, reach: float = 0.25) -> tuple[str, str, str]:
    """Return the phones just before a time, at it, and just after it, as text."""
    spoken = [phone for phone in phones if time - reach < phone.end and phone.start < time + reach]
    before = " ".join(phone.symbol for phone in spoken if phone.end <= time)
    here = " ".join(phone.symbol for phone in spoken if phone.start <= time < phone.end)
    after = " ".join(phone.symbol for phone in spoken if phone.start > time)
    return before, here, after


@cache
def _symbols() -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    marks = ("", *MODIFIERS)
    for mark in marks:
        for base in base_phones():
            vector = np.round(255 * phone_features(base + mark)).astype(np.uint8)
            found.setdefault(vector.tobytes(), base + mark)
    return found
