"""What MeshTalk costs: parameters, memory, and time against the length of the sound.

Run: ``python benchmarks/meshtalk_cost.py [--model FILE] [--vertices N] [--original CHECKOUT]``

Without a model file a net of random weights is built, which takes as long to run as a trained one.
With a checkout of the original its own code is timed in the same run (`meshtalk_original.py`, a
minute or two); without, figures that it gave with random weights on a machine of two cores, too.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from common import print_table, speech

from voxface import MeshModel, MeshOptions, MeshStream

TIMES_ORIGINAL = Path(__file__).with_name("meshtalk_original.py")
LENGTHS = (5, 20, 60, 300)
ORIGINAL_PARAMETERS = 43.7e6
ORIGINAL = {5: 1.1, 20: 2.4}
"""Seconds that the original takes for a second of sound, by the length of the sound in seconds."""
FASTER = 20.0
"""How many times faster than the original ours must be for 20 seconds."""
MEMORY = 400.0
FRAME_LIMITS = {468: 1.0, 26_719: 4.0}
"""Milliseconds for a frame on one thread, by the number of vertices."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, help="model file; default: random weights")
    parser.add_argument("--vertices", type=int, default=468, help="of a net of random weights")
    parser.add_argument("--components", type=int, default=48, help="of a net of random weights")
    parser.add_argument("--original", type=Path, help="checkout of the original, to be timed")
    parser.add_argument("--alone", type=float, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        print(*alone(asked.model, asked.alone))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = asked.model or random_file(Path(folder) / "a.onnx", asked.vertices, asked.components)
        description = MeshModel(file).description
        vertices, lasts = description.topology.vertices, 1000 / description.rate
        measured = {}
        for seconds in LENGTHS:
            words = [sys.executable, __file__, "--model", file, "--alone", seconds]
            told = subprocess.run(map(str, words), check=True, capture_output=True, text=True)
            measured[seconds] = tuple(map(float, told.stdout.split()))
        count = parameters(file)
    theirs, their_count = original(asked.original)
    quarter = their_count / 4
    rows: list[tuple[str, str, str, bool | None]] = [
        (
            "parameters in the file",
            f"{count / 1e6:.2f} million",
            f"at most {quarter / 1e6:.1f} million ({their_count / 1e6:.1f} / 4)",
            count <= quarter,
        )
    ]
    for seconds, (factor, busy, *_) in measured.items():
        longer = theirs.get(seconds)
        beside = f"original: {longer:.2g} s, {longer / factor:.0f} x as long" if longer else ""
        met = longer / factor >= FASTER if longer and seconds == 20 else None
        told = f"{factor * 1e3:.1f} ms (processor: {busy * 1e3:.1f} ms)"
        rows.append((f"a second of {seconds} s of sound", told, beside, met))
    _, busy, middle, slow, peak = measured[LENGTHS[-1]]
    growth = busy / measured[20][1]
    limit = FRAME_LIMITS.get(vertices)
    wanted = f"under {limit:g} ms" if limit else ""
    rows += [
        (
            f"processor time, {LENGTHS[-1]} s against 20 s",
            f"{growth:.2f} x",
            "under 1.25 x: linear",
            growth < 1.25,
        ),
        (
            f"a frame of {lasts:g} ms, processor time: median",
            f"{middle:.2f} ms",
            wanted,
            middle < limit if limit else None,
        ),
        ("the same, 99th percentile", f"{slow:.2f} ms", "", None),
        ("peak memory", f"{peak:.0f} MB", f"under {MEMORY:.0f} MB", peak < MEMORY),
    ]
    print_table(f"MeshTalk of {vertices:,} vertices", rows)


def original(checkout: Path | None) -> tuple[dict[int, float], float]:
    """Return what a second of sound takes the original, by length, and its parameters."""
    if checkout is None:
        return ORIGINAL, ORIGINAL_PARAMETERS
    took = {}
    for seconds in ORIGINAL:
        words = [sys.executable, TIMES_ORIGINAL, checkout, "--seconds", seconds]
        told = subprocess.run(map(str, words), check=True, capture_output=True, text=True)
        took[seconds], count = map(float, told.stdout.split())
    return took, count


def alone(file: Path, seconds: float) -> tuple[float, float, float, float, float]:
    """Measure one length, on one thread.

    Returns seconds and seconds of the processor for a second of sound, the median and the 99th
    percentile of a frame's processor time in ms, and the peak memory in MB.
    """
    model = MeshModel(file)
    sound = speech(seconds)
    hop = model.description.hop
    stream = MeshStream(model, model.description.rate, options=MeshOptions(temperature=0.3))
    stream.push(sound[: 25 * hop])  # what is done once for all is no part of a sound's cost
    stream.reset()
    busy = []
    started = time.perf_counter()
    for begin in range(0, len(sound), hop):
        before = time.process_time()
        stream.push(sound[begin : begin + hop])
        busy.append(time.process_time() - before)
    took = time.perf_counter() - started
    middle, slow = 1e3 * np.percentile(busy, [50, 99])
    return took / seconds, sum(busy) / seconds, middle, slow, peak_memory()


def peak_memory() -> float:
    """Return this process's peak memory in MB."""
    # What getrusage says of a new process begins with the memory of the one that started it.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3


def random_file(path: Path, vertices: int, components: int) -> Path:
    """Write a net of random weights on a mesh without faces."""
    import torch  # noqa: PLC0415  (a model file needs none)

    from voxface.face import MeshTopology  # noqa: PLC0415
    from voxface.models.mesh.meshtalk import MeshTalkConfig, MeshTalkNet  # noqa: PLC0415
    from voxface.training.mesh.checkpoint import TrainedMesh  # noqa: PLC0415
    from voxface.training.mesh.export import export_mesh  # noqa: PLC0415

    torch.manual_seed(0)
    net = MeshTalkNet(MeshTalkConfig(vertices=vertices, components=components)).eval()
    topology = MeshTopology("points", np.zeros((0, 3), np.int32), vertices)
    neutral = np.random.default_rng(0).normal(size=(vertices, 3)).astype(np.float32)
    trained = TrainedMesh(net, topology, neutral, {"recipe": {"name": "random weights"}})
    export_mesh(trained, path, version="0", licence="Apache-2.0")
    return path


def parameters(file: Path) -> int:
    """Return how many numbers a model file holds beyond the front end's Fourier basis."""
    held = onnx.load(str(file)).graph
    sizes = {item.name: int(np.prod(item.dims)) for item in held.initializer}
    return sum(size for name, size in sizes.items() if not name.startswith("sound.spectrum"))


if __name__ == "__main__":
    main()
