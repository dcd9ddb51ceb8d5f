"""``voxface prepare``: turn captures and corpora into examples for training."""

from __future__ import annotations

from pathlib import Path

import typer

from voxface.errors import VoxfaceError

OTHER_SETS = ("canonical", "facegood", "grid", "grid_revoiced", "nobody", "synthetic", "voices")
"""Names of sets that are made of something else."""


def run(
    output: Path = typer.Option(..., "--output", "-o", help="folder of the example files"),
    captures: Path = typer.Option(..., help="folder that 'voxface capture' wrote"),
    corpora: Path = typer.Option(..., help="folder that 'voxface corpus' wrote"),
    shared: Path = typer.Option(Path("../shared/data"), help="the folder that holds facegood"),
    sounds: list[Path] = typer.Option(
        [], help="folder of recordings of which nothing more is known; may be repeated"
    ),
    captured_only: bool = typer.Option(
        False,
        "--captured-only",
        help="only the takes that were captured: all that recipes/experiments need",
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

    recordings = {
        sound_set(folder): [file for file, _ in find_media([folder])] for folder in sounds
    }

    with Progress() as progress:
        task = progress.add_task("grid", total=None)

        def tell(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        count = prepare_captured(
            "grid", captures, corpora / "grid", output, revoice=not captured_only, tell=tell
        )
        progress.print(f"{output / 'grid.npz'}: {count} examples")
        if (shared / "facegood").is_dir():
            count = prepare_facegood(shared, output)
            progress.print(f"{output / 'facegood.npz'}: {count} examples")
        for name, found in recordings.items():
            task = progress.add_task(name, total=None)
            count = prepare_sounds(name, found, output, tell=tell)
            progress.print(f"{output / name}.npz: {count} examples")
        if captured_only:
            return
        count = prepare_nobody(output / CANONICAL, output)
        progress.print(f"{output / 'nobody.npz'}: {count} examples")
        for folder in sorted(corpora.iterdir()):
            if folder.name != "grid" and (folder / CUTS).is_file():
                task = progress.add_task(folder.name, total=None)
                count = prepare_voices(folder.name, folder, output, tell=tell)
                progress.print(f"{output / folder.name}.npz: {count} examples")


def sound_set(folder: Path) -> str:
    """Return the name of the set that a folder of recordings becomes.

    Raises
    ------
    VoxfaceError
        If another set is called so.
    """
    name = folder.resolve().name
    if name in OTHER_SETS:
        raise VoxfaceError(
            f"'{folder}' would take the place of the set '{name}'; give the folder another name"
        )
    return name
