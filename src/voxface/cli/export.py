"""``voxface export``: a trained run becomes one self-contained ONNX file."""

from __future__ import annotations

from pathlib import Path

import typer


def run(
    folder: Path = typer.Argument(..., help="folder that 'voxface train' wrote"),
    output: Path = typer.Option(Path("model.onnx"), "--output", "-o", help="file to write"),
    version: str = typer.Option("1.0.0", help="version the file bears"),
    licence: str = typer.Option("Apache-2.0", help="licence the file bears"),
    style: str = typer.Option(None, help="speaker whose manner it has, if the net knows any"),
    emotion: str = typer.Option(
        None,
        metavar="NAME|V,A,D",
        help="emotion it has, if the net is told any: a name, or valence,arousal,dominance",
    ),
) -> None:
    """Write the model with its front end inside; it runs from Python, a browser or a phone."""
    from voxface.models.condition import parse_emotion
    from voxface.training.checkpoint import load_trained
    from voxface.training.export import export_trained

    metadata = export_trained(
        load_trained(folder),
        output,
        version=version,
        licence=licence,
        style=style,
        emotion=None if emotion is None else parse_emotion(emotion),
    )
    typer.echo(
        f"{output}: {metadata['name']} {metadata['version']}, "
        f"{output.stat().st_size / 1e6:.2f} MB, look-ahead {metadata['look_ahead'] * 10} ms"
    )
