"""Every number of a comparison's tables as plain values: what the page shows and JSON holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from voxface.evaluation.aggregate import by_channel, by_part, plain
from voxface.evaluation.compare.figures import FIGURES
from voxface.evaluation.compare.gather import Gathered
from voxface.evaluation.compare.inference import Asked, intervals, known, tests
from voxface.evaluation.compare.takes import Pair
from voxface.evaluation.head_lips import phones_on_the_head, summary
from voxface.evaluation.phone_classes import CLASSES, phone_classes
from voxface.evaluation.scores import REGION_COLUMNS, Scores
from voxface.evaluation.significance import TESTED
from voxface.face import SPEECH_CHANNELS, channel_indices

Values = dict[str, Any]
ASKED = (*TESTED, "gap_error")
"""Figures that are tested: more would cost each of them power."""
SPEECH = channel_indices(SPEECH_CHANNELS)


def split_values(gathered: Gathered) -> list[Values]:
    """Return what each group of takes is, and who is judged on it."""
    return [
        {
            "group": group.name,
            "protocol": group.protocol,
            "takes": len(group.takes),
            "left_out": group.left_out,
            "minutes": sum(map(len, group.takes)) / 6000,
            "speakers": dict(Counter(gathered.speakers(group.name))),
            "methods": list(group.methods),
            "excluded": dict(group.excluded),
        }
        for group in gathered.groups
    ]


def figure_values(gathered: Gathered) -> Values:
    """Return group → method → figure → mean and interval over takes, or speakers if several."""
    return _nested(
        (group, method, intervals(figures, gathered.speakers(group)))
        for (group, method), figures in gathered.figures.items()
    )


def captured_values(gathered: Gathered) -> Values:
    """Return group → figure → mean of the captured faces' own, where they have such a figure."""
    result: Values = {}
    for group in gathered.groups:
        own = {figure.key: gathered.own(group.name, figure.key) for figure in FIGURES}
        own = {key: values for key, values in own.items() if np.isfinite(values).any()}
        result[group.name] = intervals(own, gathered.speakers(group.name)) if own else {}
    return result


def take_values(gathered: Gathered) -> Values:
    """Return group → method → take → its figures."""
    return _nested(
        (
            group,
            method,
            {
                take.name: {key: known(values[number]) for key, values in figures.items()}
                for number, take in enumerate(gathered.takes[group])
            },
        )
        for (group, method), figures in gathered.figures.items()
    )


def paired_values(gathered: Gathered, reference: str) -> list[Values]:
    """Test every method against the reference, take by take, in every group."""
    return tests(
        [
            Asked(
                {"group": group, "method": method, "figure": figure.key},
                figure,
                figures[figure.key],
                gathered.figures[group, reference][figure.key],
                gathered.own(group, figure.key),
                gathered.speakers(group),
            )
            for (group, method), figures in gathered.figures.items()
            if method != reference and (group, reference) in gathered.figures
            for figure in FIGURES
            if figure.key in ASKED
        ]
    )


def speaker_values(gathered: Gathered) -> Values:
    """Return group → method → speaker → figure → mean and interval over takes."""
    result = []
    for (group, method), figures in gathered.figures.items():
        speakers = np.array(gathered.speakers(group))
        table = {
            str(speaker): intervals({k: v[speakers == speaker] for k, v in figures.items()})
            for speaker in dict.fromkeys(speakers)
        }
        result.append((group, method, table))
    return _nested(result)


def channel_values(gathered: Gathered) -> Values:
    """Return group → method → channel or part of the head's pose → r, ratio and errors."""
    return _nested((*key, plain(by_channel(scores))) for key, scores in gathered.scores.items())


def region_values(gathered: Gathered) -> Values:
    """Return group → method → region → r, ratio and errors, means over its channels in a take."""
    return _nested(
        (*key, plain(by_part(scores, REGION_COLUMNS, Scores.region)))
        for key, scores in gathered.scores.items()
    )


def phone_values(gathered: Gathered) -> Values:
    """Return group → method → class of phones → errors while it is spoken.

    Each take in which the class is spoken counts once.
    """
    return _nested(
        (group, method, table)
        for (group, method), pairs in gathered.pairs.items()
        if (table := _phones(pairs))
    )


def _phones(pairs: Sequence[Pair]) -> Values:
    names = ("error", "gap_error", "gap", "true_gap")
    values = np.full((len(CLASSES), len(names), len(pairs)), np.nan)
    frames: Counter[str] = Counter()
    for number, pair in enumerate(pairs):
        take = pair.take
        spoken = phone_classes(take.example.articulation)[take.at]
        off = pair.off[:, [c for c in SPEECH if take.tracked[c]]].mean(axis=1)
        rows = off, pair.gap_off, pair.size.gap[take.at], take.size.gap[take.rows]
        for place, name in enumerate(CLASSES):
            here = spoken == place
            if here.any():
                frames[name] += int(here.sum())
                values[place, :, number] = [row[here].mean() for row in rows]
    speakers = [pair.take.example.speaker for pair in pairs]
    return {
        name: {"frames": frames[name]}
        | intervals(dict(zip(names, values[place], strict=True)), speakers)
        for place, name in enumerate(CLASSES)
        if frames[name]
    }


def lip_values(gathered: Gathered) -> Values:
    """Return group → ``captured`` or method → kind of phone → what the default head's lips do."""
    result = []
    for group in gathered.groups:
        takes = [take for take in gathered.takes[group.name] if take.phones]
        if not takes:
            continue
        shown = [
            one for take in takes for one in phones_on_the_head(take.size, take.fps, take.phones)
        ]
        result.append((group.name, "captured", summary(shown)))
        for method in group.methods:
            shown = [
                one
                for pair in gathered.pairs[group.name, method]
                for one in phones_on_the_head(pair.size, 100, pair.take.phones)
            ]
            result.append((group.name, method, summary(shown)))
    return _nested(result)


def _nested(rows: Iterable[tuple[str, str, Any]]) -> Values:
    result: Values = {}
    for group, method, value in rows:
        result.setdefault(group, {})[method] = value
    return result
