"""VOCASET in its published layouts, planted small and read back."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from planted_sequences import (
    HEAD,
    NEUTRAL,
    VERTICES,
    save_ply,
    save_wav,
    talking,
)
from voxface.corpus.sequences import mesh_set_of, read_sequences
from voxface.corpus.sequences.pickles import read_pickle
from voxface.errors import VoxfaceError, VoxfaceWarning


@pytest.fixture
def vocaset(tmp_path):
    """Two subjects of VOCASET as it is distributed: metres, 60 frames a second, pickles."""
    frames = [90, 60]
    rows = np.concatenate([talking(count) for count in frames]) / 100
    np.save(tmp_path / "data_verts.npy", rows.astype(np.float32))
    subjects = ["FaceTalk_170725_00137_TA", "FaceTalk_170728_03272_TA"]
    index = {
        subjects[0]: {"sentence01": {n: n for n in range(90)}},
        subjects[1]: {"sentence07": {n: 90 + n for n in range(60)}},
    }
    (tmp_path / "sentencetext").mkdir()
    text = tmp_path / "sentencetext" / f"{subjects[0]}.txt"
    text.write_text("She had your dark suit.\nDo not ask me.\n")
    sounds = {
        subject: {
            next(iter(index[subject])): {
                "audio": (9000 * np.sin(np.arange(22_000 * count // 60) / 9)).astype(np.int16),
                "sample_rate": 22_000,
            }
        }
        for subject, count in zip(subjects, frames, strict=True)
    }
    templates = {subject: HEAD.astype(np.float64) / 100 for subject in subjects}
    for name, held in (
        ("subj_seq_to_idx", index), ("raw_audio_fixed", sounds), ("templates", templates),
    ):  # fmt: skip
        (tmp_path / f"{name}.pkl").write_bytes(pickle.dumps(held, protocol=2))
    save_ply(tmp_path / "templates" / "FLAME_sample.ply")
    return tmp_path


def check(held, takes: int, fps: float) -> None:
    """The planted motion comes back, and regions that were found by it are where they should be."""
    assert len(held.examples) == takes
    for example in held.examples:
        assert example.fps == fps and example.offsets.shape[1:] == (VERTICES, 3)
        assert example.seconds == pytest.approx(len(example.features) / 100, abs=0.06)
        true = talking(round(example.seconds * 60)) - HEAD
        assert example.offsets[0] == pytest.approx(true[0], abs=0.05)
    lips = held.topology.rows("lips")
    assert len(lips) and np.abs(NEUTRAL[lips, 1] - NEUTRAL[13, 1]).max() < 2.5


def test_vocaset_as_distributed(vocaset) -> None:
    found = read_sequences("vocaset", vocaset)
    assert found.takes[0].name == "FaceTalk_170725_00137_TA_sentence01"
    assert found.takes[0].read_vertices() == pytest.approx(talking(90), abs=1e-3)
    held = mesh_set_of(found, fps=30)
    check(held, 2, 30.0)
    jaw = held.examples[0].offsets[:, 152, 1].astype(float)
    assert jaw == pytest.approx((talking(90) - HEAD)[::2, 152, 1], abs=0.02)


def test_vocaset_frames_that_were_dropped_keep_their_time(vocaset) -> None:
    index = read_pickle(vocaset / "subj_seq_to_idx.pkl")
    frames = index["FaceTalk_170725_00137_TA"]["sentence01"]
    for dropped in (20, 21):
        del frames[dropped]
    (vocaset / "subj_seq_to_idx.pkl").write_bytes(pickle.dumps(index))
    take = read_sequences("vocaset", vocaset).takes[0]
    assert take.read_vertices() == pytest.approx(talking(90), abs=0.15)
    assert take.read_vertices()[50] == pytest.approx(talking(90)[50], abs=1e-3)
    assert np.flatnonzero(~take.seen).tolist() == [20, 21]
    seen = mesh_set_of(read_sequences("vocaset", vocaset), fps=30).examples[0].seen
    assert np.flatnonzero(seen == 0).tolist() == [10]


def test_vocaset_sentences_without_sound_are_left_out(vocaset) -> None:
    sounds = read_pickle(vocaset / "raw_audio_fixed.pkl")
    del sounds["FaceTalk_170728_03272_TA"]["sentence07"]
    (vocaset / "raw_audio_fixed.pkl").write_bytes(pickle.dumps(sounds))
    with pytest.warns(VoxfaceWarning, match="a sentence has vertices but no sound"):
        found = read_sequences("vocaset", vocaset)
    assert [(take.name[-10:], take.text) for take in found.takes] == [
        ("sentence01", "She had your dark suit.")
    ]


@pytest.mark.parametrize("fps", [60, 30])
def test_vocaset_in_the_shared_layout_at_either_rate(tmp_path, fps) -> None:
    name = "FaceTalk_170725_00137_TA"
    (tmp_path / "vertices_npy").mkdir()
    flat = (talking(90)[:: 60 // fps] / 100).reshape(90 * fps // 60, -1)
    np.save(tmp_path / "vertices_npy" / f"{name}_sentence01.npy", flat)
    np.save(tmp_path / "vertices_npy" / f"{name}_sentence02.npy", flat)
    save_wav(tmp_path / "wav" / f"{name}_sentence01.wav", 1.5)
    save_ply(tmp_path / "FLAME_sample.ply")
    (tmp_path / "templates.pkl").write_bytes(pickle.dumps({name: HEAD / 100}))
    with pytest.warns(VoxfaceWarning, match="a sentence has vertices but no sound"):
        found = read_sequences("vocaset", tmp_path)
    assert len(found.takes) == 1 and found.takes[0].fps == fps
    assert found.topology.name == "flame"
    held = mesh_set_of(found, fps=30)
    jaw = held.examples[0].offsets[:, 152, 1].astype(float)
    assert jaw == pytest.approx((talking(90) - HEAD)[::2, 152, 1], abs=0.02)


def test_missing_files_are_told_in_one_line(vocaset, tmp_path) -> None:
    (vocaset / "templates" / "FLAME_sample.ply").unlink()
    with pytest.raises(VoxfaceError, match=r"put one there as templates/FLAME_sample\.ply"):
        read_sequences("vocaset", vocaset)
    save_ply(vocaset / "templates" / "FLAME_sample.ply")
    np.save(vocaset / "data_verts.npy", np.zeros((40, VERTICES, 3), np.float32))
    with pytest.raises(VoxfaceError, match="cut off"):
        read_sequences("vocaset", vocaset)
    for corpus in ("vocaset", "biwi", "multiface"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(VoxfaceError):
            read_sequences(corpus, tmp_path / "empty")
    with pytest.raises(VoxfaceError, match="did you mean 'biwi'"):
        read_sequences("biw", tmp_path)
