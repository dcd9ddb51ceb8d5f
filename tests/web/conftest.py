"""What tests of the page share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from page_script import bundle, run_node

Command = Callable[..., Path]


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Return a runner of web/tests/formats/clips.ts; it returns the folder that was written."""
    script = bundle("tests/formats/clips.ts", tmp_path_factory.mktemp("bundle"))

    def run(verb: str, *files: Path, head: Path | None = None) -> Path:
        folder = tmp_path_factory.mktemp("js")
        run_node(script, verb, *files, folder, *([head] if head else []))
        return folder

    return run
