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
    threads: int = typer.Option(0, min=0, help="processor threads; 0 lets PyTorch choose"),
) -> None:
    """Train a model; a stopped run resumes where it was."""
    from voxface.training.recipe import load_recipe
    from voxface.training.train import train

    settings = load_recipe(recipe)
    folder = output or Path("runs") / recipe.stem
    train(settings, examples, folder, threads=threads)
    typer.echo(f"trained {folder}; make it a file that runs: voxface export {folder} -o model.onnx")
