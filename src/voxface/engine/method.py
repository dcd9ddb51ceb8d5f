"""By which method a face is animated: a net that hears, or rules that are told what is said."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from voxface.errors import VoxfaceError, unknown_name

if TYPE_CHECKING:
    from voxface.visemes import Script

METHODS = ("model", "visemes")
"""Ways to animate a face."""


def script_for(
    method: str,
    model: object | None = None,
    text: str | PathLike[str] | None = None,
    phones: str | PathLike[str] | None = None,
    language: str | None = None,
) -> Script | None:
    """Return what visemes are to say, or None where a model animates.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    model : object, optional
        Given only to a model's method.
    text : str or path-like, optional
        What is said; a path object names a text file.
    phones, language : optional
        As in `voxface.visemes.Script`.

    Raises
    ------
    VoxfaceError
        If the method is unknown or the options do not go together.
    """
    if method not in METHODS:
        raise unknown_name("method", method, METHODS)
    if method == "model":
        for name, value in (("text", text), ("phones", phones), ("language", language)):
            if value is not None:
                raise VoxfaceError(f"{name} goes with the method 'visemes'; a model only hears")
        return None
    if model is not None:
        raise VoxfaceError("a model file goes with the method 'model'; visemes need none")
    from voxface.visemes import Script  # noqa: PLC0415  (a light start)

    if text is not None and not isinstance(text, str):
        text = read_text(text)
    return Script(text, phones, "en" if language is None else language)


def read_text(path: str | PathLike[str]) -> str:
    """Read a text file, in UTF-8 or UTF-16 with its mark.

    Raises
    ------
    VoxfaceError
        If it cannot be read or is no text.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise VoxfaceError(f"cannot read {fspath(path)}: {error.strerror or error}") from None
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise VoxfaceError(f"{fspath(path)} is not text in UTF-8; save it as such") from None
