"""``voxface prepare``: turn captures and corpora into examples for training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from voxface.errors import VoxfaceError, unknown_name

MADE = ("grid", "grid_revoiced", "facegood", "nobody")
"""Sets that are made of captured takes and of noise."""
CAPTURED = ("grid", "facegood")
"""Those that experiments need."""
RESERVED = (*MADE, "canonical", "synthetic", "voices")
"""Names that no folder of recordings may have."""


def run(
    output: Path = typer.Option(..., "--output", "-o", help="folder of the example files"),
    captures: Path = typer.Option(..., help="folder that 'voxface capture' wrote"),
    corpora: Path = typer.Option(..., help="folder that 'voxface corpus' wrote"),
    shared: Path = typer.Option(Path("../shared/data"), help="the folder that holds facegood"),
    sounds: list[Path] = typer.Option(
        [], help="folder of recordings of which nothing more is known; may be repeated"
    ),
    only: list[str] = typer.Option(
        [], help="make only this set (grid, facegood, voices …); may be repeated"
    ),
    captured_only: bool = typer.Option(
        False,
        "--captured-only",
        help="only the takes that were captured, and --sounds: what recipes/experiments need",
    ),
) -> None:
    """Make example files: features, motion and phones at 100 Hz."""
    from rich.progress import Progress

    from voxface.corpus.manifest import CUTS
    from voxface.corpus.nobody import prepare_nobody
    from voxface.corpus.prepare import (
        CANONICAL,
        prepare_captured,
        prepare_facegood,
        prepare_sounds,
        prepare_voices,
    )
    from voxface.pipeline.plan import find_media

    recordings = {sound_set(folder): find_media([folder]) for folder in sounds}
    known = sorted(path.parent.name for path in corpora.glob(f"*/{CUTS}"))
    voices = [name for name in known if name != "grid"]
    everything = [*MADE, *recordings, *voices]
    for name in only:
        if name not in everything:
            raise unknown_name("set of examples", name, everything)
    usual = [*CAPTURED, *recordings] if captured_only else everything
    wanted = set(only or usual)
    with Progress() as progress:

        def telling(name: str) -> Callable[[int, int], None]:
            task = progress.add_task(name, total=None)
            return lambda done, total: progress.update(task, completed=done, total=total)

        def told(name: str, count: int) -> None:
            progress.print(f"{output / name}.npz: {count} examples")

        if wanted & {"grid", "grid_revoiced"}:
            revoice = "grid_revoiced" in wanted
            count = prepare_captured(
                "grid", captures, corpora / "grid", output, revoice=revoice, tell=telling("grid")
            )
            told("grid", count)
        if "facegood" in wanted and (shared / "facegood").is_dir():
            told("facegood", prepare_facegood(shared, output))
        if "nobody" in wanted:
            told("nobody", prepare_nobody(output / CANONICAL, output))
        for name in wanted & set(recordings):
            files = [file for file, _ in recordings[name]]
            told(name, prepare_sounds(name, files, output, tell=telling(name)))
        for name in (name for name in voices if name in wanted):
            told(name, prepare_voices(name, corpora / name, output, tell=telling(name)))


def sound_set(folder: Path) -> str:
    """Return the name of the set that a folder of recordings becomes.

    Raises
    ------
    VoxfaceError
        If another set is called so.
    """
    name = folder.resolve().name
    if name in RESERVED:
        raise VoxfaceError(
            f"'{folder}' would take the place of the set '{name}'; give the folder another name"
        )
    return name
