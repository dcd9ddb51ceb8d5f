"""Where the built page is."""

from __future__ import annotations

from pathlib import Path

from voxface.errors import VoxfaceError

PAGE = Path(__file__).with_name("page")
"""Built by ``hatch_build.py`` at the root of the repository; part of every wheel."""


def page_folder() -> Path:
    """Return the folder of the built page.

    Raises
    ------
    VoxfaceError
        If this installation has none.
    """
    if not (PAGE / "index.html").is_file():
        raise VoxfaceError(
            "this installation has no page; in a source folder build it with "
            "`python hatch_build.py`, else install voxface again"
        )
    return PAGE
