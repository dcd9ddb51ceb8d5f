"""Predict every take that a comparison may use, once, and keep what its tables are made of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from voxface.corpus.examples import Example
from voxface.evaluation.compare.figures import FIGURES, own_figures
from voxface.evaluation.compare.groups import Group
from voxface.evaluation.compare.said import phones_of
from voxface.evaluation.compare.takes import FloatArray, Pair, Take, align
from voxface.evaluation.head_lips import MouthGauge
from voxface.evaluation.methods import Method, predict_all
from voxface.evaluation.posed_head import PosedHead
from voxface.evaluation.scores import Scores, score
from voxface.face import FaceClip, Rig

Tell = Callable[[int, int], None]
Key = tuple[str, str]
"""A group and a method."""


@dataclass(frozen=True)
class Gathered:
    """Takes by group, and by method what it says of them.

    Attributes
    ----------
    groups : sequence of Group
    takes : mapping of str to sequence of Take
        By group.
    pairs : mapping of Key to sequence of Pair
        In the order of the group's takes.
    scores : mapping of Key to sequence of Scores
        What the evaluation measures of them.
    figures : mapping of Key to dict of str to ndarray
        Every figure of `figures.FIGURES`, one value for each take.
    speed : mapping of str to float
        Seconds of computing for a second of sound, by method.
    """

    groups: Sequence[Group]
    takes: Mapping[str, Sequence[Take]]
    pairs: Mapping[Key, Sequence[Pair]]
    scores: Mapping[Key, Sequence[Scores]]
    figures: Mapping[Key, Mapping[str, FloatArray]]
    speed: Mapping[str, float]

    def speakers(self, group: str) -> list[str]:
        """Return who speaks in each take of a group."""
        return [take.example.speaker for take in self.takes[group]]

    def own(self, group: str, key: str) -> FloatArray:
        """Return a figure of the captured faces themselves; NaN where they have none."""
        [scores, *_] = [held for (name, _), held in self.scores.items() if name == group]
        return np.array([one.own.get(key, np.nan) for one in scores])


def gather(
    groups: Sequence[Group],
    methods: Sequence[Method],
    rig: Rig,
    threshold: float,
    tell: Tell = lambda done, total: None,
) -> Gathered:
    """Predict and score every take of every group by every method that may be judged on it.

    Parameters
    ----------
    groups : sequence of Group
    methods : sequence of Method
    rig : Rig
        The head on which millimetres are measured.
    threshold : float
        Mouth opening under which lips count as shut.
    tell : callable
        Is told how many predictions are done, and of how many.
    """
    total, done = sum(len(group.takes) * len(group.methods) for group in groups), 0
    gauge, head = MouthGauge(rig), PosedHead(rig)
    takes: dict[str, list[Take]] = {}
    pairs: dict[Key, list[Pair]] = {}
    scores: dict[Key, list[Scores]] = {}
    figures: dict[Key, dict[str, FloatArray]] = {}
    spent = dict.fromkeys((method.name for method in methods), (0.0, 0.0))
    for group in groups:
        takes[group.name] = [align(group.name, e, phones_of(e), gauge) for e in group.takes]
        for method in methods:
            if method.name not in group.methods:
                continue
            key = group.name, method.name
            pairs[key], scores[key] = [], []
            predicted = _timed(method, group.takes)
            for take, (clip, seconds) in zip(takes[group.name], predicted, strict=True):
                pairs[key].append(Pair(take, clip))
                scores[key].append(score(take.example, clip, threshold=threshold, head=head))
                used, sound = spent[method.name]
                spent[method.name] = used + seconds, sound + len(take.example) / 100
                done += 1
                tell(done, total)
            rows = [
                {**one.figures, **own_figures(pair)}
                for one, pair in zip(scores[key], pairs[key], strict=True)
            ]
            figures[key] = {
                figure.key: np.array([row.get(figure.key, np.nan) for row in rows])
                for figure in FIGURES
            }
    speed = {name: used / sound for name, (used, sound) in spent.items() if sound}
    return Gathered(groups, takes, pairs, scores, figures, speed)


def _timed(method: Method, examples: Sequence[Example]) -> Iterator[tuple[FaceClip, float]]:
    clips = predict_all(method, examples)
    while True:
        begin = time.perf_counter()
        clip = next(clips, None)
        if clip is None:
            return
        yield clip, time.perf_counter() - begin
