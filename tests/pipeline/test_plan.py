"""Which file is animated into which."""

from __future__ import annotations

from pathlib import Path

import pytest

from voxface.errors import VoxfaceError
from voxface.pipeline import find_media, plan_jobs


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Return a working folder of (empty) recordings."""
    for name in ("a.wav", "b.mp3", "takes/one.MKV", "takes/deep/two.flac", "takes/notes.txt",
                 "takes/.hidden/three.wav", "takes/.four.wav", "same/x.wav", "same/x.mp3",
                 "other/x.wav"):  # fmt: skip
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan(inputs, outputs=(), format=None) -> dict[str, list[str]]:
    jobs = plan_jobs(inputs, outputs, format)
    return {str(job.source): [str(output) for output in job.outputs] for job in jobs}


def test_beside_the_input_by_default(folder):
    assert plan(["a.wav"]) == {"a.wav": ["a.csv"]}
    assert plan(["a.wav", "b.mp3"]) == {"a.wav": ["a.csv"], "b.mp3": ["b.csv"]}
    assert plan(["a.wav"], format="npz") == {"a.wav": ["a.npz"]}


def test_one_input_into_files_by_suffix(folder):
    assert plan(["a.wav"], ["x.csv", "y.json", "z.npz"]) == {"a.wav": ["x.csv", "y.json", "z.npz"]}
    assert plan(["a.wav"], ["x.json"], "audio2face") == {"a.wav": ["x.json"]}


def test_one_input_into_a_folder(folder):
    assert plan(["a.wav"], ["takes"]) == {"a.wav": ["takes/a.csv"]}
    assert plan(["takes/deep/two.flac"], ["new/"]) == {"takes/deep/two.flac": ["new/two.csv"]}


def test_a_folder_is_searched_to_the_bottom_and_keeps_its_shape(folder):
    assert plan(["takes"]) == {
        "takes/deep/two.flac": ["takes/deep/two.csv"], "takes/one.MKV": ["takes/one.csv"],
    }  # fmt: skip
    assert plan(["takes"], ["out"], "voice_to_action") == {
        "takes/deep/two.flac": ["out/deep/two.json"], "takes/one.MKV": ["out/one.json"],
    }  # fmt: skip
    assert all(job.make_folder for job in plan_jobs(["takes"], ["out"]))


def test_several_inputs_into_a_folder(folder):
    assert plan(["a.wav", "takes"], ["out"]) == {
        "a.wav": ["out/a.csv"], "takes/deep/two.flac": ["out/deep/two.csv"],
        "takes/one.MKV": ["out/one.csv"],
    }  # fmt: skip


def test_inputs_of_one_stem_keep_their_suffixes(folder):
    assert plan(["same"]) == {"same/x.mp3": ["same/x.mp3.csv"], "same/x.wav": ["same/x.wav.csv"]}


def test_a_file_named_twice_is_one_job(folder):
    assert plan(["a.wav", "./a.wav", "b.mp3", str(folder / "a.wav")]) == {
        "a.wav": ["a.csv"], "b.mp3": ["b.csv"],
    }  # fmt: skip


def test_a_missing_file_is_planned_and_fails_later(folder):
    assert plan(["none.wav", "a.wav"]) == {"none.wav": ["none.csv"], "a.wav": ["a.csv"]}


@pytest.mark.parametrize(
    ("inputs", "outputs", "format", "message"),
    [
        ([], [], None, "nothing to animate"),
        (["a.wav"], ["a.wav"], None, "no format for the suffix '.wav'"),
        (["a.csv"], [], None, "a.csv would overwrite the input itself"),
        (["a.wav"], ["x.csv", "./x.csv"], None, "named twice"),
        (["a.wav"], ["x.fbx"], None, "no format for the suffix '.fbx'"),
        (["a.wav"], ["x.csv"], "npz", "format 'npz' is written to .npz"),
        (["a.wav"], [], "livlink", "unknown format 'livlink'; did you mean 'livelink'"),
        (["a.wav", "b.mp3"], ["x.csv"], None, "one folder"),
        (["takes"], ["x.csv"], None, "one folder"),
        (["a.wav", "b.mp3"], ["out", "out2"], None, "one folder"),
        (["a.wav", "b.mp3"], ["takes/notes.txt"], None, "is a file"),
        (["same/x.wav", "other/x.wav"], ["out"], None, "would both become out/x.wav.csv"),
        (["takes/.hidden"], [], None, None),
    ],
)
def test_what_does_not_fit_is_refused(folder, inputs, outputs, format, message):
    if message is None:
        assert plan(inputs, outputs, format)
        return
    with pytest.raises(VoxfaceError, match=message) as caught:
        plan_jobs(inputs, outputs, format)
    assert "\n" not in str(caught.value)


def test_a_link_to_the_input_is_the_input(folder):
    (folder / "link.csv").symlink_to(folder / "a.wav")
    with pytest.raises(VoxfaceError, match="overwrite the input"):
        plan_jobs(["a.wav"], ["link.csv"])


def test_an_empty_folder(tmp_path):
    with pytest.raises(VoxfaceError, match="holds no sound or video"):
        find_media([tmp_path])
