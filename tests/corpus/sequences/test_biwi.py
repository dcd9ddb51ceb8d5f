"""BIWI in its published layouts, planted small and read back."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from planted_sequences import (
    HEAD,
    TOPOLOGY,
    VERTICES,
    save_obj,
    save_ply,
    save_wav,
    talking,
)
from voxface.corpus.mesh_examples import load_mesh_set
from voxface.corpus.sequences import mesh_set_of, read_sequences
from voxface.corpus.sequences.biwi import ROOT_OF_AREA
from voxface.corpus.sequences.triangles import surface_area
from voxface.errors import VoxfaceError, VoxfaceWarning


def biwi_copy(root: Path) -> None:
    """Two sentences as CodeTalker's scripts leave them: every frame centred, of area 1."""
    (root / "vertices_npy").mkdir()

    def normalised(face: np.ndarray) -> np.ndarray:
        return (face - face.mean(axis=0)) / surface_area(face, TOPOLOGY.triangles) ** 0.5

    for name, binary in (("F1_e01", False), ("M2_e05", True)):
        frames = np.stack([normalised(face) for face in talking(50)])
        np.save(root / "vertices_npy" / f"{name}.npy", frames.reshape(50, -1))
        save_wav(root / "wav" / f"{name}.wav", 2.0)
        save_ply(root / "templates" / "BIWI.ply", binary)
    templates = {"F1": normalised(HEAD), "M2": normalised(HEAD)}
    (root / "templates.pkl").write_bytes(pickle.dumps(templates))


def test_biwi_divided_by_its_area(tmp_path) -> None:
    biwi_copy(tmp_path)
    save_obj(tmp_path / "rigid_scans" / "F1.obj", 10.0)
    found = read_sequences("biwi", tmp_path)
    assert [take.speaker for take in found.takes] == ["F1", "M2"]
    # The scan tells the size of one; the other is as large as people are on average.
    root_of_area = surface_area(HEAD, TOPOLOGY.triangles) ** 0.5
    for take, size in zip(found.takes, (1.0, ROOT_OF_AREA / root_of_area), strict=True):
        assert np.ptp(take.neutral, axis=0) == pytest.approx(size * np.ptp(HEAD, axis=0), rel=1e-3)
        moved = take.read_vertices() - take.neutral
        true = size * (talking(50) - HEAD)
        assert moved[:, 152, 1].std() == pytest.approx(true[:, 152, 1].std(), rel=0.2)
        assert np.abs(moved - true).mean() < 0.1
    assert len(mesh_set_of(found, fps=25).examples[0].offsets) == 50


def test_the_shared_layout_without_sound(tmp_path) -> None:
    biwi_copy(tmp_path)
    (tmp_path / "wav" / "M2_e05.wav").unlink()
    with pytest.warns(VoxfaceWarning, match="a sentence has vertices but no sound"):
        assert [take.name for take in read_sequences("biwi", tmp_path).takes] == ["F1_e01"]
    (tmp_path / "wav" / "F1_e01.wav").unlink()
    with pytest.raises(VoxfaceError, match=r"wav/NAME\.wav"):
        read_sequences("biwi", tmp_path)
    save_wav(tmp_path / "wav" / "F1_e01.wav", 2.0)
    save_wav(tmp_path / "wav" / "M2_e05.wav", 2.0)
    (tmp_path / "vertices_npy" / "F1_e01.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(VoxfaceError, match=r"F1_e01\.npy") as raised:
        read_sequences("biwi", tmp_path).takes[0].read_vertices()
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("sound", ["F1_e01_cut.wav", "F1/e01_cut.wav"])
def test_biwi_as_distributed(tmp_path, sound) -> None:
    """Millimetres, a count before each frame, heads upside down and looking away."""
    turned = np.array((1.0, -1.0, -1.0))
    save_obj(tmp_path / "rigid_scans" / "F1.obj", 10.0 * turned)
    folder = tmp_path / "faces" / "F1" / "e01"
    folder.mkdir(parents=True)
    for number, frame in enumerate(talking(30) * 10 * turned, 1):
        head = np.int32(VERTICES).tobytes()
        (folder / f"frame_{number:03d}.vl").write_bytes(head + frame.astype("<f4").tobytes())
    save_wav(tmp_path / "audio" / sound, 1.2)
    (tmp_path / "faces" / "F1" / "e02").mkdir()
    (tmp_path / "faces" / "F1" / "e02" / "frame_001.vl").write_bytes(b"")
    with pytest.warns(VoxfaceWarning, match="no sound"):
        found = read_sequences("biwi", tmp_path)
    assert [take.name for take in found.takes] == ["F1_e01"]
    assert found.takes[0].neutral == pytest.approx(HEAD, abs=1e-3)
    moved = found.takes[0].read_vertices() - found.takes[0].neutral
    assert moved[:, 152, 1].std() == pytest.approx((talking(30) - HEAD)[:, 152, 1].std(), rel=0.2)
    (folder / "frame_002.vl").write_bytes(b"\x00\x00")
    with pytest.raises(VoxfaceError, match=r"frame_002\.vl is damaged"):
        found.takes[0].read_vertices()


def test_a_coarser_surface_is_read_by_the_command(tmp_path, voxface) -> None:
    biwi_copy(tmp_path)
    made = tmp_path / "new folder" / "set.npz"
    words = ("mesh", "sequences", "biwi", tmp_path, "--vertices", "60", "-o")
    code, out, err = voxface(*words, made)
    assert (code, err) == (0, "")
    held = load_mesh_set(made)
    assert held.topology.vertices == 60 < VERTICES
    assert "2 takes, 60 vertices" in " ".join(out.split())
    code, _, err = voxface(*words, made / "set.npz")
    assert code == 2
    assert err.startswith(f"voxface: cannot make the folder {made}: File exists; choose another")
