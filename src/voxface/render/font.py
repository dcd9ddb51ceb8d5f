"""A font that has the letters of a caption."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_NAMES = (
    "DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf",
    "arial.ttf", "NotoSansCJK-Regular.ttc", "msyh.ttc", "Arial Unicode.ttf",
)  # fmt: skip
_NOT_A_LETTER = "\uffff"


def font_for(text: str, size: float) -> tuple[Any, str]:
    """Return a font that can write a text, and the text as it can be written.

    Pillow's own font knows ASCII only; others are looked for where a text needs them: those that
    Matplotlib brings, well-known ones of the system, and what fontconfig knows. If no font has all
    letters, accents are taken off and what is left over becomes a question mark.

    Parameters
    ----------
    text : str
        One line.
    size : float
        Height of the font in pixels.

    Returns
    -------
    font : PIL.ImageFont.FreeTypeFont
    text : str
    """
    fonts = importlib.import_module("PIL.ImageFont")
    usual = fonts.load_default(size)
    if text.isascii():
        return usual, text
    for name in _candidates(text):
        try:
            font = fonts.truetype(name, size)
        except OSError:
            continue
        if _has_all(font, text):
            return font, text
    plain = unicodedata.normalize("NFKD", text)
    kept = (letter for letter in plain if not unicodedata.combining(letter))
    return usual, "".join(letter if letter.isascii() else "?" for letter in kept)


def _candidates(text: str) -> Iterator[str]:
    matplotlib = importlib.util.find_spec("matplotlib")
    if matplotlib is not None and matplotlib.origin is not None:
        yield str(Path(matplotlib.origin).parent / "mpl-data/fonts/ttf/DejaVuSans.ttf")
    yield from _NAMES
    if shutil.which("fc-match"):
        letters = " ".join(f"{ord(letter):x}" for letter in sorted(set(text)))
        found = subprocess.run(
            ["fc-match", "--format=%{file}", f"sans:charset={letters}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        yield found.stdout


def _has_all(font: Any, text: str) -> bool:
    missing = bytes(font.getmask(_NOT_A_LETTER))
    return all(letter.isspace() or bytes(font.getmask(letter)) != missing for letter in text)
