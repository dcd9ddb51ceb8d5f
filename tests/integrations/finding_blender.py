"""Which Blender the tests run."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def run_in_blender(script: Path, *arguments: str | Path) -> str:
    """Run a script in Blender and return what it printed; skip where there is no Blender.

    The environment variable VOXFACE_BLENDER names Blender, or a Python that has bpy; without it
    ``blender`` on the PATH and this Python's own bpy are tried.
    """
    command = _command()
    if command is None:
        pytest.skip("needs Blender: name it, or a Python with bpy, by VOXFACE_BLENDER")
    done = subprocess.run(
        [*command, script, "--", *arguments],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def _command() -> list[str] | None:
    quiet = ["--background", "--factory-startup", "--python-exit-code", "3", "--python"]
    named = os.environ.get("VOXFACE_BLENDER")
    if named:
        return [named] if Path(named).name.startswith("python") else [named, *quiet]
    if shutil.which("blender"):
        return ["blender", *quiet]
    return [sys.executable] if importlib.util.find_spec("bpy") else None
