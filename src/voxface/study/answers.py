"""The answers in a database, as plain rows, and which participants count."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from voxface.study.document import Study
from voxface.study.questions import PAIR
from voxface.study.tables import AnswerRow, ParticipantRow, TrialRow

COLUMNS = (
    "participant", "included", "position", "part", "check", "sound", "left", "right", "question",
    "value", "preferred", "seconds",
)  # fmt: skip


@dataclass(frozen=True)
class Judgement:
    """One answer.

    Parameters
    ----------
    participant : int
        Their place in the design, plus one.
    position : int
        Which of their trials it was, from 0.
    part, question, value : str
    check : str
        Name of the attention check that the trial was; empty for what is judged.
    sound : str
    left, right : str
        Methods; a single clip has only `left`.
    seconds : float
        From when the trial was shown until it was answered.
    """

    participant: int
    position: int
    part: str
    check: str
    sound: str
    left: str
    right: str
    question: str
    value: str
    seconds: float

    @property
    def preferred(self) -> str:
        """The method that was preferred of a pair; empty for none."""
        return {"left": self.left, "right": self.right}.get(self.value, "")


@dataclass(frozen=True)
class Participant:
    """A participant: how far they came, and the attention checks that they failed."""

    number: int
    done: int
    total: int
    failed: tuple[str, ...] = ()

    def excluded(self, study: Study) -> str:
        """Return why this participant is left out of the main results; empty if not."""
        reasons = []
        if len(self.failed) > study.checks_may_fail:
            reasons.append(f"failed: {', '.join(self.failed)}")
        if self.done < self.total:
            reasons.append(f"stopped after {self.done} of {self.total}")
        return "; ".join(reasons)


@dataclass(frozen=True)
class Answers:
    """All that a study's participants answered."""

    study: Study
    participants: tuple[Participant, ...]
    judgements: tuple[Judgement, ...]

    @property
    def excluded(self) -> dict[int, str]:
        """Who is left out of the main results, and why."""
        reasons = {each.number: each.excluded(self.study) for each in self.participants}
        return {number: reason for number, reason in reasons.items() if reason}

    def of(self, numbers: Iterable[int]) -> tuple[Judgement, ...]:
        """Return what some participants answered, without attention checks."""
        wanted = set(numbers)
        return tuple(j for j in self.judgements if j.participant in wanted and not j.check)


def read_answers(engine: Engine, study: Study) -> Answers:
    """Read all answers to a study."""
    people, judgements, right = [], [], {check.name: check for check in study.checks}
    with Session(engine) as session:
        persons = session.scalars(
            select(ParticipantRow)
            .where(ParticipantRow.study == study.id)
            .order_by(ParticipantRow.place)
        )
        for person in list(persons):
            shown = list(
                session.scalars(
                    select(TrialRow)
                    .where(TrialRow.participant == person.id)
                    .order_by(TrialRow.position)
                )
            )
            done = [trial for trial in shown if trial.seconds is not None]
            failed = []
            for trial in done:
                wanted = select(AnswerRow).where(AnswerRow.trial == trial.id)
                given = {row.question: row.value for row in session.scalars(wanted)}
                if trial.check and not right[trial.check].passed(given):
                    failed.append(trial.check)
                judgements += _judgements(study, person.place + 1, trial, given)
            people.append(Participant(person.place + 1, len(done), len(shown), tuple(failed)))
    return Answers(study, tuple(people), tuple(judgements))


def write_csv(answers: Answers) -> str:
    """Return all answers as CSV, one row for each; nothing in it tells who a participant is."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    excluded = answers.excluded
    for each in answers.judgements:
        rows.writerow(
            (
                each.participant, "no" if each.participant in excluded else "yes",
                each.position + 1, each.part, each.check, each.sound, each.left, each.right,
                each.question, each.value, each.preferred, each.seconds,
            )
        )  # fmt: skip
    return text.getvalue()


def _judgements(
    study: Study, number: int, trial: TrialRow, given: dict[str, str]
) -> list[Judgement]:
    clips = study.clips
    left = clips[trial.left]
    right = clips[trial.right].method if trial.part == PAIR else ""
    return [
        Judgement(
            number, trial.position, trial.part, trial.check, left.sound, left.method, right,
            question, value, trial.seconds or 0.0,
        )
        for question, value in sorted(given.items())
    ]  # fmt: skip
