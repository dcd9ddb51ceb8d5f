"""How much of every speed of motion a method keeps: amplitude spectra of captured curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.signal import welch

from voxface.evaluation.compare.gather import Gathered
from voxface.evaluation.compare.takes import FloatArray, Pair, Take, head_about_rest

SECONDS = 2.0
"""Length of the windows of Welch's method."""
STILL = 1e-12
"""Power below which a captured curve does not move."""
BANDS = (0.5, 2.0, 4.0, 8.0, 12.5)
"""Edges in hertz of the bands whose amplitudes are compared."""

Curve = Callable[[Take | Pair], FloatArray]


def _channel(name: str) -> Curve:
    return lambda one: np.asarray(one.clip[name], np.float64)


def _gap(one: Take | Pair) -> FloatArray:
    return one.size.gap


def _pitch(one: Take | Pair) -> FloatArray:
    return head_about_rest(one.clip.head, np.ones(len(one.clip), bool))[:, 1]


CURVES: dict[str, tuple[str, Curve]] = {
    "jawOpen": ("weight", _channel("jawOpen")),
    "mouthPucker": ("weight", _channel("mouthPucker")),
    "lip gap": ("mm", _gap),
    "head pitch": ("°", _pitch),
}


def spectrum_values(gathered: Gathered) -> dict[str, Any]:
    """Return group → curve → its unit, the captured spectrum, each method's, and ratios by band.

    Notes
    -----
    Welch (1967): Hann windows of 2 s, half overlapping, constant parts removed; power is averaged
    over takes, and its root is shown. Captures tell nothing above half of their frame rate; takes
    that lose the face on the way are left out.
    """
    result: dict[str, Any] = {}
    for group in gathered.groups:
        takes = gathered.takes[group.name]
        chosen = [n for n, take in enumerate(takes) if len(take.rows) == len(take.clip)]
        # One frame rate for a group, so that spectra can be averaged.
        chosen = [n for n in chosen if takes[n].clip.fps == takes[chosen[0]].clip.fps]
        table = {}
        for name, (unit, curve) in CURVES.items():
            known = [n for n in chosen if name != "head pitch" or takes[n].has_head]
            long = [n for n in known if takes[n].clip.duration >= SECONDS]
            if not long:
                continue
            true = _spectrum([curve(takes[n]) for n in long], takes[long[0]].fps)
            if true[1].max() < STILL:
                continue
            said = {
                method: _spectrum(
                    [curve(gathered.pairs[group.name, method][n]) for n in long], 100.0
                )
                for method in group.methods
            }
            table[name] = {
                "unit": unit,
                "takes": len(long),
                "captured": _plain(true),
                "methods": {method: _plain(found) for method, found in said.items()},
                "kept": {method: _kept(found, true) for method, found in said.items()},
            }
        result[group.name] = table
    return result


def _spectrum(curves: Sequence[FloatArray], fps: float) -> tuple[FloatArray, FloatArray]:
    hertz, powers = np.zeros(0), []
    for curve in curves:
        hertz, power = welch(curve, fps, nperseg=round(SECONDS * fps), detrend="constant")
        powers.append(power)
    return hertz, np.mean(powers, axis=0)


def _plain(spectrum: tuple[FloatArray, FloatArray]) -> dict[str, list[float]]:
    hertz, power = spectrum
    shown = (hertz > 0) & (hertz <= BANDS[-1])
    return {
        "hertz": np.round(hertz[shown], 3).tolist(),
        "amplitude": [float(f"{value:.4g}") for value in np.sqrt(power[shown])],
    }


def _kept(
    said: tuple[FloatArray, FloatArray], true: tuple[FloatArray, FloatArray]
) -> dict[str, float]:
    """Return the predicted over the captured amplitude in each of `BANDS`."""
    found = {}
    for low, high in pairwise(BANDS):
        parts = [power[(hertz >= low) & (hertz < high)].mean() for hertz, power in (said, true)]
        found[f"{low:g}–{high:g} Hz"] = float(np.sqrt(parts[0] / max(parts[1], 1e-18)))
    return found
