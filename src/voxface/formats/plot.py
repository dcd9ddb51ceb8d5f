"""A picture of a clip: jaw, lips, smile, blinks and pose under the spectrogram of its sound."""

from __future__ import annotations

import importlib
import io
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio import features as sound_features
from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.formats.curves import Curve, both_sides, head_moves, head_turns, weight_curve
from voxface.formats.output import OutputFile
from voxface.formats.summary import find_gaps

SUFFIXES = (".png", ".svg", ".pdf")

# Okabe & Ito, "Color universal design" (2008): told apart by every kind of colour vision.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE)
INK, FAINT = "#333333", "#d9d9d9"
WIDEST_SPECTROGRAM = 4000
"""More columns than this no picture shows; longer sound is averaged down to it."""


@dataclass(frozen=True)
class Panel:
    """Curves that share one pair of axes."""

    title: str
    curves: tuple[Curve, ...]


def plot_clip(
    clip: FaceClip,
    path: str | PathLike[str],
    pcm: NDArray[np.float32] | None = None,
    title: str = "",
) -> None:
    """Draw a clip to a picture file.

    Parameters
    ----------
    clip : FaceClip
        What to draw; spans without a face are shaded.
    path : path-like
        ``.png``, ``.svg`` or ``.pdf``.
    pcm : ndarray of float32, shape (N,), optional
        The clip's sound, mono at 16 kHz; its spectrogram goes on top.
    title : str
        Heading.

    Raises
    ------
    VoxfaceError
        If matplotlib is not installed, the clip is empty, the suffix unknown or the file cannot
        be written.
    """
    suffix = check_picture(path)
    if not len(clip):
        raise VoxfaceError("this clip has no frames to draw")
    figure = draw_clip(clip, pcm, title)
    picture = io.BytesIO()
    figure.savefig(picture, format=suffix[1:], dpi=150)
    with OutputFile(path) as file:
        file.write(picture.getvalue())


def check_picture(path: str | PathLike[str]) -> str:
    """Return a picture's suffix; raise `VoxfaceError` if pictures cannot be of that kind."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise VoxfaceError(f"{path}: pictures are written to {', '.join(SUFFIXES)}")
    return suffix


def draw_clip(clip: FaceClip, pcm: NDArray[np.float32] | None = None, title: str = "") -> Any:
    """Return the matplotlib figure that `plot_clip` saves."""
    figure_module = _matplotlib("figure")
    panels = clip_panels(clip)
    with_sound = pcm is not None and len(pcm) > 0
    heights = [1.9] * with_sound + [1.0] * len(panels)
    figure = figure_module.Figure(figsize=(12, 0.9 + 1.08 * sum(heights)), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.04, hspace=0.02)
    axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    if pcm is not None and with_sound:
        _draw_spectrogram(axes[0], pcm)
        _draw_over_sound(axes[0], clip, panels[0].curves[0])
    for axis, panel in zip(axes[int(with_sound) :], panels, strict=True):
        _draw_panel(axis, panel, clip)
    end = clip.start + clip.duration
    axes[-1].set_xlim(min(clip.start, 0.0), end)
    axes[-1].set_xlabel("time (s)", color=INK)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold", color=INK)
    return figure


def clip_panels(clip: FaceClip) -> list[Panel]:
    """Return what is drawn, from top to bottom."""

    def channel(label: str, name: str) -> Curve:
        return weight_curve(clip, label, name)

    return [
        Panel("jaw", (channel("open", "jawOpen"), channel("forward", "jawForward"))),
        Panel("lips, shape", (
            channel("funnel", "mouthFunnel"),
            channel("pucker", "mouthPucker"),
            channel("close", "mouthClose"),
        )),
        Panel("lips, contact", (
            both_sides(clip, "press", "mouthPress"),
            channel("roll lower", "mouthRollLower"),
            channel("roll upper", "mouthRollUpper"),
        )),
        Panel("lips, opening", (
            both_sides(clip, "lower lip down", "mouthLowerDown"),
            both_sides(clip, "upper lip up", "mouthUpperUp"),
        )),
        Panel("smile", (
            channel("left", "mouthSmileLeft"), channel("right", "mouthSmileRight"),
        )),
        Panel("blinks", (channel("left", "eyeBlinkLeft"), channel("right", "eyeBlinkRight"))),
        Panel("head turns (°)", tuple(head_turns(clip))),
        Panel("head moves (cm)", tuple(head_moves(clip))),
    ]  # fmt: skip


def _draw_panel(axis: Any, panel: Panel, clip: FaceClip) -> None:
    is_weight = not panel.curves[0].unit
    for colour, curve in zip(COLOURS, panel.curves, strict=False):
        label = curve.name if curve.seen else f"{curve.name} (not seen)"
        # Two sides often move as one: the dashes let the line beneath show through.
        style = (0, (4, 2)) if curve.name == "right" else "solid"
        axis.plot(
            clip.times, curve.values, color=colour, linewidth=1.4, linestyle=style, label=label
        )
    for begin, end in find_gaps(clip):
        axis.axvspan(begin, end, facecolor=FAINT, alpha=0.6, linewidth=0)
    values = np.concatenate([curve.values for curve in panel.curves])
    values = values[np.isfinite(values)]
    if is_weight:
        # Weights start at rest and go to one; a quiet panel is drawn larger, to a round number.
        peak = float(values.max(initial=0.0))
        low = min(0.0, float(values.min(initial=0.0)))
        top = next((step for step in (0.1, 0.25, 0.5, 1.0) if peak <= step), peak)
        axis.set_ylim(low - 0.05 * top, 1.08 * top)
        axis.set_yticks([0, top / 2, top], [f"{mark:g}" for mark in (0, top / 2, top)])
    else:
        # A still head must look still: the scale is never finer than ±1.
        reach = 1.1 * max(1.0, float(np.abs(values).max(initial=0.0)))
        axis.set_ylim(-reach, reach)
        axis.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
    _style(axis, panel.title)
    axis.grid(axis="both", color="#ececec", linewidth=0.7)
    _legend(axis)


def _draw_spectrogram(axis: Any, pcm: NDArray[np.float32]) -> None:
    mel = sound_features.features(pcm)[:, : sound_features.MEL_BANDS]
    step = -(-len(mel) // WIDEST_SPECTROGRAM)
    mel = mel[: len(mel) // step * step].reshape(-1, step, mel.shape[1]).mean(axis=1)
    width = step / sound_features.FRAME_RATE
    image = axis.imshow(
        mel.T, origin="lower", aspect="auto", cmap="magma", vmin=-75, vmax=-15,
        # A feature frame is centred on its time.
        extent=(-width / 2, (len(mel) - 0.5) * width, -0.5, mel.shape[1] - 0.5),
        interpolation="nearest" if step == 1 else "antialiased",
    )  # fmt: skip
    hertz = sound_features.mel_filters().argmax(axis=0) * (
        sound_features.SAMPLE_RATE / sound_features.FFT_SIZE
    )
    marks = [250, 500, 1000, 2000, 4000]
    axis.set_yticks(np.interp(marks, hertz, np.arange(len(hertz))))
    axis.set_yticklabels(["250", "500", "1k", "2k", "4k"])
    _style(axis, "sound (Hz)")
    bar = axis.figure.colorbar(image, cax=axis.inset_axes((1.012, 0.04, 0.012, 0.6)))
    bar.ax.tick_params(labelsize=8, length=2, colors=INK)
    bar.set_ticks([-70, -45, -20], labels=["−70 dB", "−45", "−20"])
    bar.outline.set_visible(False)


def _draw_over_sound(axis: Any, clip: FaceClip, curve: Curve) -> None:
    """Draw one curve into the spectrogram, from its bottom (0) to its top (1)."""
    effects = _matplotlib("patheffects")
    weight = axis.twinx()
    outline = [effects.withStroke(linewidth=3.2, foreground="black", alpha=0.75)]
    weight.plot(
        clip.times, curve.values, color="white", linewidth=1.3, label=f"jaw {curve.name}",
        path_effects=outline,
    )  # fmt: skip
    weight.set_ylim(0, max(1.0, 1.02 * float(np.nanmax(curve.values, initial=0.0))))
    weight.set_axis_off()
    legend = _legend(weight, height=0.86)
    legend.legend_handles[0].set_path_effects(outline)


def _legend(axis: Any, height: float = 0.5) -> Any:
    """Put a legend to the right of the curves, where it hides none of them."""
    return axis.legend(
        loc="center left", bbox_to_anchor=(1.005, height), frameon=False, fontsize=9,
        labelcolor=INK, handlelength=1.6, borderaxespad=0,
    )  # fmt: skip


def _style(axis: Any, title: str) -> None:
    axis.set_ylabel(title, rotation=0, ha="right", va="center", color=INK, labelpad=8)
    axis.tick_params(colors=INK, labelsize=8, length=3)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axis.spines[side].set_color("#aaaaaa")


def _matplotlib(module: str) -> Any:
    try:
        return importlib.import_module(f"matplotlib.{module}")
    except ImportError:
        raise VoxfaceError(
            "drawing needs matplotlib; install it with: pip install 'voxface[plot]'"
        ) from None
