from __future__ import annotations

from pathlib import Path

import typer


def run(
    file: Path = typer.Argument(..., metavar="FILE", help="Face clip, in any format."),
    output: Path = typer.Option(
        None, "-o", "--output", help="Picture to write (.png, .svg, .pdf); default: beside FILE."
    ),
    sound: Path = typer.Option(
        None, "--sound", help="The clip's sound; default: what the clip says it was made from."
    ),
) -> None:
    """Draw a clip's jaw, lips, smile, blinks and pose over its sound's spectrogram."""
    from voxface.formats import load_clip
    from voxface.formats.output import check_writable
    from voxface.formats.plot import check_picture, plot_clip
    from voxface.formats.sound import sound_of

    picture = output or file.with_suffix(".png")
    check_picture(picture)
    check_writable(picture)
    clip = load_clip(file)
    pcm, note = sound_of(clip, sound, file.parent)
    if note:
        typer.echo(f"no spectrogram: {note}", err=True)
    plot_clip(clip, picture, pcm, title=file.name)
    typer.echo(f"{picture}: {clip.duration:.3f} s of curves")
