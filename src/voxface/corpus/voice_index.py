"""Recordings of voices that a CSV lists."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from voxface.corpus.mesh_labels import Voice
from voxface.errors import VoxfaceError, unknown_name


def read_voice_index(index: Path, sets: Sequence[str] = ()) -> list[Voice]:
    """Read which recordings there are.

    Parameters
    ----------
    index : Path
        CSV with the columns ``file`` (relative to it) and ``speaker``, and ``set`` where sets are
        asked for. A file that is listed twice is taken once.
    sets : sequence of str
        ``NAME``, or ``NAME/N`` for one row in N, in the order of the file.

    Raises
    ------
    VoxfaceError
        If the file cannot be read, lacks a column or a set, or an N is no number.
    """
    try:
        with index.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise VoxfaceError(f"cannot read {index} ({error})") from None
    needed = {"file", "speaker", *(("set",) if sets else ())}
    if not rows or needed - set(rows[0]):
        raise VoxfaceError(f"{index} needs rows with the columns {', '.join(sorted(needed))}")
    if sets:
        known = list(dict.fromkeys(row["set"] for row in rows))
        chosen = []
        for asked in sets:
            name, mark, every = asked.partition("/")
            if name not in known:
                raise unknown_name("set", name, known)
            if mark and not (every.isdigit() and int(every)):
                raise VoxfaceError(f"'{asked}' is not NAME/N with a whole number N from 1")
            of = [row for row in rows if row["set"] == name]
            chosen += of[:: int(every or 1)]
        rows = chosen
    found = {row["file"]: row for row in rows}
    return [
        Voice(_take_name(name), row["speaker"], index.parent / name) for name, row in found.items()
    ]


def _take_name(file: str) -> str:
    """Return a take's name that says in which folder its file lies."""
    return Path(file).with_suffix("").as_posix().replace("/", "_")
