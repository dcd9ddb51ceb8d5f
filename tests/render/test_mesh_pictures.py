"""Meshes on pictures: projection, pose images, films. What is planted is found in the pixels."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from media import tone, write_media
from planted_mesh import planted_mesh, speaking_face
from voxface.errors import VoxfaceError
from voxface.face import MeshClip, face_mesh
from voxface.formats.mesh_gaps import openings
from voxface.render import (
    Orthographic,
    draw_pose,
    mesh_film,
    mesh_picture,
    pose_images,
    project,
)
from voxface.render.mesh_rig import mesh_rig
from voxface.render.pose_images import pose_contours

COLOURS = {contour.name: contour.colour for contour in pose_contours()}


def rows_and_columns(picture, *names):
    """Return where a picture shows any of some contours, shape (n, 2): row, column."""
    shown = np.zeros(picture.shape[:2], bool)
    for name in names:
        shown |= (picture == COLOURS[name]).all(axis=-1)
    return np.argwhere(shown)


def test_a_projection_keeps_the_scale_and_turns_y_over():
    camera = Orthographic((200, 100), 10.0, (1.0, 2.0))
    points = [[1, 2, 5], [3, 2, -5], [1, 4, 0]]
    np.testing.assert_allclose(camera.pixels(points), [[100, 50], [120, 50], [100, 30]])


def test_a_face_is_framed_in_the_middle():
    clip = speaking_face()
    camera = Orthographic.framing(clip, (640, 480), fill=0.5)
    places = camera.pixels(clip.neutral)
    np.testing.assert_allclose((places.min(0) + places.max(0)) / 2, (320, 240), atol=1e-3)
    assert np.ptp(places, axis=0).max() == pytest.approx(240, abs=1e-3)


def test_the_heads_motion_is_shown_or_not():
    still = speaking_face(strength=0)
    moved = still.head.copy()
    moved[:, 0] += 2.0
    clip = replace(still, head=moved)
    camera = Orthographic.framing(clip)
    apart = project(clip, camera) - project(clip, camera, head=False)
    turned = project(still, camera) - project(still, camera, head=False)
    np.testing.assert_allclose((apart - turned)[..., 0], 2 * camera.scale, atol=1e-4)


@pytest.mark.parametrize(("size", "scale"), [((0, 10), 1.0), ((10, 10), 0.0)])
def test_cameras_that_see_nothing_are_refused(size, scale):
    with pytest.raises(VoxfaceError):
        Orthographic(size, scale)


def test_every_contour_stands_where_the_face_has_it():
    clip = speaking_face(strength=0)
    camera = Orthographic.framing(clip)
    picture = draw_pose(camera.pixels(clip.neutral), forehead=True)
    assert picture.shape == (512, 512, 3) and picture.dtype == np.uint8
    found = {tuple(colour) for colour in picture.reshape(-1, 3).tolist()}
    assert found == {(0, 0, 0), *COLOURS.values()}
    for contour in pose_contours():
        if contour.name in ("oval", "forehead"):
            continue
        ends = camera.pixels(clip.neutral[np.unique(contour.pairs)])[:, ::-1]
        shown = rows_and_columns(picture, contour.name)
        assert (shown.min(0) >= ends.min(0) - 3).all() and (shown.max(0) <= ends.max(0) + 3).all()
    # The subject's left is on the right of the picture.
    middle = {name: rows_and_columns(picture, name).mean(0) for name in COLOURS}
    assert middle["left eye"][1] > 256 > middle["right eye"][1]
    assert middle["left brow"][0] < middle["left eye"][0] < middle["lips inner upper left"][0]


def test_the_forehead_is_left_open_unless_wanted():
    places = Orthographic.framing(speaking_face()).pixels(face_mesh()[1])
    top = [rows_and_columns(draw_pose(places, forehead=f), "oval")[:, 0].min() for f in (0, 1)]
    assert top[0] > top[1] + 50


def test_the_lines_meet_the_table_of_mediapipe():
    connections = pytest.importorskip("mediapipe").tasks.vision.FaceLandmarksConnections
    pairs = {contour.name: set(contour.pairs) for contour in pose_contours()}

    def listed(name):
        return {(each.start, each.end) for each in getattr(connections, f"FACE_LANDMARKS_{name}")}

    assert pairs["left eye"] == listed("LEFT_EYE") and pairs["right eye"] == listed("RIGHT_EYE")
    assert pairs["oval"] | pairs["forehead"] == listed("FACE_OVAL")
    lips = [pairs[name] for name in pairs if name.startswith("lips")]
    assert set.union(*lips) == listed("LIPS") and sum(map(len, lips)) == len(listed("LIPS"))


def test_a_folder_of_pose_images_opens_its_lips(tmp_path):
    clip = speaking_face(0.4)
    assert pose_images(clip, tmp_path / "poses", fps=50) == 20
    files = sorted((tmp_path / "poses").iterdir())
    assert [file.name for file in files] == [f"frame_{k:05d}.png" for k in range(20)]
    camera = Orthographic.framing(clip)
    for k in (0, 5, 10):
        with Image.open(files[k]) as image:
            picture = np.asarray(image)
        lower = rows_and_columns(picture, "lips inner lower left")[:, 0].max()
        expected = project(clip.resample(50), camera)[k, [14, 317, 402, 318, 324, 308], 1].max()
        assert lower == pytest.approx(expected, abs=2)


def test_a_video_of_pose_images_has_sound(tmp_path):
    sound = write_media(tmp_path / "a.wav", tone(1.0, 48000), 48000, "pcm_s16le", "s16")
    assert pose_images(speaking_face(0.4), tmp_path / "a.mp4", sound=sound) == 25
    with av.open(str(tmp_path / "a.mp4")) as film:
        assert {stream.type for stream in film.streams} == {"video", "audio"}
        pictures = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(pictures) == 25 and pictures[0].shape == (512, 512, 3)
    whole = draw_pose(project(speaking_face(0.4))[0]).astype(int)
    # Halved colours differ beside lines, the picture as a whole does not.
    assert np.abs(pictures[0].astype(int) - whole).mean() < 2


@pytest.mark.parametrize(
    ("clip", "path", "options", "message"),
    [
        (planted_mesh(), "p", {}, "468-point face, not the mesh 'sheet'"),
        (speaking_face(0.2), "p.gif", {}, "folder, or with sound into .mp4"),
        (speaking_face(0.2), "p", {"sound": "a.wav"}, "folder, or with sound into .mp4"),
        (speaking_face(0.0), "p", {}, "no frames"),
        (speaking_face(0.2), "p.mp4", {"size": (511, 512)}, "sides are even"),
        (speaking_face(0.2), "p.mp4", {"sound": "none.wav"}, "none.wav"),
    ],
)
def test_pose_images_that_cannot_be_are_refused(tmp_path, clip, path, options, message):
    with pytest.raises(VoxfaceError, match=message):
        pose_images(clip, tmp_path / path, **options)
    assert not list(tmp_path.iterdir())


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "p").write_text("")
    with pytest.raises(VoxfaceError, match="cannot write"):
        pose_images(speaking_face(0.2), tmp_path / "p")


def test_the_openings_of_a_face():
    topology, neutral = face_mesh()
    loops = openings(topology)
    large = sorted(len(loop) for loop in loops if len(loop) > 3)
    assert large == [16, 16, 20, 36]
    mouth = next(loop for loop in loops if len(loop) == 20)
    assert {13, 14, 78, 308} <= set(mouth.tolist())
    along = np.linalg.norm(np.diff(neutral[mouth], axis=0), axis=1)
    assert along.max() < 1.0  # each is beside the next


def test_a_rig_moves_as_its_clips_do():
    clips = [speaking_face(0.4), speaking_face(0.4, strength=0.3)]
    rig, weights = mesh_rig(clips)
    for clip, rows in zip(clips, weights, strict=True):
        for k in range(len(clip)):
            shape = rig.posed(rows[k])[: clip.topology.vertices]
            assert np.linalg.norm(shape - clip.vertices[k], axis=1).max() < 0.005


def dark(picture):
    """Return how many pixels of a picture are as dark as an open mouth."""
    return int((picture.max(axis=-1) < 30).sum())


@pytest.mark.usefixtures("drawing")
def test_a_picture_shows_an_open_mouth():
    clip = speaking_face(1.0)
    most = int((-clip.vertices[:, 14, 1]).argmax())
    shut, opened = (mesh_picture(clip.vertices[k], clip.topology, (240, 240)) for k in (0, most))
    assert opened.shape == (240, 240, 3)
    assert dark(opened) > dark(shut) + 100
    # The face stands in the middle and is brighter than the wall.
    assert opened[60:90, 100:140].mean() > opened[:20].mean() + 50


@pytest.mark.usefixtures("drawing")
def test_a_film_of_two_in_time_with_its_sound(tmp_path):
    sound = write_media(tmp_path / "a.wav", tone(1.2, 48000), 48000, "pcm_s16le", "s16")
    clip = speaking_face(1.0)
    still = replace(clip, vertices=np.broadcast_to(clip.neutral, clip.vertices.shape), head=None)
    told = []
    count = mesh_film(
        [("truth", clip), ("still", still)], tmp_path / "a.mp4", sound, size=(480, 240),
        on_progress=lambda done, of: told.append((done, of)),
    )  # fmt: skip
    assert count == 30 and told[-1] == (30, 30)
    with av.open(str(tmp_path / "a.mp4")) as film:
        ends = [float(stream.duration * stream.time_base) for stream in film.streams]
        pictures = np.stack([frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)])
    np.testing.assert_allclose(ends, 1.2, atol=0.03)
    left = np.array([dark(picture[:200, :240]) for picture in pictures])
    right = np.array([dark(picture[:200, 240:]) for picture in pictures])
    jaw = clip.neutral[14, 1] - clip.vertices[:, 14, 1]
    assert np.corrcoef(left[:25], jaw)[0, 1] > 0.9
    assert right.max() - right.min() < 40 < left.max() - left.min()


@pytest.mark.usefixtures("drawing")
def test_nothing_leaves_the_stage(tmp_path):
    """A film draws only where a face can be: a jump far beyond the rest is there too."""
    clip = speaking_face(0.2)
    vertices = clip.vertices.copy()
    vertices[2] += (4, 0, 0)
    vertices[3] -= (4, 0, 0)
    mesh_film(
        [("", replace(clip, vertices=vertices, head=None))], tmp_path / "a.mp4", size=(240, 160)
    )
    with av.open(str(tmp_path / "a.mp4")) as film:
        pictures = [frame.to_ndarray(format="gray").astype(float) for frame in film.decode(video=0)]
    bright = [(picture[20:120] > 130).sum() for picture in pictures]
    assert np.ptp(bright[:4]) < 0.08 * bright[0]


def test_films_that_cannot_be_are_refused(tmp_path):
    clip = speaking_face(0.2)
    other = planted_mesh()
    cases = [
        ([], "a.mp4", "1 to 4 heads"),
        ([("", clip)] * 5, "a.mp4", "1 to 4 heads"),
        ([("", clip), ("", other)], "a.mp4", "not of 'mediapipe468' and 'sheet'"),
        ([("", clip)], "a.avi", "videos are written to"),
        ([("", speaking_face(0.0))], "a.mp4", "no frames"),
    ]
    for clips, name, message in cases:
        with pytest.raises(VoxfaceError, match=message):
            mesh_film(clips, tmp_path / name, size=(240, 160))
    with pytest.raises(VoxfaceError, match=r"\(468, 3\) finite numbers"):
        mesh_picture(other.neutral, clip.topology)
    assert not list(tmp_path.iterdir())


def test_a_film_of_a_clip_that_names_its_sound(tmp_path):
    from voxface.render.mesh_film import _sound_of  # noqa: PLC0415

    sound = write_media(tmp_path / "a.wav", tone(0.3), 16000, "pcm_s16le", "s16")
    named = replace(speaking_face(0.2), metadata={"source": str(sound)})
    assert _sound_of([speaking_face(0.2), named]) == sound
    lost = MeshClip(named.vertices, named.topology, Fraction(25), named.neutral,
                    metadata={"source": str(tmp_path / "none.wav")})  # fmt: skip
    assert _sound_of([lost]) is None
