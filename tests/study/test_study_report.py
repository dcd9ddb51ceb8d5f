"""From answers in the database to CSV, JSON, tables and the page."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

pytest.importorskip("sqlalchemy", reason="the extra voxface[study] is not installed")
pytest.importorskip("pingouin", reason="the extra voxface[study] is not installed")
from study_props import Clock, careless, honest, make_study, take_part, write_study

from voxface.study.answers import read_answers, write_csv
from voxface.study.document import load_study, save_study
from voxface.study.report import report_page
from voxface.study.results import report_of
from voxface.study.serve import database_of
from voxface.study.store import Store
from voxface.study.tables import open_database

HONEST = 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a study that ten honest people, two careless ones and one who left answered."""
    folder = write_study(tmp_path_factory.mktemp("report") / "study", make_study())
    study, clock = load_study(folder), Clock()
    store = Store(open_database(database_of(folder, None)), study, clock)
    for seed in range(HONEST):
        take_part(store, study, clock, honest, seed)
    for seed in (91, 92):
        take_part(store, study, clock, careless, seed)
    take_part(store, study, clock, honest, 99, trials=4)
    return folder


@pytest.fixture(scope="module")
def answers(folder):
    return read_answers(open_database(database_of(folder, None)), load_study(folder))


@pytest.fixture(scope="module")
def report(answers):
    return report_of(answers)


def test_the_planted_order_comes_back(report):
    assert (report.enrolled, report.main.participants) == (13, HONEST)
    for rating in report.main.ratings:
        means = {each.method: each for each in rating.means}
        assert means["good"].low > means["middling"].high > means["middling"].low
        assert means["middling"].low > means["bad"].high
        assert means["good"].ratings == 2 * HONEST
        assert all(test.p_holm < 0.05 for test in rating.tests)
        assert rating.cronbach > 0.9
        assert rating.krippendorff > 0.7
    pair = report.main.pairs[0]
    assert [each.method for each in pair.ranking] == ["good", "middling", "bad"]
    assert all(test.share == 1 and test.second_wins == 0 for test in pair.tests)
    assert pair.krippendorff == pytest.approx(1)


def test_who_is_left_out_is_said_and_both_results_are_shown(report):
    assert sorted(report.excluded) == [11, 12, 13]
    assert "told" in report.excluded[11]
    assert report.excluded[13] == "stopped after 4 of 14"
    assert report.everyone.participants == 13
    better, all_of_them = (each.ratings[0].means[0] for each in (report.main, report.everyone))
    assert all_of_them.ratings > better.ratings
    assert all_of_them.mean < better.mean


def test_one_failed_check_may_be_allowed(answers):
    lenient = replace(answers, study=replace(answers.study, checks_may_fail=2))
    assert sorted(lenient.excluded) == [13]


def test_csv_holds_every_answer_and_says_who_counts(answers):
    rows = list(csv.DictReader(write_csv(answers).splitlines()))
    assert len(rows) == 12 * (7 * 3 + 7) + 4 * 3
    kept = [r for r in rows if r["included"] == "yes" and not r["check"]]
    assert len(kept) == HONEST * (6 * 3 + 6)
    pairs = [r for r in kept if r["part"] == "pair"]
    assert all(r["preferred"] in (r["left"], r["right"]) for r in pairs)
    assert {r["left"] for r in pairs} == {"good", "middling", "bad"}


class Reader(HTMLParser):
    """Notes everything that a page would fetch."""

    fetched: list[str]

    def handle_starttag(self, tag, attrs):
        wanted = {"src", "href", "srcset", "data"}
        self.fetched += [value for name, value in attrs if name in wanted and value]


def test_the_page_needs_nothing_else_and_names_are_no_markup(answers):
    nasty = "<script>alert(1)</script>"
    study = replace(answers.study, title=nasty)
    page = report_page(report_of(replace(answers, study=study)))
    reader = Reader()
    reader.fetched = []
    reader.feed(page)
    assert reader.fetched == []
    assert nasty not in page
    assert "url(" not in page and "@import" not in page
    for word in ("good", "middling", "participant", "Krippendorff", "stopped after 4 of 14"):
        assert word in page


def test_the_verb_writes_all_of_it(voxface, folder, tmp_path):
    page, table = tmp_path / "r.html", tmp_path / "a.csv"
    code, out, _ = voxface("study", "report", folder, "-o", page, "--csv", table, "--json")
    assert code == 0
    assert json.loads(out)["main"]["ratings"][0]["means"][0]["method"] == "good"
    assert page.read_text().startswith("<!doctype html>")
    assert table.read_text().startswith("participant,included")
    code, out, _ = voxface("study", "report", folder)
    assert code == 0
    assert "1. good" in out and "left out: participant 13" in out


def test_a_study_that_nobody_answered_has_a_report(tmp_path, voxface):
    folder = write_study(tmp_path / "study", make_study())
    code, out, err = voxface("study", "report", folder)
    assert (code, out) == (2, "")
    assert "no answers yet" in err
    study = load_study(folder)
    Store(open_database(database_of(folder, None)), study)
    code, out, err = voxface("study", "report", folder, "-o", tmp_path / "r.html", "--json")
    assert (code, json.loads(out)["main"]["ratings"][0]["means"][0]["mean"]) == (0, None)
    assert (tmp_path / "r.html").is_file()


def test_folders_that_hold_no_study_are_refused(tmp_path, voxface):
    for verb in ("serve", "report"):
        code, out, err = voxface("study", verb, tmp_path)
        assert (code, out) == (2, "")
        assert "holds no study" in err and err.count("\n") == 1
    folder = write_study(tmp_path / "study", make_study())
    next((folder / "media").glob("*.mp4")).unlink()
    code, _, err = voxface("study", "serve", folder)
    assert code == 2 and "not rendered" in err
    text = (folder / "study.json").read_text()
    for old, new in (('"labels"', '"lables"'), ('"sounds_each": 2', '"sounds_each": 9')):
        (folder / "study.json").write_text(text.replace(old, new))
        code, _, err = voxface("study", "report", folder)
        assert code == 2 and "study.json" in err and err.count("\n") == 1


def test_a_question_is_added_by_hand(tmp_path):
    folder = write_study(tmp_path / "study", make_study())
    plain = json.loads((folder / "study.json").read_text())
    plain["rating_questions"].append(
        {"name": "liking", "text": "Do you like it?", "labels": ["No", "Rather", "Yes"]}
    )
    (folder / "study.json").write_text(json.dumps(plain))
    study, clock = load_study(folder), Clock()
    store = Store(open_database(database_of(folder, None)), study, clock)
    answers = {"naturalness": "1", "lip_sync": "1", "expressiveness": "1", "liking": "3"}
    code = store.enrol()
    token = store.step(code).token
    clock.now += 9
    store.answer(code, token, answers)
    found = read_answers(open_database(database_of(folder, None)), study)
    assert {j.question for j in found.judgements} == set(answers)
    save_study(study, folder)
    assert load_study(folder) == study
