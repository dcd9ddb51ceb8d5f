"""Cells, captions, walls, options and the planes of a video: all without drawing a head."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxface.errors import VoxfaceError
from voxface.render.backdrop import draw_backdrop, parse_colour
from voxface.render.camera import Camera
from voxface.render.layout import arrange, draw_wall
from voxface.render.options import choose_captions, choose_output, parse_size
from voxface.render.yuv import video_planes


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(32, 1000), st.integers(32, 1000))
def test_cells_cover_the_picture_once(count, half_width, half_height):
    width, height = 2 * half_width, 2 * half_height
    covered = np.zeros((height, width), int)
    cells = arrange(count, width, height)
    assert len(cells) == count
    for cell in cells:
        assert not any(side % 2 for side in (cell.left, cell.top, cell.width, cell.height))
        covered[cell.place] += 1
    assert (covered == 1).all()


def test_cells_are_chosen_for_large_heads():
    assert [cell.width for cell in arrange(4, 1280, 320)] == [320] * 4
    assert {(cell.width, cell.height) for cell in arrange(4, 1080, 1080)} == {(540, 540)}
    assert [cell.height for cell in arrange(2, 720, 1280)] == [640, 640]
    for count in (0, 5):
        with pytest.raises(VoxfaceError, match="1 to 4 heads"):
            arrange(count, 1280, 720)


def test_a_caption_stands_at_the_bottom_of_its_cell_only():
    pytest.importorskip("PIL", reason="Pillow is not installed")
    cells = arrange(2, 400, 200)
    wall = draw_wall((400, 200), (60, 60, 60), cells, ["captured", ""])
    cover = wall[..., 3]
    assert cover[:, 200:].max() == 0
    assert cover[:150, :200].max() == 0
    assert cover[150:, :200].max() == 255
    columns = np.flatnonzero(cover[:, :200].any(axis=0))
    assert abs(columns.mean() - 100) < 6
    long = draw_wall((400, 200), (60, 60, 60), cells, ["a name " * 40, ""])[..., 3]
    assert long[:, :3].max() == 0
    assert long[:, 197:].max() == 0


@pytest.mark.parametrize("colour", [(30, 30, 30), (128, 128, 128), (235, 235, 235)])
def test_letters_can_be_read_on_any_background(colour):
    pytest.importorskip("PIL", reason="Pillow is not installed")
    plain, written = (
        draw_wall((200, 200), colour, arrange(1, 200, 200), [text]).astype(int)
        for text in ("", "word")
    )
    plate = written[..., 3] == 255
    assert plain[..., 3].max() == 0
    assert plate[150:].sum() > 300
    shades = written[plate][:, :3].mean(axis=1)
    assert shades.min() < 40
    assert shades.max() > 220
    np.testing.assert_array_equal(written[written[..., 3] == 0], plain[written[..., 3] == 0])


def test_a_wall_has_its_colour_and_no_edges():
    wall = draw_backdrop(320, 180, (74, 70, 67)).astype(int)
    assert np.abs(wall.mean(axis=(0, 1)) - (74, 70, 67)).max() < 12
    assert np.abs(np.diff(wall, axis=0)).max() <= 4
    assert wall[80, 160].sum() > wall[-1, 0].sum() + 30


def test_planes_equal_ffmpegs_conversion():
    rng = np.random.default_rng(0)
    picture = np.repeat(np.repeat(rng.integers(0, 256, (8, 8, 3)), 8, 0), 8, 1).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    other = frame.reformat(format="nv12", dst_colorspace="ITU709").to_ndarray()
    luma, chroma = video_planes(picture)
    assert np.abs(luma.astype(int) - other[:64]).max() <= 2
    # Where colours meet, FFmpeg's filter is a wider one; inside a patch of colour all agree.
    inside = slice(1, None, 4)
    others = other[64:].reshape(32, 32, 2)[inside, inside]
    assert np.abs(chroma[inside, inside].astype(int) - others).max() <= 2


@pytest.mark.parametrize(
    ("text", "size"),
    [("720p", (1280, 720)), ("640x360", (640, 360)), ("1080X1920", (1080, 1920))],
)
def test_sizes_are_read(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "big", "12", "640x", "640x360x2", "-2x4"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(VoxfaceError, match="a size is"):
        parse_size(text)


def test_colours_are_read():
    assert parse_colour("#102030") == (16, 32, 48)
    assert parse_colour("A0b0C0") == (160, 176, 192)
    assert sum(parse_colour("light")) > sum(parse_colour("dark"))
    for text in ("", "blue-ish", "#12345", "#1234567"):
        with pytest.raises(VoxfaceError, match="a background is"):
            parse_colour(text)


def test_outputs_are_chosen_and_inputs_kept(tmp_path):
    sound = tmp_path / "a.wav"
    assert choose_output([sound], None) == tmp_path / "a.mp4"
    assert choose_output([sound], Path("b.png")) == Path("b.png")
    with pytest.raises(VoxfaceError, match="overwrite the input"):
        choose_output([tmp_path / "a.mp4"], None)
    with pytest.raises(VoxfaceError, match=r"rendered to \.mp4"):
        choose_output([sound], Path("b.avi"))


def test_captions_are_names_beside_others_and_nothing_alone():
    assert choose_captions(1, []) == [""]
    assert choose_captions(2, []) == [None, None]
    assert choose_captions(2, ["truth", ""]) == ["truth", ""]
    with pytest.raises(VoxfaceError, match="one --caption for each of the 2"):
        choose_captions(2, ["truth"])


def test_cameras_are_held_to_what_they_can():
    assert Camera.of_view("front") == Camera()
    with pytest.raises(VoxfaceError, match="did you mean 'profile'"):
        Camera.of_view("profil")
    for bad in ({"zoom": 0.0}, {"zoom": float("nan")}, {"yaw": 200.0}, {"pitch": 90.0}):
        with pytest.raises(VoxfaceError):
            Camera(**bad)
