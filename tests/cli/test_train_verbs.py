"""prepare, train, label, export and evaluate as a user types them."""

from __future__ import annotations

import json

import numpy as np
import pytest
import yaml

from fabricated import tiny_recipe, write_captured_corpus, write_example_folder, write_voices
from voxface.corpus.examples import load_examples
from voxface.engine import Model

torch = pytest.importorskip("torch", reason="training needs the extra 'train'")


def write_recipe(path, **changes):
    path.write_text(yaml.safe_dump(tiny_recipe(**changes)))
    return path


@pytest.mark.slow
def test_from_captures_to_an_evaluated_model(voxface, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_captured_corpus(tmp_path, 5, ("anna", "ben"))
    write_voices(tmp_path, "voices", 2, ("carl",))
    code, out, err = voxface(
        "prepare", "-o", "examples", "--captures", "captures", "--corpora", "corpora",
        "--shared", "none",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "10 examples" in out
    assert "voices.npz: 2 examples" in " ".join(out.split())

    teacher = {
        "hears": "phones",
        "model": {"channels": 8, "dilations": [1, 2], "bands": 27, "feature_mean": 0.0,
                  "feature_deviation": 1.0, "look_ahead": 4},
        "data": {"sets": {"grid": 1}, "hold_out_speakers": ["ben"]},
    }  # fmt: skip
    write_recipe(tmp_path / "teacher.yaml", **teacher)
    code, out, _ = voxface("train", "teacher.yaml", "--examples", "examples", "--threads", 1)
    assert code == 0
    assert "voxface export runs/teacher" in out
    assert (tmp_path / "runs" / "teacher" / "model.safetensors").is_file()

    code, _, err = voxface("export", "runs/teacher", "-o", "teacher.onnx")
    assert code == 2
    assert err == ("voxface: a teacher that hears phones cannot run on sound; export a student\n")
    assert not (tmp_path / "teacher.onnx").exists()

    code, out, _ = voxface(
        "label", "examples/voices.npz", "--teacher", "runs/teacher",
        "-o", "examples/voices_labelled.npz",
    )  # fmt: skip
    assert code == 0
    assert "examples/voices_labelled.npz: 2 examples" in out
    assert all(e.seen.all() for e in load_examples("examples/voices_labelled.npz"))

    write_recipe(
        tmp_path / "student.yaml",
        data={"sets": {"grid": 0.5, "voices_labelled": 0.5}, "hold_out_speakers": ["ben"]},
    )
    code, _, _ = voxface(
        "train", "student.yaml", "--examples", "examples", "-o", "student", "--threads", 1
    )
    assert code == 0

    code, out, err = voxface("export", "student", "-o", "model.onnx", "--version", "2.0.0")
    assert (code, err) == (0, "")
    assert "model.onnx: tiny 2.0.0" in out
    assert "look-ahead 20 ms" in out
    assert Model("model.onnx").description.version == "2.0.0"

    code, out, err = voxface(
        "evaluate", "model.onnx", "still", "--examples", "examples", "--voices", "--short",
        "--per", "region", "-o", "report.json",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "GRID ben, never heard" in out
    assert "by region" in out
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["groups"]["GRID ben, never heard"]["takes"] == 5
    assert len(report["rows"]) == 10
    assert "voices: en" in report["voices"]["model"]
    assert not [item for item in tmp_path.rglob(".*") if item.is_file()]


def one_line(err: str) -> str:
    assert err.startswith("voxface: ")
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": {"chanels": 8}}, "did you mean 'channels'?"),
        ({"optimizer": {}}, "did you mean 'optimiser'?"),
        ({"hears": "light"}, "hears 'sound' or 'phones'"),
        ({"optimiser": {"learning_rate": "1e-3"}}, "must be a number"),
        ({"data": {"sets": {"gird": 1}}}, "gird.npz"),
    ],
)
def test_recipes_that_do_not_fit(voxface, tmp_path, changes, message) -> None:
    examples = write_example_folder(tmp_path / "examples", 1)
    recipe = write_recipe(tmp_path / "a.yaml", **changes)
    code, _, err = voxface("train", recipe, "--examples", examples, "-o", tmp_path / "run")
    assert code == 2
    assert message in one_line(err)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["train", "none.yaml"],
        ["train", "a.yaml", "--examples", "none"],
        ["export", "none"],
        ["label", "none.npz", "--teacher", "none", "-o", "b.npz"],
        ["evaluate", "none.onnx", "--examples", "none"],
        ["prepare", "-o", "out", "--captures", "none", "--corpora", "none"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_what_is_not_there_is_told_in_one_line(voxface, tmp_path, monkeypatch, words) -> None:
    monkeypatch.chdir(tmp_path)
    write_recipe(tmp_path / "a.yaml")
    code, _, err = voxface(*words)
    assert code == 2
    assert "none" in one_line(err)
    assert {item.name for item in tmp_path.iterdir()} == {"a.yaml"}


def test_damaged_examples_are_told_in_one_line(voxface, tmp_path) -> None:
    examples = write_example_folder(tmp_path / "examples", 1)
    path = examples / "grid.npz"
    path.write_bytes(path.read_bytes()[:-400])
    recipe = write_recipe(tmp_path / "a.yaml")
    code, _, err = voxface("train", recipe, "--examples", examples, "-o", tmp_path / "run")
    assert code == 2
    assert "grid.npz" in one_line(err)


def test_a_report_that_cannot_be_written_is_told_first(voxface, tmp_path) -> None:
    code, _, err = voxface(
        "evaluate", tmp_path / "none.onnx", "--examples", tmp_path, "-o", tmp_path / "no" / "a.json"
    )
    assert code == 2
    assert "cannot write" in one_line(err)


def test_a_stopped_run_says_so_and_goes_on(voxface, tmp_path, monkeypatch) -> None:
    import signal  # noqa: PLC0415

    from voxface.training import fit as training  # noqa: PLC0415
    from voxface.training.module import FaceModule  # noqa: PLC0415

    monkeypatch.setattr(training, "KEEP_EVERY", 3)
    examples = write_example_folder(tmp_path / "examples", 2)
    recipe = write_recipe(tmp_path / "a.yaml")
    words = ("train", recipe, "--examples", examples, "-o", tmp_path / "run", "--threads", 1)
    whole = FaceModule.training_step
    steps = []

    def stopped(self, batch, index):
        steps.append(self.global_step)
        if len(steps) == 8:
            raise KeyboardInterrupt
        return whole(self, batch, index)

    monkeypatch.setattr(FaceModule, "training_step", stopped)
    before = signal.getsignal(signal.SIGINT)
    try:
        code, _, _ = voxface(*words)
    finally:
        signal.signal(signal.SIGINT, before)
    assert code == 130
    assert (tmp_path / "run" / "last.ckpt").is_file()
    assert voxface(*words)[0] == 0
    np.testing.assert_array_equal(steps, [0, 1, 2, 3, 4, 5, 6, 7, 6, 7, 8, 9, 10, 11])
    assert (tmp_path / "run" / "model.safetensors").is_file()


@pytest.mark.slow  # starts processes
def test_some_sets_and_recordings_of_which_nothing_is_known(voxface, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_captured_corpus(tmp_path, 5, ("anna",))
    write_voices(tmp_path, "voices", 2, ("carl",))
    prepare = ("prepare", "-o", "again", "--captures", "captures", "--corpora", "corpora")
    code, out, err = voxface(*prepare, "--only", "voices", "--only", "recordings",
                             "--sounds", "recordings")  # fmt: skip
    assert (code, err) == (0, "")
    assert "recordings.npz: 7 examples" in " ".join(out.split())
    made = sorted(path.name for path in (tmp_path / "again").iterdir())
    assert made == ["recordings.npz", "voices.npz"]

    code, _, err = voxface(*prepare, "--only", "voises")
    assert code == 2
    assert "did you mean 'voices'" in err

    (tmp_path / "grid").mkdir()
    (tmp_path / "grid" / "a.wav").write_bytes(b"")
    code, _, err = voxface(*prepare, "--sounds", "grid")
    assert code == 2
    assert err == (
        "voxface: 'grid' would take the place of the set 'grid'; give the folder another name\n"
    )
