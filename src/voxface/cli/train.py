"""``voxface train``: run a recipe."""

from __future__ import annotations

from pathlib import Path

import typer


def run(
    recipe: Path = typer.Argument(..., help="recipe, such as recipes/voice_to_action.yaml"),
    examples: Path = typer.Option(
        Path("data/examples"), help="folder that 'voxface prepare' wrote"
    ),
    output: Path = typer.Option(
        None, "--output", "-o", help="folder of the run (default: runs/RECIPE)"
    ),
    change: list[str] = typer.Option(
        [], "--set", metavar="NAME=VALUE", help="change the recipe, as optimiser.steps=300"
    ),
    threads: int = typer.Option(0, min=0, help="processor threads; 0 lets PyTorch choose"),
    devices: int = typer.Option(1, min=1, help="processes on each machine, each with its own GPU"),
    machines: int = typer.Option(1, min=1, help="machines, each of which runs this command"),
    accelerator: str = typer.Option("auto", help="auto, cpu or gpu"),
    loaders: int = typer.Option(0, min=0, help="further processes for each device that draw crops"),
    ray: bool = typer.Option(False, "--ray", help="share the run on the cluster of RAY_ADDRESS"),
) -> None:
    """Train a model; a stopped run resumes where it was."""
    from voxface.models import build_net
    from voxface.models.facts import facts
    from voxface.training.overrides import changed, read_values
    from voxface.training.recipe import recipe_from_dict
    from voxface.training.train import train
    from voxface.training.workers import Workers, is_first

    settings = recipe_from_dict(changed(read_values(recipe), change))
    folder = output or Path("runs") / recipe.stem
    workers = Workers(devices, machines, accelerator, loaders)
    if is_first():
        found = facts(build_net(settings.model), settings.data.rate)
        seconds = found.back_ms / 1000
        typer.echo(
            f"{settings.name}: {settings.model.family} of {found.parameters:,} parameters, "
            f"{found.multiply_adds / 1e6:.1f} M multiply-adds per second of sound, "
            f"{seconds:.2f} s of memory, {found.look_ahead_ms:.0f} ms of look-ahead"
        )
    if ray:
        from voxface.scale import check_ray

        check_ray()
        from voxface.scale.ray_training import train_with_ray

        train_with_ray(settings, examples, folder, threads=threads, workers=workers)
    else:
        train(settings, examples, folder, threads=threads, workers=workers)
    if is_first():
        typer.echo(
            f"trained {folder}; make it a file that runs: voxface export {folder} -o model.onnx"
        )
