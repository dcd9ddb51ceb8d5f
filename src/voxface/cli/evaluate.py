"""``voxface evaluate``: measure a model on what it has not heard."""

from __future__ import annotations

import json
from pathlib import Path

import typer


def run(
    model: Path = typer.Argument(None, help="model.onnx (default: the packaged model)"),
    examples: Path = typer.Option(
        Path("data/examples"), help="folder that 'voxface prepare' wrote"
    ),
    everything: bool = typer.Option(
        False, "--everything", help="also takes the model was trained on, marked as such"
    ),
    output: Path = typer.Option(None, "--output", "-o", help="also write the figures as JSON"),
) -> None:
    """Print how near the predicted faces are to the captured ones, group by group."""
    from rich.console import Console
    from rich.progress import Progress

    from voxface.evaluation.report import evaluate_model, tables
    from voxface.formats.output import OutputFile, check_writable

    if output:
        check_writable(output)
    with Progress(transient=True) as progress:
        task = progress.add_task("takes", total=None)
        report = evaluate_model(
            model,
            examples,
            everything=everything,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
    console = Console(width=None if Console().is_terminal else 160)
    for table in tables(report):
        console.print(table)
    if output:
        with OutputFile(output) as file:
            file.write(json.dumps(report, indent=1).encode())
