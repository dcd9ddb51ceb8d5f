"""Media files made on the fly with PyAV."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 44_100


def tone(seconds: float, rate: int = 16_000, hertz: float = 440.0, level: float = 0.5):
    """A sine, shape (N,)."""
    return np.float32(level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate))


def click(seconds: float, at: float, rate: int, width: float = 0.0005):
    """Silence with one smooth click of 1 ms at a known time, shape (N,)."""
    time = np.arange(round(seconds * rate)) / rate
    return np.float32(0.9 * np.exp(-(((time - at) / width) ** 2)))


def write_media(
    path: Path,
    sound: np.ndarray,
    rate: int,
    codec: str,
    sample_format: str,
    channels: int = 1,
    picture: bool = False,
    late: float = 0.0,
    gap: tuple[float, float] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write a media file.

    Parameters
    ----------
    path
        Its suffix names the container.
    sound
        Shape (N,), the same in all channels.
    picture
        Whether a video track of 25 fps begins at time 0.
    late
        Seconds by which the sound track begins later than time 0.
    gap
        From a time on (seconds), put this many seconds of nothing into the timestamps.
    """
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[channels]
    with av.open(str(path), "w", options=options or {}) as container:
        if picture:
            video = container.add_stream("mpeg4", rate=25)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        stream = container.add_stream(codec, rate=rate, layout=layout)
        stream.format = sample_format
        packets = []
        if picture:
            for number in range(int((len(sound) / rate + late) * 25) + 1):
                image = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
                image.pts, image.time_base = number, Fraction(1, 25)
                packets += video.encode(image)
            packets += video.encode(None)
        resampler = av.AudioResampler(
            format=sample_format, layout=layout, rate=rate, frame_size=stream.frame_size or 1024
        )
        planes = np.ascontiguousarray(np.broadcast_to(sound, (channels, len(sound))))
        whole = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
        whole.sample_rate, whole.pts = rate, 0
        whole.time_base = Fraction(1, rate)
        for frame in [*resampler.resample(whole), *resampler.resample(None)]:
            shift = late
            if gap and frame.pts / rate >= gap[0]:
                shift += gap[1]
            frame.pts += round(shift * rate)
            packets += stream.encode(frame)
        packets += stream.encode(None)
        for packet in sorted(packets, key=lambda p: float((p.dts or 0) * p.time_base)):
            container.mux(packet)
    return path
