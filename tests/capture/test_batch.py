from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from voxface.capture import capture_folder
from voxface.errors import VoxfaceError
from voxface.face import FaceClip

pytestmark = pytest.mark.slow


COMMAND = (sys.executable, "-c", "from voxface.cli import main; main()", "capture")


def voxface(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_one_bad_video_is_reported_and_the_rest_go_on(
    grid_original: list[Path], landmarker: Path, tmp_path: Path
):
    bad = tmp_path / "bad.mp4"
    bad.write_text("not a video")
    folder = tmp_path / "takes"
    first = voxface(grid_original[0], bad, grid_original[1], "-o", folder, "--model", landmarker)
    assert first.returncode == 2
    assert re.findall("voxface: .*", first.stderr) == [
        f"voxface: {bad} cannot be read as video: Invalid data found when processing input"
    ]
    assert "Traceback" not in first.stderr
    assert "W0000" not in first.stderr
    assert "2 of 3 takes" in first.stdout
    stems = {path.stem for path in grid_original[:2]}
    assert {path.name for path in folder.iterdir()} == {
        f"{stem}{suffix}" for stem in stems for suffix in (".npz", ".landmarks.npz")
    }


def test_finished_takes_are_kept_and_unfinished_made_again(
    grid_original: list[Path], landmarker: Path, tmp_path: Path
):
    videos = grid_original[:2]
    one, two = (video.stem for video in videos)
    assert [o.kept for o in capture_folder(videos, tmp_path, landmarker, 1)] == [False, False]
    before = (tmp_path / f"{one}.npz").stat().st_mtime_ns
    clip = FaceClip.load(tmp_path / f"{two}.npz")
    (tmp_path / f"{two}.landmarks.npz").unlink()
    kept = {o.take: o.kept for o in capture_folder(videos, tmp_path, landmarker, 1)}
    assert kept == {one: True, two: False}
    assert (tmp_path / f"{one}.npz").stat().st_mtime_ns == before
    np.testing.assert_array_equal(FaceClip.load(tmp_path / f"{two}.npz").weights, clip.weights)
    with np.load(tmp_path / f"{two}.landmarks.npz") as landmarks:
        assert landmarks["landmarks"].shape == (75, 478, 3)
        assert landmarks["unit"] == "pixels"


def test_another_recording_of_the_same_name_is_not_overwritten(
    grid_original: list[Path], landmarker: Path, tmp_path: Path
):
    again = tmp_path / "again" / grid_original[0].name
    again.parent.mkdir()
    again.write_bytes(grid_original[1].read_bytes())
    folder = tmp_path / "takes"
    (first,) = capture_folder(grid_original[:1], folder, landmarker, 1)
    content = (folder / f"{first.take}.npz").read_bytes()
    (second,) = capture_folder([again], folder, landmarker, 1)
    assert second.error is not None
    assert "was not made from" in second.error
    assert (folder / f"{first.take}.npz").read_bytes() == content
    both = {
        outcome.take for outcome in capture_folder([grid_original[0], again], folder, landmarker)
    }
    assert len(both) == 2


def test_a_killed_run_leaves_only_whole_takes_and_the_next_one_goes_on(
    grid_original: list[Path], landmarker: Path, tmp_path: Path
):
    videos, folder = grid_original[:6], tmp_path / "takes"
    run = subprocess.Popen(
        [*COMMAND, *videos, "-o", folder, "--model", landmarker],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not clips(folder) and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    time.sleep(0.5)  # for the workers to notice
    left = clips(folder)
    assert 1 <= len(left) < 6
    assert all(len(FaceClip.load(path)) == 75 for path in left)
    outcomes = list(capture_folder(videos, folder, landmarker))
    assert sum(outcome.kept for outcome in outcomes) == len(left)
    assert len(clips(folder)) == 6


def clips(folder: Path) -> list[Path]:
    return [p for p in folder.glob("[!.]*.npz") if not p.name.endswith(".landmarks.npz")]


def test_nothing_is_done_where_nothing_can_be_written(
    grid_original: list[Path], landmarker: Path, tmp_path: Path
):
    (tmp_path / "file").touch()
    with pytest.raises(VoxfaceError, match="cannot write to the folder"):
        capture_folder(grid_original[:1], tmp_path / "file", landmarker)
    if os.geteuid():
        tmp_path.chmod(0o500)
        with pytest.raises(VoxfaceError, match="Permission denied"):
            capture_folder(grid_original[:1], tmp_path / "takes", landmarker)
    with pytest.raises(VoxfaceError, match="workers must be at least 1"):
        capture_folder(grid_original[:1], tmp_path, landmarker, workers=0)
