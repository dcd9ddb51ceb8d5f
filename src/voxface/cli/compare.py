"""``voxface compare``: methods against captured faces, as one page for a browser."""

from __future__ import annotations

from pathlib import Path

import typer


def run(
    methods: list[str] = typer.Argument(
        ..., metavar="METHOD...", help="run folders, model.onnx files, or: default, viseme, still"
    ),
    output: Path = typer.Option(Path("report.html"), "--output", "-o", help="the page to write"),
    examples: Path = typer.Option(
        Path("data/examples"), help="folder that 'voxface prepare' wrote"
    ),
    reference: str = typer.Option(
        None, help="method that the others are tested against (default: the first)"
    ),
    takes: int = typer.Option(4, min=1, max=24, help="takes drawn as curves"),
    films: int = typer.Option(2, min=0, max=8, help="takes rendered as films with sound"),
    worst: int = typer.Option(10, min=0, max=50, help="worst moments shown of each method"),
    stills: bool = typer.Option(True, help="render the worst moments"),
    lips: bool = typer.Option(
        False, "--lips", help="place the lips of runs as their exported models do"
    ),
    most: int = typer.Option(
        0, min=0, help="judge at most so many takes of each speaker: a quick look (0: all)"
    ),
    title: str = typer.Option("", help="title of the page"),
    numbers: Path = typer.Option(None, "--json", help="also write every number as JSON"),
) -> None:
    """Compare methods on takes that none of them heard; write one page that needs no network."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from voxface.evaluation.compare import compare
    from voxface.evaluation.methods import load_methods

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        tasks = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        compare(
            load_methods(methods, examples=examples, lips=lips),
            examples,
            output,
            reference=reference,
            takes=takes,
            films=films,
            worst=worst,
            stills=stills,
            most=most,
            title=title,
            numbers=numbers,
            tell=tell,
        )
    size = output.stat().st_size / 1e6
    typer.echo(f"{output}: {size:.1f} MB" + (f", {numbers}" if numbers else ""))
