"""What all tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

try:
    import hypothesis
except ModuleNotFoundError:
    pass
else:
    # How long an example takes says more of the machine's other work than of ours.
    hypothesis.settings.register_profile("patient", deadline=None)
    hypothesis.settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared data (`VOXFACE_SHARED`, otherwise ../shared), or skip."""
    folder = Path(os.environ.get("VOXFACE_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared data in {folder} (name its folder by VOXFACE_SHARED)")
    return folder


@pytest.fixture(scope="session")
def tiny_model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model file made by hand, whose answers are known (see ``tiny_model.py``)."""
    pytest.importorskip("onnx", reason="the tiny model is made with onnx")
    from tiny_model import write_tiny_model  # noqa: PLC0415

    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.onnx")


@pytest.fixture
def voxface(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs the command line: arguments in; code, output and errors out."""
    from voxface.cli import main  # noqa: PLC0415

    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["voxface", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        return int(stopped.value.code or 0), printed.out, printed.err

    return run
