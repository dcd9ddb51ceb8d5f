"""Planted faults come out of the report as what they are, in one page that needs nothing else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from compare_plants import (
    SLIP,
    Planted,
    exact,
    half,
    late,
    noisy,
    slipping,
    write_people,
)

from voxface.errors import VoxfaceError
from voxface.evaluation.compare import compare
from voxface.evaluation.compare.groups import common_groups, thinned
from voxface.evaluation.compare.page import number
from voxface.evaluation.compare.said import phones_of
from voxface.training.recipe import Data

pytestmark = pytest.mark.slow
for module in ("jinja2", "matplotlib"):
    pytest.importorskip(module, reason="reports need the extra 'compare'")

GROUP = "GRID, cross-speaker"
METHODS = [
    Planted("exact", exact),
    Planted("late", late),
    Planted("half", half),
    Planted("noisy & <odd>", noisy),
    Planted("slipping", slipping),
]
NOISY = METHODS[3].name


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    return write_people(tmp_path_factory.mktemp("anna"), 14, ("anna",))


@pytest.fixture(scope="module")
def made(examples, tmp_path_factory):
    """Return the results, the page, and what the JSON file holds."""
    folder = tmp_path_factory.mktemp("report")
    page, numbers = folder / "report.html", folder / "report.json"
    results = compare(
        METHODS, examples, page, numbers=numbers, takes=1, films=0, worst=3, stills=False
    )
    return results, page.read_text(encoding="utf-8"), json.loads(numbers.read_text())


def mean(results, method: str, figure: str) -> float:
    return results["groups"][GROUP][method][figure]["mean"]


def test_the_truth_is_without_fault(made) -> None:
    results, _, _ = made
    assert mean(results, "exact", "jaw_r") == pytest.approx(1, abs=1e-6)
    assert mean(results, "exact", "jaw_ratio") == pytest.approx(1, abs=1e-6)
    assert mean(results, "exact", "mouth_error") == pytest.approx(0, abs=1e-6)
    assert mean(results, "exact", "lag") == 0


def test_a_shift_is_a_lag(made) -> None:
    results, _, _ = made
    assert mean(results, "late", "lag") == pytest.approx(80, abs=5)
    assert mean(results, "late", "jaw_ratio") == pytest.approx(1, abs=0.05)
    assert mean(results, "half", "lag") == pytest.approx(0, abs=1)


def test_half_of_the_motion_is_half_of_the_amplitude(made) -> None:
    results, _, _ = made
    assert mean(results, "half", "jaw_ratio") == pytest.approx(0.5, abs=1e-3)
    assert mean(results, "half", "jaw_r") == pytest.approx(1, abs=1e-6)
    kept = results["spectra"][GROUP]["jawOpen"]["kept"]
    # Up to 4 Hz; above, what is read between frames at 25 Hz is softer than the frames.
    assert kept["half"]["0.5–2 Hz"] == pytest.approx(0.5 * kept["exact"]["0.5–2 Hz"], rel=0.01)
    assert kept["half"]["2–4 Hz"] == pytest.approx(0.5, abs=0.05)


def test_noise_is_jitter(made) -> None:
    results, _, _ = made
    assert mean(results, NOISY, "jitter") > 3 * results["captured"][GROUP]["jitter"]["mean"]
    kept = results["spectra"][GROUP]["jawOpen"]["kept"]
    assert kept[NOISY]["8–12.5 Hz"] > 1.2 * kept["exact"]["8–12.5 Hz"]
    assert kept[NOISY]["0.5–2 Hz"] == pytest.approx(kept["exact"]["0.5–2 Hz"], rel=0.02)


def test_the_tests_find_what_was_planted_and_nothing_else(made) -> None:
    results, _, _ = made
    found = {(row["method"], row["figure"]): row for row in results["paired"]}
    assert found["late", "lag"]["verdict"] == "worse"
    assert found["half", "jaw_ratio"]["verdict"] == "worse"
    assert found[NOISY, "jaw_r"]["verdict"] == "worse"
    assert found["half", "lag"]["verdict"] == "not told apart"
    # One take of fourteen is no evidence, however bad it is there.
    assert found["slipping", "jaw_r"]["verdict"] == "not told apart"
    for row in results["paired"]:
        assert row["wilcoxon_holm"] >= row["wilcoxon"]
        assert row["units"] + row["left_out"] == 14


def test_the_worst_moment_is_the_slip(made) -> None:
    results, _, _ = made
    first, second, *_ = results["worst"]["slipping"]
    assert (first["take"], first["now"]) == (SLIP[0], "ɑ")
    assert first["time"] == pytest.approx(SLIP[1], abs=0.08)
    assert second["error"] < 0.1 * first["error"]


def test_errors_by_phone_and_channel(made) -> None:
    results, _, _ = made
    phones = results["phones"][GROUP]
    assert (
        phones["half"]["open vowels"]["error"]["mean"]
        > 2 * (phones["half"]["silence"]["error"]["mean"])
    )
    channels = results["channels"][GROUP]["half"]
    assert channels["jawOpen"]["ratio"]["mean"] == pytest.approx(0.5, abs=1e-3)
    assert channels["jawOpen"]["r"]["takes"] == 14
    assert "tongueOut" not in channels  # the tracker does not see it


def test_phones_are_read_back(examples) -> None:
    [group] = common_groups(examples, METHODS)
    symbols = [phone.symbol for phone in phones_of(group.takes[0])]
    assert symbols == ["sil", "b", "ɑ", "sil", "b", "ɑ", "sil", "b", "ɑ", "sil"]


class _Reader(HTMLParser):
    """Notes what is open, what is closed, and every address."""

    VOID = frozenset(("meta", "link", "img", "br", "input"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attributes) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "xlink:href", "poster", "srcset", "action", "data"):
                self.addresses.append(value)

    def handle_startendtag(self, tag, attributes) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag) -> None:
        # HTML lets p and li end by themselves; nothing else may stay open.
        while self.open and self.open[-1] != tag and self.open[-1] in ("p", "li"):
            self.open.pop()
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()


def test_the_page_needs_nothing_else_and_parses(made) -> None:
    _, page, _ = made
    reader = _Reader()
    reader.feed(page)
    assert not reader.open
    assert len(reader.ids) == len(set(reader.ids))
    outside = [a for a in reader.addresses if not a.startswith(("#", "data:"))]
    assert not outside
    for anchor in (a for a in reader.addresses if a.startswith("#")):
        assert anchor[1:] in reader.ids
    assert not re.search(r"@import|url\(\s*['\"]?(?!#|data:)", page)


def test_the_page_shows_the_numbers_of_the_file(made) -> None:
    results, page, held = made
    assert held == json.loads(json.dumps(results))
    for method in held["groups"][GROUP].values():
        for key in ("jaw_r", "mouth_ratio", "gap_error"):
            # A mark of better or worse may stand before it.
            assert re.search(f"[> ]{re.escape(number(method[key]['mean']))}<", page)
    assert "noisy &amp; &lt;odd&gt;" in page
    assert "<odd>" not in page
    assert set(held["takes"][GROUP]["half"]) == {f"anna{n}" for n in range(14)}


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (None, 3, ""),
        (0.0, 3, "0"),
        (-0.12345, 3, "−0.123"),
        (1234.5, 3, "1234"),
        (0.000123456, 3, "0.000123"),
        (0.99984, 5, "0.99984"),
    ],
)
def test_numbers_are_short_and_never_in_powers_of_ten(value, digits, text) -> None:
    assert number(value, digits) == text


def test_a_method_is_judged_only_on_what_it_did_not_hear(tmp_path) -> None:
    people = write_people(tmp_path, 5, ("anna", "ben", "cleo"))
    one = Planted("one", exact, heard=Data(hold_out_speakers=("ben", "cleo")))
    other = Planted("other", exact, heard=Data(hold_out_speakers=("ben",)))
    naive = Planted("naive", exact)
    [group] = common_groups(people, [one, other, naive])
    assert {take.speaker for take in group.takes} == {"ben"}
    assert group.methods == ("one", "other", "naive")
    [alone] = common_groups(people, [one, naive])
    assert {take.speaker for take in alone.takes} == {"ben", "cleo"}
    with pytest.raises(VoxfaceError, match="not heard"):
        common_groups(people, [Planted("all", exact, heard=Data())])


def test_a_quick_look_takes_some_of_everybody(examples) -> None:
    [group] = common_groups(examples, METHODS)
    few = thinned(group, 4)
    assert [take.name for take in few.takes] == [group.takes[n].name for n in (0, 4, 7, 10)]
    assert few.left_out == 10
    assert thinned(group, 0) is group
    assert thinned(group, 99).takes == group.takes


def test_nothing_is_left_of_a_comparison_that_is_stopped(examples, tmp_path) -> None:
    page, numbers = tmp_path / "report.html", tmp_path / "report.json"
    page.write_text("before")

    def stop(what: str, done: int, total: int) -> None:
        if what == "drawing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(METHODS[:1], examples, page, numbers=numbers, takes=1, films=0, worst=0, tell=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert page.read_text() == "before"


def test_bad_input_is_one_line(voxface, examples, tmp_path) -> None:
    page = tmp_path / "report.html"
    for arguments, words in (
        (["nothing"], "is no method"),
        (["still", "--reference", "other"], "unknown method"),
        (["still", "still"], "named twice"),
        (["still", "--examples", tmp_path], "cannot read"),
        (["still", "-o", tmp_path / "no" / "where.html"], "does not exist"),
    ):
        code, _, said = voxface("compare", "--examples", examples, "-o", page, *arguments)
        assert code == 2
        assert words in said
        assert len(said.splitlines()) == 1
    assert not page.exists()


def test_chromium_opens_it_in_peace(examples, tmp_path) -> None:
    chromium = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(None, map(_which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("Chromium is not installed")
    page_file = tmp_path / "report.html"
    compare(METHODS[:2], examples, page_file, takes=1, films=1, worst=1)
    assert page_file.stat().st_size < 25e6
    with chromium.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(offline=True)
        page = context.new_page()
        told: list[str] = []
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("requestfailed", lambda request: told.append(request.url[:60]))
        page.goto(page_file.as_uri(), timeout=120_000)
        page.wait_for_function("document.querySelector('video').readyState >= 1", timeout=60_000)
        length = page.evaluate("document.querySelector('video').duration")
        table = page.locator("#tests ~ details table").first
        table.locator("th button").nth(5).click()
        shown = table.locator("tbody tr td:nth-child(6)").all()
        values = [float(cell.get_attribute("data-value")) for cell in shown]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        browser.close()
    assert not told
    assert length == pytest.approx(3, abs=0.1)
    assert np.all(np.diff(values) <= 0)
    assert wide <= 0


def _which(name: str) -> str | None:
    import shutil  # noqa: PLC0415

    return shutil.which(name)
