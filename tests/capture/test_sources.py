from __future__ import annotations

from pathlib import Path

import pytest

from voxface.capture.sources import find_videos, name_takes
from voxface.errors import VoxfaceError


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_folders_are_searched_for_videos_and_files_taken_as_they_are(tmp_path: Path):
    inside = [touch(tmp_path / "a" / name) for name in ("b/2.MP4", "1.mkv")]
    touch(tmp_path / "a" / "notes.txt")
    touch(tmp_path / "a" / "._1.mkv")
    odd = touch(tmp_path / "odd.bin")
    assert set(find_videos([tmp_path / "a", odd, inside[0]])) == {*inside, odd}
    assert len(find_videos([tmp_path / "a", inside[1]])) == 2


def test_nothing_to_capture_is_an_error(tmp_path: Path):
    with pytest.raises(VoxfaceError, match="no file or folder"):
        find_videos([tmp_path / "absent"])
    with pytest.raises(VoxfaceError, match="holds no video"):
        find_videos([tmp_path])


def test_takes_of_one_stem_are_told_apart_whatever_the_order():
    monday, friday, movie, other = (
        Path("/v/monday/hello.mp4"), Path("/v/friday/hello.mp4"), Path("/v/friday/Hello.mov"),
        Path("/v/friday/bye.mp4"),
    )  # fmt: skip
    names = name_takes([monday, friday, movie, other])
    assert names == {
        monday: "monday_hello_mp4",
        friday: "friday_hello_mp4",
        movie: "friday_Hello_mov",
        other: "bye",
    }
    assert name_takes([other, movie, friday, monday]) == names


@pytest.mark.parametrize(
    "pair", [("/v/a_b/x.mp4", "/v/a/b/x.mp4"), ("/v/x.mp4", "/v/x.landmarks.mp4")]
)
def test_names_that_still_collide_are_refused(pair: tuple[str, str]):
    with pytest.raises(VoxfaceError, match="would both be written"):
        name_takes(map(Path, pair))
