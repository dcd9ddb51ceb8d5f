"""Making a corpus folder: a map over its jobs that can be stopped and taken up again."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol, TypeVar

from voxface.corpus.manifest import CUTS, cut_of, write_cuts
from voxface.corpus.utterance import Dropped, Utterance
from voxface.errors import VoxfaceError
from voxface.phones.symbols import SILENCE

PROGRESS = "progress.jsonl"
"""Journal inside the folder: one line for each finished job, a cut or a reason."""


class Job(Protocol):
    """Anything with an identity."""

    @property
    def id(self) -> str:
        """Return what is unique within the corpus."""
        ...


J = TypeVar("J", bound=Job)


@dataclass
class Report:
    """What a corpus holds."""

    utterances: int = 0
    seconds: float = 0.0
    speech_seconds: float = 0.0
    phones: int = 0
    speakers: set[str] = field(default_factory=set)
    languages: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """Return the report as lines to print."""
        languages = ", ".join(f"{name} {count}" for name, count in self.languages.most_common())
        rate = self.phones / self.speech_seconds if self.speech_seconds else 0
        kept = f"{self.utterances} utterances, {self.seconds / 60:.1f} minutes"
        lines = [
            f"{kept}, {len(self.speakers)} speakers, {rate:.1f} phones per second of speech",
            f"languages: {languages}",
        ]
        lines += [f"dropped {count}: {reason}" for reason, count in self.dropped.most_common()]
        return lines


def build_corpus(
    jobs: Sequence[J],
    work: Callable[[J], Utterance | Dropped],
    folder: Path,
    *,
    workers: int | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Do every job and write ``cuts.jsonl.gz``.

    Finished jobs are noted in a journal; a second run takes up where the first one stopped.

    Parameters
    ----------
    jobs : sequence
        What to do; each has an ``id``.
    work : callable
        Pure function of a job, importable by name.
    folder : Path
        Where to write; made if missing.
    workers : int, optional
        Processes; every core by default.
    tell : callable
        Called with jobs done and jobs in all.

    Raises
    ------
    VoxfaceError
        If the folder cannot be written.
    """
    if len({job.id for job in jobs}) < len(jobs):
        raise ValueError("two jobs of a corpus have the same id")
    journal = folder / PROGRESS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = _finished(journal)
        todo = [job for job in jobs if job.id not in done]
        tell(len(jobs) - len(todo), len(jobs))
        with journal.open("a", encoding="utf-8") as file:
            results = _results(todo, work, workers or os.cpu_count() or 1)
            for number, result in enumerate(results, len(jobs) - len(todo) + 1):
                entry = _entry(result)
                done[entry["id"]] = entry
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
                file.flush()
                tell(number, len(jobs))
        entries = [done[job.id] for job in jobs if job.id in done]
        write_cuts((e["cut"] for e in entries if "cut" in e), folder / CUTS)
    except OSError as error:
        raise VoxfaceError(f"cannot write the corpus to '{folder}': {error}") from error
    return report(entries)


def _results(jobs: Sequence[J], work: Callable[[J], Utterance | Dropped], workers: int) -> Any:
    if workers == 1 or len(jobs) < 2:
        yield from map(work, jobs)
        return
    # A forked child would share the aligner's and the synthesiser's state.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, jobs, chunksize=4)


def _entry(result: Utterance | Dropped) -> dict[str, Any]:
    if isinstance(result, Dropped):
        return {"id": result.id, "dropped": result.reason}
    return {"id": result.id, "cut": cut_of(result)}


def _finished(journal: Path) -> dict[str, dict[str, Any]]:
    """Read the journal; a last line that was cut short by a kill is forgotten."""
    if not journal.is_file():
        return {}
    whole = journal.read_text(encoding="utf-8")
    kept = whole[: whole.rfind("\n") + 1]
    if kept != whole:
        journal.write_text(kept, encoding="utf-8")
    entries = (json.loads(line) for line in kept.splitlines())
    return {entry["id"]: entry for entry in entries}


def report(entries: Sequence[dict[str, Any]]) -> Report:
    """Count what the journal's entries hold."""
    result = Report()
    for entry in entries:
        if "dropped" in entry:
            result.dropped[entry["dropped"]] += 1
            continue
        [said] = entry["cut"]["supervisions"]
        spoken = [item for item in said["alignment"]["phone"] if item[0] != SILENCE]
        result.utterances += 1
        result.seconds += said["duration"]
        result.speech_seconds += sum(item[2] for item in spoken)
        result.phones += len(spoken)
        result.speakers.add(said["speaker"])
        result.languages[said["language"]] += 1
    return result
