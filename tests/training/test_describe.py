"""Rows of facts from recipes, runs and model files, and what is none of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from fabricated import make_canonical, tiny_recipe
from voxface.cli import build_app
from voxface.errors import VoxfaceError
from voxface.models import build_net
from voxface.training.checkpoint import Trained, save_trained
from voxface.training.describe import describe
from voxface.training.export import export_trained
from voxface.training.graph import TAIL
from voxface.training.recipe import load_recipe


@pytest.fixture(scope="module")
def nets(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("describe")
    recipe = folder / "tiny.yaml"
    recipe.write_text(yaml.safe_dump(tiny_recipe()))
    net = build_net(load_recipe(recipe).model)
    about = {
        "recipe": {"name": "tiny", "hears": "sound", "model": {"family": "tcn"}},
        "data_sha256": {},
        "git_commit": "",
    }
    trained = Trained(net.eval(), make_canonical(), about)
    save_trained(folder / "run", trained)
    export_trained(trained, folder / "tiny.onnx", version="1", licence="")
    return {"recipe": recipe, "run": folder / "run", "file": folder / "tiny.onnx"}


def test_recipe_and_run_are_the_same_net(nets) -> None:
    recipe, run = describe(nets["recipe"]), describe(nets["run"])
    assert (recipe.name, run.name) == ("tiny", "run")
    assert recipe.parameters == run.parameters > 0
    assert recipe.facts.receptive_field == run.facts.receptive_field == 1 + 2 * (1 + 2 + 4)
    assert recipe.look_ahead_ms == 20


def test_a_model_file_says_what_it_knows(nets) -> None:
    file, run = describe(nets["file"]), describe(nets["run"])
    assert file.family == "tcn"
    assert file.look_ahead_ms == 20
    assert file.state_size == TAIL + run.state_size
    assert file.facts is None
    assert file.parameters > run.parameters / 2


def test_the_verb_prints_one_row_each(nets) -> None:
    names = [str(path) for path in nets.values()]
    result = CliRunner(env={"COLUMNS": "160"}).invoke(
        build_app(("describe",)), ["describe", *names]
    )
    assert result.exit_code == 0, result.output
    title, *rows = result.output.splitlines()
    assert "multiply-adds/s" in title
    assert [row.split()[:2] for row in rows] == [["tiny", "tcn"], ["run", "tcn"],
                                                 ["tiny.onnx", "tcn"]]  # fmt: skip


@pytest.mark.parametrize("name", ["none.yaml", "a.txt", "none.onnx", "."])
def test_what_is_no_net(tmp_path, name: str) -> None:
    with pytest.raises(VoxfaceError) as raised:
        describe(tmp_path / name)
    assert "\n" not in str(raised.value)
