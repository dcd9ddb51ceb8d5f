"""Choosing formats, and the writer's promise: whole files or none."""

from __future__ import annotations

import os
import resource
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_rig import small_rig
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, REST_POSE, FaceClip, Rig
from voxface.formats import FORMATS, check_output, find_format, load_clip, open_writer, save_clip
from voxface.formats.writer import CollectingWriter

COLLECTING = {
    each.name
    for each in FORMATS
    if any(issubclass(each.writer(suffix), CollectingWriter) for suffix in each.writers)
}
"""Formats whose files are written from the whole clip."""
EVERY = [(each.name, suffix) for each in FORMATS for suffix in each.writers]
READ = [(each.name, suffix) for each in FORMATS for suffix in each.loaders]
FLAT = [(name, suffix) for name, suffix in EVERY if name not in COLLECTING]


def rig_for(name: str) -> dict[str, Rig]:
    """Return the option `rig` for a format that draws a head."""
    draws = next(each.draws for each in FORMATS if each.name == name)
    return {"rig": small_rig()} if draws else {}


def test_the_suffix_or_the_name_finds_the_format():
    assert find_format("a.csv").name == "livelink"
    assert find_format("a.JSON").name == "voice_to_action"
    assert find_format("a.npz").name == "npz"
    assert find_format("a.csv", "audio2face").name == "audio2face"


@pytest.mark.parametrize(
    ("path", "format", "message"),
    [
        ("a.xyz", None, r"no format for the suffix '.xyz'; use one of .csv, .json, .npz"),
        ("a", None, "no format"),
        ("a.csv", "livelnk", "did you mean 'livelink'"),
        ("a.csv", "npz", "written to .npz"),
    ],
)
def test_unknown_formats_are_explained(path, format, message):
    with pytest.raises(VoxfaceError, match=message):
        find_format(path, format)


@pytest.mark.parametrize(("name", "suffix"), READ)
def test_content_tells_the_format_whatever_the_name(tmp_path, make_clip, name, suffix):
    path = tmp_path / f"a{suffix}"
    save_clip(make_clip(70), path, name, **rig_for(name))
    odd = path.rename(tmp_path / "clip.data")
    clip = load_clip(odd)
    assert len(clip) == 70
    assert clip.metadata.get("format", name) == name.removesuffix("_perfect_sync")
    assert len(load_clip(odd, name)) == 70


@settings(max_examples=12, deadline=None)
@given(
    kind=st.sampled_from(EVERY),
    cuts=st.lists(st.integers(0, 2500), max_size=5),
    frames=st.integers(1, 2500),
)
def test_writing_in_pieces_gives_the_same_file(tmp_path_factory, make_clip, kind, cuts, frames):
    name, suffix = kind
    folder = tmp_path_factory.mktemp("pieces")
    clip = make_clip(frames, "29.97", start=0.25, metadata={"source": "a.wav"})
    whole, pieces = folder / f"a{suffix}", folder / f"b{suffix}"
    save_clip(clip, whole, name, **rig_for(name))
    edges = [0, *sorted(min(cut, frames) for cut in cuts), frames]
    with open_writer(
        pieces, fps=clip.fps, channels=clip.channels, format=name, metadata=clip.metadata,
        start=clip.start, **rig_for(name),
    ) as writer:  # fmt: skip
        for begin, end in pairwise(edges):
            part = slice(begin, end)
            writer.write(clip.weights[part], clip.head[part], clip.tracked[part])
    assert pieces.read_bytes().replace(b'"b"', b'"a"') == whole.read_bytes()


def test_clips_save_and_load_themselves(tmp_path, make_clip):
    clip = make_clip(5)
    clip.save(tmp_path / "a.csv", start_timecode="01:00:00:00")
    assert (tmp_path / "a.csv").read_text().splitlines()[1].startswith("01:00:00:00.000")
    clip.save(tmp_path / "a.npz")
    assert np.array_equal(FaceClip.load(tmp_path / "a.npz").weights, clip.weights)


def test_a_writer_takes_defaults_for_head_and_tracked(tmp_path):
    with open_writer(tmp_path / "a.npz", fps=30, channels=ARKIT_CHANNELS) as writer:
        writer.write(np.zeros((3, 52)))
    clip = load_clip(tmp_path / "a.npz")
    assert np.allclose(clip.head, REST_POSE)
    assert clip.tracked.all()


@pytest.mark.parametrize(("name", "suffix"), EVERY)
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, make_clip, name, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_text("precious")
    clip = make_clip(3)
    with (
        pytest.raises(RuntimeError, match="interrupted"),
        open_writer(path, fps=60, channels=clip.channels, format=name, **rig_for(name)) as writer,
    ):
        writer.write(clip.weights)
        raise RuntimeError("interrupted")
    bad = [np.full((2, 52), np.nan), np.zeros((2, 51)), np.zeros(52)]
    for weights in bad:
        writer = open_writer(path, fps=60, channels=clip.channels, format=name, **rig_for(name))
        writer.write(clip.weights)
        with pytest.raises(VoxfaceError, match=r"finite|expected"):
            writer.write(weights)
        with pytest.raises(ValueError, match="closed"):
            writer.write(clip.weights)
    aborted = open_writer(path, fps=60, channels=clip.channels, format=name, **rig_for(name))
    aborted.abort()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "precious"


@pytest.mark.parametrize(("name", "suffix"), EVERY)
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path, make_clip, name, suffix):
    clip = make_clip(3000)
    limit = 5 if name.startswith("mouth_cues") else 100_000
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(VoxfaceError, match="cannot write"):
            save_clip(clip, tmp_path / f"a{suffix}", name, **rig_for(name))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())


def test_outputs_are_checked_before_any_work(tmp_path):
    assert check_output(tmp_path / "a.csv").name == "livelink"
    assert not list(tmp_path.iterdir())
    with pytest.raises(VoxfaceError, match="does not exist"):
        check_output(tmp_path / "none" / "a.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(VoxfaceError, match="is a folder"):
        check_output(tmp_path / "folder.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(VoxfaceError, match="not a regular file"):
        check_output(tmp_path / "pipe.csv")
    with pytest.raises(VoxfaceError, match="no format"):
        check_output(tmp_path / "a.mp3")
    with pytest.raises(VoxfaceError, match=r"Live Link Face CSV shows no head.*\.usda"):
        check_output(tmp_path / "a.csv", rig="head.glb")


def test_a_rig_that_cannot_be_read_is_found_out_before_a_file_is_opened(tmp_path, make_clip):
    pytest.importorskip("pxr", reason="USD is not installed")
    (tmp_path / "bad.glb").write_bytes(b"glTF nonsense")
    for name in ("bad.glb", "none.glb"):
        with pytest.raises(VoxfaceError, match=name):
            save_clip(make_clip(3), tmp_path / "a.usda", rig=tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == ["bad.glb"]


def test_a_rig_without_a_face_is_found_out_before_a_file_is_opened(tmp_path, make_clip):
    with pytest.raises(VoxfaceError, match="no morph target that voxface knows"):
        save_clip(make_clip(3), tmp_path / "a.glb", rig=small_rig(("wings", "tail")))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_refuses_files_is_named():
    # Not even root may create files in the kernel's own tables.
    with pytest.raises(VoxfaceError, match=r"cannot write /proc/a\.csv"):
        check_output("/proc/a.csv")


def test_a_link_keeps_pointing_at_the_file_that_is_written(tmp_path, make_clip):
    (tmp_path / "real").mkdir()
    link = tmp_path / "a.csv"
    link.symlink_to(tmp_path / "real" / "b.csv")
    save_clip(make_clip(2), link)
    assert link.is_symlink()
    assert len(load_clip(tmp_path / "real" / "b.csv")) == 2


def test_missing_files_and_folders_are_explained(tmp_path):
    with pytest.raises(VoxfaceError, match=r"cannot read .*No such file"):
        load_clip(tmp_path / "none.csv")
    with pytest.raises(VoxfaceError, match="cannot read"):
        load_clip(tmp_path)


@settings(max_examples=60, deadline=None)
@given(
    content=st.binary(max_size=300),
    start=st.sampled_from(
        [b"", b"{", b"PK\x03\x04", b"jawOpen\n", b"#usda 1.0\n", b"PXR-USDC", b"glTF\2\0\0\0"]
    ),
)
def test_garbage_never_gets_past_the_error_family(tmp_path_factory, content, start):
    path = tmp_path_factory.getbasetemp() / "garbage"
    path.write_bytes(start + content)
    for format in (None, *dict.fromkeys(name for name, _ in READ)):
        try:
            load_clip(path, format)
        except VoxfaceError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(("name", "suffix"), FLAT)
def test_memory_stays_flat_however_long_the_clip(tmp_path, name, suffix):
    weights = np.random.default_rng(0).random((1000, 52), dtype=np.float32)

    def peak(blocks: int) -> int:
        tracemalloc.start()
        with open_writer(
            tmp_path / f"a{suffix}", fps=60, channels=ARKIT_CHANNELS, format=name
        ) as writer:
            for _ in range(blocks):
                writer.write(weights)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    short, long = peak(4), peak(40)
    assert long < short + 500_000
