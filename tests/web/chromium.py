"""A real browser and a static host, for tests and benchmarks of the page."""

from __future__ import annotations

import base64
import functools
import http.server
import shutil
import subprocess
import sys
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WEB = Path(__file__).resolve().parents[2] / "web"
ENGINE_PAGE = WEB / "tests" / "pages" / "engine"
"""A page without anything to see that hands out the engine."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def missing() -> str | None:
    """Return why no page can be built and opened here, or None."""
    if not (WEB / "node_modules").is_dir():
        return "web/node_modules is missing (run npm ci in web/)"
    if not find_spec("playwright"):
        return "playwright is not installed"
    if not shutil.which("npx"):
        return "Node.js is not installed"
    if not any(map(shutil.which, NAMES)):
        return "Chromium is not installed"
    return None


def build(source: Path, output: Path) -> Path:
    """Build a page with the project's own settings into a folder."""
    command = ["npx", "vite", "build", str(source), "--config", "vite.config.ts"]
    command += ["--outDir", str(output), "--emptyOutDir", "--logLevel", "warn"]
    done = subprocess.run(
        command, check=False, cwd=WEB, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return output


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder as any static host does, under a sub-path of the address yielded."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/any/where/"
        server.shutdown()
        thread.join()


@contextmanager
def chromium(*arguments: str) -> Iterator[Any]:
    """Start Chromium without a screen and end it."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    path = next(filter(None, map(shutil.which, NAMES)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", *arguments]
        )
        yield browser
        browser.close()


def base64_of(data: bytes) -> str:
    """Return bytes as text, to hand them to a page."""
    return base64.b64encode(data).decode()


def floats(text: str, columns: int = 0) -> NDArray[np.float32]:
    """Return the numbers of a page's Float32Array that came as base64."""
    values = np.frombuffer(base64.b64decode(text), np.float32)
    return values.reshape(-1, columns) if columns else values


def write_wav(path: Path, sound: NDArray[np.floating[Any]], rate: int) -> Path:
    """Write sound (N,) or (N, C) with 16 bits a sample."""
    whole = np.clip(np.round(sound * 32768), -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if whole.ndim == 1 else whole.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(whole.tobytes())
    return path


class _Server(http.server.ThreadingHTTPServer):
    """Says nothing of browsers that close while they load."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Files of a folder under /any/where/, and nothing in the log."""

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix("/any/where"))

    def log_message(self, *_: Any) -> None:
        pass
