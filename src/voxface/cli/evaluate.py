"""``voxface evaluate``: measure methods on what they have not heard."""

from __future__ import annotations

import json
from pathlib import Path

import typer


def run(
    methods: list[str] = typer.Argument(
        None,
        help="folders of runs, model.onnx files, or: default (the packaged model), viseme, "
        "viseme-recognised, still (default: default)",
    ),
    examples: Path = typer.Option(
        Path("data/examples"), help="folder that 'voxface prepare' wrote"
    ),
    everything: bool = typer.Option(
        False, "--everything", help="also takes that were trained on, marked as such"
    ),
    per: list[str] = typer.Option(
        [], "--per", help="more tables, by: channel, region, speaker, phone (may be repeated)"
    ),
    short: bool = typer.Option(False, "--short", help="print the headline figures alone"),
    spoken_lips: bool = typer.Option(
        False, "--spoken-lips", help="place the lips of runs as exported models do"
    ),
    voices: bool = typer.Option(
        False, "--voices", help="also lips on voices whose phones are known (minutes)"
    ),
    against: Path = typer.Option(
        None, help="a captured clip: measure the face clip given as method against this one alone"
    ),
    sound: Path = typer.Option(None, help="with --against: the recording of both"),
    output: Path = typer.Option(
        None, "--output", "-o", help="also write everything, take by take, as JSON"
    ),
) -> None:
    """Print how near predicted faces are to captured ones, group by group."""
    from rich.console import Console
    from rich.progress import Progress

    from voxface.errors import VoxfaceError
    from voxface.evaluation.clip_files import evaluate_clips
    from voxface.evaluation.methods import load_methods
    from voxface.evaluation.report import evaluate
    from voxface.evaluation.tables import check_per, tables
    from voxface.formats.output import OutputFile, check_writable

    check_per(per)
    if output:
        check_writable(output)
    if against:
        if not methods:
            raise VoxfaceError(
                "name the face clip to measure: voxface evaluate CLIP --against CLIP"
            )
        report = evaluate_clips([Path(name) for name in methods], against, sound)
    elif sound:
        raise VoxfaceError("--sound goes with --against")
    else:
        with Progress(transient=True) as progress:
            task = progress.add_task("takes", total=None)
            report = evaluate(
                load_methods(methods or ["default"], examples=examples, lips=spoken_lips),
                examples,
                everything=everything,
                voices=voices,
                tell=lambda done, total: progress.update(task, completed=done, total=total),
            )
    console = Console(width=None if Console().is_terminal else 160)
    for table in tables(report, per, short=short):
        console.print(table)
    if output:
        with OutputFile(output) as file:
            file.write(json.dumps(report, indent=1, allow_nan=False).encode())
