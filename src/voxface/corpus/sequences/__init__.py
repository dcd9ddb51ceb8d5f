"""Published corpora of faces as vertex sequences: VOCASET, BIWI and Multiface."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from voxface.corpus.sequences.biwi import read_biwi
from voxface.corpus.sequences.multiface import read_multiface
from voxface.corpus.sequences.sets import mesh_set_of
from voxface.corpus.sequences.take import Sequences, SequenceTake
from voxface.corpus.sequences.vocaset import read_vocaset
from voxface.errors import unknown_name

__all__ = ["READERS", "SequenceTake", "Sequences", "mesh_set_of", "read_sequences"]

READERS: dict[str, Callable[[Path], Sequences]] = {
    "vocaset": read_vocaset,
    "biwi": read_biwi,
    "multiface": read_multiface,
}
"""Readers by the corpus's name."""


def read_sequences(corpus: str, root: Path) -> Sequences:
    """Read a corpus by its name.

    Raises
    ------
    VoxfaceError
        If the name is unknown or the folder holds no such corpus.
    """
    if corpus not in READERS:
        raise unknown_name("corpus of sequences", corpus, READERS)
    return READERS[corpus](root)
