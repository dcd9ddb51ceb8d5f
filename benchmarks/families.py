"""How fast model files of every family run on one processor, in one table.

Run: ``python benchmarks/families.py [RECIPE.yaml ...] [--seconds N] [--page FILE]``

Weights are fresh: how long a net takes does not depend on what it has learned. Times are the
process's own, so that other work on the machine counts for little.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from time import process_time

import numpy as np
from common import speech, write_results

from voxface.audio.features import HOP
from voxface.engine import Model
from voxface.engine.runner import ModelRunner
from voxface.evaluation.experiments.tables import markdown
from voxface.models import CanonicalScale, build_net
from voxface.training.export import export_onnx
from voxface.training.recipe import load_recipe

FAMILY = Path(__file__).resolve().parent.parent / "recipes" / "family"
HEAD = ("net", "file, MB", "push of 10 ms: median", "99th percentile", "recording, x real time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", type=Path, nargs="*", default=sorted(FAMILY.glob("*.yaml")))
    parser.add_argument("--seconds", type=float, default=30, help="sound to run over")
    parser.add_argument("--page", type=Path, help="page to put the table into, between its marks")
    asked = parser.parse_args()
    sound = speech(asked.seconds)
    rows = [list(HEAD)]
    with tempfile.TemporaryDirectory() as name:
        for recipe in asked.recipes:
            file = Path(name, "model.onnx")
            net = build_net(load_recipe(recipe).model).eval()
            export_onnx(net, CanonicalScale.neutral(), file, {"name": recipe.stem, "version": "0"})
            rows.append([recipe.stem, *measured(file, sound)])
    text = markdown(rows)
    load = os.getloadavg()[0]
    text += f"\n\n{asked.seconds:g} s of speech on one of {os.cpu_count()} processors, in processor"
    text += f" time; load average {load:.1f} (0 is an idle machine)."
    print(text)
    if asked.page:
        write_results(asked.page, text)


def measured(file: Path, sound: np.ndarray) -> list[str]:
    """Return the cells of one model file."""
    model = Model(file)
    middle, slow = np.percentile(push_times(model, sound), [50, 99])
    runner = ModelRunner(model)
    started = process_time()
    runner.push(sound)
    took = process_time() - started
    return [
        f"{file.stat().st_size / 1e6:.2f}",
        f"{1e3 * middle:.2f} ms",
        f"{1e3 * slow:.2f} ms",
        f"{len(sound) / 16_000 / took:,.0f}",
    ]


def push_times(model: Model, sound: np.ndarray) -> np.ndarray:
    """Return the seconds that each push of 10 ms takes, once the caches of attention are full."""
    state, times = model.new_state(), []
    for begin in range(0, len(sound) - HOP, HOP):
        block = sound[begin : begin + HOP]
        started = process_time()
        _, _, state = model.run(block, state)
        times.append(process_time() - started)
    return np.array(times[200:])


if __name__ == "__main__":
    main()
