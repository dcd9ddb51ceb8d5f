"""Multiface in its published layout, planted small and read back."""

from __future__ import annotations

import numpy as np
import pytest

from planted_sequences import (
    DROPPED,
    HEAD,
    WIDER,
    talking,
)
from voxface.corpus.sequences import mesh_set_of, read_sequences
from voxface.errors import VoxfaceError


def test_multiface(multiface) -> None:
    found = read_sequences("multiface", multiface)
    assert len(found.takes) == 6 and found.takes[3].text == "a good morrow"
    assert [take.speaker for take in found.takes[::3]] == ["6795937", "5067077"]
    for take in found.takes:
        wider = WIDER if take.speaker == "5067077" else np.ones(3)
        assert take.neutral == pytest.approx(HEAD * wider, abs=1e-3)  # not the mean of all frames
        vertices = take.read_vertices()
        there = np.flatnonzero(take.seen)
        assert len(vertices) == 30 and len(there) == (27 if take.speaker == "5067077" else 30)
        assert vertices[there] == pytest.approx((talking(30) * wider)[there], abs=1e-3)
        assert vertices == pytest.approx(talking(30) * wider, abs=0.2)  # dropped ones, too
    held = mesh_set_of(found, fps=30, most=4)
    assert np.flatnonzero(held.examples[-1].seen == 0).tolist() == list(DROPPED)
    assert set(held.topology.regions) >= {"lips", "mouth", "upper", "eyelids"}


def test_multiface_without_a_face_at_rest(multiface) -> None:
    entity = next(multiface.glob("*6795937*"))
    rest = entity / "tracked_mesh" / "E001_Neutral_Eyes_Open"
    (rest / "009990.obj").rename(entity / "tracked_mesh" / "SEN_she_had" / "009990.obj")
    for file in rest.iterdir():
        file.unlink()
    take = read_sequences("multiface", entity).takes[0]
    assert take.neutral == pytest.approx(HEAD + 1, abs=1e-3)
    (entity / "vert_mean.bin").unlink()
    with pytest.raises(VoxfaceError, match="no face at rest; fetch tracked_mesh/E001"):
        read_sequences("multiface", entity)


def test_a_coarser_mesh_is_finer_at_the_mouth(multiface) -> None:
    found = read_sequences("multiface", multiface)
    held = mesh_set_of(found, fps=30, most=2, vertices=150)
    assert held.topology.vertices == 150 and len(held.topology.triangles) > 150
    assert held.examples[0].offsets.shape[1:] == (150, 3)
    mouth = held.topology.region("mouth") > 0.5
    whole = mesh_set_of(found, fps=30, most=2).topology.region("mouth") > 0.5
    assert mouth.mean() > 1.2 * whole.mean()
    with pytest.raises(VoxfaceError, match="keep fewer vertices"):
        mesh_set_of(found, fps=30, most_gigabytes=1e-4)


def test_multiface_files_that_are_cut_off(multiface) -> None:
    folder = next(multiface.glob("*6795937*/tracked_mesh/SEN_she_had"))
    (folder / "009993.bin").write_bytes(b"\0" * 50)
    take = next(t for t in read_sequences("multiface", multiface).takes if "she_had" in t.name)
    with pytest.raises(VoxfaceError, match=r"009993\.bin is damaged") as raised:
        take.read_vertices()
    assert "\n" not in str(raised.value)
