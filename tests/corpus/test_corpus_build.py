import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from voxface.corpus.build import PROGRESS, build_corpus
from voxface.corpus.manifest import read_corpus
from voxface.corpus.utterance import Dropped, Utterance
from voxface.errors import VoxfaceError
from voxface.phones.times import TimedPhone

pytest.importorskip("lhotse", reason="corpora need the extra 'train' (lhotse)")

PHONES = (TimedPhone("sil", 0.0, 0.25), TimedPhone("ɑ̃ː", 0.25, 0.7), TimedPhone("sil", 0.7, 1.0))
DONE: list[str] = []


@dataclass(frozen=True)
class Task:
    id: str


def work(task: Task) -> Utterance | Dropped:
    DONE.append(task.id)
    if task.id == "bad":
        return Dropped("bad", "too loud")
    return Utterance(task.id, Path("/x/a.flac"), 16000, "ann", "fr", "en", PHONES)


def test_a_corpus_reads_back_and_counts_what_it_dropped(tmp_path):
    report = build_corpus([Task("one"), Task("bad"), Task("two")], work, tmp_path, workers=1)
    assert report.utterances == 2
    assert report.dropped == {"too loud": 1}
    assert report.seconds == 2
    assert [*read_corpus(tmp_path)] == [work(Task("one")), work(Task("two"))]


def test_a_second_run_takes_up_where_the_first_one_was_killed(tmp_path):
    build_corpus([Task("one")], work, tmp_path, workers=1)
    journal = tmp_path / PROGRESS
    journal.write_text(journal.read_text() + json.dumps({"id": "two"})[:5])
    DONE.clear()
    seen = []
    report = build_corpus(
        [Task("one"), Task("two")],
        work,
        tmp_path,
        workers=1,
        tell=lambda done, total: seen.append((done, total)),
    )
    assert DONE == ["two"]
    assert report.utterances == 2
    assert seen == [(1, 2), (2, 2)]


def test_no_corpus_says_how_to_make_one(tmp_path):
    with pytest.raises(VoxfaceError, match="voxface corpus"):
        next(read_corpus(tmp_path))
    (tmp_path / "cuts.jsonl.gz").write_bytes(b"nothing")
    with pytest.raises(VoxfaceError, match="no corpus manifest"):
        next(read_corpus(tmp_path))
