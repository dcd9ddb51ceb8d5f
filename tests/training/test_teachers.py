"""Distillation, the adversary and pre-training: each does what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fabricated import JAW, learnable, make_canonical, tiny_recipe, write_example_folder
from voxface.corpus.examples import load_examples, save_examples
from voxface.corpus.labels import save_canonical
from voxface.corpus.prepare import CANONICAL
from voxface.errors import VoxfaceError
from voxface.models import TCNConfig, build_net
from voxface.training.checkpoint import load_trained
from voxface.training.crops import CropConfig, Crops
from voxface.training.hearing import Hearing
from voxface.training.predict import predict
from voxface.training.pretrain import PRETRAINED, blanked
from voxface.training.recipe import Pretraining, recipe_from_dict
from voxface.training.teachers import Teachers
from voxface.training.train import train
from voxface.training.trunk import SpeakerJudge, Trunk

SMALL = {"channels": 16, "dilations": [1, 2, 4], "look_ahead": 2, "dropout": 0.0}
FAST = {"steps": 12, "learning_rate": 0.01, "average": 0.0}


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    return write_example_folder(tmp_path_factory.mktemp("examples"))


@pytest.fixture(scope="module")
def teacher(examples, tmp_path_factory):
    """Return the folder of a teacher that looks further ahead than its students."""
    folder = tmp_path_factory.mktemp("runs") / "teacher"
    recipe = tiny_recipe(model=SMALL | {"look_ahead": 9}, optimiser=FAST | {"steps": 60})
    train(recipe_from_dict(recipe), examples, folder, threads=1)
    return folder


def batch_of(examples, **more):
    rest = np.zeros(52, np.float32)
    config = CropConfig(frames=80, warm_up=16, batch=4, noise_only=0.0, clean=1.0)
    held = load_examples(examples / "grid.npz")
    return Crops(held, config, None, rest, Hearing(), 0, keep_clean=True, **more).draw(0)


def test_teachers_say_what_they_say_of_the_same_frame(examples, teacher) -> None:
    """An example heard as a batch: the teacher's motion stands at the time of its sound."""
    [example] = load_examples(examples / "grid.npz")[:1]
    batch = batch_of(examples)
    sound = torch.from_numpy(example.features.astype(np.float32))[None]
    heard = batch._replace(clean=sound, speech=torch.zeros(1, len(example)))
    found = Teachers([teacher, teacher], Hearing(), make_canonical(), 16)
    motion, known = found.motion(heard)
    whole = predict(load_trained(teacher), [example])[0].motion
    assert motion.shape[1] == len(example) - 9
    torch.testing.assert_close(motion, whole[:, :-9], atol=1e-5, rtol=1e-5)
    assert not known[:, :16].any()
    assert known[:, 16:].all()


def test_who_says_as_the_teacher_loses_nothing(examples, teacher) -> None:
    batch = batch_of(examples)
    found = Teachers([teacher], Hearing(), make_canonical(), 16)
    motion, _ = found.motion(batch)
    late = torch.cat([torch.zeros(4, 2, 52), motion], 1)
    assert float(found.loss(late, 2, batch)) == pytest.approx(0, abs=1e-6)
    assert float(found.loss(late, 3, batch)) > 1e-4
    assert float(found.loss(late + 2, 2, batch)) == pytest.approx(1.75, rel=1e-4)


def test_a_student_without_labels_learns_from_its_teacher(examples, teacher, tmp_path) -> None:
    values = tiny_recipe(
        model=SMALL, optimiser=FAST | {"steps": 60}, teachers=[str(teacher)],
        losses=dict.fromkeys(
            ("motion", "weights", "velocity", "acceleration", "correlation", "silence"), 0.0
        ) | {"distillation": 1.0},
    )  # fmt: skip
    student = train(recipe_from_dict(values), examples, tmp_path / "run", threads=1)
    example = learnable(np.random.default_rng(7), 300)
    theirs = predict(load_trained(teacher), [example])[0].motion[0, 20:-20, JAW]
    own = predict(student, [example])[0].motion[0, 20:-20, JAW]
    assert float(torch.corrcoef(torch.stack([theirs, own]))[0, 1]) > 0.5
    assert len(student.about["teachers_sha256"][str(teacher)]) == 64


def test_teachers_that_do_not_fit(examples, teacher, tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="hears other features"):
        Teachers([teacher], Hearing(rate=50), make_canonical(), 0)
    other = replace(make_canonical(), centre=make_canonical().centre + 1)
    with pytest.raises(VoxfaceError, match="different examples"):
        Teachers([teacher], Hearing(), other, 0)
    with pytest.raises(VoxfaceError, match="no trained model"):
        Teachers([tmp_path], Hearing(), make_canonical(), 0)
    for values in ({"teachers": ["a"]}, {"losses": {"distillation": 1.0}}):
        with pytest.raises(VoxfaceError, match="distillation takes both"):
            recipe_from_dict(tiny_recipe(**values))


def test_the_adversary_turns_the_gradient_around() -> None:
    torch.manual_seed(0)
    judge = SpeakerJudge(8, 3)
    stream = torch.randn(4, 8, 20, requires_grad=True)
    speaker = torch.tensor([0, 1, 2, -1])
    gradients = []
    for strength in (-1.0, 0.5):  # strength -1 is an ordinary gradient
        stream.grad = None
        judge.zero_grad()
        judge.loss(stream, strength, speaker).backward()
        gradients.append((stream.grad.clone(), judge.layers[0].weight.grad.clone()))
    (plain, own), (turned, same) = gradients
    torch.testing.assert_close(turned, -0.5 * plain)
    torch.testing.assert_close(own, same)
    assert not plain[3].any()  # nobody speaks there
    with pytest.raises(VoxfaceError, match="at least two speakers"):
        SpeakerJudge(8, 1)


def test_a_run_with_an_adversary_leaves_a_plain_net(examples, tmp_path) -> None:
    rng = np.random.default_rng(1)
    held = [learnable(rng, name=f"take{n}", speaker="ab"[n % 2]) for n in range(4)]
    save_examples(tmp_path / "grid.npz", held)
    save_canonical(tmp_path / CANONICAL, make_canonical())
    values = tiny_recipe(model=SMALL, losses={"adversary": 0.1}, optimiser=FAST | {"average": 0.9})
    trained = train(recipe_from_dict(values), tmp_path, tmp_path / "run", threads=1)
    assert set(trained.net.state_dict()) == set(build_net(trained.net.config).state_dict())
    with pytest.raises(VoxfaceError, match="at least two speakers"):
        train(recipe_from_dict(values), examples, tmp_path / "alone", threads=1)


def test_the_trunk_is_what_the_heads_read() -> None:
    net = build_net(TCNConfig(channels=8, dilations=(1, 2)))
    trunk = Trunk(net)
    face, _ = net(torch.randn(2, 10, 80), net.initial_state(2))
    assert trunk.stream.shape == (2, 8, 10)
    torch.testing.assert_close(net.motion_head(trunk.stream).transpose(1, 2), face.motion)
    trunk.let_go()
    net(torch.randn(2, 10, 80), net.initial_state(2))
    assert not trunk.stream.numel()


def test_about_as_much_is_blanked_as_asked() -> None:
    torch.manual_seed(0)
    blank = blanked(50, 400, Pretraining(steps=1, share=0.2, span=8))
    assert blank.shape == (50, 400)
    assert 0.14 < float(blank.float().mean()) < 0.22
    runs = torch.diff(torch.nn.functional.pad(blank[0].int(), (1, 1)))
    begins, ends = torch.nonzero(runs == 1)[:, 0], torch.nonzero(runs == -1)[:, 0]
    assert int((ends - begins)[1:-1].min()) >= 8


def test_pre_training_needs_no_face_and_is_done_once(examples, tmp_path, monkeypatch) -> None:
    held = load_examples(examples / "grid.npz")
    save_examples(tmp_path / "grid.npz", held)
    voices = [replace(e, seen=np.zeros_like(e.seen), corpus="voices") for e in held]
    save_examples(tmp_path / "voices.npz", voices)
    save_canonical(tmp_path / CANONICAL, make_canonical())
    pretraining = {"steps": 8, "sets": ["voices"]}
    values = tiny_recipe(model=SMALL, optimiser=FAST | {"steps": 2}, pretraining=pretraining)
    one = train(recipe_from_dict(values), tmp_path, tmp_path / "run", threads=1)
    kept = (tmp_path / "run" / PRETRAINED).read_bytes()
    (tmp_path / "run" / "model.json").unlink()
    two = train(recipe_from_dict(values), tmp_path, tmp_path / "run", threads=1)
    assert (tmp_path / "run" / PRETRAINED).read_bytes() == kept
    for name, part in one.net.state_dict().items():
        torch.testing.assert_close(two.net.state_dict()[name], part)
    plain = train(
        recipe_from_dict(values | {"pretraining": {"steps": 0}}), tmp_path, tmp_path / "plain",
        threads=1,
    )  # fmt: skip
    assert not torch.equal(plain.net.entry.weight, one.net.entry.weight)
