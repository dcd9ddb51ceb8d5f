"""The page's file formats against Python's: the same bytes out, the same clips in."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from page_clips import (
    assert_near,
    assert_same,
    assert_same_floats,
    complaints,
    make_clip,
    odd_clip,
    spoken_clip,
)

from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.formats import load_clip, save_clip
from voxface.rig.gltf_file import read_gltf

CASES = {
    "plain": make_clip,
    "rates": lambda: make_clip(130, Fraction(24000, 1001), 1, start=1.25),
    "odd": odd_clip,
    "one frame": lambda: make_clip(1, 25, 2),
    "speech": spoken_clip,
    "large pose": lambda: make_clip(12, 50, 4, start=40.1),
}


@pytest.fixture(scope="module", params=list(CASES))
def written(request, clips, tmp_path_factory) -> tuple[FaceClip, Path]:
    """Return a clip and the folder where the page wrote it in every format."""
    clip = CASES[request.param]()
    file = tmp_path_factory.mktemp("clip") / "clip.npz"
    save_clip(clip, file)
    return clip, clips("write", file)


TEXTS = {
    "livelink.csv": "livelink",
    "audio2face_csv.csv": "audio2face",
    "audio2face_json.json": "audio2face",
    "voice_to_action.json": "voice_to_action",
    "mouth_cues_tsv.tsv": "mouth_cues",
    "mouth_cues_json.json": "mouth_cues",
    "mouth_cues_xml.xml": "mouth_cues",
    "mouth_cues_dat.dat": "mouth_cues",
    "mouth_cues_preston_blair.dat": "mouth_cues_preston_blair",
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_the_same_to_the_byte(written, tmp_path, name):
    clip, folder = written
    save_clip(clip, tmp_path / name, TEXTS[name])
    ours, theirs = (folder / name).read_bytes(), (tmp_path / name).read_bytes()
    if name == "voice_to_action.json":
        # JavaScript has one kind of number: 1.0 in the metadata comes out as 1.
        assert json.loads(ours) == json.loads(theirs)
        ours, theirs = (text[text.index(b'"frameCount"') :] for text in (ours, theirs))
    assert ours == theirs


def test_the_archive_is_the_same_clip(written):
    clip, folder = written
    assert_same(load_clip(folder / "npz.npz"), clip)
    with np.load(folder / "npz.npz") as archive:
        assert archive["weights"].dtype == np.float32
        assert archive["tracked"].dtype == bool


@pytest.mark.parametrize("name", ["vrma", "vrma_perfect_sync"])
def test_a_vrm_animation_is_the_same_document(written, tmp_path, name):
    clip, folder = written
    save_clip(clip, tmp_path / "clip.vrma", name)
    ours, theirs = read_gltf(folder / f"{name}.vrma"), read_gltf(tmp_path / "clip.vrma")
    assert ours.json == theirs.json
    assert_same_floats(ours, theirs)
    assert not complaints(folder / f"{name}.vrma")
    assert_near(load_clip(folder / f"{name}.vrma"), load_clip(tmp_path / "clip.vrma"))


READ = {
    "livelink.csv": "livelink",
    "audio2face.csv": "audio2face",
    "audio2face.json": "audio2face",
    "voice_to_action.json": "voice_to_action",
    "archive.npz": "npz",
}


@pytest.mark.parametrize("case", CASES)
def test_files_of_python_are_read_as_python_reads_them(clips, tmp_path, case):
    clip = CASES[case]()
    files = [tmp_path / name for name in READ]
    for file in files:
        save_clip(clip, file, READ[file.name])
    folder = clips("read", *files)
    for file in files:
        assert_same(load_clip(folder / f"{file.name}.npz"), load_clip(file))


def foreign_files(folder: Path) -> dict[str, bytes]:
    """Return files as other tools leave them behind."""
    save_clip(make_clip(140, 30, 7), folder / "base.csv")
    lines = (folder / "base.csv").read_text().splitlines()
    header, rows = lines[0].split(","), [line.split(",") for line in lines[1:]]
    holes = [row for i, row in enumerate(rows) if i not in (40, 41, 42, 90)]
    shuffled = sorted(range(63), key=lambda i: header[i])
    faceless = [[*row[:1], "0"] if i % 9 == 4 else row for i, row in enumerate(rows)]
    spelled = [name.replace("Left", "_L").replace("Right", "_R") for name in header]
    jitter = np.random.default_rng(5).normal(0, 0.2, 140)
    times = [i / 30 + jitter[i] / 30 for i in range(140)]
    short = "timeCode,blendShapes.JawOpen,blendShapes.Own\n"

    def text(head, body, separator=",", end="\n"):
        return end.join(separator.join(row) for row in [head, *body, [""]]).encode()

    picked = [[row[i] for i in shuffled] for row in rows]
    empty = [[*row[:5], "", *row[6:]] if i % 3 else row for i, row in enumerate(rows)]
    frames = [
        {"timestamp": 1000 * i / 25 + 40, "blendshapes": {"jawOpen": i / 50, "mouth_smile_L": 0.5}}
        for i in range(30)
    ]
    frames[3]["has_face"] = False
    frames[4]["blendshapes"] = {"tongueOut": 1}
    frames[5]["headRotation"] = {"w": 2, "x": 0.5}
    session = {"targetFPS": 60, "metadata": {"note": "ü"}}
    compressed = folder / "compressed.npz"
    np.savez_compressed(
        compressed, weights=np.eye(3, dtype=">f8"), names=np.array(["jawOpen", "a", "ü"]),
        fps="25",
    )  # fmt: skip
    return {
        "holes.csv": text(header, holes),
        "shuffled.csv": text([header[i] for i in shuffled], picked),
        "faceless.csv": text(header, faceless),
        "spelled.csv": text(spelled, rows),
        "windows.csv": b"\xef\xbb\xbf" + text(header, rows, ";", "\r\n"),
        "quoted.csv": text(header, [[f'"{cell}"' for cell in row] for row in rows], "\t"),
        "spare.csv": text(header, [[*row, ""] for row in rows]),
        "empty_cells.csv": text(header, empty),
        "no_time.csv": text(header[2:], [row[2:] for row in rows]),
        "every_second.csv": text(header, rows[::2]),
        "jitter.csv": (short + "".join(f"{t:.4f},0.{i:03d},1\n" for i, t in enumerate(times)))
        .encode(),
        "back_and_forth.csv": (short + "".join(f"{i % 7},0.5,1\n" for i in range(30))).encode(),
        "standing.csv": (short + "1,0.5,1\n1,0.5,1\n").encode(),
        "no_rate.json": json.dumps({"facsNames": ["jawOpen"], "weightMat": [[0.5]]}).encode(),
        "rate.json": json.dumps(
            {"facsNames": ["jawOpen", "x"], "weightMat": [[0.5, 1], [1, 0]], "exportFps": 23.976,
             "trackPath": "a.wav"}
        ).encode(),
        "actions.json": json.dumps({"sessionInfo": session, "frames": frames}).encode(),
        "untimed.json": json.dumps({"frames": [{"blendshapes": {"jawOpen": 1}}] * 3}).encode(),
        "compressed.npz": compressed.read_bytes(),
    }  # fmt: skip


def test_foreign_files_are_read_as_python_reads_them(clips, tmp_path):
    files = []
    for name, content in foreign_files(tmp_path).items():
        files.append(tmp_path / name)
        files[-1].write_bytes(content)
    folder = clips("read", *files)
    for file in files:
        ours, theirs = load_clip(folder / f"{file.name}.npz"), load_clip(file)
        assert (ours.fps, ours.start, dict(ours.metadata)) == (
            theirs.fps, theirs.start, dict(theirs.metadata),
        ), file.name  # fmt: skip
        assert ours.channels == theirs.channels
        assert np.array_equal(ours.tracked, theirs.tracked), file.name
        assert np.abs(ours.weights - theirs.weights).max() < 1e-6, file.name
        assert np.abs(ours.head - theirs.head).max() < 1e-6, file.name


def broken_files(folder: Path) -> dict[str, bytes]:
    """Return files that are no face, or no more."""
    clip = make_clip(70)
    whole = {}
    for name, format in READ.items():
        save_clip(clip, folder / name, format)
        whole[name] = (folder / name).read_bytes()
    jaw = b'{"facsNames": ["jawOpen"], "weightMat": '
    return {
        "empty.csv": b"",
        "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "letter.txt": b"Dear all,\nthis is no face.\n",
        "list.json": b'{"frames": 5}',
        "no_frames.json": b'{"frames": []}',
        "no_shapes.json": b'{"frames": [{"blendshapes": 3}]}',
        "words.json": b'{"frames": [{"blendshapes": {"jawOpen": "wide"}}]}',
        "ragged.json": jaw + b"[[0.5], [1, 2]]}",
        "nothing.json": jaw + b"[]}",
        "not_a_rate.json": jaw + b'[[0.5]], "exportFps": "fast"}',
        "too_fast.json": jaw + b'[[0.5]], "exportFps": 5000}',
        "no_channel.json": b'{"facsNames": ["arm"], "weightMat": [[1]]}',
        "cut.json": whole["voice_to_action.json"][:-2000],
        "cut.csv": whole["livelink.csv"][:-100],
        "word.csv": whole["livelink.csv"].replace(b",61,0.", b",61,zero.", 1),
        "header.csv": whole["livelink.csv"].split(b"\n")[0] + b"\n",
        "binary.csv": whole["livelink.csv"] + b"\xff\xfe\x00",
        "cut.npz": whole["archive.npz"][:-700],
        "no_zip.npz": b"PK\x03\x04 and no more",
    }


def test_broken_files_say_in_one_line_what_is_wrong(clips, tmp_path):
    files = []
    for name, content in broken_files(tmp_path).items():
        files.append(tmp_path / name)
        files[-1].write_bytes(content)
    folder = clips("read", *files)
    for file in files:
        with pytest.raises(VoxfaceError):
            load_clip(file)
        message = (folder / f"{file.name}.txt").read_text()
        assert "\n" not in message
        assert len(message) > 15, file.name
