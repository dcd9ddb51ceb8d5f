"""Lips of mesh models at phones of real voices: how near they come on p, b and m.

Run: ``python benchmarks/mesh_lips.py [MODEL...]`` (half a minute). English readers of the shared
voices are aligned to their text; within 60 ms of each p, b and m, and in the middle of open vowels,
the gap between the inner lips is measured on the model's own face, beside the default model of
blendshapes through the rig of that face. Gaps are beyond the least of a clip, which stands beside
them: on no real face do lips that are shut gape. Where lips are 1.2 to 3 mm apart in the middle,
the gap half way to the corners is told as a share of it: above 1, lips look pinched.
"""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

import voxface
from voxface.audio import read
from voxface.engine import Controls
from voxface.face import face_mesh
from voxface.phones.alignment import align, english_words
from voxface.rig.face_mesh_rig import face_mesh_rig

EVERY = 25
"""One reader's utterance in so many."""
REACH = 0.06
PAIRS = ((13, 14), (81, 178), (311, 402))
"""Upper and lower vertices of the inner lips: the middle, and half way to each corner."""
PARTED = (1.2, 3.0)
"""Millimetres in the middle at which the shape of lips is looked at."""
TOUCHING = 2.0
"""Millimetres beyond rest below which lips are counted as met."""
KINDS = {"p": "p b m", "b": "p b m", "m": "p b m", "ɑː": "open", "a": "open", "æ": "open"}


def gaps(vertices: np.ndarray) -> np.ndarray:
    """Return gaps between the inner lips in millimetres (T, 2): in the middle, at the sides."""
    apart = [10 * np.linalg.norm(vertices[:, a] - vertices[:, b], axis=1) for a, b in PAIRS]
    return np.stack([apart[0], (apart[1] + apart[2]) / 2], axis=1)


def told(model: str, pcm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if model == "voice_to_action":
        clip = voxface.animate(pcm, sample_rate=16_000, fps=60, controls=Controls(life=0))
        rig = face_mesh_rig()
        moved = np.tensordot(clip.select(rig.targets).weights, rig.deltas, axes=1)
        # Rest with lips shut: the average face's are parted.
        closed = face_mesh()[1].copy()
        for upper, lower in PAIRS:
            closed[lower] = closed[upper]
        return clip.times, gaps(closed + moved)
    mesh = voxface.animate_mesh(pcm, model, sample_rate=16_000, fps=60)
    return mesh.times, gaps(mesh.vertices)


def main() -> None:
    voices = Path(os.environ.get("VOXFACE_SHARED", "../shared")) / "data" / "voices"
    models = sys.argv[1:] or ["voice_to_action", "animote", "meshtalk"]
    rows = [row for row in csv.DictReader((voices / "index.csv").open(encoding="utf-8"))]
    rows = [row for row in rows if row["set"] == "librispeech"][::EVERY]
    kinds = ("p b m", "open", "least", "sides")
    found: dict[str, dict[str, list[float]]] = {m: {kind: [] for kind in kinds} for m in models}
    for row in rows:
        pcm = read(voices / row["file"])
        aligned = align(pcm, english_words(row["text"]))
        if aligned is None or aligned.fault():
            continue
        for model in models:
            times, both = told(model, pcm)
            gap = both[:, 0]
            part = both[(gap > PARTED[0]) & (gap < PARTED[1])]
            found[model]["sides"].extend(part[:, 1] / part[:, 0])
            found[model]["least"].append(float(gap.min()))
            gap = gap - gap.min()
            for phone in aligned.phones:
                kind = KINDS.get(phone.symbol)
                if kind is None:
                    continue
                middle = (phone.start + phone.end) / 2
                near = np.abs(times - middle) <= REACH
                if near.any():
                    measured = gap[near].min() if kind == "p b m" else np.median(gap[near])
                    found[model][kind].append(float(measured))
    table = Table(title=f"{len(rows)} utterances of LibriSpeech")
    for column in (
        "model",
        "p, b, m",
        f"met (< {TOUCHING:g} mm)",
        "gap, median",
        "open vowels, gap",
        "least gap of a clip",
        "sides / middle",
    ):
        table.add_column(column, justify="left" if column == "model" else "right")
    for model in models:
        shut, opened, least, sides = (np.array(found[model][kind]) for kind in kinds)
        table.add_row(
            model, str(len(shut)), f"{(shut < TOUCHING).mean():.0%}", f"{np.median(shut):.1f} mm",
            f"{np.median(opened):.1f} mm", f"{np.median(least):.1f} mm",
            f"{np.median(sides):.2f}",
        )  # fmt: skip
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
