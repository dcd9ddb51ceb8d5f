"""voxface render: a head that speaks, as a video or a picture."""

from __future__ import annotations

from pathlib import Path

import typer


def run(
    inputs: list[Path] = typer.Argument(
        ...,
        help="Up to four face clips or recordings, shown side by side.",
        metavar="CLIP_OR_AUDIO...",
    ),
    output: Path | None = typer.Option(
        None,
        "-o",
        "--output",
        help="Video (.mp4, .mov) or picture (.png, .jpg, .webp); default: .mp4 beside the input.",
        metavar="OUT",
    ),
    size: str = typer.Option("720p", help="720p, 1080p, square, portrait … or WIDTHxHEIGHT."),
    fps: str = typer.Option("30", help="Pictures per second: 30, 60, 24, 29.97, 30000/1001 …"),
    rig: Path | None = typer.Option(
        None, help="Head to draw (.glb, .gltf, .vrm, ICT .npz); default: voxface's.", metavar="FILE"
    ),
    sound: Path | None = typer.Option(
        None, help="Sound; default: the recording, or what a clip was made from.", metavar="FILE"
    ),
    caption: list[str] = typer.Option(
        [], help="Caption, once for each input; default: file names where there are several."
    ),
    view: str = typer.Option("front", help="front, three-quarter or profile."),
    zoom: float = typer.Option(1.0, help="2 shows the face twice as large."),
    background: str = typer.Option("dark", help="dark, light or a colour such as #2b2f36."),
    quality: int = typer.Option(18, help="x264's rate factor: 18 is very good, 28 small."),
    fine: bool = typer.Option(False, "--fine", help="Smoother edges, at a lower speed."),
    frame_time: float | None = typer.Option(
        None, help="For a picture: seconds into the clip; default 0.", metavar="SECONDS"
    ),
    salvage: bool = typer.Option(
        False, "--salvage", help="Use damaged or cut-off recordings as far as they can be decoded."
    ),
) -> None:
    """Render a head that acts out clips or recordings, with sound. Needs no screen and no GPU."""
    from voxface.cli.quick_start import quick_start

    with quick_start():
        from voxface.cli.render_progress import RenderProgress
        from voxface.errors import VoxfaceError
        from voxface.face import parse_frame_rate
        from voxface.formats.output import check_writable
        from voxface.formats.registry import resolve_rig
        from voxface.render import (
            Camera,
            Shooting,
            choose_captions,
            choose_output,
            parse_colour,
            parse_size,
            perform,
            render_still,
            render_video,
            save_picture,
            sound_file,
        )
        from voxface.render.layout import arrange
        from voxface.render.sheet import PICTURES

        path = choose_output([*inputs, *([sound] if sound else [])], output)
        check_writable(path)
        captions = choose_captions(len(inputs), caption)
        shooting = Shooting(
            size=parse_size(size),
            fps=parse_frame_rate(fps),
            camera=Camera.of_view(view, zoom),
            background=parse_colour(background),
            quality=quality,
            fine=fine,
        )
        still = path.suffix.lower() in PICTURES
        if frame_time is not None and not still:
            raise VoxfaceError(
                f"--frame-time is for a picture ({', '.join(PICTURES)}), not for {path}"
            )
        arrange(len(inputs), *shooting.size)
        head = resolve_rig(rig)
        performances = [
            perform(each, shooting.fps, words, salvage=salvage)
            for each, words in zip(inputs, captions, strict=True)
        ]
    if still:
        save_picture(render_still(performances, head, shooting, frame_time or 0.0), path)
        typer.echo(f"{path}: {shooting.size[0]}x{shooting.size[1]}")
        return
    if sound_file(performances, sound) is None:
        typer.echo("voxface: no sound is known for the clip; give it with --sound", err=True)
    with RenderProgress() as progress:
        frames = render_video(
            performances, path, head, shooting, sound, salvage=salvage, on_progress=progress.update
        )
    typer.echo(f"{path}: {frames} pictures, {float(frames / shooting.fps):.2f} s")
