from __future__ import annotations

from pathlib import Path

import typer


def run(
    source: Path = typer.Argument(..., metavar="A", help="Face clip to read, in any format."),
    target: Path = typer.Argument(..., metavar="B", help="File to write; its suffix says how."),
    *,
    format: str = typer.Option(
        None, "--format", help="Name of a format (docs/formats.md), where the suffix has several."
    ),
    fps: str = typer.Option(None, "--fps", help="Resample to this rate, such as 30 or 29.97."),
    source_fps: str = typer.Option(
        None, "--source-fps", help="The true rate of A where its file cannot say it."
    ),
    start_timecode: str = typer.Option(
        None, "--start-timecode", help="HH:MM:SS:FF of time 0, for Live Link CSV."
    ),
    rig: Path = typer.Option(
        None, "--rig", metavar="FILE", help="Head to show in .glb and .usd files: GLB, VRM or ICT."
    ),
) -> None:
    """Convert a face clip to another format or frame rate."""
    from voxface.formats import check_output, load_clip, save_clip

    kind = check_output(target, format, rig=rig)
    clip = load_clip(source, fps=source_fps)
    if fps is not None:
        clip = clip.resample(fps)
    save_clip(clip, target, format, start_timecode=start_timecode, rig=rig)
    typer.echo(
        f"{target}: {kind.title}, {len(clip)} frames at {float(clip.fps):g} fps, "
        f"{clip.duration:.3f} s"
    )
