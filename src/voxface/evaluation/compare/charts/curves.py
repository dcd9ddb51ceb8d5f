"""A take over time: its sound with phones, and curves of methods against the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from voxface.audio.features import MEL_BANDS, mel_centres
from voxface.evaluation.compare.charts.theme import FAINT, INK, PAPER, Look, chart, looks, to_svg
from voxface.evaluation.compare.takes import FloatArray
from voxface.phones.symbols import SILENCE
from voxface.phones.times import TimedPhone

KILOHERTZ = (0.2, 0.5, 1, 2, 4)
LEFT, RIGHT = 0.085, 0.985
"""Where the time axis begins and ends, as shares of the width: the page's cursor relies on them."""
WIDTH = 10.5


@dataclass(frozen=True)
class Track:
    """Curves of one quantity over time.

    Attributes
    ----------
    title, unit : str
    true : tuple of ndarray
        Times in seconds and values (N,); NaN where nothing was seen.
    said : mapping of str to tuple of ndarray
        The same by method.
    """

    title: str
    unit: str
    true: tuple[FloatArray, FloatArray]
    said: dict[str, tuple[FloatArray, FloatArray]]


def draw_curves(
    name: str,
    title: str,
    mel: FloatArray,
    phones: Sequence[TimedPhone],
    tracks: Sequence[Track],
    window: tuple[float, float],
    methods: Sequence[str],
) -> str:
    """Draw tracks under a spectrogram on one time axis.

    Parameters
    ----------
    mel : ndarray, shape (T, 80)
        Log-mel in dB at 100 Hz.
    window : tuple of float
        Seconds that are shown.
    methods : sequence of str
        All of the report, so that each looks the same everywhere.
    """
    heights = [1.5] + [1.0] * len(tracks)
    with chart(WIDTH, 1.25 * sum(heights) + 0.75, "none") as figure:
        axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
        inches = figure.get_size_inches()[1]
        figure.subplots_adjust(LEFT, 0.55 / inches, RIGHT, 1 - 0.6 / inches, hspace=0.42)
        _spectrogram(axes[0], mel, phones, window)
        for axis, track in zip(axes[1:], tracks, strict=True):
            _track(axis, track, phones, window, looks(methods))
        axes[-1].set_xlabel("time [s]")
        axes[0].set_xlim(window)
        lines, labels = axes[1].get_legend_handles_labels()
        figure.legend(
            lines, labels, loc="upper right", ncols=len(labels), bbox_to_anchor=(RIGHT, 1)
        )
        return to_svg(figure, name, title)


def _spectrogram(
    axis: Any, mel: FloatArray, phones: Sequence[TimedPhone], window: tuple[float, float]
) -> None:
    first, last = (round(time * 100) for time in window)
    part = np.asarray(mel[first:last, :MEL_BANDS], np.float32)
    low, high = np.percentile(part, [5, 99.5])
    axis.imshow(
        part.T,
        origin="lower",
        aspect="auto",
        cmap="cividis",
        vmin=low,
        vmax=high,
        extent=(*window, -0.5, MEL_BANDS - 0.5),
        interpolation="nearest",
    )
    bands = np.interp(1000 * np.array(KILOHERTZ), mel_centres(), np.arange(MEL_BANDS))
    axis.set_yticks(bands, [f"{k:g}" for k in KILOHERTZ])
    axis.set_ylabel("sound [kHz]")
    axis.grid(False)
    for phone in phones:
        middle = phone.middle
        if not window[0] < middle < window[1]:
            continue
        quiet = phone.symbol == SILENCE
        axis.text(
            middle,
            1.04,
            "–" if quiet else phone.symbol,
            transform=axis.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=9,
            clip_on=False,
        )
        axis.axvline(phone.start, color=PAPER, linewidth=0.5, alpha=0.5)


def _track(
    axis: Any,
    track: Track,
    phones: Sequence[TimedPhone],
    window: tuple[float, float],
    known: Mapping[str, Look],
) -> None:
    for phone in phones:
        if window[0] < phone.start < window[1]:
            axis.axvline(phone.start, color=FAINT, linewidth=0.6)
    axis.grid(False, axis="x")
    axis.plot(*track.true, color=INK, linewidth=2.6, alpha=0.85, label="captured")
    for method, curve in track.said.items():
        look = known[method]
        axis.plot(*curve, color=look.colour, linestyle=look.dashes, label=method)
    axis.set_title(track.title)
    axis.set_ylabel(f"[{track.unit}]")
