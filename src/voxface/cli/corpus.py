"""``voxface corpus``: make speech corpora with phone times."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import typer


class Corpus(StrEnum):
    """The corpora that can be made."""

    GRID = "grid"
    VOICES = "voices"
    SYNTHETIC = "synthetic"


def run(
    names: list[Corpus] = typer.Argument(..., metavar="NAME...", help="grid, voices, synthetic"),
    output: Path = typer.Option(..., "--output", "-o", help="each corpus gets a folder in it"),
    shared: Path = typer.Option(
        Path("../shared/data"), help="the folder that holds grid_s1, grid_more and voices"
    ),
    workers: int = typer.Option(0, min=0, help="processes; 0 uses every core"),
    minutes: float = typer.Option(75.0, min=0.1, help="how much synthetic sound to make"),
    seed: int = typer.Option(0, help="seed of the synthetic voices"),
) -> None:
    """Make corpora of speech with phone times: real ones aligned, synthetic ones spoken."""
    from rich.progress import Progress

    from voxface.corpus.catalogue import make_corpus

    for name in names:
        with Progress() as progress:
            task = progress.add_task(name.value, total=None)
            report = make_corpus(
                name.value,
                output / name.value,
                shared=shared,
                minutes=minutes,
                seed=seed,
                workers=workers or None,
                tell=lambda done, total, task=task: progress.update(  # type: ignore[misc]
                    task, completed=done, total=total
                ),
            )
        typer.echo(f"{output / name.value}: " + "\n  ".join(report.lines()))
