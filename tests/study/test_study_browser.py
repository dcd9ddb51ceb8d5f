"""Scripted raters in a real browser, as on a phone: their known minds come back in the report."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest

pytest.importorskip("sqlalchemy", reason="the extra voxface[study] is not installed")
pytest.importorskip("pingouin", reason="the extra voxface[study] is not installed")
pytest.importorskip("playwright", reason="playwright is not installed")
import uvicorn
from playwright.async_api import async_playwright
from study_props import careless, honest, make_study, write_study

from voxface.study.answers import read_answers
from voxface.study.document import load_study
from voxface.study.results import report_of
from voxface.study.store import Store
from voxface.study.tables import open_database
from voxface.study.web import application

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
WAIT = 30_000


@contextmanager
def served(app):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        server.should_exit = True
        thread.join()


class Rater:
    """One scripted person: sees a page, knows their mind, uses taps or the keyboard."""

    def __init__(self, page, store, study, mind, seed):
        self.page, self.store, self.study = page, store, study
        self.mind, self.rng = mind, np.random.default_rng(seed)
        self.trouble = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))

    async def agree(self, address):
        await self.page.goto(address)
        begin = self.page.get_by_role("button", name="Begin", exact=True)
        assert await begin.is_disabled()
        await self.page.get_by_role("checkbox").check()
        await begin.tap()

    async def trial(self, number, *, keyboard=False):
        page = self.page
        await page.get_by_text(f"{number} of ", exact=False).first.wait_for(timeout=WAIT)
        play = page.get_by_role("button", name="Play", exact=True)
        following = page.get_by_role("button", name="Next")
        assert await following.is_disabled()
        assert await page.get_by_role("radio").first.is_disabled()
        await play.tap(timeout=WAIT)
        token = (await page.locator("video").get_attribute("src")).rsplit("/", 1)[-1]
        answers = self.mind(self.study, self.store.clips(token), self.rng)
        await page.locator("fieldset.all:not([disabled])").wait_for(timeout=WAIT)
        for question, value in answers.items():
            radio = page.locator(f"input[name={question}][value='{value}']")
            await (radio.press("Space") if keyboard else radio.tap())
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        await (following.press("Enter") if keyboard else following.tap())

    async def finish(self, first, last):
        for number in range(first, last + 1):
            await self.trial(number)
        await self.page.get_by_role("heading", name="Thank you!").wait_for(timeout=WAIT)
        assert not self.trouble


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_known_preferences_come_back_through_the_whole_path(tmp_path):
    folder = write_study(tmp_path / "study", make_study(("good", "bad"), ("one",)))
    study = load_study(folder)
    engine = open_database(f"sqlite:///{folder / 'answers.sqlite'}")
    store = Store(engine, study)
    trials = 2 + 1 + 1 + 1

    async def people(address):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox"]
            )

            async def rater(mind, seed):
                page = await (await browser.new_context(**PHONE)).new_page()
                return Rater(page, store, study, mind, seed)

            plain, back, random, leaves = [
                await rater(mind, seed)
                for seed, mind in enumerate((honest, honest, careless, honest))
            ]

            async def straight(person):
                await person.agree(address)
                await person.finish(1, trials)

            async def comes_back():
                await back.agree(address)
                await back.trial(1, keyboard=True)
                await back.page.get_by_text("2 of ").first.wait_for(timeout=WAIT)
                await back.page.reload()
                await back.finish(2, trials)

            async def withdraws():
                await leaves.agree(address)
                await leaves.trial(1)
                await leaves.page.get_by_role("button", name="Pause or withdraw").tap()
                await leaves.page.get_by_role("button", name="delete my answers").tap()
                await leaves.page.get_by_role("heading", name="withdrawn").wait_for(timeout=WAIT)

            await asyncio.gather(straight(plain), comes_back(), straight(random), withdraws())
            await browser.close()

    with served(application(study, folder, store)) as address:
        asyncio.run(people(address))

    report = report_of(read_answers(engine, study))
    assert (report.enrolled, report.main.participants) == (3, 2)
    assert "told" in next(iter(report.excluded.values()))
    lips = next(each for each in report.main.ratings if each.question == "lip_sync")
    good, bad = lips.means
    assert good.mean > 3.5 and bad.mean < 2.5 and good.ratings == 2
    pair = report.main.pairs[0]
    assert (pair.tests[0].first_wins, pair.tests[0].second_wins) == (2, 0)
    assert pair.ranking[0].method == "good"
