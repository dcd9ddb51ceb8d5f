"""voxface mesh: moving meshes are prepared, learned, judged and shown."""

from __future__ import annotations

import json
from dataclasses import replace
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
    claps: str = typer.Option(
        "keep", help="Claps and clicks: keep, silence (in the sound), or cut (sound and face)."
    ),
) -> None:
    """Turn captured takes and their sound into a set of mesh examples."""
    from rich.progress import Progress

    from voxface.corpus.grid import grid_speaker
    from voxface.corpus.mesh_examples import save_mesh_set
    from voxface.corpus.mesh_prepare import prepare_meshes
    from voxface.formats.output import begin_file

    begin_file(output)
    with Progress(transient=True) as progress:
        task = progress.add_task("takes", total=None)
        held = prepare_meshes(
            captures,
            recordings,
            corpus=corpus,
            speaker_of=grid_speaker if speaker is None else lambda path: speaker,
            licence=licence,
            claps=claps,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
        save_mesh_set(output, held)
    minutes = sum(example.seconds for example in held.examples) / 60
    typer.echo(
        f"{output}: {len(held.examples)} takes of {len(held.neutrals())} speakers, "
        f"{minutes:.1f} minutes, {held.topology.vertices} vertices"
    )


@app.command()
def label(
    index: Path = typer.Argument(
        ..., help="CSV with the columns file and speaker; files lie beside it.", metavar="INDEX.csv"
    ),
    output: Path = typer.Option(..., "-o", "--output", metavar="FILE.npz"),
    sets: list[str] = typer.Option(
        [], "--set", metavar="NAME[/N]", help="Only rows of this set, one in N; may be repeated."
    ),
    licence: str = typer.Option("unknown", help="Of the recordings."),
) -> None:
    """Give voices without video the meshes that the default model says they have."""
    from rich.progress import Progress

    from voxface.corpus.mesh_examples import save_mesh_set
    from voxface.corpus.mesh_labels import labelled_meshes
    from voxface.corpus.voice_index import read_voice_index
    from voxface.formats.output import begin_file

    begin_file(output)
    voices = read_voice_index(index, sets)
    with Progress(transient=True) as progress:
        task = progress.add_task("voices", total=None)
        held = labelled_meshes(
            voices,
            licence=licence,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
        save_mesh_set(output, held)
    minutes = sum(example.seconds for example in held.examples) / 60
    typer.echo(f"{output}: {len(held.examples)} recordings, {minutes:.1f} minutes")


@app.command()
def drive(
    meshes: Path = typer.Argument(..., help="File that 'voxface mesh prepare' wrote."),
    output: Path = typer.Option(..., "-o", "--output", metavar="FILE.npz"),
    rig: Path | None = typer.Option(
        None, help="GLB, VRM or ICT-FaceKit head; default: voxface's own."
    ),
    vertices: int = typer.Option(0, min=0, help="Coarser: about so many vertices; 0 for all."),
    most: int = typer.Option(0, min=0, help="Takes at most; 0 for all."),
    fps: str = typer.Option("25", help="Frames per second of the set."),
) -> None:
    """Let captured takes move a head of any topology, and make a set of that."""
    from rich.progress import Progress

    from voxface.corpus.mesh_examples import load_mesh_set, save_mesh_set
    from voxface.corpus.rig_meshes import rig_mesh_set
    from voxface.formats import resolve_rig
    from voxface.formats.output import begin_file

    begin_file(output)
    with Progress(transient=True) as progress:
        task = progress.add_task("takes", total=None)
        held = rig_mesh_set(
            resolve_rig(rig),
            load_mesh_set(meshes),
            vertices=vertices,
            fps=fps,
            most=most,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
        save_mesh_set(output, held)
    typer.echo(
        f"{output}: {len(held.examples)} takes, {held.topology.vertices} vertices of "
        f"{held.topology.name}"
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
    own_manner: bool = typer.Option(
        False, "--own-manner", help="Models that sample are told whose face it is."
    ),
    output: Path | None = typer.Option(None, "-o", "--output", help="Also write all as JSON."),
) -> None:
    """Print how near predicted meshes are to captured ones, group by group."""
    from rich.console import Console
    from rich.progress import Progress

    from voxface.engine import MeshOptions
    from voxface.evaluation.mesh_report import judge
    from voxface.evaluation.mesh_tables import mesh_tables
    from voxface.formats.output import OutputFile, begin_file

    if output:
        begin_file(output)
    options = MeshOptions(own_manner=own_manner)
    if temperature is not None:
        options = replace(options, temperature=temperature)
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


@app.command()
def encode(
    meshes: Path = typer.Argument(..., help="File that 'voxface mesh prepare' wrote."),
    output: Path = typer.Option(..., "-o", "--output", metavar="FILE.npz"),
    phonetic: str | None = typer.Option(
        None, help="wav2vec 2.0: a name on Hugging Face, a folder, or 'default'."
    ),
    emotion: str | None = typer.Option(
        None, help="wav2vec 2.0 of emotions: a name, a folder, or 'default'."
    ),
) -> None:
    """Put hidden states of speech encoders beside the features of a set."""
    from rich.progress import Progress

    from voxface.corpus.mesh_examples import load_mesh_set, save_mesh_set
    from voxface.corpus.speech_encoders import SpeechEncoder, encoded_meshes
    from voxface.errors import VoxfaceError
    from voxface.formats.output import begin_file

    asked = [(kind, name) for kind, name in (("phonetic", phonetic), ("emotion", emotion)) if name]
    if not asked:
        raise VoxfaceError("name an encoder: --phonetic default, --emotion default, or both")
    begin_file(output)
    encoders = [
        SpeechEncoder(kind, "" if name == "default" else name, tell=typer.echo)
        for kind, name in asked
    ]
    with Progress(transient=True) as progress:
        task = progress.add_task("takes", total=None)
        held = encoded_meshes(
            load_mesh_set(meshes),
            encoders,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
        save_mesh_set(output, held)
    columns = held.examples[0].features.shape[1] - 83
    typer.echo(f"{output}: {columns} further columns; set 'columns: {columns}' of model")


@app.command()
def experiment(
    plans: list[Path] = typer.Argument(
        ..., help="Experiments, such as recipes/mesh/experiments/animote_ablation.yaml."
    ),
    output: Path = typer.Option(Path("runs/mesh_experiments"), "-o", "--output"),
    threads: int = typer.Option(1, min=0, help="Processor threads; 0 lets PyTorch choose."),
) -> None:
    """Train the variants of a recipe and compare them; a stopped one goes on where it was."""
    from voxface.evaluation.mesh_experiment import (
        load_mesh_experiment,
        mesh_experiment_table,
        run_mesh_experiment,
    )

    for plan in [load_mesh_experiment(path) for path in plans]:
        result = run_mesh_experiment(plan, output, threads=threads, tell=typer.echo)
        typer.echo(mesh_experiment_table(result))


@app.command()
def film(
    clips: list[Path] = typer.Argument(
        ..., help="Mesh clips (.npz, .glb, USD), side by side.", metavar="CLIP..."
    ),
    output: Path = typer.Option(..., "-o", "--output", metavar="FILE.mp4"),
    sound: Path | None = typer.Option(None, help="Recording that is heard.", metavar="FILE"),
    fps: str | None = typer.Option(None, help="Pictures per second; default: the first clip's."),
) -> None:
    """Film moving meshes side by side, with sound and without a screen."""
    from voxface.formats import load_mesh
    from voxface.render import mesh_film

    shown = [(clip.stem, load_mesh(clip)) for clip in clips]
    pictures = mesh_film(shown, output, sound=sound, fps=fps)
    typer.echo(f"{output}: {pictures} pictures")


@app.command()
def poses(
    clip: Path = typer.Argument(..., help="A mesh clip of 468 points.", metavar="CLIP"),
    output: Path = typer.Option(
        ..., "-o", "--output", help="A folder of PNG files, or FILE.mp4.", metavar="FOLDER|FILE"
    ),
    sound: Path | None = typer.Option(None, help="For .mp4: recording that is heard."),
) -> None:
    """Draw a mesh as coloured contours on black: what portrait-diffusion systems are steered by."""
    from voxface.formats import load_mesh
    from voxface.render import pose_images

    pictures = pose_images(load_mesh(clip), output, sound=sound)
    typer.echo(f"{output}: {pictures} pictures")


@app.command()
def truth(
    meshes: Path = typer.Argument(..., help="File that 'voxface mesh prepare' wrote."),
    take: str = typer.Argument(..., help="Name of a take in it."),
    output: Path = typer.Option(..., "-o", "--output", metavar="FILE"),
) -> None:
    """Write one captured take of a set as a mesh clip."""
    from voxface.corpus.mesh_examples import load_mesh_set
    from voxface.errors import unknown_name

    held = load_mesh_set(meshes)
    found = {example.name: example for example in held.examples}
    if take not in found:
        raise unknown_name("take", take, found)
    clip = found[take].clip(held.topology)
    clip.save(output)
    typer.echo(f"{output}: {len(clip)} frames, {clip.duration:.2f} s")


@app.command()
def solve(
    clip: Path = typer.Argument(..., help="A mesh clip.", metavar="CLIP"),
    output: Path = typer.Option(
        ..., "-o", "--output", help="A face clip, such as FILE.csv.", metavar="FILE"
    ),
    rig: Path | None = typer.Option(
        None, help="Head of the same vertices; default: the 468-point face, or the default head."
    ),
) -> None:
    """Solve a moving mesh into ARKit weights, bounded and smooth in time."""
    from voxface.formats import check_output, load_mesh, save_clip
    from voxface.rig import load_rig
    from voxface.rig.mesh_weights import weights_from_mesh

    check_output(output)
    weights = weights_from_mesh(load_mesh(clip), load_rig(rig) if rig is not None else None)
    save_clip(weights, output)
    typer.echo(f"{output}: {len(weights)} frames, {weights.duration:.2f} s")


@app.command()
def figures(
    run: Path = _RUN,
    output: Path = typer.Option(..., "-o", "--output", help="Folder.", metavar="FOLDER"),
    meshes: Path = typer.Option(Path("data/meshes/grid.npz"), help="The prepared meshes."),
    takes: int = typer.Option(3, min=1, help="Held-out takes that are drawn and filmed."),
) -> None:
    """Draw how a run learned, and what it says beside captured takes: pictures and films."""
    from voxface.engine import MeshOptions
    from voxface.evaluation.mesh_figures import draw_run

    for path in draw_run(run, meshes, output, takes=takes, options=MeshOptions()):
        typer.echo(str(path))


@app.command()
def sequences(
    corpus: str = typer.Argument(..., help="vocaset, biwi or multiface."),
    root: Path = typer.Argument(..., help="The corpus's folder."),
    output: Path = typer.Option(..., "-o", "--output", metavar="FILE.npz"),
    fps: str = typer.Option("25", help="Frames per second of the set."),
    most: int = typer.Option(0, min=0, help="Takes at most; 0 for all."),
    vertices: int = typer.Option(
        0, min=0, help="How many vertices are kept of a coarser surface; 0 for all."
    ),
) -> None:
    """Read a published corpus of vertex sequences into a set of mesh examples."""
    from rich.progress import Progress

    from voxface.corpus.mesh_examples import save_mesh_set
    from voxface.corpus.sequences import mesh_set_of, read_sequences
    from voxface.formats.output import begin_file

    begin_file(output)
    found = read_sequences(corpus, root)
    with Progress(transient=True) as progress:
        task = progress.add_task("takes", total=None)
        held = mesh_set_of(
            found,
            fps=fps,
            most=most,
            vertices=vertices,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
        save_mesh_set(output, held)
    typer.echo(
        f"{output}: {len(held.examples)} takes, {held.topology.vertices} vertices; {found.licence}"
    )


@app.command()
def cut(
    root: Path = typer.Argument(..., help="Folder of Multiface's entities."),
    output: Path = typer.Option(..., "-o", "--output", metavar="FILE.npz"),
    recipe: Path = typer.Option(
        Path("recipes/mesh/multiface_4gb.yaml"), help="What is kept.", metavar="FILE"
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Print what would be kept, and stop."),
) -> None:
    """Cut Multiface to what fits; a stopped run goes on with the next person."""
    from rich.progress import Progress

    from voxface.corpus.multiface_cut import cut_settings, plan_cut, run_cut
    from voxface.formats.output import begin_file
    from voxface.training.overrides import read_values

    plan = plan_cut(root, cut_settings(read_values(recipe)))
    typer.echo(plan.table())
    if dry_run:
        return
    begin_file(output)
    with Progress(transient=True) as progress:
        task = progress.add_task("sentences", total=None)
        run_cut(
            plan,
            output,
            tell=lambda done, total: progress.update(task, completed=done, total=total),
        )
    typer.echo(f"{output} written")


@app.command()
def latents(
    run: Path = _RUN,
    takes: int = typer.Option(8, min=2, help="Takes of each group; every pair is crossed."),
) -> None:
    """Print what sound and expression decide in a MeshTalk run, and how its latents are used."""
    from voxface.evaluation.latent_report import latent_report, latent_table

    typer.echo(latent_table(latent_report(run, takes=takes)))
