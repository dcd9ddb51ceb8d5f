"""What life does over ten minutes beside what the literature says, and what it costs.

Run: ``python benchmarks/life.py [SECONDS] [--model FILE]``; the picture of ``docs/life.md``:
``python benchmarks/life.py --picture docs/images/life.png``
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from common import arguments, print_table, speech
from numpy.typing import NDArray

from voxface import Controls, FaceClip, Life, Model, animate

Array = NDArray[np.float64]
SAMPLE_RATE = 16_000
PICTURE = "--picture"


def conversation(seconds: float, seed: int = 1) -> NDArray[np.float32]:
    """Return phrases of the example recording, 1.5 to 3 s, with pauses of 0.4 to 1.2 s."""
    random = np.random.default_rng(seed)
    source = speech(60)
    parts, length = [np.zeros(SAMPLE_RATE // 2, np.float32)], 0
    while length < seconds * SAMPLE_RATE:
        begin = int(random.integers(SAMPLE_RATE, 5 * SAMPLE_RATE))
        phrase = source[begin : begin + int(random.integers(1.5 * SAMPLE_RATE, 3 * SAMPLE_RATE))]
        pause = np.zeros(int(random.integers(0.4 * SAMPLE_RATE, 1.2 * SAMPLE_RATE)), np.float32)
        parts += [phrase, pause]
        length += len(phrase) + len(pause)
    return np.concatenate(parts)[: round(seconds * SAMPLE_RATE)]


def main() -> None:
    if PICTURE in sys.argv:
        draw(Path(sys.argv[sys.argv.index(PICTURE) + 1]))
        return
    seconds, file = arguments("SECONDS", 600)
    model = Model.for_recordings(file)
    talk, silence = conversation(seconds), np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    talking, still = (lived(sound, model) for sound in (talk, silence))
    rows = [
        per_minute("blinks, talking", "26 (10.5 to 32.5)", blinks(talking), talking, (10.5, 32.5)),
        per_minute("blinks, silent", "17 (8 to 21)", blinks(still), still, (8, 21)),
        share("gaze away, talking", "23 %", away(talking), (0.1, 0.3)),
        share("gaze away, silent", "5 %", away(still), (0.0, 0.1)),
        per_minute("breaths, silent", "12 to 18", breaths(still), still, (12, 18)),
    ]
    for name, clip in (("talking", talking), ("silent", still)):
        turn = degrees(clip)
        shown = ", ".join(f"{size:.1f}" for size in turn.std(axis=0))
        rows.append((f"pitch, yaw, roll, {name}", f"{shown} degrees", "a few", None))
    without, with_it = cost(talk, model)
    more = (with_it - without) / without
    rows.append(("time of animate, life off", f"{without:.2f} s", "", None))
    rows.append(("life adds", f"{100 * more:.0f} %", "", None))
    print_table(f"{seconds:.0f} s of talk and of silence", rows)


def lived(sound: NDArray[np.float32], model: Model) -> FaceClip:
    return animate(sound, fps=100, sample_rate=SAMPLE_RATE, model=model)


def per_minute(
    name: str, limit: str, count: int, clip: FaceClip, span: tuple[float, float]
) -> tuple[str, str, str, bool]:
    rate = count / clip.duration * 60
    return name, f"{rate:.1f} a minute", limit, span[0] <= rate <= span[1]


def share(
    name: str, limit: str, value: float, span: tuple[float, float]
) -> tuple[str, str, str, bool]:
    return name, f"{100 * value:.0f} %", limit, span[0] <= value <= span[1]


def blinks(clip: FaceClip) -> int:
    return rises(clip["eyeBlinkLeft"].astype(np.float64), 0.4)


def breaths(clip: FaceClip) -> int:
    alone = animate(
        np.zeros(round(clip.duration * SAMPLE_RATE), np.float32),
        fps=100,
        sample_rate=SAMPLE_RATE,
        controls=Controls(life=Life.of(0, breathing=1.0)),
    )
    height = alone.head[:, 1].astype(np.float64)
    return rises(height - height.mean(), 0.0)


def rises(curve: Array, level: float) -> int:
    return int(np.sum((curve[1:] > level) & (curve[:-1] <= level)))


def away(clip: FaceClip) -> float:
    sideways = 30 * (clip["eyeLookInLeft"] - clip["eyeLookOutLeft"])
    upwards = 25 * clip["eyeLookUpLeft"] - 30 * clip["eyeLookDownLeft"]
    yaw, pitch = np.degrees(2 * clip.head[:, 5]), np.degrees(2 * clip.head[:, 4])
    return float(np.mean(np.hypot(sideways - yaw, upwards - pitch) > 3))


def degrees(clip: FaceClip) -> Array:
    return np.degrees(2 * clip.head[:, 4:].astype(np.float64))


def cost(sound: NDArray[np.float32], model: Model) -> tuple[float, float]:
    """Return the processor time of `animate` without and with life, best of 3 each, in turn."""
    times: dict[float, list[float]] = {0.0: [], 1.0: []}
    for _ in range(3):
        for life, known in times.items():
            started = time.process_time()
            animate(sound, sample_rate=SAMPLE_RATE, model=model, controls=Controls(life=life))
            known.append(time.process_time() - started)
    return min(times[0.0]), min(times[1.0])


def draw(path: Path) -> None:
    """Draw half a minute of talk and what life makes of it."""
    import matplotlib  # noqa: PLC0415

    matplotlib.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415

    seconds = 30.0
    sound = conversation(seconds)
    clip = lived(sound, Model.default())
    sideways = 30 * (clip["eyeLookOutLeft"] - clip["eyeLookInLeft"])
    downwards = 30 * clip["eyeLookDownLeft"] - 25 * clip["eyeLookUpLeft"]
    turn = degrees(clip)
    figure, axes = pyplot.subplots(5, 1, figsize=(10, 7.5), sharex=True, layout="constrained")
    moments = np.arange(len(sound)) / SAMPLE_RATE
    axes[0].plot(moments[::20], sound[::20], color="0.4", linewidth=0.4)
    axes[0].set_ylabel("sound")
    axes[1].plot(clip.times, clip["jawOpen"], color="0.6", label="jawOpen")
    axes[1].plot(clip.times, clip["eyeBlinkLeft"], label="eyeBlinkLeft")
    axes[1].set_ylabel("weight")
    axes[2].plot(clip.times, sideways, label="eyes to the left")
    axes[2].plot(clip.times, downwards, label="eyes down")
    axes[2].set_ylabel("degrees")
    for column, name in enumerate(("head down", "head to the left", "left ear up")):
        axes[3].plot(clip.times, turn[:, column], label=name)
    axes[3].set_ylabel("degrees")
    axes[4].plot(clip.times, clip["browInnerUp"], label="browInnerUp")
    axes[4].plot(clip.times, clip.head[:, 1], label="head up, cm (breath)")
    axes[4].set_xlabel("seconds")
    for axis in axes[1:]:
        axis.legend(loc="upper right", ncols=3, fontsize=8)
    axes[0].set_xlim(0, seconds)
    figure.savefig(path, dpi=90)


if __name__ == "__main__":
    main()
