"""voxface mesh: moving meshes are prepared, learned, judged and shown."""

from __future__ import annotations

import json
from pathlib import Path

import typer

app = typer.Typer(
    help="Nets that move meshes: prepare data, train, export, judge, show, solve into weights.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_RUN = typer.Argument(..., help="Folder of a run of 'voxface mesh train'.", metavar="RUN")


@app.command()
def prepare(
    recordings: list[Path] = typer.Argument(
        ..., help="The videos that were captured, or folders of them.", metavar="VIDEO..."
    ),
    captures: Path = typer.Option(..., help="Folder that 'voxface capture' wrote."),
    output: Path = typer.Option(..., "-o", "--output", metavar="FILE.npz"),
    corpus: str = typer.Option("captured", help="What the set is called."),
    speaker: str | None = typer.Option(
        None, help="Who speaks; default: what stands before '_' in a take's name, else s1."
    ),
    licence: str = typer.Option("unknown", help="Of the recordings."),
) -> None:
    """Turn captured takes and their sound into a set of mesh examples."""
    from rich.progress import Progress

    from voxface.corpus.grid import grid_speaker
    from voxface.corpus.mesh_examples import save_mesh_set
    from voxface.corpus.mesh_prepare import prepare_meshes
    from voxface.formats.output import check_writable

    check_writable(output)
    with Progress(transient=True) as progress:
        task = progress.add_task("takes", total=None)
        held = prepare_meshes(
            captures,
            recordings,
            corpus=corpus,
            speaker_of=grid_speaker if speaker is None else lambda path: speaker,
            licence=licence,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
        save_mesh_set(output, held)
    minutes = sum(example.seconds for example in held.examples) / 60
    typer.echo(
        f"{output}: {len(held.examples)} takes of {len(held.neutrals())} speakers, "
        f"{minutes:.1f} minutes, {held.topology.vertices} vertices"
    )


@app.command()
def evaluate(
    methods: list[str] = typer.Argument(
        None,
        help="animote, meshtalk, voice_to_action (through the face's rig), still, mean, model "
        "files or folders of runs (default: still animote meshtalk).",
    ),
    meshes: Path = typer.Option(
        Path("data/meshes/grid.npz"), help="File that 'voxface mesh prepare' wrote."
    ),
    recipe: Path | None = typer.Option(
        None, help="Recipe whose split says what was not heard; default: that of the first method."
    ),
    most: int = typer.Option(0, min=0, help="Takes of a group at most; 0 for all."),
    temperature: float | None = typer.Option(None, help="Of models that sample."),
    output: Path | None = typer.Option(None, "-o", "--output", help="Also write all as JSON."),
) -> None:
    """Print how near predicted meshes are to captured ones, group by group."""
    from rich.console import Console
    from rich.progress import Progress

    from voxface.engine import MeshOptions
    from voxface.evaluation.mesh_report import judge
    from voxface.evaluation.mesh_tables import mesh_tables
    from voxface.formats.output import OutputFile, check_writable

    if output:
        check_writable(output)
    options = MeshOptions() if temperature is None else MeshOptions(temperature=temperature)
    with Progress(transient=True) as progress:
        task = progress.add_task("takes", total=None)
        report = judge(
            methods or ["still", "animote", "meshtalk"],
            meshes,
            recipe,
            options=options,
            most=most,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
    console = Console(width=None if Console().is_terminal else 160)
    for table in mesh_tables(report):
        console.print(table)
    if output:
        with OutputFile(output) as file:
            file.write(json.dumps(report, indent=1).replace("NaN", "null").encode())


@app.command()
def train(
    recipe: Path = typer.Argument(..., help="Recipe, such as recipes/mesh/animote.yaml."),
    output: Path | None = typer.Option(
        None, "-o", "--output", help="Folder of the run; default: runs/RECIPE."
    ),
    change: list[str] = typer.Option(
        [], "--set", metavar="NAME=VALUE", help="Change the recipe, as optimiser.steps=300."
    ),
    threads: int = typer.Option(0, min=0, help="Processor threads; 0 lets PyTorch choose."),
) -> None:
    """Train a net that moves a mesh; a stopped run resumes where it was."""
    from voxface.training.mesh.recipe import mesh_recipe_from_dict
    from voxface.training.mesh.train import train_mesh
    from voxface.training.overrides import changed, read_values

    settings = mesh_recipe_from_dict(changed(read_values(recipe), change))
    folder = output or Path("runs") / recipe.stem
    trained = train_mesh(settings, folder, threads=threads, tell=typer.echo)
    parameters = trained.about["facts"]["parameters"]
    typer.echo(f"trained {folder}: {parameters:,} parameters")


@app.command()
def export(
    run: Path = _RUN,
    output: Path = typer.Option(..., "-o", "--output", metavar="FILE.onnx"),
    version: str = typer.Option("0", help="Version that the file tells."),
    licence: str = typer.Option("Apache-2.0", help="Licence of the model."),
) -> None:
    """Make a run a file that 'voxface animate --model' runs."""
    from voxface.training.mesh.export import export_mesh_run

    about = export_mesh_run(run, output, version=version, licence=licence)
    typer.echo(
        f"{output}: {about['name']} {about['version']}, {about['vertices']} vertices at "
        f"{about['rate']} frames per second, look-ahead "
        f"{1000 * about['look_ahead'] / about['rate']:.0f} ms, "
        f"{output.stat().st_size / 1e6:.2f} MB"
    )
