"""voxface animate: recordings of speech become face animation."""

from __future__ import annotations

from pathlib import Path

import typer


def run(
    inputs: list[str] = typer.Argument(
        ...,
        help="Sound or video files of any kind, or folders of them (searched to the bottom).",
        metavar="IN...",
    ),
    output: list[str] = typer.Option(
        [],
        "-o",
        "--output",
        help="For one input: a file (its suffix says how; may be given several times) or a folder. "
        "For several: a folder, made if need be. Default: beside each input.",
        metavar="OUT",
    ),
    format: str | None = typer.Option(
        None,
        help="Name of a format (docs/formats.md), such as livelink (the default), audio2face, glb "
        "or usd; needed only where the suffix does not tell.",
    ),
    fps: str = typer.Option("60", help="Frames per second: 60, 24, 29.97, 30000/1001 …"),
    start_timecode: str | None = typer.Option(
        None, help="Timecode of time 0, for Live Link CSV.", metavar="HH:MM:SS:FF"
    ),
    gain: list[str] = typer.Option(
        [], help="Factor of a channel, such as jawOpen=1.2.", metavar="CHANNEL=X"
    ),
    offset: list[str] = typer.Option(
        [], help="Added to a channel, such as browInnerUp=0.1.", metavar="CHANNEL=X"
    ),
    strength: list[str] = typer.Option(
        [], help="Factor of a region: mouth, jaw, brows, eyes or head.", metavar="REGION=X"
    ),
    smoothing: float = typer.Option(0.0, help="Width of smoothing in milliseconds.", metavar="MS"),
    silence_gate: bool = typer.Option(
        True, "--silence-gate/--no-silence-gate", help="Keep the mouth at rest where nobody speaks."
    ),
    expression: list[str] = typer.Option(
        [],
        help="joy, anger, sadness, surprise, disgust or fear with an intensity 0 to 1, such as "
        "joy=0.6, or with seconds:intensity, such as joy=0:0,2:1,5:0.",
        metavar="NAME=X",
    ),
    life: float = typer.Option(
        1.0, help="Blinks, gaze, head, breath and brows: 0 none, 1 natural, up to 2.", metavar="X"
    ),
    blinks: float | None = typer.Option(None, help="Blinks alone, 0 to 2.", metavar="X"),
    gaze: float | None = typer.Option(None, help="Gaze alone, 0 to 2.", metavar="X"),
    head_motion: float | None = typer.Option(None, help="Head alone, 0 to 2.", metavar="X"),
    breathing: float | None = typer.Option(None, help="Breath alone, 0 to 2.", metavar="X"),
    brows: float | None = typer.Option(None, help="Brows alone, 0 to 2.", metavar="X"),
    blink_rate: float | None = typer.Option(None, help="Blinks a minute, 1 to 60.", metavar="X"),
    seed: int = typer.Option(0, help="Another seed is another life.", metavar="N"),
    salvage: bool = typer.Option(
        False, "--salvage", help="Use damaged or cut-off files as far as they can be decoded."
    ),
    rig: Path | None = typer.Option(
        None, help="Head to show in .glb and .usd files: GLB, VRM or ICT.", metavar="FILE"
    ),
    model: str | None = typer.Option(
        None,
        help="voice_to_action (the default), animote or meshtalk, which move a mesh "
        "(docs/mesh.md), or a model file.",
        metavar="NAME|FILE",
    ),
    neutral: Path | None = typer.Option(
        None,
        help="With a model that moves a mesh: the face that is moved, a picture or a mesh clip.",
        metavar="FILE",
    ),
    temperature: float | None = typer.Option(
        None,
        help="With meshtalk: 0 moves as is likeliest, 1 as varied as was learned.",
        metavar="X",
    ),
    top_k: int | None = typer.Option(
        None, help="With meshtalk: draw among so many classes of a head only.", metavar="N"
    ),
    method: str = typer.Option(
        "model",
        help="model: a net that hears the sound. visemes: rules that move the mouth by phones, in "
        "over a hundred languages (docs/visemes.md).",
    ),
    text: str | None = typer.Option(
        None,
        help="With visemes: what is said, or a text file, or a folder with NAME.txt for every "
        "NAME.wav. Without text and phones, English is recognised.",
        metavar="TEXT|FILE",
    ),
    phones: Path | None = typer.Option(
        None,
        help="With visemes: phones in time (TextGrid, JSON) or mouth cues (Rhubarb); or a folder.",
        metavar="FILE",
    ),
    language: str | None = typer.Option(
        None, help="With visemes: of the text, such as en-gb, de, ar or cmn; default: en."
    ),
) -> None:
    """Animate a face from recordings of speech.

    Existing outputs are replaced, never an input. Inputs whose outputs would be one file (a.wav,
    a.mp3) keep their suffixes (a.wav.csv, a.mp3.csv). An input that fails is reported and the
    others go on; the exit code is then 2.
    """
    from voxface.cli.progress import SpeechProgress
    from voxface.engine import Controls, Life, Model, model_path, moves_mesh
    from voxface.engine.controls import parse_settings
    from voxface.engine.expression import parse_expressions
    from voxface.errors import VoxfaceError
    from voxface.pipeline import animate_files, plan_jobs, scripts_of

    controls = Controls(
        gain=parse_settings("--gain", gain),
        offset=parse_settings("--offset", offset),
        strength=parse_settings("--strength", strength),
        smoothing=smoothing,
        silence_gate=silence_gate,
        expression=parse_expressions("--expression", expression),
        life=Life.of(
            life,
            blinks=blinks,
            gaze=gaze,
            head=head_motion,
            breathing=breathing,
            brows=brows,
            blink_rate=blink_rate,
            seed=seed,
        ),
    )
    jobs = plan_jobs(inputs, output, format)
    file = model_path(model) if model is not None and method == "model" else None
    if file is not None and moves_mesh(file):
        from voxface.cli.animate_mesh import refuse_controls, run_mesh

        refuse_controls(controls, rig=rig, texts=(text, phones, language))
        run_mesh(
            jobs, file, fps=fps, neutral=neutral, temperature=temperature, top_k=top_k, seed=seed,
            start_timecode=start_timecode, salvage=salvage,
        )  # fmt: skip
        return
    for name, given in (("neutral", neutral), ("temperature", temperature), ("top-k", top_k)):
        if given is not None:
            raise VoxfaceError(f"--{name} goes with a model that moves a mesh: --model animote")
    scripts = scripts_of(jobs, method, model=model, text=text, phones=phones, language=language)
    failed = False
    with SpeechProgress([job.source for job in jobs]) as progress:
        for done in animate_files(
            jobs,
            fps=fps,
            controls=controls,
            model=Model.for_recordings(file) if method == "model" else None,
            start_timecode=start_timecode,
            salvage=salvage,
            rig=rig,
            scripts=scripts,
            on_progress=progress.seconds,
        ):
            progress.next()
            if done.error:
                failed = True
                progress.complain(done.error)
            else:
                names = ", ".join(map(str, done.job.outputs))
                progress.say(f"{names}: {done.frames} frames, {done.seconds:.2f} s")
    if failed:
        raise typer.Exit(2)
