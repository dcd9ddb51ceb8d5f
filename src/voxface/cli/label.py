"""``voxface label``: let teachers label voices that have no video."""

from __future__ import annotations

from pathlib import Path

import typer


def run(
    examples: Path = typer.Argument(..., help="example file that 'voxface prepare' wrote"),
    teacher: list[Path] = typer.Option(..., help="run folder of a teacher; may be repeated"),
    captured: Path = typer.Option(
        None, help="example file of captured takes, to restore the full amplitude of motion"
    ),
    output: Path = typer.Option(..., "--output", "-o", help="example file to write"),
) -> None:
    """Give voices without video the mean motion that teachers predict."""
    from rich.progress import Progress

    from voxface.training.label import label

    with Progress() as progress:
        task = progress.add_task("label", total=None)
        count = label(
            examples,
            teacher,
            output,
            captured=captured,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
    typer.echo(f"{output}: {count} examples")
