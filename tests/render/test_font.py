"""Captions in letters beyond ASCII."""

from __future__ import annotations

import importlib.util

import pytest

from voxface.render import font as fonts

pytest.importorskip("PIL", reason="captions need the extra 'render'")


def inked(font, text):
    return bytes(font.getmask(text))


def test_ascii_is_written_as_it_is():
    font, text = fonts.font_for("Truth, take 2", 20)
    assert text == "Truth, take 2"
    assert len({inked(font, letter) for letter in "Truth"}) == 5


@pytest.mark.skipif(
    importlib.util.find_spec("matplotlib") is None, reason="Matplotlib brings the font"
)
@pytest.mark.parametrize("text", ["Prédiction über ñ", "Привет", "Ελληνικά"])
def test_letters_of_europe_have_a_font(text):
    font, written = fonts.font_for(text, 20)
    assert written == text
    letters = set(text) - {" "}
    assert len({inked(font, letter) for letter in letters}) == len(letters)


def test_without_a_font_accents_go_and_the_rest_is_a_question_mark(monkeypatch):
    monkeypatch.setattr(fonts, "_candidates", lambda text: iter(["no such font.ttf"]))
    font, written = fonts.font_for("Prédiction 日", 20)
    assert written == "Prediction ?"
    assert inked(font, written)
