from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from voxface.capture import capture_video, take
from voxface.capture.landmarker import Observations
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, REST_POSE

NAMES = ("_neutral", *sorted(set(ARKIT_CHANNELS) - {"tongueOut"}, reverse=True))
"""As a tracker might give them: another order, one too many, one missing."""


@pytest.fixture
def planted(
    make_video: Callable[..., Path],
    grey: list,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mediapipe: None,
) -> Path:
    """A video of 12 pictures, no. 5 dropped, whose face is known and lost in pictures 8 and 9."""
    shown = np.delete(np.arange(13), 5)
    path = make_video("planted.mkv", grey, 1 + shown / 25, sound_start=0.9)
    model = tmp_path / "model.task"
    model.write_bytes(b"planted")
    monkeypatch.setenv("VOXFACE_FACE_LANDMARKER", str(model))

    def observe(pictures, model):
        times = np.array([picture.time for picture in pictures])
        found = ~np.isin(shown, (8, 9))
        scores = np.zeros((12, len(NAMES)), np.float32)
        scores[:, NAMES.index("_neutral")] = 0.9
        scores[:, NAMES.index("jawOpen")] = shown / 20
        scores[:, NAMES.index("mouthSmileLeft")] = 0.3
        matrices = np.tile(np.eye(4, dtype=np.float32), (12, 1, 1))
        matrices[:, :3, 3] = (1, 2, -40)
        matrices[3, :3, 3] = (1, 2.5, -39)
        landmarks = np.tile(shown[:, None, None], (1, 478, 3)).astype(np.float32)
        for values in (scores, matrices, landmarks):
            values[~found] = np.nan
        return Observations(times, (128, 96), NAMES, found, scores, landmarks, matrices)

    monkeypatch.setattr(take, "observe", observe)
    return path


def test_channels_come_by_name_and_what_was_not_seen_is_marked(planted: Path):
    capture = capture_video(planted)
    clip = capture.clip
    assert clip.channels == ARKIT_CHANNELS
    assert clip.fps == 25
    assert clip.start == pytest.approx(0.1, abs=1e-3)
    seen = ~np.isin(np.arange(13), (5, 8, 9))
    for column, name in enumerate(clip.channels):
        np.testing.assert_array_equal(clip.tracked[:, column], seen & (name != "tongueOut"))
    np.testing.assert_allclose(clip["jawOpen"], np.where(seen, np.arange(13) / 20, 0), atol=1e-6)
    np.testing.assert_allclose(clip["mouthSmileLeft"], np.where(seen, 0.3, 0), atol=1e-6)
    assert clip["mouthSmileRight"].max() == 0


def test_the_head_moves_about_its_own_rest_and_rests_where_it_is_lost(planted: Path):
    clip = capture_video(planted).clip
    wanted = np.tile(np.float32(REST_POSE), (13, 1))
    wanted[3, :3] = (0, 0.5, 1)
    np.testing.assert_allclose(clip.head, wanted, atol=1e-5)
    assert clip.metadata["rest_position"] == [1, 2, -40]
    assert clip.metadata["rest_rotation"] == [1, 0, 0, 0]


def test_landmarks_follow_the_frames_and_are_nan_where_lost(planted: Path):
    landmarks = capture_video(planted).landmarks
    assert landmarks.shape == (13, 478, 3)
    lost = np.isin(np.arange(13), (5, 8, 9))
    assert np.isnan(landmarks[lost]).all()
    np.testing.assert_allclose(landmarks[~lost, 7, 0], np.flatnonzero(~lost))


def test_the_clip_says_where_it_comes_from(planted: Path):
    metadata = capture_video(planted).clip.metadata
    assert metadata["source"] == "planted.mkv"
    assert len(metadata["source_sha256"]) == len(metadata["tracker_sha256"]) == 64
    assert metadata["licence"] == "unknown"
    assert metadata["image_size"] == [128, 96]
    assert "mediapipe" in metadata["tracker"]


def test_a_video_without_a_face_is_refused(
    make_video: Callable[..., Path], grey: list, landmarker: Path
):
    path = make_video("grey.mkv", grey)
    with pytest.raises(VoxfaceError, match=r"no face in any of the 12 pictures of .*grey\.mkv"):
        capture_video(path, landmarker)


def test_a_file_that_is_no_model_is_refused(
    make_video: Callable[..., Path], grey: list, tmp_path: Path, mediapipe: None
):
    model = tmp_path / "model.task"
    model.write_bytes(b"not a model")
    with pytest.raises(VoxfaceError, match="is not a Face Landmarker model"):
        capture_video(make_video("grey.mkv", grey), model)


def test_a_missing_extra_is_named(
    make_video: Callable[..., Path],
    grey: list,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    with pytest.raises(VoxfaceError, match=r"pip install 'voxface\[capture\]'"):
        capture_video(make_video("grey.mkv", grey), make_video("model.mkv", grey))


@pytest.mark.slow
def test_a_real_recording_becomes_a_talking_face(grid_original: list[Path], landmarker: Path):
    capture = capture_video(grid_original[0], landmarker)
    clip = capture.clip
    assert (len(clip), clip.fps, clip.start) == (75, 25, 0.0)
    assert clip.select(set(ARKIT_CHANNELS) - {"tongueOut"}).tracked.all()
    assert not clip.select(["tongueOut"]).tracked.any()
    assert np.std(clip["jawOpen"]) > 0.05
    assert np.abs(np.median(clip.head[:, :3], axis=0)).max() < 0.02
    assert np.abs(clip.head[:, :3]).max() < 10
    width, height = clip.metadata["image_size"]
    assert (width, height) == (360, 288)
    assert 0 < capture.landmarks[..., 0].min() < capture.landmarks[..., 0].max() < width
    assert 0 < capture.landmarks[..., 1].min() < capture.landmarks[..., 1].max() < height


@pytest.mark.slow
def test_original_and_transcoded_recording_agree(
    grid_original: list[Path], shared: Path, landmarker: Path
):
    original = grid_original[0]
    transcoded = shared / "data" / "grid_s1" / "video" / f"{original.stem}.mkv"
    if not transcoded.exists():
        pytest.skip("no transcoded GRID clips")
    curves = [capture_video(path, landmarker).clip["jawOpen"] for path in (original, transcoded)]
    assert np.corrcoef(curves)[0, 1] > 0.98


@pytest.mark.slow
def test_pictures_that_start_after_the_sound_give_a_later_start(
    grid_original: list[Path], landmarker: Path, tmp_path: Path
):
    late = remuxed(grid_original[0], tmp_path / "late.mkv", picture_delay=Fraction(6, 25))
    clip, usual = (capture_video(path, landmarker).clip for path in (late, grid_original[0]))
    assert clip.start == pytest.approx(0.24, abs=2e-3)
    assert len(clip) == len(usual)
    assert np.corrcoef(clip["jawOpen"], usual["jawOpen"])[0, 1] > 0.99


def remuxed(source: Path, target: Path, picture_delay: Fraction) -> Path:
    """Copy the streams of a recording, the pictures shown later than before."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        streams = {
            stream.index: new.add_stream_from_template(stream)
            for stream in (old.streams.video[0], old.streams.audio[0])
        }
        for packet in old.demux(old.streams.video[0], old.streams.audio[0]):
            if packet.dts is None:
                continue
            if packet.stream.type == "video":
                shift = round(picture_delay / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            packet.stream = streams[packet.stream.index]
            new.mux(packet)
    return target


@pytest.mark.slow
def test_a_face_that_goes_away_is_lost_and_comes_back(
    grid_original: list[Path], landmarker: Path, make_video: Callable[..., Path]
):
    with av.open(str(grid_original[0])) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    pictures[30:45] = [np.full_like(pictures[0], 128)] * 15
    clip = capture_video(make_video("away.mkv", pictures), landmarker).clip
    jaw = clip.tracked[:, clip.channels.index("jawOpen")]
    assert not jaw[31:44].any()
    assert jaw[:29].all()
    assert jaw[46:].all()
    assert clip.weights[31:44].max() == 0
