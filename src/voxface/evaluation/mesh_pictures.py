"""Figures of a mesh run: how it learned, what it says beside the truth, and where it is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.corpus.mesh_examples import MeshExample
from voxface.errors import VoxfaceError
from voxface.evaluation.mesh_methods import MeshMethod
from voxface.evaluation.mesh_scores import MILLIMETRES, lip_opening
from voxface.face import MeshTopology
from voxface.training.mesh.train import SNAPSHOTS

MOMENTS = 5
"""Frames of a take that are drawn."""


def loss_curves(looks: dict[str, Any], path: Path) -> None:
    """Draw the figures of every look at a run, lesson by lesson.

    Raises
    ------
    VoxfaceError
        If the run was never looked at.
    """
    lessons = {name: found["looks"] for name, found in looks.items() if found.get("looks")}
    if not lessons:
        raise VoxfaceError("the run was not watched: set 'every' of validation in its recipe")
    plot = _pyplot()
    figure, axes = plot.subplots(1, len(lessons), figsize=(6 * len(lessons), 4), squeeze=False)
    for axis, (name, rows) in zip(axes[0], lessons.items(), strict=True):
        for key in rows[0]:
            if key != "step":
                axis.plot([row["step"] for row in rows], [row[key] for row in rows], label=key)
        axis.set(title=f"{name}: takes not learned from", xlabel="step", ylim=(-0.2, None))
        axis.legend(fontsize=8)
    _save(figure, path)


def learning(folder: Path, topology: MeshTopology, path: Path) -> None:
    """Draw one frame of a watched take as the net told it at each look, beside the truth.

    Raises
    ------
    VoxfaceError
        If the run kept no snapshots.
    """
    if not (folder / SNAPSHOTS).is_file():
        raise VoxfaceError(f"'{folder}' holds no {SNAPSHOTS}; train with validation")
    with np.load(folder / SNAPSHOTS, allow_pickle=False) as file:
        steps, offsets, truth, neutral = (
            file[name] for name in ("steps", "offsets", "truth", "neutral")
        )
    frame = int(lip_opening(neutral + truth, topology).argmax())
    chosen = np.unique(np.linspace(0, len(steps) - 1, MOMENTS).astype(int))
    shown = [(f"step {steps[n]}", neutral + offsets[n]) for n in chosen]
    faces([*shown, ("captured", neutral + truth[frame])], topology, path)


def faces(shown: Sequence[tuple[str, NDArray[Any]]], topology: MeshTopology, path: Path) -> None:
    """Draw meshes (V, 3) side by side from the front, orthographically."""
    plot = _pyplot()
    figure, axes = plot.subplots(1, len(shown), figsize=(3 * len(shown), 4), squeeze=False)
    for axis, (title, points) in zip(axes[0], shown, strict=True):
        axis.triplot(points[:, 0], points[:, 1], topology.triangles, linewidth=0.4, color="black")
        axis.set(title=title, aspect="equal")
        axis.axis("off")
    _save(figure, path)


def take_picture(method: MeshMethod, take: MeshExample, topology: MeshTopology, path: Path) -> None:
    """Draw a take: predicted and captured meshes, the lips' opening, offsets, and the error."""
    plot = _pyplot()
    said = take.neutral + method.predict(take)
    true = take.neutral + take.offsets.astype(np.float32)
    frames = np.linspace(0, len(true) - 1, MOMENTS + 2).astype(int)[1:-1]
    figure, axes = plot.subplots(4, MOMENTS, figsize=(3 * MOMENTS, 13))
    error = MILLIMETRES * np.linalg.norm(said - true, axis=2)
    for column, frame in enumerate(frames):
        for row, (name, points) in enumerate((("captured", true), (method.name, said))):
            axis = axes[row, column]
            axis.triplot(
                points[frame, :, 0], points[frame, :, 1], topology.triangles, linewidth=0.4,
                color="black",
            )  # fmt: skip
            axis.set(title=f"{name}, {frame / take.fps:.2f} s", aspect="equal")
            axis.axis("off")
        axis = axes[2, column]
        drawn = axis.scatter(*true[frame, :, :2].T, c=error[frame], s=8, vmin=0, vmax=6)
        axis.set(title="error, mm", aspect="equal")
        axis.axis("off")
    figure.colorbar(drawn, ax=axes[2, -1])
    times = np.arange(len(true)) / take.fps
    for part in axes[3]:
        part.remove()
    opening, height, errors = (figure.add_subplot(4, 3, 10 + n) for n in range(3))
    opening.plot(times, lip_opening(true, topology), label="captured")
    opening.plot(times, lip_opening(said, topology), label=method.name)
    opening.set(title="lips from top to bottom, cm", xlabel="s")
    opening.legend()
    chin = int(take.neutral[:, 1].argmin())
    height.plot(times, true[:, chin, 1] - take.neutral[chin, 1], label="captured")
    height.plot(times, said[:, chin, 1] - take.neutral[chin, 1], label=method.name)
    height.set(title="offset of the chin, cm", xlabel="s")
    for region in ("mouth", "upper"):
        errors.plot(times, error[:, topology.rows(region)].mean(axis=1), label=region)
    errors.set(title="mean error, mm", xlabel="s")
    errors.legend()
    _save(figure, path)


def _pyplot() -> Any:
    import matplotlib  # noqa: PLC0415  (an extra, and slow)

    matplotlib.use("Agg")
    import matplotlib.pyplot as plot  # noqa: PLC0415

    return plot


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=80, bbox_inches="tight")
    _pyplot().close(figure)
