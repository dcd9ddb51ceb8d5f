"""Small videos made on the spot, and the landmark model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from voxface.capture.landmarker import load_mediapipe
from voxface.errors import VoxfaceError

MILLISECOND = Fraction(1, 1000)


@pytest.fixture(scope="session")
def mediapipe() -> None:
    """Skip where MediaPipe, or a system library that it needs, is missing."""
    try:
        load_mediapipe()
    except VoxfaceError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def landmarker(shared: Path, mediapipe: None) -> Path:
    path = shared / "data" / "face_landmarker_v2_with_blendshapes.task"
    if not path.exists():
        pytest.skip("no Face Landmarker model in the shared data")
    return path


@pytest.fixture(scope="session")
def grid_original(shared: Path) -> list[Path]:
    clips = sorted((shared / "data" / "grid_s1" / "original").glob("*.mpg"))
    if not clips:
        pytest.skip("no original GRID clips in the shared data")
    return clips


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    return lambda name, *args, **options: write_video(tmp_path / name, *args, **options)


def write_video(
    path: Path,
    pictures: Sequence[np.ndarray],
    times: Sequence[float] | None = None,
    rate: Fraction | int = 25,
    sound_start: float | None = None,
) -> Path:
    """Write pictures (height, width, 3) at `times` (seconds) and, if asked for, a tone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    times = [index / rate for index in range(len(pictures))] if times is None else times
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=rate)
        video.height, video.width = pictures[0].shape[:2]
        video.bit_rate = 4_000_000
        video.codec_context.time_base = MILLISECOND
        sound = None if sound_start is None else container.add_stream("pcm_s16le", rate=16_000)
        for picture, time in zip(pictures, times, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = round(time * 1000), MILLISECOND
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if sound is not None:
            tone = np.sin(np.arange(16_000) * 0.2) * 8000
            frame = av.AudioFrame.from_ndarray(
                tone.astype(np.int16)[None], format="s16", layout="mono"
            )
            frame.sample_rate, frame.time_base = 16_000, Fraction(1, 16_000)
            frame.pts = round(sound_start * 16_000)
            container.mux(sound.encode(frame))
            container.mux(sound.encode())
    return path


@pytest.fixture
def grey() -> list[np.ndarray]:
    return [np.full((96, 128, 3), 90 + index, np.uint8) for index in range(12)]
