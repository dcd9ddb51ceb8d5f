"""Lips as the default head shows them: what stands between them at phones of real recordings.

Run: ``python benchmarks/lips_on_the_head.py data/corpus`` (a minute). Some recordings of each set
with known phones are animated by the model with its defaults, the head is posed, and the gap
between its lips, the width of its mouth and the height of its lower lip are printed in millimetres.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

import voxface
from voxface.corpus.manifest import read_corpus
from voxface.corpus.utterance import Utterance
from voxface.engine import Model
from voxface.evaluation.head_lips import FIGURES, MouthGauge, phones_on_the_head, summary
from voxface.rig import default_head

FPS = 100
SHARES = ("met_within_60_ms", "met_in_the_middle", "lip_on_teeth")


def sets_of(corpora: Path) -> dict[str, list[Utterance]]:
    """Return utterances by the kind of their recordings."""
    found: dict[str, list[Utterance]] = {}
    for folder in sorted(corpora.iterdir()):
        if (folder / "cuts.jsonl.gz").is_file() and folder.name != "synthetic":
            for one in read_corpus(folder):
                name = one.recording.parent.name
                name = {"video": "GRID s1", "grid_more": "GRID, others"}.get(name, name)
                found.setdefault(name, []).append(one)
    return found


def table_of(name: str, figures: dict[str, dict[str, float]]) -> Table:
    """Return the figures of one set as a table."""
    table = Table(title=f"{name}: mm, ms and shares")
    table.add_column("phones")
    table.add_column("count", justify="right")
    for figure in FIGURES:
        table.add_column(figure.replace("_", " "), justify="right")
    for kind, row in figures.items():
        cells = [
            f"{row[figure]:.0%}" if figure in SHARES else f"{row[figure]:.1f}" for figure in FIGURES
        ]
        table.add_row(kind, str(row["count"]), *cells)
    return table


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", type=Path, help="folder that 'voxface corpus' wrote")
    parser.add_argument("--model", type=Path, help="model.onnx (default: the packaged model)")
    parser.add_argument("--recordings", type=int, default=40, help="how many of each set")
    parser.add_argument("-o", "--output", type=Path, help="also write the figures as JSON")
    given = parser.parse_args()
    gauge, model = MouthGauge(default_head()), Model.for_recordings(given.model)
    console = Console(width=None if Console().is_terminal else 150)
    report = {}
    for name, held in sets_of(given.corpora).items():
        lips = []
        for one in held[:: max(1, len(held) // given.recordings)]:
            clip = voxface.animate(one.recording, fps=FPS, model=model)
            lips += phones_on_the_head(gauge(clip), FPS, one.phones)
        report[name] = summary(lips)
        console.print(table_of(name, report[name]))
    if given.output:
        given.output.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
