"""Experiments: what variants change, runs that are shared, and tables that show planted figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from fabricated import tiny_recipe, write_captured_corpus
from voxface.corpus.prepare import prepare_captured, prepare_sounds
from voxface.errors import VoxfaceError
from voxface.evaluation.experiments import load_experiment, run_experiment
from voxface.evaluation.experiments.names import run_name
from voxface.evaluation.experiments.plan import changed
from voxface.evaluation.experiments.tables import tables, write_page
from voxface.training.recipe import recipe_from_dict

RECIPES = Path(__file__).parents[2] / "recipes" / "experiments"
PLAN = {
    "title": "A title",
    "question": "A question?",
    "base": "base.yaml",
    "reference": "usual",
    "variants": {"usual": {}, "deaf": {"model": {"look_ahead": 0}}},
}


def write_plan(folder: Path, **changes: object) -> Path:
    base = tiny_recipe(data={"sets": {"grid": 1.0}, "hold_out_speakers": ["ben"]})
    (folder / "base.yaml").write_text(yaml.safe_dump(base))
    path = folder / "plan.yaml"
    plan = {name: value for name, value in (PLAN | changes).items() if value is not None}
    path.write_text(yaml.safe_dump(plan, sort_keys=False))
    return path


def take(name: str, jaw_r: float, shut: int = 1) -> dict[str, object]:
    figures = dict.fromkeys(("mouth_r", "jaw_ratio", "mouth_ratio", "mouth_error", "lag"), 0.5)
    counts = {"closing": 2, "shut": shut, "tongue": 4, "shut_on_tongue": 1}
    return {"name": name, "jaw_r": jaw_r, **figures, **counts}


def planted(better: float) -> dict[str, object]:
    """Return a result in which one variant's jaw is better by so much on every take."""
    net = {"parameters": 1234, "back_ms": None, "look_ahead_ms": 80.0, "multiply_adds": 2e6}
    about = {"seconds": 9.0, "net": net}
    low = [take(f"take{n}", 0.3 + 0.01 * n) for n in range(12)]
    high = [take(f"take{n}", 0.3 + better + 0.01 * n, shut=2) for n in range(12)]
    few = {"GRID s10, never heard": [take("one", 0.9)]}
    return {
        "name": "plan",
        "reference": "usual",
        "variants": {
            "usual": about | {"scores": {"GRID s1, takes not heard": low} | few},
            "better": about | {"scores": {"GRID s1, takes not heard": high} | few},
        },
    }


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_experiment_of_the_project_can_be_read(path) -> None:
    if path.stem == "base":
        return
    plan = load_experiment(path)
    assert plan.reference in plan.recipes
    hashes = {
        name: name
        for recipe in plan.recipes.values()
        for name in (*recipe.data.sets, *recipe.pretraining.sets)
    }
    names = [run_name(recipe, Path("none"), hashes) for recipe in plan.recipes.values()]
    assert len(set(names)) == len(names), "two variants are the same run"
    base = yaml.safe_load((RECIPES / "base.yaml").read_text())["data"]
    for recipe in plan.recipes.values():
        assert list(recipe.data.hold_out_words) == base["hold_out_words"]
        assert list(recipe.data.hold_out_speakers) == base["hold_out_speakers"]


def test_settings_are_put_in_group_by_group() -> None:
    base = {"seed": 0, "losses": {"motion": 1, "pose": 2}, "model": {"channels": 8, "kernel": 3}}
    assert changed(base, {"losses": {"pose": 0}})["losses"] == {"motion": 1, "pose": 0}
    other = changed(base, {"model": {"family": "gru", "layers": 2}})["model"]
    assert other == {"family": "gru", "layers": 2}, "another family has other settings"
    assert base["losses"] == {"motion": 1, "pose": 2}


def test_a_run_is_named_by_what_differs() -> None:
    hashes = {"grid": "0"}
    one, same, other = (
        recipe_from_dict(tiny_recipe(**values))
        for values in ({}, {"name": "called otherwise"}, {"seed": 4})
    )
    names = [run_name(recipe, Path("none"), hashes) for recipe in (one, same, other)]
    assert names[0] == names[1] != names[2]
    assert run_name(one, Path("none"), {"grid": "1"}) != names[0], "other data is another run"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": None}, "has no 'title'"),
        ({"variants": {}}, "list of named settings"),
        ({"reference": "usal"}, "usual"),
        ({"varients": {}}, "variants"),
        ({"base": "nowhere.yaml"}, "cannot read"),
        ({"variants": {"usual": {"model": {"chanels": 8}}}}, "channels"),
    ],
)
def test_what_cannot_be_meant_is_told(tmp_path, changes, told) -> None:
    with pytest.raises(VoxfaceError, match=told):
        load_experiment(write_plan(tmp_path, **changes))


def test_what_teaches_is_part_of_a_run_too(tmp_path) -> None:
    hashes = {"grid": "0", "voices": "0"}
    plain, pretrained = (
        recipe_from_dict(tiny_recipe(**values))
        for values in ({}, {"pretraining": {"steps": 1, "sets": ["voices"]}})
    )
    before = run_name(pretrained, tmp_path, dict(hashes))
    assert before == run_name(pretrained, tmp_path, hashes | {"unrelated": "0"})
    assert before != run_name(pretrained, tmp_path, hashes | {"voices": "1"})
    assert run_name(plain, tmp_path, hashes) == run_name(plain, tmp_path, hashes | {"voices": "1"})

    taught = recipe_from_dict(tiny_recipe(teachers=[str(tmp_path)], losses={"distillation": 1.0}))
    (tmp_path / "model.safetensors").write_bytes(b"one")
    one = run_name(taught, tmp_path, dict(hashes))
    (tmp_path / "model.safetensors").write_bytes(b"two")
    assert one != run_name(taught, tmp_path, dict(hashes))


def test_planted_differences_are_marked() -> None:
    shown = tables(planted(better=0.2))
    row = next(line for line in shown.splitlines() if line.startswith("| better | 0."))
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[2].startswith("0.555 [") and cells[2].endswith("*")
    assert not cells[3].endswith("*"), "what is the same does not differ"
    assert cells[-3:-1] == ["100% of 24", "25% of 48"]
    assert "s10" not in shown, "one take is no group"
    assert "| usual | 1,234 | all | 80 ms | 2 M | 9 s |" in shown


def test_no_difference_is_not_marked() -> None:
    assert "*" not in tables(planted(better=0.0)).replace("**", "")


def test_a_page_gets_its_tables_between_its_marks(tmp_path) -> None:
    page = tmp_path / "plan.md"
    page.write_text("before\n<!-- results -->\nold\n<!-- end of results -->\nafter\n")
    write_page(tmp_path, planted(better=0.1))
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n")
    assert "old" not in text and "GRID s1" in text
    page.write_text("no marks")
    with pytest.raises(VoxfaceError, match="no lines"):
        write_page(tmp_path, planted(better=0.1))
    assert page.read_text() == "no marks"


@pytest.mark.slow
def test_an_experiment_is_run_once(tmp_path) -> None:
    folder = write_captured_corpus(tmp_path / "people", 5, ("anna", "ben"))
    examples = folder / "examples"
    prepare_captured(
        "grid", folder / "captures", folder / "corpora" / "grid", examples, revoice=False
    )
    prepare_sounds("podcast", sorted((folder / "recordings").glob("*.wav")), examples)
    more = {"more": {"data": {"sets": {"grid": 0.7, "podcast": 0.3}}}}
    plan = load_experiment(
        write_plan(tmp_path, methods=["still"], variants=PLAN["variants"] | more)
    )
    said: list[str] = []
    result = run_experiment(plan, examples, tmp_path / "out", tell=said.append)
    assert [line for line in said if "training" in line]
    variants = result["variants"]
    assert list(variants) == ["usual", "deaf", "more", "still"]
    still = variants["still"]["scores"]["GRID ben, never heard"]
    assert [take["jaw_r"] for take in still] == [0] * 5, "what never moves correlates with nothing"
    assert "| still | – |" in tables(result)
    assert variants["deaf"]["net"]["look_ahead_ms"] == 0
    [(group, takes)] = variants["usual"]["scores"].items()
    assert group == "GRID ben, never heard" and len(takes) == 5
    # As text: the lag of a net that is hardly trained is not a number, which equals nothing.
    kept = (tmp_path / "out" / "plan.json").read_text()
    assert kept == json.dumps(result, indent=1)
    said.clear()
    again = run_experiment(plan, examples, tmp_path / "out", tell=said.append)
    assert json.dumps(again, indent=1) == kept
    assert not [line for line in said if "training" in line], "what is finished is not done again"
