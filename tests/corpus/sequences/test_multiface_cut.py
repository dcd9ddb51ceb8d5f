"""Multiface cut to what fits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from planted_sequences import (
    HEAD,
    VERTICES,
    WIDER,
    talking,
)
from voxface.cli.mesh import app
from voxface.corpus.mesh_examples import load_mesh_set
from voxface.corpus.multiface_cut import CutSettings, cut_settings, plan_cut, run_cut
from voxface.errors import VoxfaceError
from voxface.training.overrides import read_values


@pytest.mark.parametrize("vertices", [0, 120])
def test_a_cut_keeps_what_was_planned_and_goes_on(multiface, tmp_path, vertices) -> None:
    settings = cut_settings(
        {"sentences": 2, "fps": 15, "front": 0.5, "entities": [6795937, "5067077"]}
        | {"vertices": vertices}
    )
    plan = plan_cut(multiface, settings)
    assert "6795937: 2 sentences, 30 frames" in plan.table()
    output = tmp_path / "cut.npz"
    calls: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        calls.append((done, total))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_cut(plan, output, tell=stop)
    beside = tmp_path / "cut.npz.parts"
    assert not output.exists() and len(list(beside.glob("*.take.npz"))) == 3
    with pytest.raises(VoxfaceError, match="parts of a cut with other settings"):
        run_cut(plan_cut(multiface, CutSettings(fps=15)), output)
    first = (beside / "6795937_SEN_a_good_morrow.take.npz").stat().st_mtime_ns
    run_cut(plan, output, tell=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (4, 4) and first < output.stat().st_mtime_ns
    held = load_mesh_set(output)
    assert not beside.exists()
    assert len(held.examples) == 4 and held.examples[0].fps == 15
    assert held.topology.vertices == plan.parts[0].vertices < VERTICES
    assert set(held.topology.regions) >= {"lips", "mouth", "upper", "eyelids"}
    assert output.stat().st_size == pytest.approx(plan.size, rel=0.5)
    # Both people keep the same vertices, though the second one's head is deeper.
    one, other = (held.examples[k].neutral for k in (0, 2))
    assert other == pytest.approx(one * WIDER, abs=1e-3)
    assert one[:, 2].min() >= HEAD[:, 2].max() - 0.5 * np.ptp(HEAD[:, 2]) - 1e-3
    moved = (talking(30) - HEAD)[::2]
    rows = [int(np.argmin(np.linalg.norm(HEAD - point, axis=1))) for point in one]
    assert held.examples[0].offsets.astype(float) == pytest.approx(moved[:, rows], abs=0.01)


def test_a_cut_that_is_too_large_is_refused(multiface) -> None:
    with pytest.raises(VoxfaceError, match=r"5067077 .*more than the 0\.0001 GB"):
        plan_cut(multiface, CutSettings(most_gigabytes=0.0001))
    with pytest.raises(VoxfaceError, match="entity '9'"):
        plan_cut(multiface, CutSettings(entities=("9",)))
    with pytest.raises(VoxfaceError, match="did you mean 'sentences'"):
        cut_settings({"sentence": 3})
    with pytest.raises(VoxfaceError, match="are numbers"):
        cut_settings({"sentences": "many"})


def test_a_cut_of_different_meshes_is_refused(multiface, tmp_path) -> None:
    plan = plan_cut(multiface, CutSettings())
    other = next(multiface.glob("*5067077*"))
    rest = other / "tracked_mesh" / "EXP_neutral_peak"
    (rest / "009990.obj").write_text("v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n")
    for file in rest.glob("*.bin"):
        file.write_bytes(np.zeros(9, "<f4").tobytes())
    with pytest.raises(VoxfaceError, match="of one kind"):
        run_cut(plan, tmp_path / "cut.npz")


def test_the_recipe_and_the_verb(multiface, tmp_path) -> None:
    recipe = Path(__file__).parents[3] / "recipes" / "mesh" / "multiface_4gb.yaml"
    settings = cut_settings(read_values(recipe))
    assert len(settings.entities) == 4 and settings.most_gigabytes == 4
    own = tmp_path / "own.yaml"
    own.write_text("entities: ['5067077']\nsentences: 1\nfps: 30\n")
    command = ["cut", str(multiface), "-o", str(tmp_path / "cut.npz"), "--recipe", str(own)]
    told = CliRunner().invoke(app, [*command, "--dry-run"])
    assert "5067077: 1 sentences, 30 frames, 468 vertices" in told.output
    assert not (tmp_path / "cut.npz").exists()
    assert CliRunner().invoke(app, command).exit_code == 0
    assert len(load_mesh_set(tmp_path / "cut.npz").examples) == 1
