"""Crops: the same for the same seed, labels with their sound, silence outside, shares."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fabricated import CHANNELS, JAW, make_example
from voxface.phones.symbols import FEATURE_NAMES
from voxface.phones.times import TimedPhone
from voxface.training.augment import Augmentation
from voxface.training.crops import Batch, CropConfig, Crops
from voxface.training.hearing import Hearing

SOUND = Hearing()
REST = np.linspace(-1, 0, CHANNELS).astype(np.float32)
PLAIN = CropConfig(frames=100, warm_up=20, batch=6, clean=0.0, noise_only=0.0)


def ramp(frames: int = 400, **more):
    """Return an example that tells its own time: band 0, the jaw, the pose and the phones do."""
    mel = np.full((frames, 80), -50.0)
    mel[:, 0] = np.arange(frames) / 10 - 50
    motion = np.zeros((frames, CHANNELS))
    motion[:, JAW] = np.arange(frames) / 100
    phones = [TimedPhone("p" if i % 2 else "ɑ", i / 10, (i + 1) / 10) for i in range(frames // 10)]
    example = make_example(frames, mel=mel, motion=motion, phones=tuple(phones), **more)
    pose = np.zeros((frames, 6), np.float16)
    pose[:, 1] = np.arange(frames) / 100
    return replace(example, pose=pose)


def crops(
    *examples,
    config: CropConfig = PLAIN,
    augmentation: Augmentation | None = None,
    seed: int = 0,
    hearing: Hearing = SOUND,
    **more,
) -> Crops:
    return Crops(examples or (ramp(),), config, augmentation, REST, hearing, seed, **more)


def same(one: Batch, two: Batch) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("augmentation", [None, Augmentation()])
def test_a_batch_depends_on_seed_and_number_alone(augmentation) -> None:
    first = crops(augmentation=augmentation)
    third = [first.draw(index) for index in range(4)][3]
    torch.manual_seed(99)
    assert same(crops(augmentation=augmentation).draw(3), third)
    assert not same(crops(augmentation=augmentation, seed=1).draw(3), third)
    assert not same(first.draw(2), third)


def test_a_resumed_stream_goes_on_where_it_stopped() -> None:
    whole = list(islice(crops(augmentation=Augmentation()), 5))
    later = crops(augmentation=Augmentation())
    later.first = 3
    for one, two in zip(whole[3:], islice(later, 2), strict=True):
        assert same(one, two)


def test_workers_share_the_stream(monkeypatch) -> None:
    whole = list(islice(crops(), 4))
    worker = SimpleNamespace(id=1, num_workers=2)
    monkeypatch.setattr(torch.utils.data, "get_worker_info", lambda: worker)
    for one, two in zip(whole[1::2], islice(crops(), 2), strict=True):
        assert same(one, two)


def test_shapes() -> None:
    batch = crops(augmentation=Augmentation()).draw(0)
    assert {name: tuple(part.shape) for name, part in batch._asdict().items()} == {
        "features": (6, 120, 80),
        "motion": (6, 120, 52),
        "weight": (6, 120, 52),
        "pose": (6, 120, 6),
        "pose_weight": (6, 120),
        "speech": (6, 120),
        "articulation": (6, 120, 27),
        "articulation_weight": (6, 120),
        "condition": (6, 0),
        "speaker": (6,),
        "clean": (0, 0, 0),
    }
    assert {part.dtype for part in batch[:-2]} == {torch.float32}
    assert batch.speaker.tolist() == [0] * 6
    assert all(torch.isfinite(part).all() for part in batch)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0.5, 1.0), st.floats(1.0, 2.0))
def test_tempo_keeps_labels_with_their_sound(index: int, slow: float, fast: float) -> None:
    """Sound and labels tell the same time, and it passes at one pace within the range."""
    batch = crops(config=replace(PLAIN, tempo=(slow, fast))).draw(index)
    inside = batch.features[:, :, 0] > -79
    by_sound = (batch.features[:, :, 0] + 50) * 10
    by_jaw = batch.motion[:, :, JAW] * 100
    by_pose = batch.pose[:, :, 1] * 100
    assert (by_sound - by_jaw)[inside].abs().max() < 0.5
    assert (by_pose - by_jaw)[inside].abs().max() < 0.1
    for item, times in enumerate(by_jaw):
        pace = times[inside[item]].diff()
        assert slow - 0.2 < float(pace.min())
        assert float(pace.max()) < fast + 0.2
        average = float(pace.mean())
        assert slow - 0.02 < average < fast + 0.02


def test_phones_go_with_their_sound() -> None:
    batch = crops().draw(1)
    inside = batch.features[:, :, 0] > -79
    frame = np.round(batch.motion[:, :, JAW].numpy() * 100)
    near_edge = np.minimum(frame % 10, 10 - frame % 10) <= 1
    vowel = batch.articulation[:, :, 1].numpy() > 0.5
    wanted = (frame // 10) % 2 == 0
    chosen = inside.numpy() & ~near_edge
    assert chosen.sum() > 100
    np.testing.assert_array_equal(vowel[chosen], wanted[chosen])


def test_outside_a_recording_is_silence_without_labels() -> None:
    batch = crops(ramp(60)).draw(0)
    outside = (batch.features == -80).all(2)
    assert outside.any(1).all()
    assert (~outside).any(1).all()
    assert not batch.weight[outside].any()
    assert not batch.pose_weight[outside].any()
    assert not batch.speech[outside].any()
    assert not batch.articulation_weight[outside].any()
    assert batch.speech[~outside].all()
    assert batch.articulation_weight[~outside].all()


def test_warm_up_has_sound_but_no_labels() -> None:
    batch = crops().draw(2)
    assert not batch.weight[:, :20].any()
    assert not batch.pose_weight[:, :20].any()
    assert (batch.features[:, :20, 0] > -79).any()


def test_frames_that_were_not_seen_have_no_labels() -> None:
    example = ramp()
    seen = example.seen.copy()
    seen[100:200] = 0
    batch = crops(replace(example, seen=seen), config=replace(PLAIN, tempo=(1, 1))).draw(3)
    time = batch.motion[:, :, JAW] * 100
    lost = (time > 101) & (time < 198)
    assert lost.any()
    assert not batch.weight[lost].any()
    kept = (time > 20) & ((time < 98) | (time > 201)) & (batch.features[:, :, 0] > -79)
    kept[:, :20] = False
    assert batch.weight[kept].all()


def test_unknown_pose_and_phones_have_no_weight() -> None:
    example = make_example(300, pose="unknown")
    example = replace(example, articulation=np.zeros((300, 0), np.uint8))
    batch = crops(example).draw(0)
    assert not batch.pose_weight.any()
    assert not batch.articulation_weight.any()
    assert batch.weight.any()


def test_clean_crops_keep_their_tempo_and_the_speakers_own_scale() -> None:
    """The own scale is kept of speakers with more than a hundred takes alone."""
    ones = np.ones(CHANNELS, np.float32)
    example = replace(ramp(), own_gain=2 * ones, own_offset=0.5 * ones)
    clean = replace(PLAIN, clean=1.0)
    for takes, config, own in (
        (101, clean, True),
        (101, replace(clean, own_scale=0.0), False),
        (101, PLAIN, False),
        (100, clean, False),
    ):
        named = [replace(example, name=f"take {n}") for n in range(takes)]
        batch = crops(*named, config=config).draw(0)
        inside = batch.features[:, :, 0] > -79
        time = (batch.features[:, :, 0] + 50) * 10 / 100
        wanted = 2 * time + 0.5 if own else time
        assert (batch.motion[:, :, JAW] - wanted)[inside].abs().max() < 0.02
        if config.clean:
            pace = time[0, inside[0]].diff() * 100
            torch.testing.assert_close(pace, torch.ones_like(pace), atol=0.4, rtol=0)


def test_labels_of_closed_lips_count_more() -> None:
    """Twice as much on the "p" of every second 100 ms, and no more anywhere else."""
    batch = crops(config=replace(PLAIN, closure=1.0)).draw(1)
    labelled = batch.pose_weight > 0
    shut = batch.articulation[:, :, FEATURE_NAMES.index("bilabial")] > 0.5
    assert (batch.weight[labelled & shut] == 2).all()
    assert (batch.weight[labelled & ~shut] == 1).all()
    assert (labelled & shut).any()
    plain = crops(config=replace(PLAIN, closure=0.0)).draw(1)
    assert (plain.weight[labelled] == 1).all()
    torch.testing.assert_close(plain.motion, batch.motion)


def test_another_voice_is_given_its_own_tempo_back() -> None:
    """A take sped up by 1.5 is read at 1 / 1.5 of the pace."""
    fast = ramp()
    fast.about["speed"] = 1.5
    batch = crops(fast, config=replace(PLAIN, tempo=(1.0, 1.0))).draw(0)
    inside = batch.features[:, :, 0] > -79
    pace = torch.cat([t[i].diff() for t, i in zip(batch.pose[:, :, 1], inside, strict=True)])
    assert float(pace.mean()) * 100 == pytest.approx(1 / 1.5, rel=0.02)


def test_clean_crops_are_not_augmented() -> None:
    loud = Augmentation(gain=(30, 30), noise=0, mask=0)
    config = replace(PLAIN, clean=0.5, batch=32)
    batch = crops(make_example(2000), config=config, augmentation=loud).draw(0)
    level = batch.features.mean((1, 2))
    untouched = (level + 60).abs() < 8  # -60 with some silence around it
    assert 6 <= int(untouched.sum()) <= 26


def test_corpora_are_drawn_by_their_shares_and_weighed() -> None:
    one = make_example(2000, corpus="one", mel=np.full((2000, 80), -10.0))
    two = [make_example(300, corpus="two", mel=np.full((300, 80), -70.0)) for _ in range(5)]
    config = replace(
        PLAIN,
        batch=400,
        frames=4,
        warm_up=0,
        shares=(("one", 1.0), ("two", 3.0)),
        corpus_weight=(("two", 0.25),),
    )
    batch = crops(one, *two, config=config).draw(0)
    of_two = (batch.features == -70).all(2).any(1)
    of_one = (batch.features == -10).all(2).any(1)
    assert not (of_one & of_two).any()
    share = float(of_two.sum() / (of_one.sum() + of_two.sum()))
    assert share == pytest.approx(0.75, abs=0.07)
    assert float(batch.weight[of_two].max()) == 0.25
    assert float(batch.weight[of_one].max()) == 1.0


def test_without_shares_a_corpus_counts_by_its_length() -> None:
    one = make_example(3000, corpus="one")
    two = make_example(1000, corpus="two")
    assert dict(zip(crops(one, two).names, crops(one, two).share, strict=True)) == {
        "one": 0.75,
        "two": 0.25,
    }


def test_longer_recordings_are_drawn_more_often() -> None:
    stream = crops(make_example(100), make_example(900))
    np.testing.assert_allclose(stream.chances["grid"], [0.25, 0.75])


def test_channels_count_as_the_example_says() -> None:
    weight = np.linspace(0, 1, CHANNELS).astype(np.float32)
    batch = crops(replace(ramp(), channel_weight=weight)).draw(0)
    vowel = (batch.pose_weight > 0) & (batch.articulation[:, :, FEATURE_NAMES.index("vowel")] > 0)
    torch.testing.assert_close(batch.weight[vowel][0], torch.from_numpy(weight))


@pytest.mark.parametrize("augmentation", [None, Augmentation()])
def test_nobody_speaks(augmentation) -> None:
    config = replace(PLAIN, noise_only=1.0, batch=24)
    batch = crops(config=config, augmentation=augmentation).draw(0)
    assert torch.equal(batch.motion, torch.from_numpy(REST).expand_as(batch.motion))
    assert batch.weight[:, 20:].all()
    assert not batch.weight[:, :20].any()
    assert not batch.speech.any()
    assert not batch.pose_weight.any()
    assert not batch.articulation_weight.any()
    if augmentation is None:
        assert (batch.features == -80).all()
    else:
        assert (batch.features > -60).any()
