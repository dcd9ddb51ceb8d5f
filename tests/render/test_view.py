"""Pictures: sides, cameras, head motion, stages, captions and what an eye would notice."""

from __future__ import annotations

import io

import numpy as np
import pytest
from film_props import ball

from voxface.errors import VoxfaceError
from voxface.face import Material, Rig, RigPart
from voxface.face.euler import quaternion_from_euler
from voxface.render import Camera, Renderer, Shot, draw_sheet, save_picture
from voxface.render.camera import head_matrix
from voxface.render.layout import arrange, draw_wall
from voxface.render.scene import Scene
from voxface.render.view import FINE, View
from voxface.render.yuv import video_planes

pytestmark = pytest.mark.usefixtures("drawing")
SIZE = (160, 160)
REST = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def signpost():
    """Return a grey ball with a red ball on the subject's left, and a blue one on top."""
    parts, points, colours = [], [], []
    for name, radius, centre, colour in (
        ("skin", 8.0, (0, 0, 0), (0.5, 0.5, 0.5)),
        ("left", 2.5, (9, 0, 0), (0.9, 0.02, 0.02)),
        ("top", 2.5, (0, 9, 0), (0.02, 0.02, 0.9)),
    ):
        vertices, triangles = ball(radius, centre)
        first = sum(map(len, points))
        points.append(vertices)
        colours.append(np.tile((*colour, 1.0), (len(vertices), 1)))
        parts.append(RigPart(name, triangles + first, Material(name, (1, 1, 1, 1), 0.9)))
    vertices = np.concatenate(points)
    deltas = np.zeros((1, len(vertices), 3), np.float32)
    deltas[0, vertices[:, 1] > 7] = (0, 0, 3)
    return Rig("post", vertices, tuple(parts), ("nod",), deltas, colors=np.concatenate(colours))


def centre_of(picture, channel):
    """Return column and row of where a colour stands out, from 0 (left, top) to 1."""
    colour = picture.astype(float)
    much = np.maximum(2 * colour[..., channel] - colour.sum(axis=-1) + colour[..., channel], 0)
    much[much < 0.5 * much.max()] = 0
    rows, columns = np.indices(much.shape)
    height, width = much.shape
    return (much * columns).sum() / much.sum() / width, (much * rows).sum() / much.sum() / height


def test_the_subjects_left_is_on_the_right_and_up_is_up(signpost):
    picture = Renderer(signpost, SIZE).picture()
    assert picture.shape == (160, 160, 3)
    across, down = centre_of(picture, 0)
    assert across > 0.6
    assert 0.4 < down < 0.65
    across, down = centre_of(picture, 2)
    assert 0.35 < across < 0.5
    assert down < 0.35


@pytest.mark.parametrize("yaw", [32.0, 90.0])
def test_a_camera_on_the_subjects_left_sees_that_side(signpost, yaw):
    across, _ = centre_of(Renderer(signpost, SIZE, Camera(yaw)).picture(), 0)
    straight, _ = centre_of(Renderer(signpost, SIZE).picture(), 0)
    assert across < straight - 0.03


def test_a_head_that_turns_left_carries_what_is_on_it(signpost):
    renderer = Renderer(signpost, SIZE)
    turned = (0, 0, 0, *quaternion_from_euler([np.radians(50), 0, 0]))
    from_rest = head_matrix(np.array(turned, np.float32), (0, 0, 0)) @ [9, 0, 0, 1]
    across, _ = centre_of(renderer.picture(head=turned), 0)
    straight, _ = centre_of(renderer.picture(), 0)
    assert from_rest[0] < 9
    assert across < straight - 0.03
    moved, _ = centre_of(renderer.picture(head=(2, 0, 0, 1, 0, 0, 0)), 0)
    assert moved > straight + 0.03


def test_what_does_not_follow_the_head_stays(signpost):
    share = (signpost.neutral[:, 0] < 6.4).astype(np.float32)
    rig = Rig("post", signpost.neutral, signpost.parts, (), np.zeros((0, len(share), 3)),
              colors=signpost.colors, head_share=share)  # fmt: skip
    still, moved = (Renderer(rig, SIZE).picture(head=(0, lift, 0, 1, 0, 0, 0)) for lift in (0, 2))
    assert centre_of(moved, 0)[1] == pytest.approx(centre_of(still, 0)[1], abs=0.01)
    assert centre_of(moved, 2)[1] < centre_of(still, 2)[1] - 0.04


def test_zoom_makes_the_face_larger(signpost):
    def inked(zoom):
        picture = Renderer(signpost, SIZE, Camera(zoom=zoom)).picture().astype(int)
        return (np.ptp(picture, axis=-1) > 60).sum()

    assert inked(1.5) > 1.5 * inked(1.0)


def test_a_stage_shows_what_the_whole_picture_would(signpost):
    """The part that is redrawn is cut out, not drawn in another way."""
    scene = Scene(signpost)
    wall = draw_wall((200, 120), (60, 60, 60), arrange(1, 200, 120), ["a caption"])
    motion = head_matrix(np.array(REST, np.float32), (0, 0, 0))
    far = head_matrix(np.array((60, 60, 0, 1, 0, 0, 0), np.float32), (0, 0, 0))
    away = head_matrix(np.array((-60, -60, 0, 1, 0, 0, 0), np.float32), (0, 0, 0))
    pictures = []
    for motions in (motion[None], np.stack([motion, far, away])):
        view = View(scene, wall, Camera(), motions, FINE)
        scene.take(scene.pose([0.0], motion, view.to_world))
        view.draw()
        picture = wall[..., :3].copy()
        picture[view.stage] = view.read_colour()
        view.develop_video()
        luma, chroma = view.read_video()
        assert luma.shape == picture[view.stage].shape[:2]
        assert chroma.shape == (luma.shape[0] // 2, luma.shape[1] // 2, 2)
        pictures.append(picture)
        planes = video_planes(np.ascontiguousarray(picture[view.stage]))
        assert np.abs(luma.astype(int) - planes[0]).max() <= 1
        # The shader looks at the middle of four pixels, the array code at all of them.
        assert np.abs(chroma.astype(int) - planes[1]).mean() < 1.5
    difference = np.abs(pictures[0].astype(int) - pictures[1])
    assert view.size == (200, 120)
    assert difference.mean() < 0.3
    assert (difference > 24).mean() < 0.01


def test_a_texture_stands_the_right_way_up():
    image_module = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:32, :, 0] = 255
    pixels[32:, :, 2] = 255
    held = io.BytesIO()
    image_module.fromarray(pixels).save(held, "PNG")
    points = np.array([[-5, 5, 0], [5, 5, 0], [-5, -5, 0], [5, -5, 0]], np.float32)
    uv = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    triangles = np.array([[0, 2, 1], [1, 2, 3]], np.int32)
    material = Material("card", (1, 1, 1, 1), 1.0, texture=held.getvalue())
    rig = Rig("card", points, (RigPart("card", triangles, material),), (), np.zeros((0, 4, 3)), uv)
    picture = Renderer(rig, SIZE).picture()
    assert centre_of(picture, 0)[1] < 0.45
    assert centre_of(picture, 2)[1] > 0.55
    broken = Material("card", texture=b"not a picture")
    part = RigPart("card", triangles, broken)
    with pytest.raises(VoxfaceError, match="texture of card"):
        Renderer(Rig("card", points, (part,), (), np.zeros((0, 4, 3)), uv), SIZE)


def test_two_sided_and_see_through_materials(signpost):
    points = np.array([[-5, 5, 9], [5, 5, 9], [-5, -5, 9], [5, -5, 9]], np.float32)
    away = np.array([[0, 1, 2], [1, 3, 2]], np.int32)

    def shown(**material):
        card = RigPart("card", away + len(signpost.neutral), Material("card", **material))
        rig = Rig(
            "post", np.concatenate([signpost.neutral, points]), (*signpost.parts, card), (),
            np.zeros((0, len(signpost.neutral) + 4, 3)),
            colors=np.concatenate([signpost.colors, np.ones((4, 4))]),
        )  # fmt: skip
        return Renderer(rig, SIZE).picture()[75:95, 60:80].astype(int)

    hidden = shown(color=(0.0, 0.6, 0.0, 1.0))
    assert (np.ptp(hidden, axis=-1) < 40).all()
    seen = shown(color=(0.0, 0.6, 0.0, 1.0), two_sided=True)
    assert (seen[..., 1] > seen[..., 0] + 30).all()
    glass = shown(color=(0.0, 0.6, 0.0, 0.3), two_sided=True, transparent=True)
    tint, full, none = (each[..., 1].mean() - each[..., 0].mean() for each in (glass, seen, hidden))
    assert none + 3 < tint < full - 10


def test_a_contact_sheet_has_a_picture_for_every_shot(signpost, tmp_path):
    shots = [Shot("one", [0.0]), Shot("two", [1.0]), Shot("three", [0.0], camera=Camera(90))]
    sheet = draw_sheet(signpost, shots, columns=2, cell=(96, 128))
    assert sheet.shape == (256, 192, 3)
    cells = [sheet[:128, :96], sheet[:128, 96:], sheet[128:, :96]]
    assert all(cell.std() > 10 for cell in cells)
    assert np.abs(cells[0].astype(int) - cells[2]).mean() > 2
    save_picture(sheet, tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(VoxfaceError, match="pictures are written to"):
        save_picture(sheet, tmp_path / "sheet.gif")
    with pytest.raises(VoxfaceError, match="at least one"):
        draw_sheet(signpost, [])


@pytest.mark.parametrize("size", [(15, 64), (64, 5000), (65, 64)])
def test_sizes_no_video_can_have_are_refused(signpost, size):
    with pytest.raises(VoxfaceError, match="even"):
        Renderer(signpost, size)
