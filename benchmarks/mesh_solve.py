"""Moving meshes solved into weights: how near they come to weights that are known.

Run: ``python benchmarks/mesh_solve.py data/meshes/grid.npz`` (two minutes). Prints captured takes
that the rig of the 468-point face never saw, and all takes of three speakers (of which it saw
most), against MediaPipe's own weights about rest; the round trip from weights to a posed head and
back; channels that no mesh can tell apart; and time. Without a file of meshes, captured takes are
left out.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from common import EXAMPLE
from rich.console import Console
from rich.table import Table
from scipy.ndimage import gaussian_filter1d

import voxface
import voxface.rig.face_mesh_rig as learned
from voxface.capture.fit_rig import resting_weights
from voxface.corpus.mesh_examples import MeshExample, load_mesh_set
from voxface.corpus.mesh_prepare import SMOOTHING
from voxface.engine import Controls
from voxface.face import ARKIT_CHANNELS, FaceClip, MeshClip, MeshTopology, Rig, face_mesh_topology
from voxface.face.regions import REGIONS, SPEECH_CHANNELS
from voxface.rig import connect, default_head, load_rig
from voxface.rig.face_mesh_rig import face_mesh_rig, face_mesh_rig_about
from voxface.rig.mesh_weights import channel_shapes, weights_from_mesh
from voxface.rig.solve import OPPOSITES, solve_weights

MOVES = 0.01
"""Standard deviation above which a channel counts as moving in a take."""
DEPENDENT = 1e-8
"""Share of the mean energy below which a mix of channels moves nothing."""
ROUND_TRIP_SECONDS = 10


@dataclass
class Figures:
    """What takes tell about one channel."""

    r: list[float] = field(default_factory=list)
    ratio: list[float] = field(default_factory=list)
    error: list[float] = field(default_factory=list)

    def add(self, solved: np.ndarray, true: np.ndarray) -> None:
        """Count a take, weights (T,) each."""
        self.error.append(float(np.abs(solved - true).mean()))
        if true.std() >= MOVES:
            still = solved.std() < 1e-6
            self.r.append(0.0 if still else float(np.corrcoef(solved, true)[0, 1]))
            self.ratio.append(float(solved.std() / true.std()))


def figures_of(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> dict[str, Figures]:
    """Return figures by channel of the rig, from solved and true weights (T, 52) of takes."""
    names = face_mesh_rig().targets
    found = {name: Figures() for name in names}
    for solved, true in pairs:
        for name in names:
            column = ARKIT_CHANNELS.index(name)
            found[name].add(solved[:, column], true[:, column])
    return found


def captured(meshes: Path, console: Console) -> None:
    """Print captured takes."""
    examples = load_mesh_set(meshes).examples
    held_out = set(face_mesh_rig_about()["held_out"])
    wanted = ("s4", "s26", "s31")
    pairs: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    left: list[dict[str, float]] = []
    for speaker in sorted({each.speaker for each in examples}):
        of = [each for each in examples if each.speaker == speaker]
        true = {each.name: told(each) for each in of}
        moved = np.concatenate([each.offsets for each in of])
        rest = resting_weights(np.concatenate(list(true.values())), moved)
        for each in of:
            kinds = [speaker] if speaker in wanted else []
            kinds += ["held out"] if each.name in held_out else []
            if not kinds:
                continue
            solved = weights_from_mesh(each.clip(face_mesh_topology()))
            seen = each.seen > 0
            for kind in kinds:
                pair = solved.weights[seen], (true[each.name] - rest)[seen]
                pairs.setdefault(kind, []).append(pair)
            if each.name in held_out:
                left.append(solved.metadata["solve"])
    shown = Table(title="Takes the rig never saw, against MediaPipe's weights about rest")
    for column in ("channel", "takes", "r", "amplitude ratio", "MAE"):
        shown.add_column(column, justify="left" if column == "channel" else "right")
    for name, figures in figures_of(pairs["held out"]).items():
        shown.add_row(
            name, str(len(figures.r)), mean(figures.r), mean(figures.ratio),
            mean(figures.error, 3),
        )  # fmt: skip
    console.print(shown)
    mean_left, worst = (float(np.mean([each[k] for each in left])) for k in ("mean_cm", "p95_cm"))
    console.print(f"left between rig and mesh: mean {mean_left:.3f} cm, p95 {worst:.3f} cm")
    totals = Table(title="Means over channels that move; mouth MAE over all")
    for column in ("takes of", "takes", "jawOpen r", "mouth r", "other r", "mouth MAE"):
        totals.add_column(column, justify="left" if column == "takes of" else "right")
    for kind in ("held out", *wanted):
        figures = figures_of(pairs[kind])
        mouth = {name: each for name, each in figures.items() if name in SPEECH_CHANNELS}
        others = [np.mean(each.r) for n, each in figures.items() if n not in mouth and each.r]
        totals.add_row(
            kind, str(len(pairs[kind])), mean(figures["jawOpen"].r),
            mean([np.mean(each.r) for each in mouth.values() if each.r]), mean(others),
            mean([np.mean(each.error) for each in mouth.values()], 3),
        )  # fmt: skip
    console.print(totals)


def told(example: MeshExample) -> np.ndarray:
    """Return MediaPipe's weights of a take, smoothed as its vertices are, (T, 52)."""
    clip = FaceClip.load(Path(example.about["capture"])).select(ARKIT_CHANNELS)
    sigma = SMOOTHING * float(clip.fps)
    smooth = gaussian_filter1d(clip.weights, sigma, axis=0, mode="nearest")
    # A take's mesh may be a frame longer or shorter.
    return smooth[np.minimum(np.arange(len(example.offsets)), len(smooth) - 1)]


def mean(values: Sequence[float], digits: int = 2) -> str:
    """Return a mean as text, a dash where there is none."""
    return f"{np.mean(values):.{digits}f}" if len(values) else "-"


def posed(rig: Rig, clip: FaceClip) -> MeshClip:
    """Return a rig moved by a clip."""
    offsets = np.tensordot(connect(rig).weights(clip), rig.deltas, axes=1)
    topology = MeshTopology(rig.name, rig.triangles, len(rig.neutral))
    return MeshClip(rig.neutral + offsets, topology, clip.fps, rig.neutral, start=clip.start)


def round_trips(rigs: Sequence[Rig], console: Console) -> None:
    """Print the way from weights to a mesh and back."""
    spoken = voxface.animate(EXAMPLE, fps=30, controls=Controls(life=0))
    frames = min(len(spoken), 30 * ROUND_TRIP_SECONDS)
    talk = replace(
        spoken, weights=spoken.weights[:frames], head=spoken.head[:frames],
        tracked=spoken.tracked[:frames],
    )  # fmt: skip
    clips = {"speech": talk, "random": wandering(150)}
    ways = {"defaults": {}, "exact": {"smoothness": 0, "ridge": 0, "opposites": ()}}
    shown = Table(title="Round trip on known weights: MAE, largest error in brackets")
    for column in ("rig", "weights", "solved with", *REGIONS, "mesh, cm"):
        shown.add_column(column)
    for rig in rigs:
        for kind, clip in clips.items():
            mesh = posed(rig, clip)
            for way, parameters in ways.items():
                solved = weights_from_mesh(mesh, rig, **parameters)
                cells = []
                for names in REGIONS.values():
                    rows = [ARKIT_CHANNELS.index(name) for name in names]
                    rows = [row for row in rows if solved.tracked[0, row]]
                    apart = np.abs(solved.weights[:, rows] - clip.weights[:, rows])
                    cells.append(f"{apart.mean():.4f} ({apart.max():.2f})" if rows else "-")
                left = solved.metadata["solve"]["mean_cm"]
                shown.add_row(rig.name, kind, way, *cells, f"{left:.4f}")
    console.print(shown)
    for rig in rigs:
        for mix in dependent(rig):
            console.print(f"{rig.name}: together these move nothing: {mix}")


def wandering(frames: int) -> FaceClip:
    """Return weights that wander between random ones twice a second, half of them at rest."""
    random = np.random.default_rng(0)
    shape = frames // 15 + 2, len(ARKIT_CHANNELS)
    points = random.random(shape) * (random.random(shape) < 0.5)
    at = np.arange(frames) / 15
    weights = np.stack([np.interp(at, np.arange(shape[0]), column) for column in points.T], axis=1)
    for pair in OPPOSITES:
        first, second = (ARKIT_CHANNELS.index(name) for name in pair)
        more = weights[:, first] - weights[:, second]
        weights[:, first], weights[:, second] = np.maximum(more, 0), np.maximum(-more, 0)
    return FaceClip(weights, 30)


def dependent(rig: Rig) -> list[str]:
    """Return mixes of channels that move nothing, so that no mesh can tell them."""
    groups, shapes = channel_shapes(rig)
    flat = shapes.reshape(len(shapes), -1).astype(np.float64)
    gram = flat @ flat.T
    energies, mixes = np.linalg.eigh(gram / np.trace(gram) * len(gram))
    return [
        ", ".join(
            f"{share:+.2f} {groups[k][0]}" for k, share in enumerate(mix) if abs(share) > 0.05
        )
        for energy, mix in zip(energies, mixes.T, strict=True)
        if energy < DEPENDENT
    ]


def random_rig(console: Console) -> None:
    """Print the way back from weights on a random rig, with and without noise."""
    random = np.random.default_rng(1)
    deltas, weights = random.normal(size=(52, 300, 3)), random.random((200, 52))
    weights *= random.random(weights.shape) < 0.5
    offsets = np.tensordot(weights, deltas, axes=1)
    for noise in (0.0, 0.1):
        given = offsets + noise * random.normal(size=offsets.shape)
        apart = np.abs(solve_weights(given, deltas, ridge=0) - weights)
        console.print(
            f"random rig of 52 targets, noise {noise:g} of a target's size: "
            f"MAE {apart.mean():.1e}, largest error {apart.max():.1e}"
        )


def times(console: Console) -> None:
    """Print how long solving takes."""
    spoken = voxface.animate(EXAMPLE, fps=30, controls=Controls(life=0)).weights
    for rig, minutes in ((face_mesh_rig(), 1), (face_mesh_rig(), 10), (default_head(), 1)):
        frames = minutes * 60 * 30
        mesh = posed(rig, FaceClip(np.resize(spoken, (frames, spoken.shape[1])), 30))
        for smoothness in (None, 0.0):
            started = time.perf_counter()
            weights_from_mesh(mesh, rig, smoothness=smoothness)
            seconds = time.perf_counter() - started
            way = "each frame alone" if smoothness == 0 else "smooth"
            console.print(
                f"{rig.name}, {len(rig.neutral)} vertices, {minutes} min at 30 fps, {way}: "
                f"{seconds:.2f} s"
            )


def main() -> None:
    """Print all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("meshes", type=Path, nargs="?", help="what 'voxface mesh prepare' wrote")
    parser.add_argument("--rig", type=Path, action="append", default=[], help="one more rig")
    parser.add_argument("--face", type=Path, help="another file of scripts/fit_face_mesh_rig")
    given = parser.parse_args()
    if given.face:
        learned.FACE_MESH_RIG = given.face
    console = Console(width=150)
    if given.meshes:
        captured(given.meshes, console)
    round_trips([default_head(), face_mesh_rig(), *map(load_rig, given.rig)], console)
    random_rig(console)
    times(console)


if __name__ == "__main__":
    main()
