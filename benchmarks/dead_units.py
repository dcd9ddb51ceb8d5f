"""Which units of trained nets never fire, block by block, as a table for a page.

Run: ``python benchmarks/dead_units.py RUN [RUN ...] --examples FOLDER [--page FILE]``
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from common import write_results

from voxface.evaluation.experiments.tables import markdown
from voxface.training.checkpoint import load_trained
from voxface.training.shrink.dead_units import NetUse
from voxface.training.shrink.work import units_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--page", type=Path, help="page to put the tables into")
    asked = parser.parse_args()
    parts = []
    for run in asked.runs:
        use = units_of(run, asked.examples)
        dilations = load_trained(run).net.config.to_dict()["dilations"]
        parts.append(f"**{run.name}**, over {use.frames / 100:.0f} s of captured speech that it "
                     f"was trained on\n\n{table(use, dilations)}")  # fmt: skip
    text = "\n\n".join(parts)
    print(text)
    if asked.page:
        write_results(asked.page, text)


def table(use: NetUse, dilations: list[int]) -> str:
    lines = [["block", "dilation", "units", "never fire", "in < 0.1 % of frames", "in < 1 %",
              "a unit fires in", "contribution: least", "10 %", "median", "most"]]  # fmt: skip
    for number, (block, dilation) in enumerate(zip(use.blocks, dilations, strict=True), 1):
        contribution = np.percentile(block.contribution, [0, 10, 50, 100])
        lines.append(
            [
                str(number),
                str(dilation),
                str(len(block.firing)),
                *(str(int(block.dead(least).sum())) for least in (0.0, 0.001, 0.01)),
                f"{block.firing.mean():.1%} of frames",
                *(f"{value:.3f}" for value in contribution),
            ]
        )
    return markdown(lines)


if __name__ == "__main__":
    main()
