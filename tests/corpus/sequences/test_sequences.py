"""Corpora of vertex sequences in their published layouts, planted small and read back."""

from __future__ import annotations

import collections
import pickle
import wave
from pathlib import Path

import numpy as np
import pytest

from voxface.corpus.mesh_examples import load_mesh_set
from voxface.corpus.multiface_cut import CutSettings, cut_settings, plan_cut, run_cut
from voxface.corpus.sequences import mesh_set_of, read_sequences
from voxface.corpus.sequences.pickles import read_pickle
from voxface.corpus.sequences.take import kept_vertices
from voxface.corpus.sequences.triangles import read_obj, read_ply
from voxface.errors import VoxfaceError
from voxface.face import face_mesh

TOPOLOGY, NEUTRAL = face_mesh()
VERTICES = len(NEUTRAL)
HEAD = NEUTRAL * np.float32(1.3)  # as tall as a whole head, in centimetres


def talking(frames: int) -> np.ndarray:
    """Return a head whose mouth opens and whose lids move, (T, V, 3) in centimetres."""
    time = np.arange(frames)
    jaw = 0.5 - 0.5 * np.cos(time / 3)
    below = TOPOLOGY.region("mouth") * (NEUTRAL[:, 1] < NEUTRAL[13, 1])
    moved = np.zeros((frames, VERTICES, 3))
    moved[:, :, 1] = -jaw[:, None] * below
    moved[:, :, 1] += 0.2 * np.sin(time / 7)[:, None] * TOPOLOGY.region("upper")
    return (HEAD + moved).astype(np.float32)


def save_wav(path: Path, seconds: float, rate: int = 22_050) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    tone = (8000 * np.sin(np.arange(round(rate * seconds)) / 20)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(tone.tobytes())


def save_ply(path: Path, binary: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = "binary_little_endian" if binary else "ascii"
    head = (
        f"ply\nformat {kind} 1.0\nelement vertex {VERTICES}\nproperty float x\nproperty float y\n"
        f"property float z\nelement face {len(TOPOLOGY.triangles)}\n"
        "property list uchar int vertex_indices\nend_header\n"
    )
    if binary:
        faces = np.zeros(len(TOPOLOGY.triangles), [("n", "u1"), ("c", "<i4", 3)])
        faces["n"], faces["c"] = 3, TOPOLOGY.triangles
        path.write_bytes(head.encode() + HEAD.astype("<f4").tobytes() + faces.tobytes())
        return
    rows = [" ".join(map(str, row)) for row in HEAD.tolist()]
    rows += [f"3 {a} {b} {c}" for a, b, c in TOPOLOGY.triangles.tolist()]
    path.write_text(head + "\n".join(rows) + "\n")


def save_obj(path: Path, scale: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"v {x} {y} {z}" for x, y, z in (HEAD * scale).tolist()]
    rows += [f"f {a + 1}/1 {b + 1}/1 {c + 1}/1" for a, b, c in TOPOLOGY.triangles.tolist()]
    path.write_text("\n".join(rows))


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


def test_the_shared_layout(tmp_path) -> None:
    for name, binary in (("F1_e01", False), ("M2_e05", True)):
        (tmp_path / "vertices_npy").mkdir(exist_ok=True)
        flat = (talking(50) / 100).reshape(50, -1)
        np.save(tmp_path / "vertices_npy" / f"{name}.npy", flat)
        save_wav(tmp_path / "wav" / f"{name}.wav", 2.0)
        save_ply(tmp_path / "templates" / "BIWI.ply", binary)
    templates = {"F1": HEAD / 100, "M2": HEAD / 100}
    (tmp_path / "templates.pkl").write_bytes(pickle.dumps(templates))
    found = read_sequences("biwi", tmp_path)
    assert [take.speaker for take in found.takes] == ["F1", "M2"]
    assert len(mesh_set_of(found, fps=25).examples[0].offsets) == 50
    (tmp_path / "wav" / "M2_e05.wav").unlink()
    with pytest.raises(VoxfaceError, match=r"M2_e05\.wav"):
        read_sequences("biwi", tmp_path)


def test_biwi_as_distributed(tmp_path) -> None:
    save_obj(tmp_path / "rigid_scans" / "F1.obj", 10.0)
    folder = tmp_path / "faces" / "F1" / "e01"
    folder.mkdir(parents=True)
    for number, frame in enumerate(talking(30) * 10, 1):
        head = np.int32(VERTICES).tobytes()
        (folder / f"frame_{number:03d}.vl").write_bytes(head + frame.astype("<f4").tobytes())
    save_wav(tmp_path / "audio" / "F1" / "e01_cut.wav", 1.2)
    found = read_sequences("biwi", tmp_path)
    assert found.takes[0].name == "F1_e01"
    moved = found.takes[0].read_vertices() - found.takes[0].neutral
    assert moved[:, 152, 1].std() == pytest.approx((talking(30) - HEAD)[:, 152, 1].std(), rel=0.2)
    (folder / "frame_002.vl").write_bytes(b"\x00\x00")
    with pytest.raises(VoxfaceError, match=r"frame_002\.vl is damaged"):
        found.takes[0].read_vertices()


@pytest.fixture
def multiface(tmp_path):
    """Two entities with three sentences and one silent expression each, millimetres."""
    for number in ("6795937", "8870559"):
        entity = tmp_path / f"m--20180227--0000--{number}--GHS"
        for segment in ("SEN_a_good_morrow", "SEN_dont_ask_me", "SEN_she_had", "E001_Neutral"):
            folder = entity / "tracked_mesh" / segment
            folder.mkdir(parents=True)
            for frame, points in enumerate(talking(30) * 10):
                (folder / f"{frame:06d}.bin").write_bytes(points.astype("<f4").tobytes())
                (folder / f"{frame:06d}_transform.txt").write_text("1 0 0 0\n0 1 0 0\n0 0 1 0\n")
            if segment.startswith("SEN_"):
                save_wav(entity / "audio" / f"{segment}.wav", 1.0)
        save_obj(entity / "tracked_mesh" / "E001_Neutral" / "000000.obj", 10.0)
        (HEAD * 10).astype("<f4").tofile(entity / "vert_mean.bin")
        (entity / "frame_list.txt").write_text("SEN_she_had 000000\n")
    return tmp_path


def test_multiface(multiface) -> None:
    found = read_sequences("multiface", multiface)
    assert len(found.takes) == 6 and found.takes[0].text == "a good morrow"
    assert found.takes[0].speaker == "6795937"
    check(mesh_set_of(found, fps=30, most=4), 4, 30.0)


def test_a_cut_keeps_what_was_planned_and_goes_on(multiface, tmp_path) -> None:
    settings = cut_settings(
        {"sentences": 2, "fps": 15, "front": 0.5, "entities": [6795937, "8870559"]}
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
    assert not output.exists()
    assert [p.name for p in (tmp_path / "cut.npz.parts").iterdir()] == ["6795937.npz"]
    run_cut(plan, output, tell=lambda done, total: calls.append((done, total)))
    held = load_mesh_set(output)
    assert not (tmp_path / "cut.npz.parts").exists()
    assert len(held.examples) == 4 and held.examples[0].fps == 15
    assert held.topology.vertices == plan.parts[0].vertices < VERTICES
    assert (
        held.examples[0].neutral[:, 2].min() >= HEAD[:, 2].max() - 0.5 * np.ptp(HEAD[:, 2]) - 1e-3
    )
    assert output.stat().st_size == pytest.approx(plan.size, rel=0.5)


def test_a_cut_that_is_too_large_is_refused(multiface) -> None:
    with pytest.raises(VoxfaceError, match=r"more than the 0\.0001 GB"):
        plan_cut(multiface, CutSettings(most_gigabytes=0.0001))
    with pytest.raises(VoxfaceError, match="entity '9'"):
        plan_cut(multiface, CutSettings(entities=("9",)))
    with pytest.raises(VoxfaceError, match="did you mean 'sentences'"):
        cut_settings({"sentence": 3})


class Evil:
    """Would run a command if it were unpickled."""

    def __reduce__(self):
        return (print, ("run!",))


def test_pickles_run_nothing(tmp_path, capsys) -> None:
    path = tmp_path / "templates.pkl"
    path.write_bytes(pickle.dumps({"a": Evil()}))
    with pytest.raises(VoxfaceError, match="not a pickle of arrays") as raised:
        read_pickle(path)
    assert "\n" not in str(raised.value) and "run!" not in capsys.readouterr().out
    path.write_bytes(pickle.dumps(collections.OrderedDict(a=np.arange(3)))[:-9])
    with pytest.raises(VoxfaceError, match=r"templates\.pkl"):
        read_pickle(path)


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


def test_templates_in_text_and_binary(tmp_path) -> None:
    for binary in (False, True):
        save_ply(tmp_path / "face.ply", binary)
        vertices, triangles = read_ply(tmp_path / "face.ply")
        assert vertices == pytest.approx(HEAD, abs=1e-4)
        assert np.array_equal(triangles, TOPOLOGY.triangles)
    (tmp_path / "quad.obj").write_text("v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1 2 3 4\n")
    assert read_obj(tmp_path / "quad.obj")[1].tolist() == [[0, 1, 2], [0, 2, 3]]
    (tmp_path / "bad.ply").write_bytes(b"ply\nformat ascii 1.0\nend_header\n")
    with pytest.raises(VoxfaceError, match="no PLY file"):
        read_ply(tmp_path / "bad.ply")


def test_some_vertices_keep_their_triangles() -> None:
    rows = np.array([0, 2, 3, 1])
    square = TOPOLOGY.__class__("square", np.array([[0, 1, 2], [0, 2, 3], [2, 3, 4]]), 5)
    part = kept_vertices(square, rows)
    assert part.triangles.tolist() == [[0, 3, 1], [0, 1, 2]] and part.vertices == 4
    with pytest.raises(VoxfaceError, match="beyond"):
        kept_vertices(square, np.array([9]))
