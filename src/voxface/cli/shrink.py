"""``voxface shrink``: a model for small devices, and what it costs channel by channel."""

from __future__ import annotations

from pathlib import Path

import typer


def run(
    source: Path = typer.Argument(..., help="float32 model.onnx, or folder of a run"),
    output: Path = typer.Option(
        None, "--output", "-o",
        help="model.onnx to write, or folder of a pruned run; without it, a run's units are shown",
    ),
    to: str = typer.Option(
        "float32", "--to", help="float16, int8-weights, int8, int8-static, or float32 as it is"
    ),
    prune: float = typer.Option(
        None, help="share of a run's units to take out, 0 to 1; 0: only those that never fire"
    ),
    narrow: float = typer.Option(
        None, help="share of the channels of a run's residual stream to take out"
    ),
    by: str = typer.Option("contribution", help="rank units by contribution or magnitude"),
    dead_below: float = typer.Option(
        0.0, min=0, max=1, help="units that fire in no more than this share of frames are dead"
    ),
    fine_tune: int = typer.Option(0, min=0, help="steps to train on after pruning"),
    examples: Path = typer.Option(None, help="folder that 'voxface prepare' wrote"),
    sound: list[Path] = typer.Option([], help="real speech to measure on; may be repeated"),
    opset: int = typer.Option(None, help="oldest ONNX operators the runtime knows, such as 15"),
    threads: int = typer.Option(1, min=0, help="processor threads; 0 lets PyTorch choose"),
    version: str = typer.Option("1.0.0", help="version a model made from a run bears"),
    licence: str = typer.Option("Apache-2.0", help="licence a model made from a run bears"),
) -> None:  # fmt: skip
    """Keep a model in fewer bits, or take units out of a run; tell what each channel loses."""
    from rich.console import Console

    from voxface.errors import VoxfaceError
    from voxface.training.checkpoint import load_trained
    from voxface.training.shrink.tables import loss_table, units_table
    from voxface.training.shrink.work import Shrinking, shrink, units_of

    console = Console(width=None if Console().is_terminal else 160)
    if output is None:
        if examples is None:
            raise VoxfaceError("say where to write: -o small.onnx; or show a run's units: "
                               "--examples FOLDER")  # fmt: skip
        use = units_of(source, examples)
        console.print(units_table(use, load_trained(source).net.config.to_dict()["dilations"]))
        return
    how = Shrinking(
        to, prune, narrow, by, dead_below, fine_tune, opset, version=version, licence=licence
    )
    done = shrink(source, output, how, examples=examples, recordings=sound, threads=threads)
    if done.losses:
        console.print(loss_table(done.losses, f"{output} against {source}, worst channels first"))
    else:
        typer.echo("no --sound and no --examples: what it loses was not measured")
    typer.echo(
        f"{output}: {to}, {done.bytes_before / 1e3:.0f} kB to {done.bytes_after / 1e3:.0f} kB, "
        f"a push of 10 ms {done.push_before:.2f} ms to {done.push_after:.2f} ms"
    )
    if output.is_dir():
        typer.echo(f"a smaller run; 'voxface export {output}' makes a model of it")
