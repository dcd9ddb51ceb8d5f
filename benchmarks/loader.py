"""Does the loader starve the net? The share of a run's time in which the net waits for crops.

    python benchmarks/loader.py data/examples/grid.npz

For several sizes of net and numbers of loader processes, steps of training are timed with the time
between asking for a batch and having it. No processes draw crops between steps, in the process that
trains: all of that is waiting. On a machine with fewer processors than processes they share them.
"""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path

import numpy as np
import torch
import typer
from common import print_table
from torch.utils.data import DataLoader

from voxface.corpus.examples import load_examples
from voxface.models import CanonicalScale, TCNConfig, build_net
from voxface.training.arithmetic import has_bfloat16
from voxface.training.augment import Augmentation
from voxface.training.crops import Batch, CropConfig, Crops
from voxface.training.hearing import Hearing
from voxface.training.losses import LossWeights
from voxface.training.module import FaceModule, Optimiser

SIZES = {
    "96 channels": TCNConfig(channels=96),
    "160 channels": TCNConfig(channels=160),
    "256 channels, dense": TCNConfig(channels=256, separable=False),
}
WARM_UP = 3


def main(
    examples: Path,
    steps: int = 30,
    batch: int = 16,
    threads: int = 1,
    processes: str = "0,1,2",
) -> None:
    """Print the table."""
    torch.set_num_threads(threads)
    crops = Crops(
        load_examples(examples),
        CropConfig(frames=256, warm_up=60, batch=batch),
        Augmentation(),
        np.zeros(52, np.float32),
        Hearing(),
        0,
    )
    rows = []
    for name, sizes in SIZES.items():
        for count in map(int, processes.split(",")):
            waiting, working = measure(crops, sizes, count, steps)
            total = waiting + working
            rows.append(
                (
                    f"{name}, {count} loaders",
                    f"step {1000 * working / steps:.0f} ms, wait {1000 * waiting / steps:.1f} ms",
                    f"waits {100 * waiting / total:.1f} %, {steps / total:.1f} steps/s",
                    None,
                )
            )
    print_table(f"batches of {batch} crops of 3.2 s, {threads} thread(s) for the net", rows)


def measure(crops: Crops, sizes: TCNConfig, processes: int, steps: int) -> tuple[float, float]:
    """Return the seconds spent waiting for crops and learning from them."""
    module = FaceModule(
        build_net(sizes), CanonicalScale.neutral(), torch.zeros(52), Optimiser(), LossWeights()
    )
    optimiser = torch.optim.AdamW(module.parameters(), lr=1e-3)
    loader = iter(DataLoader(crops, batch_size=None, num_workers=processes))
    waiting = working = 0.0
    for number in range(WARM_UP + steps):
        begin = time.perf_counter()
        (batch,) = islice(loader, 1)
        there = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=has_bfloat16()):
            _, terms = module.compare(Batch(*batch), module.losses)
            loss = torch.stack(list(terms.values())).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if number >= WARM_UP:
            waiting += there - begin
            working += time.perf_counter() - there
    return waiting, working


if __name__ == "__main__":
    typer.run(main)
