"""How long ``voxface render`` takes, as a command and by stage, against real time at 720p30.

Run: ``python benchmarks/render_speed.py [--rig FILE]``, about a minute and a half.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from common import print_table, speech, write_sound

from voxface.engine import animate
from voxface.face import Rig
from voxface.formats.registry import resolve_rig
from voxface.render import Camera
from voxface.render.camera import head_matrix
from voxface.render.film import open_mouth
from voxface.render.layout import arrange, draw_wall
from voxface.render.movie import Movie
from voxface.render.scene import Scene
from voxface.render.view import FAST, View
from voxface.rig import connect

SIZE, FPS = (1280, 720), Fraction(30)
NUMBER = 60
"""Pictures by which a stage is timed."""
REPEATS = 3
Row = tuple[str, str, str, bool | None]
COMMANDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("3 s of speech, 720p", 3, 1, ()),
    ("10 s of speech, 720p", 10, 1, ()),
    ("10 s of speech, 1080p", 10, 1, ("--size", "1080p")),
    ("10 s of speech, 4 heads at 720p", 10, 4, ()),
)
"""What is rendered: its name, seconds, heads, further words of the command line."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rig", type=Path)
    found = parser.parse_args()
    rig = resolve_rig(found.rig)
    words = ["--rig", str(found.rig)] if found.rig else []
    with tempfile.TemporaryDirectory() as folder:
        rows = [*_commands(Path(folder), words), *_stages(rig, Path(folder))]
    print_table(
        f"voxface render: {rig.name}, {len(rig.neutral)} vertices, {len(rig.triangles)} triangles; "
        "elapsed time (processor time)",
        rows,
    )


def _commands(folder: Path, words: list[str]) -> list[Row]:
    rows: list[Row] = []
    spent: dict[str, tuple[float, float]] = {}
    for name, seconds, heads, more in COMMANDS:
        sound = write_sound(folder / f"{seconds}.wav", seconds, 16_000, "pcm_s16le", "s16", "mono")
        command = [
            sys.executable, "-c", "from voxface.cli import main; main()", "render",
            *[str(sound)] * heads, "-o", str(folder / "a.mp4"), *words, *more,
        ]  # fmt: skip
        runs = [_run(command) for _ in range(REPEATS if heads == 1 else 1)]
        elapsed, busy = min(runs)[0], min(run[1] for run in runs)
        spent[name] = elapsed, busy
        judged = heads == 1 and not more
        shown = f"{elapsed:.2f} s ({busy:.2f} s), {seconds / elapsed:.2f} x real time"
        aim = f"under {seconds} s" if judged else ""
        rows.append((f"command: {name}", shown, aim, elapsed < seconds if judged else None))
    short, long = (spent[COMMANDS[place][0]] for place in (0, 1))
    pictures = 30 * (COMMANDS[1][1] - COMMANDS[0][1])
    elapsed, busy = ((b - a) / pictures for a, b in zip(short, long, strict=True))
    shown = _milliseconds(elapsed, busy)
    rows.append(("a further picture at 720p", shown, "under 33.3 ms", elapsed < 1 / 30))
    start = short[0] - 30 * COMMANDS[0][1] * elapsed
    rows.append(("start: all that is not pictures", f"{start:.2f} s", "", None))
    return rows


def _run(command: list[str]) -> tuple[float, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    elapsed = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _stages(rig: Rig, folder: Path) -> list[Row]:
    clip = animate(speech(NUMBER / 30), sample_rate=16_000, fps=FPS)
    started, busy = time.perf_counter(), time.process_time()
    scene = Scene(rig, open_mouth(rig))
    spent = time.perf_counter() - started, time.process_time() - busy
    rows: list[Row] = [("start: the head made ready", _milliseconds(*spent), "", None)]
    motions = np.stack([head_matrix(pose, rig.head_pivot) for pose in clip.head])
    wall = draw_wall(SIZE, (60, 60, 60), arrange(1, *SIZE), [""])
    view = View(scene, wall, Camera(), motions, FAST)
    weights = connect(rig).weights(clip)
    poses = [scene.pose(weights[k], motions[k], view.to_world) for k in range(NUMBER)]

    def draw(number: int) -> None:
        scene.take(poses[number])
        view.draw()
        scene.context.finish()

    def develop(_: int) -> None:
        view.develop_video()
        view.read_video()

    stages: dict[str, Callable[[int], object]] = {
        "pose and light": lambda k: scene.pose(weights[k], motions[k], view.to_world),
        "draw": draw,
        "to video planes, read back": develop,
    }
    for name, work in stages.items():
        rows.append((f"a picture: {name}", _milliseconds(*_each(work)), "", None))
    luma, chroma = np.zeros((720, 1280), np.uint8), np.zeros((360, 640, 2), np.uint8)
    halves = tuple(slice(part.start // 2, part.stop // 2) for part in view.stage)
    planes = []
    for number in range(NUMBER):
        draw(number)
        view.develop_video()
        luma[view.stage], chroma[halves] = view.read_video()
        planes.append((luma.copy(), chroma.copy()))
    best = np.inf, np.inf
    for _ in range(REPEATS):
        started, busy = time.perf_counter(), time.process_time()
        with Movie(folder / "b.mp4", SIZE, FPS, NUMBER) as movie:
            for pair in planes:
                movie.add(*pair)
        best = min(best, (time.perf_counter() - started, time.process_time() - busy))
    rows.append(("a picture: encode", _milliseconds(*(spent / NUMBER for spent in best)), "", None))
    return rows


def _each(work: Callable[[int], object]) -> tuple[float, float]:
    """Return the least elapsed and processor time of a call, over several rounds."""
    work(0)
    rounds = []
    for _ in range(REPEATS):
        started, busy = time.perf_counter(), time.process_time()
        for number in range(NUMBER):
            work(number)
        rounds.append((time.perf_counter() - started, time.process_time() - busy))
    elapsed, used = (min(each) for each in zip(*rounds, strict=True))
    return elapsed / NUMBER, used / NUMBER


def _milliseconds(elapsed: float, used: float) -> str:
    return f"{elapsed * 1e3:.1f} ms ({used * 1e3:.1f} ms)"


if __name__ == "__main__":
    main()
