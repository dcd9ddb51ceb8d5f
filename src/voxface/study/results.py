"""Everything a report says, worked out: with and without those who are left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from voxface.study.agreement import both_ways, cronbach, flat, krippendorff_ordinal
from voxface.study.answers import Answers, Judgement
from voxface.study.comparisons import PairTest, RatingTest, pair_tests, rating_tests
from voxface.study.cubes import pair_cube, rating_cube
from voxface.study.document import Study
from voxface.study.intervals import clustered_means
from voxface.study.questions import PAIR, RATING
from voxface.study.ranking import Rank, ranking


@dataclass(frozen=True)
class Mean:
    """A method's mean rating with its 95 % interval, and how many ratings it is of."""

    method: str
    mean: float
    low: float
    high: float
    ratings: int


@dataclass(frozen=True)
class RatingResult:
    """One rating question: means, tests of every two methods, and how far raters agree."""

    question: str
    text: str
    labels: tuple[str, ...]
    means: tuple[Mean, ...]
    tests: tuple[RatingTest, ...]
    cronbach: float | None
    krippendorff: float | None


@dataclass(frozen=True)
class PairResult:
    """One question about pairs: tests of every pair, the ranking, and how far raters agree."""

    question: str
    text: str
    tests: tuple[PairTest, ...]
    ranking: tuple[Rank, ...]
    krippendorff: float | None


@dataclass(frozen=True)
class Results:
    """What a group of participants said."""

    participants: int
    ratings: tuple[RatingResult, ...]
    pairs: tuple[PairResult, ...]


@dataclass(frozen=True)
class StudyReport:
    """A study's results.

    `main` is of participants who finished and passed the attention checks, `everyone` of all
    answers there are.
    """

    study: Study
    enrolled: int
    excluded: dict[int, str]
    main: Results
    everyone: Results

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values; None where a number is not known."""
        look = dict(self.study.look)
        values = {
            "title": self.study.title,
            "methods": self.study.methods,
            "sounds": self.study.sounds,
            "look": look,
            "enrolled": self.enrolled,
            "excluded": {str(number): why for number, why in self.excluded.items()},
            "main": asdict(self.main),
            "everyone": asdict(self.everyone),
        }
        plain: dict[str, Any] = _plain(values)
        return plain


def report_of(answers: Answers) -> StudyReport:
    """Work out the results of a study."""
    everyone = [each.number for each in answers.participants]
    excluded = answers.excluded
    included = [number for number in everyone if number not in excluded]
    study = answers.study
    return StudyReport(
        study,
        len(everyone),
        excluded,
        _results(study, len(included), answers.of(included)),
        _results(study, len(everyone), answers.of(everyone)),
    )


def _results(study: Study, people: int, judgements: Sequence[Judgement]) -> Results:
    ratings: list[RatingResult] = []
    pairs: list[PairResult] = []
    if RATING in study.parts:
        for question in study.rating_questions:
            cube = rating_cube(study, judgements, question.name)
            counts = np.isfinite(cube).sum(axis=(0, 2))
            ends = zip(study.methods, *clustered_means(cube), counts, strict=True)
            means = [Mean(m, float(a), float(b), float(c), int(n)) for m, a, b, c, n in ends]
            units = flat(cube)
            ratings.append(
                RatingResult(
                    question.name, question.text, question.labels, tuple(means),
                    tuple(rating_tests(cube, study.methods)),
                    cronbach(units), krippendorff_ordinal(units),
                )
            )  # fmt: skip
    if PAIR in study.parts:
        for question in study.pair_questions:
            cube = pair_cube(study, judgements, question.name)
            pairs.append(
                PairResult(
                    question.name, question.text, tuple(pair_tests(cube, study.methods)),
                    tuple(ranking(cube, study.methods)),
                    krippendorff_ordinal(both_ways(cube)),
                )
            )  # fmt: skip
    return Results(people, tuple(ratings), tuple(pairs))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
