"""``voxface prepare``: turn captures and corpora into examples for training."""

from __future__ import annotations

from pathlib import Path

import typer


def run(
    output: Path = typer.Option(..., "--output", "-o", help="folder of the example files"),
    captures: Path = typer.Option(..., help="folder that 'voxface capture' wrote"),
    corpora: Path = typer.Option(..., help="folder that 'voxface corpus' wrote"),
    shared: Path = typer.Option(Path("../shared/data"), help="the folder that holds facegood"),
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
    from voxface.corpus.prepare import CANONICAL, prepare_captured, prepare_facegood, prepare_voices

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
        if captured_only:
            return
        count = prepare_nobody(output / CANONICAL, output)
        progress.print(f"{output / 'nobody.npz'}: {count} examples")
        for folder in sorted(corpora.iterdir()):
            if folder.name != "grid" and (folder / CUTS).is_file():
                task = progress.add_task(folder.name, total=None)
                count = prepare_voices(folder.name, folder, output, tell=tell)
                progress.print(f"{output / folder.name}.npz: {count} examples")
