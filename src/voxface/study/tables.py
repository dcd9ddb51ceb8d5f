"""The tables of answers, and how a database is opened."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Float, ForeignKey, Integer, String, UniqueConstraint, create_engine
from sqlalchemy import event as events
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from voxface.errors import VoxfaceError

WAIT = 30.0
"""Seconds that one writer waits for another."""


class Table(DeclarativeBase):
    """Where every table is listed."""


class StudyRow(Table):
    """A study and the fingerprint of its design when its first participant came."""

    __tablename__ = "studies"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    design: Mapped[str] = mapped_column(String(64))


class ParticipantRow(Table):
    """A participant: a place in the design, and a hash of the code that only they hold."""

    __tablename__ = "participants"
    __table_args__ = (UniqueConstraint("study", "place"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    study: Mapped[str] = mapped_column(ForeignKey("studies.id"))
    place: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(64), unique=True)


class TrialRow(Table):
    """What a participant is shown: tokens of clips; `seconds` once it is answered."""

    __tablename__ = "trials"
    __table_args__ = (UniqueConstraint("participant", "position"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    part: Mapped[str] = mapped_column(String(16))
    left: Mapped[str] = mapped_column(String(64))
    right: Mapped[str] = mapped_column(String(64))
    check: Mapped[str] = mapped_column(String(64))
    # When it was first shown; forgotten as soon as it is answered.
    shown: Mapped[float | None] = mapped_column(Float)
    seconds: Mapped[float | None] = mapped_column(Float)


class AnswerRow(Table):
    """The answer to one question about a trial."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("trial", "question"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    trial: Mapped[int] = mapped_column(ForeignKey("trials.id"), index=True)
    question: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(String(16))


def open_database(url: str) -> Engine:
    """Open a database and make the tables that are not there.

    SQLite keeps a write-ahead log, so that readers do not wait; every transaction takes the lock
    for writing at once, so that two raters queue instead of failing; deleted rows are overwritten.

    Parameters
    ----------
    url : str
        Any URL of SQLAlchemy, such as ``sqlite:///answers.sqlite``.

    Raises
    ------
    VoxfaceError
        If it cannot be opened.
    """
    try:
        kind = make_url(url)
        if kind.get_backend_name() == "sqlite":
            if kind.database in (None, "", ":memory:"):
                raise VoxfaceError("answers need a file: --database sqlite:///answers.sqlite")
            engine = create_engine(url, connect_args={"timeout": WAIT})
            events.listen(engine, "connect", _prepare)
            events.listen(engine, "begin", _begin)
        else:
            engine = create_engine(url, pool_pre_ping=True)
        Table.metadata.create_all(engine)
    except OperationalError as error:
        raise VoxfaceError(f"cannot open the database {_hidden(url)}: {error.orig}") from None
    except DBAPIError as error:
        raise VoxfaceError(f"{_hidden(url)} is no database for answers: {error.orig}") from None
    except (ArgumentError, NoSuchModuleError) as error:
        raise VoxfaceError(f"'{url}' is not a database URL: {error}") from None
    except ModuleNotFoundError as error:
        raise VoxfaceError(
            f"the database {_hidden(url)} needs the driver {error.name}; pip install {error.name}"
        ) from None
    return engine


def empty_log(engine: Engine) -> None:
    """Let SQLite's write-ahead log, which still holds what was deleted, go into the database.

    If a reader is in the way, the log is emptied by a later writer.
    """
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        finally:
            connection.close()


def _hidden(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)


def _prepare(connection: Any, record: object) -> None:
    # The driver's own handling of transactions begins them too late; `_begin` does it.
    connection.isolation_level = None
    for setting in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {setting}").close()


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
