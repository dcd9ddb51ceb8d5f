"""The study's server: consent, order, junk, doubles, many raters at once, withdrawal."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("sqlalchemy", reason="the extra voxface[study] is not installed")
pytest.importorskip("fastapi", reason="the extra voxface[study] is not installed")
from fastapi.testclient import TestClient
from study_props import SECONDS, Clock, honest, make_study, take_part, write_study

from voxface.errors import VoxfaceError
from voxface.study.document import load_study
from voxface.study.serve import database_of
from voxface.study.store import RefusedError, Store
from voxface.study.tables import open_database
from voxface.study.web import application

RATED = {"naturalness": "4", "lip_sync": "3", "expressiveness": "5"}


class Place:
    """A served study: its folder, clock, store and a client."""

    def __init__(self, folder, study):
        self.folder = write_study(folder, study)
        self.study = load_study(self.folder)
        self.clock = Clock()
        self.engine = open_database(database_of(self.folder, None))
        self.store = Store(self.engine, self.study, self.clock)
        self.client = TestClient(application(self.study, self.folder, self.store))

    def enrol(self) -> dict[str, str]:
        answer = self.client.post("/api/participants", json={"agreed": True})
        assert answer.status_code == 201
        return {"participant": answer.json()["code"]}

    def step(self, who):
        return self.client.get("/api/step", headers=who).json()

    def answer(self, who, token, answers=RATED):
        return self.client.post(
            "/api/answers", json={"token": token, "answers": answers}, headers=who
        )

    def rows(self, table: str) -> int:
        with sqlite3.connect(self.folder / "answers.sqlite") as base:
            return base.execute(f"select count(*) from {table}").fetchone()[0]


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "study", make_study())


def test_nothing_is_stored_before_consent(place):
    about = place.client.get("/api/study").json()
    assert about["trials"] == 6 + 6 + 2
    assert "lab@example.org" in about["contact"]
    refused = place.client.post("/api/participants", json={"agreed": False})
    assert refused.status_code == 403
    assert place.rows("participants") == 0
    assert place.client.get("/api/step").status_code == 401
    place.enrol()
    assert place.rows("participants") == 1


def test_what_a_participant_gets_tells_nothing_of_what_it_shows(place):
    who, other = place.enrol(), place.enrol()
    seen = place.client.get("/api/study").text + place.client.get("/api/step", headers=who).text
    for word in ("good", "middling", "bad", "one-", "told", "check"):
        assert word not in seen.replace("agreed", "")
    clip = place.step(who)["trial"]["clip"]
    answer = place.client.get(f"/{clip}")
    assert answer.headers["content-type"] == "video/mp4"
    assert not {"etag", "last-modified", "content-disposition"} & set(answer.headers)
    assert "set-cookie" not in answer.headers
    assert clip not in place.client.get("/api/step", headers=other).text


def test_clips_are_sent_in_ranges_as_phones_ask_for_them(place):
    clip = place.step(place.enrol())["trial"]["clip"]
    answer = place.client.get(f"/{clip}", headers={"range": "bytes=0-1"})
    assert (answer.status_code, len(answer.content)) == (206, 2)


def test_answers_count_once_and_only_after_the_clip(place):
    who = place.enrol()
    token = place.step(who)["trial"]["token"]
    assert place.answer(who, token).status_code == 425
    place.clock.now += SECONDS
    assert place.answer(who, token).status_code == 204
    assert place.answer(who, token, RATED | {"lip_sync": "1"}).status_code == 409
    assert place.rows("answers") == 3
    assert place.step(who)["done"] == 1
    with sqlite3.connect(place.folder / "answers.sqlite") as base:
        assert (
            base.execute("select value from answers where question='lip_sync'").fetchone()[0] == "3"
        )
        assert (
            base.execute("select shown from trials where seconds is not null").fetchone()[0] is None
        )


def test_a_reload_and_another_device_go_on_where_one_was(place):
    who = place.enrol()
    first = place.step(who)
    place.clock.now += 5
    assert place.step(who) == first
    place.answer(who, first["trial"]["token"])
    shouted = {"participant": f" {who['participant'].upper()} "}
    assert place.step(shouted) == place.step(who)
    assert place.step(who)["done"] == 1


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"naturalness": "3"},
        RATED | {"more": "1"},
        RATED | {"lip_sync": "6"},
        RATED | {"lip_sync": "0"},
        RATED | {"lip_sync": "left"},
        RATED | {"lip_sync": 3},
        RATED | {"lip_sync": "3" * 999},
        [1, 2],
        None,
    ],
)
def test_junk_is_refused_and_leaves_nothing(place, answers):
    who = place.enrol()
    token = place.step(who)["trial"]["token"]
    place.clock.now += 5
    assert place.answer(who, token, answers).status_code == 422
    assert place.rows("answers") == 0
    assert place.answer(who, token).status_code == 204


def test_tokens_that_are_not_next_or_not_theirs_are_refused(place):
    who, other = place.enrol(), place.enrol()
    mine, theirs = (place.step(each)["trial"]["token"] for each in (who, other))
    with sqlite3.connect(place.folder / "answers.sqlite") as base:
        later = base.execute("select token from trials where participant=1 and position=3")
        later = later.fetchone()[0]
    place.clock.now += 5
    assert place.answer(who, theirs).status_code == 404
    assert place.answer(who, "x' or 1=1 --").status_code == 404
    assert place.answer(who, later).status_code == 409
    assert place.answer({"participant": "nobody"}, mine).status_code == 401
    assert place.client.get(f"/media/{mine}/1").status_code == 404
    assert place.client.get("/media/one-good").status_code == 404
    assert place.client.get("/media/..%2f..%2fstudy.json").status_code == 404
    assert place.client.get("/study.json").status_code == 404


def test_large_requests_are_refused(place):
    answer = place.client.post("/api/answers", content=b"{" + b" " * 100_000)
    assert answer.status_code == 413
    assert place.client.post("/api/answers", content=b"{nonsense").status_code == 422


def test_withdrawing_deletes_everything_and_frees_the_place(place):
    stays, goes = place.enrol(), place.enrol()
    for who in (stays, goes):
        token = place.step(who)["trial"]["token"]
        place.clock.now += 5
        place.answer(who, token)
    gone = place.step(goes)["trial"]
    assert place.client.post("/api/withdraw", json={}, headers=goes).status_code == 204
    assert (place.rows("participants"), place.rows("trials"), place.rows("answers")) == (1, 14, 3)
    assert place.client.get("/api/step", headers=goes).status_code == 401
    assert place.client.get(f"/{gone['clip']}").status_code == 404
    left_behind = b"".join(file.read_bytes() for file in place.folder.glob("answers.sqlite*"))
    assert gone["token"].encode() not in left_behind
    place.enrol()
    with sqlite3.connect(place.folder / "answers.sqlite") as base:
        assert [row[0] for row in base.execute("select place from participants")] == [0, 1]


def test_no_column_holds_who_or_when(place):
    take_part(place.store, place.study, place.clock, honest, 0)
    with sqlite3.connect(place.folder / "answers.sqlite") as base:
        columns = {
            table: {row[1] for row in base.execute(f"pragma table_info({table})")}
            for table in ("participants", "trials", "answers")
        }
        assert columns["participants"] == {"id", "study", "place", "code"}
        assert columns["answers"] == {"id", "trial", "question", "value"}
        assert base.execute("select max(shown) from trials").fetchone()[0] is None
        code = base.execute("select code from participants").fetchone()[0]
        assert len(code) == 64  # a hash: the database alone lets nobody in


def test_many_raters_at_once(place):
    def rate(seed: int) -> str:
        client = TestClient(place.client.app)
        who = {
            "participant": client.post("/api/participants", json={"agreed": True}).json()["code"]
        }
        token = client.get("/api/step", headers=who).json()["trial"]["token"]
        place.clock.now += 1
        body = {"token": token, "answers": RATED}
        with ThreadPoolExecutor(3) as hasty:
            sent = [
                hasty.submit(client.post, "/api/answers", json=body, headers=who) for _ in range(3)
            ]
        return "".join(sorted(str(each.result().status_code) for each in sent))

    with ThreadPoolExecutor(6) as people:
        assert set(people.map(rate, range(12))) == {"204409409"}
    assert (place.rows("participants"), place.rows("answers")) == (12, 36)
    with sqlite3.connect(place.folder / "answers.sqlite") as base:
        places = [row[0] for row in base.execute("select place from participants order by place")]
    assert places == list(range(12))


def test_two_studies_share_a_database_but_a_design_does_not_change(place):
    Store(place.engine, make_study(id="second"))
    with pytest.raises(VoxfaceError, match="another design"):
        Store(place.engine, make_study(seed=5))
    with pytest.raises(RefusedError):
        Store(place.engine, make_study(id="second")).step(place.enrol()["participant"])
    # Words may be corrected while a study runs.
    Store(place.engine, make_study(title="Heads that talk"))


@pytest.mark.parametrize(
    "url",
    ["nonsense", "sqlite://", "sqlite:////nowhere/at/all.sqlite", "nosuch://host/base"],
)
def test_databases_that_cannot_be_are_one_clear_line(url):
    with pytest.raises(VoxfaceError) as error:
        open_database(url)
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "a.sqlite").write_bytes(b"not a database at all, but long enough to be read" * 9)
    with pytest.raises(VoxfaceError, match=r"no database|cannot open"):
        open_database(f"sqlite:///{tmp_path / 'a.sqlite'}")


def test_the_page_and_its_parts_are_served(place):
    page = place.client.get("/")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for name in ("main.js", "api.js", "player.js", "questions.js", "element.js", "study.css"):
        assert place.client.get(f"/{name}").status_code == 200
