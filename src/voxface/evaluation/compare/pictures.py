"""Everything that a report shows as pictures: charts, films and stills."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.evaluation.compare.charts.curves import Track, draw_curves
from voxface.evaluation.compare.charts.heads import draw_heads
from voxface.evaluation.compare.charts.intervals import Interval, Panel, draw_intervals
from voxface.evaluation.compare.charts.spectra import draw_spectra
from voxface.evaluation.compare.charts.theme import data_uri
from voxface.evaluation.compare.chosen import Shown
from voxface.evaluation.compare.figures import FIGURES
from voxface.evaluation.compare.films import StillCamera, make_films, stills
from voxface.evaluation.compare.moments import Moment
from voxface.evaluation.compare.results import ASKED
from voxface.evaluation.compare.takes import FloatArray, Pair, head_about_rest
from voxface.evaluation.metrics import about_rest
from voxface.evaluation.phone_classes import CLASSES
from voxface.face import Rig

Values = dict[str, Any]
CHARTED = (*ASKED, "jitter", "head_ratio")
"""Figures that are drawn; the tables have all."""
BROW, PUCKER, JAW = "browInnerUp", "mouthPucker", "jawOpen"


def draw_charts(results: Values) -> Values:
    """Return the charts of a report's tables, as SVG."""
    methods = [method["name"] for method in results["methods"]]
    ideals = {"near 1": 1.0, "near 0": 0.0}
    panels = [
        Panel(
            figure.title,
            figure.unit,
            {
                group: {
                    method: found
                    for method, values in table.items()
                    if (found := _interval(values[figure.key]))
                }
                for group, table in results["groups"].items()
            },
            ideals.get(figure.better),
        )
        for figure in FIGURES
        if figure.key in CHARTED
    ]
    title = "Figures by group and method, means with 95 % intervals"
    charts: Values = {
        "intervals": draw_intervals("all", title, methods, panels),
        "spectra": {
            group: draw_spectra(
                f"spectra{number}", f"Amplitude spectra, {group}", group, table, methods
            )
            for number, (group, table) in enumerate(results["spectra"].items())
            if table
        },
    }
    if results["phones"]:
        charts["phones"] = _draw_phones(results["phones"], methods)
    return charts


def _draw_phones(phones: Values, methods: Sequence[str]) -> str:
    panels = []
    for group, table in phones.items():
        classes = [name for name in CLASSES if any(name in own for own in table.values())]
        for title, unit, key in (
            ("lip gap's error", "mm", "gap_error"),
            ("jaw and mouth error", "weight", "error"),
        ):
            rows = {
                name: {
                    method: found
                    for method, own in table.items()
                    if name in own and (found := _interval(own[name][key]))
                }
                for name in classes
            }
            panels.append(Panel(f"{group}: {title}", unit, rows))
    return draw_intervals("phones", "Errors by class of phones", methods, panels, columns=2)


def _interval(values: Values) -> Interval | None:
    if values["mean"] is None:
        return None
    low, high = (values["mean"] if values[end] is None else values[end] for end in ("low", "high"))
    return values["mean"], low, high


def draw_shown(number: int, shown: Shown, methods: Sequence[str]) -> Values:
    """Return one take's curves and head as SVG, and what is written below them."""
    take, (begin, end) = shown.take, shown.window
    example = take.example
    svg = draw_curves(
        f"curves{number}",
        f"Curves of {take.name} against the captured face",
        np.asarray(example.features, np.float64),
        take.phones,
        _tracks(shown),
        shown.window,
        methods,
    )
    head = ""
    if take.has_head:
        inside = (take.at >= 100 * begin) & (take.at < 100 * end)
        part = slice(round(100 * begin), round(100 * end))
        head = draw_heads(
            f"head{number}",
            f"Head of {take.name}",
            take.own_head[inside],
            {m: _head(pair)[part] for m, pair in shown.pairs.items()},
            methods,
        )
    return {
        "take": take.name,
        "group": take.group,
        "speaker": example.speaker,
        "text": example.about.get("text", ""),
        "seconds": end - begin,
        "curves": svg,
        "head": head,
        "numbers": f"Shown are {begin:.2f} to {end:.2f} s." if begin else "",
    }


def _tracks(shown: Shown) -> list[Track]:
    take = shown.take
    times = take.clip.times[take.rows]
    clock = np.arange(len(take.example)) / 100
    resting = take.example.speech == 0
    tracks: list[Track] = []

    def add(title: str, unit: str, true: FloatArray, said: Callable[[Pair], FloatArray]) -> None:
        curves = {method: (clock, said(pair)) for method, pair in shown.pairs.items()}
        tracks.append(Track(title, unit, _with_gaps(times, true, take.fps), curves))

    def add_channel(name: str) -> None:
        column = take.clip.channels.index(name)
        if take.tracked[column]:
            true = _about(take.own[:, column], take.resting)
            title = f"{name}, about rest"
            add(title, "weight", true, lambda pair: _about(pair.clip[name], resting))

    def add_turn(name: str, place: int) -> None:
        true = take.own_head[:, place]
        add(f"head {name}", "°", true, lambda pair: _head(pair)[:, place])

    add_channel(JAW)
    add_channel(PUCKER)
    add("lip gap", "mm", take.size.gap[take.rows], lambda pair: pair.size.gap)
    add_channel(BROW)
    if take.has_head:
        add_turn("yaw", 0)
        add_turn("pitch", 1)
    return tracks


def _about(curve: NDArray[np.floating], resting: NDArray[np.bool_]) -> FloatArray:
    return about_rest(np.asarray(curve, np.float64)[:, None], resting)[:, 0]


def _head(pair: Pair) -> FloatArray:
    """Return the predicted head at 100 Hz about its rest."""
    return head_about_rest(pair.clip.head, pair.take.example.speech == 0)


def _with_gaps(times: FloatArray, values: FloatArray, fps: float) -> tuple[FloatArray, FloatArray]:
    """Put a NaN into every gap, so that no line is drawn over what was not seen."""
    gaps = np.flatnonzero(np.diff(times) > 1.5 / fps) + 1
    return np.insert(times, gaps, times[gaps] - 1e-3), np.insert(values, gaps, np.nan)


def film_values(
    shown: Sequence[Shown], rig: Rig, folder: Path, tell: Callable[[], None]
) -> list[Values]:
    """Return the films of takes, each as the address of itself."""
    return [
        {"take": film.take, "heads": film.heads, "address": data_uri(film.data, "video/mp4")}
        for film in make_films(shown, rig, folder, tell)
    ]


def moment_values(
    worst: Mapping[str, Sequence[Moment]], rig: Rig | None, tell: Callable[[], None]
) -> dict[str, list[Values]]:
    """Return worst moments by method, with stills where there is a rig."""
    camera = StillCamera(rig) if rig is not None and any(worst.values()) else None
    result: dict[str, list[Values]] = {}
    for method, moments in worst.items():
        result[method] = []
        for moment in moments:
            pictures = {"captured": "", "predicted": ""}
            if camera is not None:
                clips = {"captured": moment.pair.take.at_rest(), "predicted": moment.pair.clip}
                pictures = {
                    name: data_uri(data, "image/jpeg")
                    for name, data in stills(camera, clips, moment.time).items()
                }
                tell()
            result[method].append(plain_moment(moment) | pictures)
    return result


def plain_moment(moment: Moment) -> Values:
    """Return a moment without its pictures."""
    take = moment.pair.take
    before, now, after = moment.phones
    return {
        "take": take.name,
        "group": take.group,
        "speaker": take.example.speaker,
        "text": take.example.about.get("text", ""),
        "time": moment.time,
        "error": moment.error,
        "before": before,
        "now": now,
        "after": after,
    }
