"""voxface study: people judge rendered faces, and a report says what they said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand


class _Listing(TyperCommand):
    """A command whose lists may be written after one option: ``--sounds a.wav b.wav``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        spread: list[str] = []
        option, first = "", True
        for word in args:
            if word.startswith("-"):
                option, first = (word, True) if word in ("--methods", "--sounds") else ("", True)
            elif option and not first:
                spread.append(option)
            if not word.startswith("-"):
                first = False
            spread.append(word)
        return super().parse_args(ctx, spread)


app = typer.Typer(
    help="Human studies: make one, let people judge, report what they said.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_FOLDER = typer.Argument(..., help="The study's folder.")
_DATABASE = typer.Option(
    None,
    help="Any URL of SQLAlchemy; default: answers.sqlite in the folder.",
    metavar="URL",
)


@app.command("new", cls=_Listing)
def new(
    folder: Path = _FOLDER,
    methods: list[str] = typer.Option(
        [],
        help="What is judged: a model.onnx, face clips (a file, or a folder with one for each "
        "sound, named like it), 'default' (the packaged model) or 'viseme' (the rules; one.txt "
        "beside one.wav tells what is said).",
        metavar="NAME=WHAT...",
    ),
    sounds: list[Path] = typer.Option([], help="The sounds.", metavar="FILE..."),
    kind: str = typer.Option("both", help="rating, pairs or both."),
    rig: Path | None = typer.Option(
        None, help="Head to draw (.glb, .gltf, .vrm, ICT .npz); default: voxface's.", metavar="FILE"
    ),
    size: str = typer.Option("480x600", help="Of every clip, in pixels."),
    fps: str = typer.Option("30", help="Pictures per second."),
    view: str = typer.Option("front", help="front, three-quarter or profile."),
    background: str = typer.Option("dark", help="dark, light or a colour such as #2b2f36."),
    sounds_each: int | None = typer.Option(
        None, help="How many of the sounds one participant hears; default: all."
    ),
    checks: int = typer.Option(2, help="Attention checks in each part."),
    seed: int = typer.Option(0, help="Of everything drawn by lot."),
    title: str | None = typer.Option(None, help="What participants read first."),
    contact: str | None = typer.Option(None, help="Whom participants may ask."),
) -> None:
    """Make a study, or finish one: render its clips.

    All are rendered by one rig and camera, from the same sounds. Clips that are there already are
    not rendered again, and words edited in study.json are kept.
    """
    from dataclasses import replace

    from voxface.cli.quick_start import quick_start

    with quick_start():
        from voxface.cli.render_progress import RenderProgress
        from voxface.errors import unknown_name
        from voxface.face import parse_frame_rate
        from voxface.render import Camera, parse_colour, parse_size
        from voxface.study.make import SHOOTING, Wishes, make_study
        from voxface.study.questions import PAIR, PARTS, RATING

        kinds = {"rating": (RATING,), "pairs": (PAIR,), "both": PARTS}
        if kind not in kinds:
            raise unknown_name("kind", kind, kinds)
        shooting = replace(
            SHOOTING,
            size=parse_size(size),
            fps=parse_frame_rate(fps),
            camera=Camera.of_view(view),
            background=parse_colour(background),
        )
        wishes = Wishes(
            methods, sounds, kinds[kind], rig, shooting, sounds_each, checks, seed, title, contact
        )
    with RenderProgress() as progress:
        study, rendered = make_study(folder, wishes, progress.update)
    there = len(study.stimuli) - rendered
    typer.echo(
        f"{folder}: {len(study.methods)} methods, {len(study.sounds)} sounds, "
        f"{rendered} clips rendered" + (f", {there} were there" if there else "")
    )
    typer.echo(f"Read {folder / 'study.json'}, then: voxface study serve {folder}")


@app.command("serve")
def serve(
    folder: Path = _FOLDER,
    database: str | None = _DATABASE,
    host: str = typer.Option("127.0.0.1", help="0.0.0.0 lets other machines in."),
    port: int = typer.Option(8766, min=0, max=65535, help="0 for any that is free."),
) -> None:
    """Serve the study's page until Ctrl-C.

    Nothing is stored that tells who a participant is. Before letting other machines in, read
    docs/studies.md.
    """
    from voxface.study.serve import serve_study

    serve_study(
        folder, database, host, port, lambda address: typer.echo(f"{address}\nCtrl-C ends it.")
    )


@app.command("report")
def report(
    folder: Path = _FOLDER,
    output: Path | None = typer.Option(
        None, "-o", "--output", help="One self-contained page.", metavar="HTML"
    ),
    csv: Path | None = typer.Option(None, "--csv", help="All answers, a row each.", metavar="CSV"),
    as_json: bool = typer.Option(False, "--json", help="Print the results as JSON."),
    database: str | None = _DATABASE,
) -> None:
    """Report what participants said.

    Means, intervals, agreement, tests and a ranking; without options, as tables.
    """
    import json

    from voxface.formats.output import OutputFile, check_writable
    from voxface.study.answers import read_answers, write_csv
    from voxface.study.document import load_study
    from voxface.study.results import report_of
    from voxface.study.serve import existing_database
    from voxface.study.tables import open_database

    for path in filter(None, (output, csv)):
        check_writable(path)
    study = load_study(folder, whole=False)
    answers = read_answers(open_database(existing_database(folder, database)), study)
    if csv is not None:
        with OutputFile(csv) as file:
            file.write(write_csv(answers).encode())
        typer.echo(f"{csv}: {len(answers.judgements)} answers", err=as_json)
    if csv is not None and output is None and not as_json:
        return
    found = report_of(answers)
    if output is not None:
        from voxface.study.report import report_page

        with OutputFile(output) as file:
            file.write(report_page(found).encode())
        typer.echo(f"{output}: {found.main.participants} participants", err=as_json)
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=1))
    elif output is None:
        from rich.console import Console

        from voxface.study.summary import tables

        console = Console(width=None if Console().is_terminal else 120)
        for table in tables(found):
            console.print(table)
