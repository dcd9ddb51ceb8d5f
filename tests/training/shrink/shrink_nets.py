"""Small nets with planted units, and a model file of one, for the tests of shrinking."""

from __future__ import annotations

from pathlib import Path

import torch

from fabricated import make_canonical
from voxface.models import CausalTCN, TCNConfig
from voxface.training.checkpoint import Trained
from voxface.training.export import export_trained

ABOUT = {
    "recipe": {"name": "tiny", "hears": "sound", "data": {"sets": {"grid": 1.0}}},
    "data_sha256": {"grid.npz": "00"},
    "git_commit": "abc",
}
DEAD = {0: (3, 7), 1: (0,), 2: ()}
"""Units of `planted` that never fire, by block."""
CONSTANT = (1, 5)
"""A unit of it that always fires and never changes."""


def planted(channels: int = 16) -> CausalTCN:
    """Return a net of three blocks in which some units never fire and one never changes."""
    torch.manual_seed(0)
    net = CausalTCN(TCNConfig(channels=channels, dilations=(1, 2, 4), look_ahead=3)).eval()
    for name, tensor in net.named_buffers():
        if name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
        if name.endswith("running_mean"):
            tensor.normal_(0, 0.2)
    with torch.no_grad():
        for number, units in DEAD.items():
            net.each_block()[number].norm.bias[list(units)] = -100.0
        block, unit = CONSTANT
        net.each_block()[block].norm.weight[unit] = 0.0
        net.each_block()[block].norm.bias[unit] = 2.0
    return net


def planted_run() -> Trained:
    return Trained(planted(), make_canonical(), ABOUT)


def write_planted_model(path: Path, trained: Trained | None = None) -> Path:
    export_trained(trained or planted_run(), path, version="1", licence="Apache-2.0")
    return path
