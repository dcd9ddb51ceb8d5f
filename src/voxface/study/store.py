"""What participants do, as transactions on the database."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voxface.errors import VoxfaceError
from voxface.study.document import Study
from voxface.study.tables import AnswerRow, ParticipantRow, StudyRow, TrialRow, empty_log
from voxface.study.trials import trials_of

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of codes: none that are read as another."""
_TRIES = 100
_PATIENCE = 0.25
"""Seconds by which a clip's end may seem early: clocks of phones and players are not exact."""


class RefusedError(Exception):
    """A participant's request that cannot be met; carries the HTTP status and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Step:
    """Where a participant is: how much is done, and the trial that is next, if any is left."""

    done: int
    total: int
    token: str = ""
    part: str = ""


class Store:
    """The answers to one study.

    Parameters
    ----------
    engine : Engine
        From `open_database`.
    study : Study
    clock : callable
        Returns the time in seconds.

    Raises
    ------
    VoxfaceError
        If the database holds answers to another design of this study.
    """

    def __init__(
        self, engine: Engine, study: Study, clock: Callable[[], float] = time.time
    ) -> None:
        self._engine, self._study, self._clock = engine, study, clock
        wanted = select(StudyRow.design).where(StudyRow.id == study.id)
        try:
            with Session(engine) as session, session.begin():
                known = session.scalar(wanted)
                if known is None:
                    session.add(StudyRow(id=study.id, design=study.design()))
        except IntegrityError:  # another process was quicker
            with Session(engine) as session:
                known = session.scalar(wanted)
        if known is not None and known != study.design():
            raise VoxfaceError(
                "the database holds answers to another design of this study; "
                "put study.json back as it was, or name another --database"
            )

    def enrol(self) -> str:
        """Take in a participant who has agreed; return their code.

        They get the lowest place of the design that nobody holds, so that one who withdraws
        leaves no hole.
        """
        code = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
        for _ in range(_TRIES):
            try:
                with Session(self._engine) as session, session.begin():
                    self._add(session, code)
                return code
            except IntegrityError:  # somebody else took the place
                continue
        raise RefusedError(503, "The study is busy; please try again in a minute.")

    def step(self, code: str) -> Step:
        """Return where a participant is, and note when the next trial was first shown."""
        with Session(self._engine) as session, session.begin():
            person = self._person(session, code)
            done, total = self._progress(session, person)
            trial = self._next(session, person)
            if trial is None:
                return Step(done, total)
            if trial.shown is None:
                trial.shown = self._clock()
            return Step(done, total, trial.token, trial.part)

    def answer(self, code: str, token: str, answers: Mapping[str, str]) -> None:
        """Keep the answers to the trial that is next.

        Raises
        ------
        RefusedError
            If the trial is another's, answered already or not the next; if it cannot have been
            watched to its end yet; or if the answers are not those that are asked for.
        """
        try:
            with Session(self._engine) as session, session.begin():
                self._answer(session, code, token, answers)
        except IntegrityError:
            raise RefusedError(409, "This clip has been answered already.") from None

    def clips(self, token: str) -> tuple[str, ...]:
        """Return the tokens of a trial's clips, from left to right.

        Raises
        ------
        RefusedError
            If there is no such trial.
        """
        with Session(self._engine) as session:
            trial = session.scalar(select(TrialRow).where(TrialRow.token == token))
            if trial is None:
                raise RefusedError(404, "There is no such clip.")
            return (trial.left, trial.right) if trial.right else (trial.left,)

    def withdraw(self, code: str) -> None:
        """Delete a participant and everything they answered."""
        with Session(self._engine) as session, session.begin():
            person = self._person(session, code)
            theirs = select(TrialRow.id).where(TrialRow.participant == person.id)
            session.execute(delete(AnswerRow).where(AnswerRow.trial.in_(theirs)))
            session.execute(delete(TrialRow).where(TrialRow.participant == person.id))
            session.delete(person)
        empty_log(self._engine)

    def _add(self, session: Session, code: str) -> None:
        places = select(ParticipantRow.place).where(ParticipantRow.study == self._study.id)
        taken = set(session.scalars(places))
        place = next(number for number in range(len(taken) + 1) if number not in taken)
        person = ParticipantRow(study=self._study.id, place=place, code=_hash(code))
        session.add(person)
        session.flush()
        for position, shown in enumerate(trials_of(self._study, place)):
            session.add(
                TrialRow(
                    participant=person.id,
                    position=position,
                    token=secrets.token_urlsafe(18),
                    part=shown.part,
                    left=shown.clips[0],
                    right=shown.clips[1] if len(shown.clips) > 1 else "",
                    check=shown.check,
                )
            )

    def _answer(self, session: Session, code: str, token: str, answers: Mapping[str, str]) -> None:
        person = self._person(session, code)
        trial = session.scalar(
            select(TrialRow).where(TrialRow.token == token, TrialRow.participant == person.id)
        )
        if trial is None:
            raise RefusedError(404, "There is no such clip.")
        if trial.seconds is not None:
            raise RefusedError(409, "This clip has been answered already.")
        following = self._next(session, person)
        if following is None or following.id != trial.id or trial.shown is None:
            raise RefusedError(409, "Another clip is to be answered first.")
        questions = {each.name: each for each in self._study.questions(trial.part)}
        if set(answers) != set(questions):
            raise RefusedError(422, f"Please answer: {', '.join(questions)}.")
        for name, value in answers.items():
            if not questions[name].allows(value):
                raise RefusedError(422, f"That is not an answer to {name}.")
        seconds = self._clock() - trial.shown
        if seconds < self._study.clips[trial.left].seconds - _PATIENCE:
            raise RefusedError(425, "Please watch the clip to its end first.")
        trial.seconds, trial.shown = round(seconds, 1), None
        for name, value in answers.items():
            session.add(AnswerRow(trial=trial.id, question=name, value=value))

    def _person(self, session: Session, code: str) -> ParticipantRow:
        wanted = select(ParticipantRow).where(
            ParticipantRow.study == self._study.id, ParticipantRow.code == _hash(code)
        )
        person = session.scalar(wanted)
        if person is None:
            raise RefusedError(401, "This code is not known, or its answers were withdrawn.")
        return person

    @staticmethod
    def _next(session: Session, person: ParticipantRow) -> TrialRow | None:
        left = select(TrialRow).where(TrialRow.participant == person.id, TrialRow.seconds.is_(None))
        return session.scalar(left.order_by(TrialRow.position).limit(1))

    @staticmethod
    def _progress(session: Session, person: ParticipantRow) -> tuple[int, int]:
        counted = select(func.count(TrialRow.seconds), func.count()).where(
            TrialRow.participant == person.id
        )
        done, total = session.execute(counted).one()
        return int(done), int(total)


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().lower().encode()).hexdigest()
