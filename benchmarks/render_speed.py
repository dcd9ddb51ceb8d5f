"""How long a picture of a rendered video takes, by stage, against real time at 720p30.

Run: ``python benchmarks/render_speed.py [SECONDS] [--rig FILE]``
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from common import print_table, speech

from voxface.engine import animate
from voxface.formats.registry import resolve_rig
from voxface.render import Camera, Performance, Shooting, render_video
from voxface.render.camera import head_matrix
from voxface.render.film import open_mouth
from voxface.render.layout import arrange, draw_wall
from voxface.render.movie import Movie
from voxface.render.scene import Scene
from voxface.render.view import FAST, View
from voxface.rig import connect

SIZE, FPS = (1280, 720), Fraction(30)
LIMIT = 1 / 30


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float, nargs="?", default=20)
    parser.add_argument("--rig", type=Path)
    found = parser.parse_args()
    rig = resolve_rig(found.rig)
    clip = animate(speech(found.seconds), sample_rate=16_000, fps=FPS)
    rows: list[tuple[str, str, str, bool | None]] = []

    started = time.perf_counter()
    scene = Scene(rig, open_mouth(rig))
    rows.append(("start: light measured once", _seconds(time.perf_counter() - started), "", None))
    motions = np.stack([head_matrix(pose, rig.head_pivot) for pose in clip.head])
    wall = draw_wall(SIZE, (60, 60, 60), arrange(1, *SIZE), [""])
    view = View(scene, wall, Camera(), motions, FAST)
    weights = connect(rig).weights(clip)
    number = min(len(clip), 60)

    def finish() -> None:
        scene.context.finish()

    stages: dict[str, Callable[[int], object]] = {
        "pose and light": lambda k: scene.pose(weights[k], motions[k], view.to_world),
        "draw": lambda k: (view.draw(), finish()),
        "to video planes, read back": lambda k: (view.develop_video(), view.read_video()),
    }
    scene.take(scene.pose(weights[0], motions[0], view.to_world))
    for name, work in stages.items():
        rows.append((f"a picture: {name}", *_each(work, number)))
    luma, chroma = np.zeros((720, 1280), np.uint8), np.zeros((360, 640, 2), np.uint8)
    planes = []
    for k in range(number):
        scene.take(scene.pose(weights[k], motions[k], view.to_world))
        view.draw()
        view.develop_video()
        luma[view.stage] = (drawn := view.read_video())[0]
        halves = tuple(slice(part.start // 2, part.stop // 2) for part in view.stage)
        chroma[halves] = drawn[1]
        planes.append((luma.copy(), chroma.copy()))
    with tempfile.TemporaryDirectory() as folder:
        started, busy = time.perf_counter(), time.process_time()
        with Movie(Path(folder) / "a.mp4", SIZE, FPS, number) as movie:
            for pair in planes:
                movie.add(*pair)
        spent = (time.perf_counter() - started) / number
        rows.append(
            ("a picture: encode", _shown(spent, (time.process_time() - busy) / number), "", None)
        )
        for count, size in ((1, SIZE), (1, (1920, 1080)), (2, SIZE), (4, SIZE)):
            shown = [Performance(clip)] * count
            started, busy = time.perf_counter(), time.process_time()
            pictures = render_video(
                shown, Path(folder) / "b.mp4", rig, Shooting(size, FPS, captions=False)
            )
            spent = (time.perf_counter() - started) / pictures
            name = f"all, {count} head{'s' * (count > 1)} at {size[0]}x{size[1]}"
            judged = count == 1 and size == SIZE
            rows.append(
                (
                    name,
                    f"{_shown(spent, (time.process_time() - busy) / pictures)}, "
                    f"{LIMIT / spent:.2f} x real time",
                    f"under {LIMIT * 1e3:.1f} ms" if judged else "",
                    spent < LIMIT if judged else None,
                )
            )
    print_table(
        f"{len(clip)} pictures of {rig.name}: {len(rig.neutral)} vertices, "
        f"{len(rig.triangles)} triangles; elapsed time (processor time)",
        rows,
    )


def _each(work: Callable[[int], object], count: int) -> tuple[str, str, None]:
    work(0)
    started, busy = time.perf_counter(), time.process_time()
    for k in range(count):
        work(k)
    elapsed, used = time.perf_counter() - started, time.process_time() - busy
    return _shown(elapsed / count, used / count), "", None


def _shown(elapsed: float, used: float) -> str:
    return f"{elapsed * 1e3:.1f} ms ({used * 1e3:.1f})"


def _seconds(elapsed: float) -> str:
    return f"{elapsed:.2f} s"


if __name__ == "__main__":
    main()
