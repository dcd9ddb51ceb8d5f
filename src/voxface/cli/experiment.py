"""``voxface experiment``: train the variants of a recipe and compare them."""

from __future__ import annotations

from pathlib import Path

import typer


def run(
    experiment: list[Path] = typer.Argument(
        ..., help="experiments, such as recipes/experiments/look_ahead.yaml"
    ),
    examples: Path = typer.Option(
        Path("data/examples"), help="folder that 'voxface prepare' wrote"
    ),
    output: Path = typer.Option(
        Path("runs/experiments"), "--output", "-o", help="folder of runs and results"
    ),
    only: list[str] = typer.Option([], help="train only this variant; may be repeated"),
    threads: int = typer.Option(1, min=0, help="processor threads; 0 lets PyTorch choose"),
    page: Path = typer.Option(
        None, help="folder of pages: put the tables into NAME.md, between its result marks"
    ),
) -> None:
    """Answer a question by training; a stopped experiment goes on where it was."""
    from voxface.evaluation.experiments import load_experiment, run_experiment
    from voxface.evaluation.experiments.tables import tables, write_page

    for plan in [load_experiment(path) for path in experiment]:
        result = run_experiment(plan, examples, output, threads=threads, only=only, tell=typer.echo)
        typer.echo(tables(result))
        if page:
            typer.echo(f"{write_page(page, result)} written")
