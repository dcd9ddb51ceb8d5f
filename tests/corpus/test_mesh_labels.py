"""Voices without video get the meshes that a model of blendshapes says they have."""

from __future__ import annotations

import numpy as np
import pytest

from media import write_media
from voxface.corpus.mesh_labels import Voice, labelled_meshes
from voxface.corpus.voice_index import read_voice_index
from voxface.engine import Model
from voxface.errors import VoxfaceError
from voxface.rig.face_mesh_rig import face_mesh_rig


@pytest.fixture
def voices(tmp_path):
    """Three recordings in two sets, one of them listed twice."""
    rows = ["file,set,speaker"]
    for number, (folder, speaker) in enumerate((("a", "x"), ("a", "y"), ("b", "x"))):
        (tmp_path / folder).mkdir(exist_ok=True)
        sound = np.zeros(16_000, np.float32)
        sound[4000:12000] = 0.02 * (number + 1)
        path = tmp_path / folder / f"{number}.wav"
        write_media(path, sound, 16_000, "pcm_s16le", "s16")
        rows.append(f"{folder}/{number}.wav,{folder},{speaker}")
    (tmp_path / "index.csv").write_text("\n".join([*rows, rows[-1]]) + "\n")
    return tmp_path / "index.csv"


def test_the_teachers_weights_move_the_face(voices, tiny_model_file) -> None:
    held = labelled_meshes(read_voice_index(voices), model=Model(tiny_model_file), licence="ours")
    assert [e.name for e in held.examples] == ["a_0", "a_1", "b_2"]
    quiet, loud = held.examples[0], held.examples[2]
    assert quiet.offsets.shape == (50, 468, 3) and quiet.about["licence"] == "ours"
    moved = np.abs(loud.offsets.astype(float)).sum(axis=(1, 2))
    assert moved[24] > 4 * moved[4] > -1 and moved[24] > moved[48]
    assert np.abs(loud.offsets[24]).sum() > np.abs(quiet.offsets[24]).sum()
    assert np.array_equal(quiet.neutral, face_mesh_rig().neutral)


def test_rows_are_chosen_by_set(voices) -> None:
    assert [v.name for v in read_voice_index(voices, ["a"])] == ["a_0", "a_1"]
    assert [v.name for v in read_voice_index(voices, ["a/2", "b"])] == ["a_0", "b_2"]
    assert read_voice_index(voices)[2].speaker == "x"


@pytest.mark.parametrize(
    ("sets", "told"), [(["c"], "unknown set 'c'"), (["a/0"], "whole number"), (["a/x"], "whole")]
)
def test_bad_sets_are_told(voices, sets, told) -> None:
    with pytest.raises(VoxfaceError, match=told):
        read_voice_index(voices, sets)


def test_bad_indexes_are_told(tmp_path) -> None:
    with pytest.raises(VoxfaceError, match="cannot read"):
        read_voice_index(tmp_path / "none.csv")
    (tmp_path / "bad.csv").write_text("name\nx\n")
    with pytest.raises(VoxfaceError, match="columns file, speaker"):
        read_voice_index(tmp_path / "bad.csv")
    with pytest.raises(VoxfaceError, match="no recording"):
        labelled_meshes([])
    with pytest.raises(VoxfaceError, match=r"gone\.wav"):
        labelled_meshes([Voice("gone", "x", tmp_path / "gone.wav")])
