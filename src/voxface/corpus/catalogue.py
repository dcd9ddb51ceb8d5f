"""The corpora by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from voxface.corpus.build import Report, build_corpus
from voxface.corpus.sources import grid_takes, utterance_of, voice_takes
from voxface.errors import unknown_name

CORPORA = ("grid", "voices", "synthetic")


def make_corpus(
    name: str,
    folder: Path,
    *,
    shared: Path,
    minutes: float = 75.0,
    seed: int = 0,
    workers: int | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Make one corpus in a folder.

    Parameters
    ----------
    name : str
        ``"grid"`` (both GRID folders), ``"voices"`` (the four sets of real voices) or
        ``"synthetic"`` (espeak-ng and flite).
    folder : Path
        Where ``cuts.jsonl.gz`` is written, and the sound of the synthetic corpus.
    shared : Path
        The folder that holds ``grid_s1``, ``grid_more`` and ``voices``.
    minutes : float
        About how much synthetic sound to make.
    seed : int
        The same seed plans the same synthetic corpus.
    workers : int, optional
        Processes; every core by default.
    tell : callable
        Called with jobs done and jobs in all.

    Raises
    ------
    VoxfaceError
        If the name is unknown, recordings are missing or the folder cannot be written.
    """
    if name == "grid":
        return build_corpus(grid_takes(shared), utterance_of, folder, workers=workers, tell=tell)
    if name == "voices":
        return build_corpus(voice_takes(shared), utterance_of, folder, workers=workers, tell=tell)
    if name == "synthetic":
        from voxface.corpus.synthesis import speak, synthetic_lines  # noqa: PLC0415

        lines = synthetic_lines(folder / "sound", minutes=minutes, seed=seed)
        return build_corpus(lines, speak, folder, workers=workers, tell=tell)
    raise unknown_name("corpus", name, CORPORA)
