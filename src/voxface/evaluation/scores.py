"""Every figure of a predicted take: overall, by channel, by region and by class of phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import FRAME_RATE
from voxface.corpus.examples import Example
from voxface.evaluation import metrics
from voxface.evaluation.lips import opening, phone_middles
from voxface.evaluation.matching import COLUMNS, POSITION, TURN, Matched, match
from voxface.evaluation.phone_classes import CLASSES, phone_classes
from voxface.evaluation.posed_head import PosedHead
from voxface.evaluation.takes import TakeScore, score_matched, truth
from voxface.face import ARKIT_CHANNELS, REGIONS, SPEECH_CHANNELS, FaceClip

FloatArray = NDArray[np.float64]

CHANNEL_FIGURES = ("error", "error_absolute", "r", "ratio")
"""What is told of every channel; see `Scores.channels`."""
FAST = 8.0
"""Hertz above which speech hardly moves a face."""
FEWEST = 8
"""Frames in a row without which nothing is said of how a face moves."""
STEP = 0.01
"""Opening that a step off the diagonal must save when curves are aligned: less is noise."""
SPEECH = np.isin(COLUMNS, SPEECH_CHANNELS)
_LIPS = tuple(name for name in REGIONS["mouth"] if name.startswith("mouth"))
REGION_COLUMNS: Mapping[str, NDArray[np.bool_]] = {
    "jaw": np.isin(COLUMNS, REGIONS["jaw"]),
    "mouth": np.isin(COLUMNS, _LIPS),
    "cheeks and tongue": np.isin(COLUMNS, REGIONS["mouth"]) & ~np.isin(COLUMNS, _LIPS),
    "eyes": np.isin(COLUMNS, REGIONS["eyes"]),
    "brows": np.isin(COLUMNS, REGIONS["brows"]),
    "head position": np.isin(COLUMNS, POSITION),
    "head turn": np.isin(COLUMNS, TURN),
}
"""Columns of each region; the head in centimetres and degrees, which are never averaged."""


@dataclass(frozen=True, eq=False)
class Scores:
    """What is measured of one take.

    Attributes
    ----------
    example : Example
    figures : mapping of str to float
        Figures of the prediction; NaN where the take has no such figure.
    own : mapping of str to float
        The captured face's own figures, of those that need no truth: what a prediction should come
        near to.
    channels : mapping of str to ndarray, each (58,)
        By `matching.COLUMNS`: ``error`` about rest and ``error_absolute`` (NaN where untracked),
        ``r`` and ``ratio`` (NaN where the true channel does not move).
    phones : mapping of str to mapping of str to float
        By class of phone: ``error`` of speech channels about rest, ``bias`` of the mouth opening
        (above 0 the prediction is too far open) and ``frames``.
    frames, unseen : int
        Captured frames compared, and those left out because no face was seen.
    """

    example: Example
    figures: Mapping[str, float]
    own: Mapping[str, float]
    channels: Mapping[str, FloatArray]
    phones: Mapping[str, Mapping[str, float]]
    frames: int
    unseen: int

    def region(self, name: str) -> dict[str, float]:
        """Return the means of `CHANNEL_FIGURES` over a region; of ratios the geometric mean."""
        found = {}
        for figure, values in self.channels.items():
            chosen = values[REGION_COLUMNS[name]]
            chosen = chosen[np.isfinite(chosen)]
            logs = figure == "ratio"
            mean = np.mean(np.log(chosen + 1e-6) if logs else chosen) if len(chosen) else np.nan
            found[figure] = float(np.exp(mean) if logs else mean)
        return found

    def phone(self, name: str) -> dict[str, float]:
        """Return what is told of a class of phone; NaN where the take has none."""
        held = self.phones.get(name, {})
        return {figure: held.get(figure, float("nan")) for figure in ("error", "bias")}


def score(
    example: Example,
    predicted: FaceClip,
    *,
    threshold: float = float("nan"),
    head: PosedHead | None = None,
) -> Scores:
    """Measure a prediction of a captured take.

    Parameters
    ----------
    example : Example
        Names its capture.
    predicted : FaceClip
        At any frame rate.
    threshold : float
        Mouth opening under which lips count as shut; see `lips.closure_threshold`.
    head : PosedHead, optional
        Where millimetres are measured; without it they are left out.

    Raises
    ------
    VoxfaceError
        If the take has no capture, or the prediction cannot be of it.
    """
    matched = match(example, predicted, truth(example))
    base: TakeScore = score_matched(matched)
    about = [metrics.about_rest(values, matched.resting) for values in (matched.said, matched.own)]
    off = np.abs(about[0] - about[1])
    untracked = ~matched.tracked
    channels = {
        "error": np.where(untracked, np.nan, off.mean(axis=0)),
        "error_absolute": np.where(
            untracked, np.nan, metrics.mean_absolute_error(matched.said, matched.own)
        ),
        "r": np.where(matched.moving, metrics.pearson(matched.said, matched.own), np.nan),
        "ratio": np.where(
            matched.moving, metrics.amplitude_ratio(matched.said, matched.own), np.nan
        ),
    }
    weights = matched.tracked & np.isin(COLUMNS, ARKIT_CHANNELS)
    speaking = matched.tracked & SPEECH
    said_curves, own_curves = _kinetics(matched, speaking)
    said_sound, own_sound = _against_sound(matched)
    figures = {name: float(getattr(base, name)) for name in _KEPT} | {
        "error": float(channels["error"][weights].mean()),
        "error_absolute": float(channels["error_absolute"][weights].mean()),
        "r2_motion": metrics.r_squared_of_motion(
            matched.said[:, speaking], matched.own[:, speaking]
        ),
        **_warped(matched, about[0], about[1]),
        **said_curves,
        **said_sound,
        **_closed(example, opening(matched.predicted), FRAME_RATE, threshold),
        **(_posed(matched, head) if head else {}),
    }
    opened = opening(matched.true)
    rest = np.percentile(opened, 5)
    own = own_curves | own_sound | _closed(example, opened - rest, matched.fps, threshold)
    return Scores(
        example,
        figures,
        own,
        channels,
        _by_phone(matched, off[:, speaking].mean(axis=1), about[0], about[1]),
        len(matched.own),
        matched.unseen,
    )


_KEPT = ("jaw_r", "mouth_r", "jaw_ratio", "mouth_ratio", "mouth_error", "jaw_error", "lag")
_JAW, _CLOSE = COLUMNS.index("jawOpen"), COLUMNS.index("mouthClose")


def _warped(matched: Matched, said: FloatArray, own: FloatArray) -> dict[str, float]:
    """Align the mouth opening about rest, at 50 frames a second."""
    true = matched.own_at_feature_rate(own[:, _JAW] - own[:, _CLOSE])
    rest = matched.said[0] - said[0]
    curve = opening(matched.predicted)[matched.within] - (rest[_JAW] - rest[_CLOSE])
    found = metrics.align(curve[::2], true[::2], FRAME_RATE / 2, penalty=STEP)
    return {"dtw_cost": found.cost, "dtw_ms": found.deviation, "dtw_late_ms": found.late}


def _kinetics(
    matched: Matched, columns: NDArray[np.bool_]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return how prediction and capture move by themselves, at the capture's frames.

    Only what is above 8 Hz is looked for at the prediction's own frames, too.
    """
    run, fps = matched.unbroken, matched.fps
    names = ("jitter", "above_8_hz", "silence_motion", "beats")
    if run.stop - run.start < FEWEST or not columns.any():
        nothing = dict.fromkeys(names, float("nan"))
        return nothing, nothing
    first, last = matched.times[run][[0, -1]]
    beats = metrics.audio_beats(matched.example.features, FRAME_RATE)
    beats = beats[(beats >= first) & (beats <= last)] - first
    channels = columns[: len(ARKIT_CHANNELS)]
    fine = matched.predicted.weights[matched.within][:, channels].astype(np.float64)
    found = []
    for values, native, rate in (
        (matched.said, fine, float(FRAME_RATE)),
        (matched.own, matched.own[run][:, columns], fps),
    ):
        curves = values[run][:, columns]
        quiet = metrics.motion_where(curves, matched.resting[run])
        minima = metrics.motion_minima(curves, fps)
        figures = (
            float(metrics.jitter(curves, fps).mean()),
            _share_above(native, rate),
            quiet * fps,
            metrics.beat_consistency(beats, minima),
        )
        found.append(dict(zip(names, figures, strict=True)))
    return found[0], found[1]


def _share_above(curves: FloatArray, fps: float) -> float:
    """Return the share of all curves' variance above 8 Hz."""
    if fps <= 2 * FAST:
        return float("nan")
    share, size = metrics.power_above(curves, fps, FAST), curves.var(axis=0)
    known = np.isfinite(share)
    return float((share * size)[known].sum() / size[known].sum()) if known.any() else float("nan")


def _against_sound(matched: Matched) -> tuple[dict[str, float], dict[str, float]]:
    """Return how much later than the sound's loudness the mouths open."""
    loudness = metrics.loudness(matched.example.features)
    clock = np.arange(len(loudness)) / FRAME_RATE
    heard = np.interp(matched.predicted.times[matched.within], clock, loudness)
    said = opening(matched.predicted)[matched.within]
    own = matched.own_at_feature_rate(matched.own[:, _JAW] - matched.own[:, _CLOSE])
    late = [metrics.onset_lag(curve, heard, FRAME_RATE) for curve in (said, own)]
    return {"onset_lag": late[0]}, {"onset_lag": late[1]}


def _closed(
    example: Example, curve: NDArray[np.float64], fps: float, threshold: float
) -> dict[str, float]:
    """Count lips that shut on p, b and m, and on open vowels; NaN where phones are unknown."""
    if not example.articulation.shape[1] or not np.isfinite(threshold):
        return dict.fromkeys(("closure_recall", "closure_false"), float("nan"))
    at = phone_middles(example)
    found = metrics.closures(curve, fps, at.shut, at.opened, threshold)
    return {"closure_recall": found.recall, "closure_false": found.false_share}


def _posed(matched: Matched, head: PosedHead) -> dict[str, float]:
    count = len(ARKIT_CHANNELS)
    said, own = (
        FaceClip(
            values[:, :count].astype(np.float32), matched.true.fps, tracked=matched.tracked[:count]
        )
        for values in (matched.said, matched.own)
    )
    found = head(said, own, matched.resting)
    return {
        "lve": found.lve,
        "lve_root": found.lve_root,
        "mve": found.mve,
        "fdd": found.fdd,
        "mesh_r2_motion": found.r2_motion,
        "mesh_r2_absolute": found.r2_absolute,
    }


def _by_phone(
    matched: Matched, off: FloatArray, said: FloatArray, own: FloatArray
) -> dict[str, dict[str, float]]:
    rows = np.round(matched.times * FRAME_RATE).astype(int)
    classes = phone_classes(matched.example.articulation)[
        np.minimum(rows, len(matched.example) - 1)
    ]
    bias = (said - own)[:, _JAW] - (said - own)[:, _CLOSE]
    return {
        name: {
            "error": float(off[chosen].mean()),
            "bias": float(bias[chosen].mean()),
            "frames": float(chosen.sum()),
        }
        for number, name in enumerate(CLASSES)
        if (chosen := classes == number).any()
    }
