"""``voxface tune``: search over a recipe's ranges."""

from __future__ import annotations

from pathlib import Path

import typer


def run(
    recipe: Path = typer.Argument(..., help="recipe with a section 'tune' of ranges"),
    examples: Path = typer.Option(
        Path("data/examples"), help="folder that 'voxface prepare' wrote"
    ),
    output: Path = typer.Option(
        None, "--output", "-o", help="folder of the search (default: runs/tune_RECIPE)"
    ),
    ranges: Path = typer.Option(None, help="YAML of ranges, instead of the recipe's own"),
    trials: int = typer.Option(20, min=1, help="trials in all, those of earlier calls counted"),
    objective: str = typer.Option("loss", help="loss, jaw_r or mouth_r on takes set aside"),
    change: list[str] = typer.Option(
        [], "--set", metavar="NAME=VALUE", help="change the recipe, as optimiser.steps=300"
    ),
    threads: int = typer.Option(0, min=0, help="processor threads; 0 lets PyTorch choose"),
    ray: bool = typer.Option(False, "--ray", help="several trials at once, by Ray Tune"),
) -> None:
    """Search for better settings; a stopped search goes on where it was."""
    from voxface.training.overrides import changed, read_values
    from voxface.training.recipe import RANGES
    from voxface.training.tune import BEST, tune

    values = changed(read_values(recipe), change)
    if ranges:
        values[RANGES] = read_values(ranges)
    folder = output or Path("runs") / f"tune_{recipe.stem}"
    search = tune
    if ray:
        from voxface.scale import check_ray

        check_ray()
        from voxface.scale.ray_tuning import tune_with_ray as search
    search(
        values, examples, folder, trials=trials, objective=objective, threads=threads,
        tell=typer.echo,
    )  # fmt: skip
    typer.echo(f"train the best: voxface train {folder / BEST}")
