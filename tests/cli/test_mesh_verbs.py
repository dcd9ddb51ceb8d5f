"""Models that move meshes on the command line: files out, weights solved, and what is refused."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from media import write_media
from planted_talk import planted_set
from tiny_mesh_model import write_tiny_mesh_model
from voxface.corpus.mesh_examples import save_mesh_set
from voxface.face import FaceClip, MeshClip

EXAMPLE = Path(__file__).parents[2] / "examples" / "speech.flac"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """The example as both shipped models say it: mesh by npz and glb, weights by csv."""
    folder = tmp_path_factory.mktemp("spoken mesh")  # with a space in its name
    made = {}
    for name in ("animote", "meshtalk"):
        outputs = [folder / f"{name}{suffix}" for suffix in (".npz", ".glb", ".csv")]
        words = [word for output in outputs for word in ("-o", str(output))]
        line = ["voxface", "animate", str(EXAMPLE), "--model", name, "--fps", "30", *words]
        with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as left:
            patch.setattr(sys, "argv", line)
            from voxface.cli import main  # noqa: PLC0415

            main()
        assert not left.value.code
        made[name] = outputs
    return made


@pytest.mark.parametrize("model", ["animote", "meshtalk"])
def test_the_shipped_models_speak(spoken, model) -> None:
    mesh, glb, csv = spoken[model]
    clip = MeshClip.load(mesh)
    assert clip.topology.name == "mediapipe468" and len(clip) == 272
    gap = np.linalg.norm(clip.vertices[:, 13] - clip.vertices[:, 14], axis=1)
    speaking, resting = (clip.times > 1) & (clip.times < 8), clip.times > 8.85
    assert gap[speaking].max() > 1.2 and gap[resting].max() < 0.45
    assert np.std(gap[speaking]) > 0.2
    other = MeshClip.load(glb)
    assert np.abs(other.vertices - clip.vertices).max() < 0.02
    weights = FaceClip.load(csv)
    assert len(weights) == len(clip)
    assert np.corrcoef(weights["jawOpen"][speaking], gap[speaking])[0, 1] > 0.7
    assert weights["jawOpen"][speaking].max() > 0.3


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_media(tmp_path / "a b.wav", np.ones(16_000, np.float32) / 3, 16_000, "pcm_s16le", "s16")
    write_tiny_mesh_model(tmp_path / "tiny.onnx")
    return tmp_path


def test_any_model_file_moves_its_own_mesh(tiny, voxface) -> None:
    code, _, _ = voxface("animate", "a b.wav", "--model", "tiny.onnx", "-o", "out.npz", "--fps", 50)
    assert code == 0 and len(MeshClip.load("out.npz")) == 50
    MeshClip.load("out.npz").save("other.npz")
    code, _, _ = voxface(
        "animate", "a b.wav", "--model", "tiny.onnx", "-o", "next.npz", "--neutral", "other.npz"
    )
    assert code == 0 and Path("next.npz").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--model", "animot"], "did you mean 'animote'"),
        (["--model", "none.onnx"], "there is no model file none.onnx"),
        (["--model", "tiny.onnx", "--gain", "jawOpen=2"], "go with models of blendshapes"),
        (["--model", "tiny.onnx", "--rig", "head.glb"], "--rig goes with models of blendshapes"),
        (["--model", "tiny.onnx", "--top-k", "3"], "samples nothing"),
        (["--model", "tiny.onnx", "--neutral", "none.jpg"], "there is no file none.jpg"),
        (["--temperature", "0.5"], "--temperature goes with a model that moves a mesh"),
        (["--model", "meshtalk", "--temperature", "-1"], "between 0 and 10"),
        (["--model", "tiny.onnx", "-o", "out.csv"], "rig"),
    ],
)
def test_what_does_not_go_together(tiny, voxface, words, told) -> None:
    output = [] if "-o" in words else ["-o", "out.npz"]
    code, _, said = voxface("animate", "a b.wav", *output, *words)
    assert code == 2 and told in " ".join(said.split())
    assert len(said.strip().splitlines()) == 1 and "Traceback" not in said
    assert not Path("out.npz").exists() and not Path("out.csv").exists()


def test_silence_and_files_that_are_no_sound(tiny, voxface) -> None:
    Path("text.wav").write_text("no sound")
    code, _, said = voxface("animate", "text.wav", "--model", "tiny.onnx", "-o", "out.npz")
    assert code == 2 and "text.wav" in said and not Path("out.npz").exists()
    write_media(tiny / "quiet.wav", np.zeros(32_000, np.float32), 16_000, "pcm_s16le", "s16")
    code, _, _ = voxface("animate", "quiet.wav", "--model", "animote", "-o", "quiet.npz")
    clip = MeshClip.load("quiet.npz")
    assert code == 0 and np.abs(np.diff(clip.vertices[30:], axis=0)).max() < 0.02


def test_training_export_and_judging_by_command(tiny, voxface) -> None:
    pytest.importorskip("torch", reason="training needs the extra 'train'")
    save_mesh_set("set.npz", planted_set(takes=8, seconds=2.0))
    Path("small.yaml").write_text(
        "name: small\nlogger: none\n"
        "model: {family: animote, components: 4, look_ahead: 1, width: 16, heads: 2, layers: 1,"
        " window: 8, decoder_width: 16}\n"
        "data: {sets: [set.npz], hold_out_every: 3}\ncrops: {seconds: 1.0, batch: 4}\n"
        "optimiser: {steps: 6}\nvalidation: {every: 3, takes: 2}\n"
    )
    code, said, _ = voxface("mesh", "train", "small.yaml", "-o", "run", "--threads", 1)
    assert code == 0 and "trained run" in said
    code, said, _ = voxface("mesh", "export", "run", "-o", "small.onnx", "--version", "3")
    assert code == 0 and "small 3, 24 vertices at 25 frames per second" in said
    code, said, _ = voxface("mesh", "evaluate", "still", "run", "--meshes", "set.npz")
    assert code == 0 and "R² of motion" in said and "never heard" not in said
    # Two runs of one name are two columns, called by what was asked for.
    shutil.copytree("run", "other/run")
    code, said, _ = voxface("mesh", "evaluate", "run", "other/run", "--meshes", "set.npz")
    assert code == 0 and "other/run" in said
    code, _, said = voxface("mesh", "evaluate", "run", "run", "--meshes", "set.npz")
    assert code == 2 and "named twice" in said
    code, said, _ = voxface("mesh", "truth", "set.npz", "take3", "-o", "take3.npz")
    assert code == 0 and len(MeshClip.load("take3.npz")) == 50
    code, _, said = voxface("mesh", "truth", "set.npz", "tak3", "-o", "x.npz")
    assert code == 2 and "did you mean 'take3'" in said
    code, _, said = voxface("mesh", "latents", "run")
    assert code == 2 and "no MeshTalk net" in said
    code, _, said = voxface("mesh", "export", "nowhere", "-o", "x.onnx")
    assert code == 2 and "voxface mesh train" in " ".join(said.split())


def test_experiments_print_tables_and_are_not_done_twice(tiny, voxface) -> None:
    pytest.importorskip("torch", reason="training needs the extra 'train'")
    save_mesh_set("set.npz", planted_set(takes=24, seconds=2.0))
    Path("base.yaml").write_text(
        "name: small\nlogger: none\n"
        "model: {family: animote, components: 4, look_ahead: 1, width: 16, heads: 2, layers: 1,"
        " window: 8, decoder_width: 16}\n"
        "data: {sets: [set.npz], hold_out_every: 2}\ncrops: {seconds: 1.0, batch: 4}\n"
        "optimiser: {steps: 4}\nvalidation: {every: 0}\n"
    )
    Path("plan.yaml").write_text(
        "title: T\nquestion: Q?\nbase: base.yaml\ntakes: 6\n"
        "variants:\n  base: {}\n  no coherence: {losses: {coherence: 0.0}}\n"
    )
    code, said, _ = voxface("mesh", "experiment", "plan.yaml", "-o", "runs")
    assert code == 0 and said.count("training '") == 2
    for row in ("| base |", "| no coherence |", "| still |", "| mean |"):
        assert row in said
    code, said, _ = voxface("mesh", "experiment", "plan.yaml", "-o", "runs")
    assert code == 0 and "training '" not in said and "| no coherence |" in said
    Path("plan.yaml").write_text("title: T\nquestio: Q\n")
    code, _, said = voxface("mesh", "experiment", "plan.yaml", "-o", "runs")
    assert code == 2 and "did you mean 'question'" in said
