"""voxface capture: videos of faces become face clips and landmarks."""

from __future__ import annotations

from pathlib import Path

import typer


def run(
    videos: list[Path] = typer.Argument(
        ..., help="Videos, or folders of videos.", metavar="VIDEO..."
    ),
    output: Path = typer.Option(
        ..., "-o", "--output", help="Folder for the takes.", metavar="FOLDER"
    ),
    model: Path | None = typer.Option(
        None,
        help="MediaPipe Face Landmarker model. Default: $VOXFACE_FACE_LANDMARKER, "
        "otherwise the one in the cache, fetched once.",
        metavar="FILE",
    ),
    workers: int | None = typer.Option(None, min=1, help="Processes; default: one for every core."),
) -> None:
    """Turn videos of one face each into face clips (TAKE.npz) and landmarks (TAKE.landmarks.npz).

    Takes that are already in the folder, from the same video and model, are kept.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from voxface.capture import capture_folder
    from voxface.capture.sources import find_videos

    sources = find_videos(videos)
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    failed = kept = frames = lost = 0
    columns = (
        TextColumn("capture"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("capture", total=len(sources))
        for outcome in capture_folder(sources, output, model, workers):
            progress.advance(task)
            kept, frames, lost = kept + outcome.kept, frames + outcome.frames, lost + outcome.lost
            if outcome.error:
                failed += 1
                console.print(f"voxface: {outcome.error}", markup=False)
    done = len(sources) - failed
    typer.echo(
        f"{done} of {len(sources)} takes in {output} ({kept} from an earlier run), "
        f"{frames} frames, {lost} of them without a face"
    )
    if failed:
        raise typer.Exit(2)
