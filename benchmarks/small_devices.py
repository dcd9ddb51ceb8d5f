"""What each smaller form of a model costs and saves, in one table.

Run: ``python benchmarks/small_devices.py [MODEL.onnx ...] [--examples FOLDER] [--page FILE]``

With one model (default: the one in the package), that model is taken to every precision. With
several, they are compared with the first as they are: the way to put pruned ones beside it. With
``--examples``, jaw and mouth are compared with captured faces as well, in-speaker and
cross-speaker apart.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from common import EXAMPLE, write_results

from voxface.audio import SAMPLE_RATE
from voxface.corpus.examples import Example
from voxface.engine import Model
from voxface.engine.model import DEFAULT_MODEL
from voxface.evaluation.experiments.tables import markdown
from voxface.evaluation.honest_split import honest_split, protocol_of
from voxface.evaluation.methods import ModelMethod
from voxface.evaluation.takes import score_take, summary
from voxface.training.recipe import recipe_from_dict
from voxface.training.shrink.int8_static import library_dynamic
from voxface.training.shrink.loss import channel_losses, outputs
from voxface.training.shrink.precision import PRECISIONS, shrink_model
from voxface.training.shrink.sounds import from_examples, from_files
from voxface.training.shrink.speed import push_times

MEMORY = """
import sys
from pathlib import Path
import numpy as np
from voxface.engine import Model
from voxface.training.shrink.loss import outputs
def most():
    # What getrusage says of a new process begins with the memory of the one that started it.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("VmHWM"))
before = most()
model = Model(sys.argv[1])
outputs(model, np.float32(0.05 * np.random.default_rng(0).normal(size=160 * 1000)))
print(before, most())
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="*", default=[DEFAULT_MODEL])
    parser.add_argument("--examples", type=Path, help="folder that 'voxface prepare' wrote")
    parser.add_argument("--takes", type=int, default=1000, help="takes of each kind, at most")
    parser.add_argument("--sound", type=Path, action="append", help="default: the example speech")
    parser.add_argument("--page", type=Path, help="page to put the tables into, between its marks")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    asked = parser.parse_args()
    recipe = Model(asked.models[0]).description.recipe
    if asked.examples:
        calibration, test = from_examples(asked.examples, recipe_from_dict(recipe).data)
        test = test[:: -(-len(test) // asked.takes)]
    else:
        calibration, test = from_files(asked.sound or [EXAMPLE])
    with tempfile.TemporaryDirectory() as name:
        files = {path.stem: path for path in asked.models}
        if len(asked.models) == 1:
            files = {"as exported": asked.models[0]}
            for precision in PRECISIONS:
                files[precision] = Path(name, f"{precision}.onnx")
                shrink_model(asked.models[0], files[precision], precision, sounds=calibration)
            files["int8 of the library"] = Path(name, "library.onnx")
            library_dynamic(asked.models[0], files["int8 of the library"])
        rows = {key: costs(path, asked.models[0], test) for key, path in files.items()}
        if asked.examples:
            for key, path in files.items():
                rows[key] |= {"truth": against_truth(path, asked.examples, recipe, asked.takes)}
    text = costs_table(rows)
    if asked.examples:
        text += f"\n\n{truth_table(rows)}"
    load = os.getloadavg()[0]
    text += f"\n\n{os.cpu_count()} processors, load average {load:.1f} (0 is an idle machine)."
    print(text)
    if asked.page:
        write_results(asked.page, text)
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1))


def costs(path: Path, large: Path, sounds: Sequence[np.ndarray]) -> dict[str, float]:
    """Measure one file: size, speed, memory, and what it loses against another."""
    started = perf_counter()
    model = Model(path)
    load = perf_counter() - started
    times = push_times(model, 1000)
    minute = np.resize(np.concatenate(sounds), 60 * SAMPLE_RATE)
    started = perf_counter()
    outputs(model, minute)
    took = perf_counter() - started
    losses = channel_losses(Model(large), model, sounds)
    weights = [item for item in losses if item.name in model.description.channels and item.moves]
    before, peak = peak_memory(path)
    return {
        "kilobytes": path.stat().st_size / 1e3,
        "load_ms": 1e3 * load,
        "push_p50_ms": float(np.percentile(times, 50)),
        "push_p99_ms": float(np.percentile(times, 99)),
        "times_real_time": 60 / took,
        "megabytes": (peak - before) / 1e3,
        "most": max(item.most for item in weights),
        "mean": float(np.mean([item.mean for item in weights])),
        "least_r": min(item.r for item in losses if item.moves),
        "stream": stream_difference(model, sounds[0]),
    }


def peak_memory(path: Path) -> tuple[float, float]:
    """Return kilobytes that a process held at most before it loads the file, and after 10 s."""
    if not Path("/proc/self/status").exists():
        return 0.0, float("nan")
    words = [sys.executable, "-c", MEMORY, str(path)]
    found = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    return float(found[0]), float(found[1])


def stream_difference(model: Model, sound: np.ndarray) -> float:
    """Return the largest difference of a weight between pushes of 10 ms and one long push."""
    sound = sound[: len(sound) // 160 * 160]
    whole, _, _ = model.run(sound, model.new_state())
    state, said = model.new_state(), []
    for push in sound.reshape(-1, 160):
        frames, _, state = model.run(push, state)
        said.append(frames)
    return float(np.abs(np.concatenate(said) - whole)[:, :-6].max())


def against_truth(
    path: Path, examples: Path, recipe: Mapping[str, object], most: int
) -> dict[str, dict]:
    """Score a model file on takes it did not hear, one group for each kind of stranger."""
    method = ModelMethod(path.stem, Model(path))
    kinds: dict[str, list[Example]] = {}
    for group, takes in honest_split(examples, recipe_from_dict(recipe).data).items():
        kinds.setdefault(f"{group.split()[0]}, {protocol_of(group)}", []).extend(takes)
    found = {}
    for kind, takes in kinds.items():
        scores = [
            score_take(take, method.predict(take)) for take in takes[:: -(-len(takes) // most)]
        ]
        found[kind] = {"takes": len(scores)} | summary(scores)
    return found


def costs_table(rows: Mapping[str, dict]) -> str:
    """Return size, speed, memory and loss of every file as Markdown."""
    head = ["model", "kB", "load ms", "push p50 ms", "p99 ms", "x real time", "memory MB",
            "max loss", "mean loss", "least r", "stream against recording"]  # fmt: skip
    return markdown(
        [
            head,
            *(
                [
                    name,
                    f"{row['kilobytes']:.0f}",
                    f"{row['load_ms']:.0f}",
                    f"{row['push_p50_ms']:.3f}",
                    f"{row['push_p99_ms']:.2f}",
                    f"{row['times_real_time']:.0f}",
                    f"{row['megabytes']:.1f}",
                    f"{row['most']:.4f}",
                    f"{row['mean']:.5f}",
                    f"{row['least_r']:.5f}",
                    f"{row['stream']:.0e}",
                ]
                for name, row in rows.items()
            ),
        ]
    )


def truth_table(rows: Mapping[str, dict]) -> str:
    """Return jaw r and mouth r with 95 % intervals as Markdown, kinds of takes apart."""
    kinds = next(iter(rows.values()))["truth"]
    head = ["model"]
    for kind, found in kinds.items():
        head += [f"{kind} ({found['takes']} takes): jaw r", "mouth r"]
    lines = [head]
    for name, row in rows.items():
        line = [name]
        for kind in kinds:
            for figure in ("jaw_r", "mouth_r"):
                mean, low, high = row["truth"][kind][figure]
                line.append(f"{mean:.3f} [{low:.3f}, {high:.3f}]")
        lines.append(line)
    return markdown(lines)


if __name__ == "__main__":
    main()
