"""The page as `voxface view` serves it, in a real browser: helpers for its tests."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from chromium import WEB, chromium, missing
from numpy.typing import NDArray

from voxface import FaceClip
from voxface.face import Rig, RigPart
from voxface.face.resample import interpolate_frames
from voxface.rig import write_glb
from voxface.viewer.built_page import PAGE

ROOT = WEB.parent
EXAMPLE = ROOT / "examples" / "speech.flac"
PICTURES = WEB / "test-results"
WEBGL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
SOUND = ("--autoplay-policy=no-user-gesture-required",)
PATIENCE = 40_000
"""Milliseconds until a page that does nothing is given up."""


def missing_page() -> str | None:
    """Return why the served page cannot be tested here, or None."""
    if sys.modules.get("playwright") is None:
        try:
            import playwright  # noqa: F401, PLC0415
        except ImportError:
            return "playwright is not installed"
    return missing()


def build_page() -> None:
    """Bring the page in the package up to date."""
    subprocess.run([sys.executable, str(ROOT / "hatch_build.py")], check=True, timeout=300)
    assert (PAGE / "index.html").is_file()


@contextmanager
def viewer(*arguments: str | Path) -> Iterator[str]:
    """Run `voxface view` and yield the address it prints."""
    command = [sys.executable, "-m", "voxface", "view", "--no-browser", "--port", "0"]
    process = subprocess.Popen([*command, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    try:
        assert address.startswith("http://127.0.0.1:"), address
        yield address
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@contextmanager
def page_browser(*arguments: str) -> Iterator[Any]:
    """Start a browser that draws WebGL in software and plays sound unasked."""
    with chromium(*WEBGL, *SOUND, *arguments) as browser:
        yield browser


def opened(
    browser: Any, address: str, quality: int | str = 4, script: str = "", **context: Any
) -> Any:
    """Open the page, wait until its head is there, and keep what it complains of.

    The coarsest pictures (`quality` 4) are the quickest without a graphics card; "auto" leaves the
    choice to the page. `script` runs before those of the page.
    """
    context.setdefault("reduced_motion", "reduce")
    page = browser.new_context(**context).new_page()
    page.add_init_script(script)
    page.complaints = []
    page.asked = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}{'&' if '?' in address else '?'}quality={quality}")
    settle(page)
    return page


def settle(page: Any) -> None:
    """Wait until the page has started and does no work."""
    page.wait_for_function("window.voxface && voxface.status === 'ready'")


def pick(page: Any, *files: Path, place: str = "main") -> None:
    """Give files to the page's file field, as a person does in the dialog, and wait."""
    page.set_input_files(f'input[data-place="{place}"]', [str(file) for file in files])
    page.wait_for_timeout(50)
    settle(page)


def drop(page: Any, file: Path, target: str = ".stage") -> None:
    """Drag a file over the page and let it go, and wait."""
    page.evaluate(
        """([name, text, target]) => {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], name));
          const send = (kind, place) => place.dispatchEvent(
            new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
          send("dragenter", document.body);
          const place = document.querySelector(target);
          send("dragover", place);
          send("drop", place);
        }""",
        [file.name, base64.b64encode(file.read_bytes()).decode(), target],
    )
    page.wait_for_timeout(50)
    settle(page)


def wait_until(page: Any, holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something holds, or fail."""
    for _ in range(round(seconds / 0.1)):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came to hold")


def clip_of(page: Any, which: str = "clip") -> FaceClip:
    """Return a clip of the page as Python has it."""
    found = page.evaluate(
        f"""() => {{
          const clip = voxface.{which};
          return {{
            channels: clip.channels,
            weights: Array.from(clip.weights),
            head: Array.from(clip.head),
            fps: `${{clip.fps.numerator}}/${{clip.fps.denominator}}`,
            start: clip.start,
          }};
        }}"""
    )
    channels = tuple(found["channels"])
    return FaceClip(
        np.reshape(found["weights"], (-1, len(channels))),
        found["fps"],
        channels,
        head=np.reshape(found["head"], (-1, 7)),
        start=found["start"],
    )


def moment(clip: FaceClip, seconds: float) -> tuple[dict[str, float], NDArray[np.float32]]:
    """Return a clip's weights by name and its head at a moment, interpolated by Python."""
    position = np.array([(seconds - clip.start) * float(clip.fps)])
    weights, head = interpolate_frames(clip.weights, clip.head, position)
    return dict(zip(clip.channels, map(float, weights[0]), strict=True)), head[0]


def assert_shows(
    shown: Mapping[str, Any], clip: FaceClip, seconds: float, tolerance: float
) -> None:
    """Check weights by name and the head's turn on the canvas against a clip at a moment."""
    weights, head = moment(clip, seconds)
    seen = shown["weights"]
    assert set(weights) <= set(seen)
    worst = max(weights, key=lambda name: abs(seen[name] - weights[name]))
    assert abs(seen[worst] - weights[worst]) <= tolerance, (worst, seen[worst], weights[worst])
    assert abs(abs(np.dot(shown["turn"], head[3:])) - 1) <= 1e-5


def downloaded(page: Any, button: str, folder: Path) -> Path:
    """Press a button that saves a file, and return the file."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    target: Path = folder / download.value.suggested_filename
    download.value.save_as(target)
    return target


def write_cube_head(path: Path, targets: tuple[str, ...]) -> Path:
    """Write a head that is a cube with morph targets of the given names."""
    corners = np.array(np.meshgrid([-8, 8], [-10, 10], [-9, 9])).reshape(3, -1).T
    faces = [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
             [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]  # fmt: skip
    deltas = np.zeros((len(targets), 8, 3))
    deltas[:, ::2, 1] = -2
    part = RigPart("cube", np.array(faces, np.int32))
    path.write_bytes(write_glb(Rig("cube", corners, (part,), targets, deltas)))
    return path
