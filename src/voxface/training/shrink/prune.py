"""Take units out of a net: what is left is physically smaller, and is a net like any other.

What a unit adds on average stays as a bias, so that units that do the same at all times can go
without a trace (Molchanov et al., "Importance Estimation for Neural Network Pruning", 2019, measure
units much as `dead_units` does).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.models import CausalTCN, FaceNet
from voxface.models.pruned_tcn import PrunedTCN, PrunedTCNConfig
from voxface.training.shrink.dead_units import NetUse, separable_blocks

RANKINGS = ("contribution", "magnitude")
"""What units are ranked by; see `dead_units.BlockUse`."""


def prune(
    net: FaceNet,
    use: NetUse,
    share: float,
    *,
    dead_below: float = 0.0,
    by: str = "contribution",
) -> PrunedTCN:
    """Take dead units out, then the least of the others until a share of all is gone.

    Parameters
    ----------
    net : FaceNet
        A separable TCN, whole or pruned before; it stays as it is.
    use : NetUse
        What its units do over real speech.
    share : float
        Share of all units to take out, 0 to 1; dead ones go even where they are more.
    dead_below : float
        Units that fire in no more than this share of frames are dead.
    by : str
        ``"contribution"`` or ``"magnitude"``.

    Returns
    -------
    PrunedTCN
        Every block keeps at least one unit.

    Raises
    ------
    VoxfaceError
        If units cannot be taken from such a net or the share is out of range.
    """
    _check_share(share)
    if by not in RANKINGS:
        raise VoxfaceError(f"units are ranked by {' or '.join(RANKINGS)}, not by '{by}'")
    separable_blocks(net)
    worth = [np.asarray(getattr(block, by), np.float64) for block in use.blocks]
    gone = [block.dead(dead_below) for block in use.blocks]
    for values, dead in zip(worth, gone, strict=True):
        dead[int(np.argmax(values))] = False  # a block without units is no block
    values = np.concatenate([np.where(dead, -1.0, v) for v, dead in zip(worth, gone, strict=True)])
    for begin, block in zip(np.cumsum([0, *map(len, worth)]), worth, strict=False):
        values[begin + int(np.argmax(block))] = np.inf
    count = max(round(share * len(values)), int((values < 0).sum()))
    taken = np.zeros(len(values), bool)
    taken[np.argsort(values, kind="stable")[:count]] = True
    taken &= np.isfinite(values)
    return _without(net, use, np.split(taken, np.cumsum([len(block) for block in worth])[:-1]))


def narrow(net: FaceNet, use: NetUse, share: float) -> PrunedTCN:
    """Take channels out of the residual stream, and with them their units in every block.

    Parameters
    ----------
    net, use
        As `prune` takes them.
    share : float
        Share of the stream's channels to take out: those that matter least, by how much they
        change times the weights that read them, in the heads and in all blocks.

    Raises
    ------
    VoxfaceError
        As `prune` does.
    """
    _check_share(share)
    separable_blocks(net)
    assert isinstance(net, CausalTCN)
    whole = PrunedTCNConfig.of(net.config)
    heads = torch.cat([head.weight[:, :, 0] for head in _heads(net)])
    worth = use.stream_deviation * heads.detach().double().norm(dim=0).numpy()
    for kept, found in zip(whole.kept, use.blocks, strict=True):
        worth[list(kept)] += found.contribution
    count = min(round(share * whole.channels), whole.channels - 1)
    keep = np.ones(whole.channels, bool)
    keep[np.argsort(worth, kind="stable")[:count]] = False
    for kept, found in zip(whole.kept, use.blocks, strict=True):
        if not keep[list(kept)].any():  # a block must hear something
            keep[kept[int(np.argmax(found.contribution))]] = True
    gone = [~keep[list(kept)] for kept in whole.kept]
    return _narrowed(_without(net, use, gone), use, keep)


def _without(net: FaceNet, use: NetUse, gone: list[NDArray[np.bool_]]) -> PrunedTCN:
    """Return a net without the units that are marked, block by block."""
    assert isinstance(net, CausalTCN)
    config = PrunedTCNConfig.of(net.config)
    kept = tuple(
        tuple(int(c) for c, out in zip(units, dead, strict=True) if not out)
        for units, dead in zip(config.kept, gone, strict=True)
    )
    small = PrunedTCN(replace(config, kept=kept))
    state = net.state_dict()
    for number, (dead, found) in enumerate(zip(gone, use.blocks, strict=True)):
        name = f"blocks.{number}."
        stays = torch.from_numpy(~dead)
        mix = state[f"{name}pointwise.weight"]
        mean = torch.from_numpy(np.where(dead, found.mean, 0)).to(mix)
        state[f"{name}pointwise.bias"] = state[f"{name}pointwise.bias"] + mix[:, :, 0] @ mean
        state[f"{name}pointwise.weight"] = mix[:, stays]
        for part in (
            "depthwise.weight",
            "norm.weight",
            "norm.bias",
            "norm.running_mean",
            "norm.running_var",
        ):
            state[name + part] = state[name + part][stays]
    small.load_state_dict(state)
    return small.eval()


def _narrowed(net: PrunedTCN, use: NetUse, keep: NDArray[np.bool_]) -> PrunedTCN:
    """Return a net without the channels of the stream that no block hears any more."""
    config = net.config
    new = np.cumsum(keep) - 1
    kept = tuple(tuple(int(new[c]) for c in units) for units in config.kept)
    thin = PrunedTCN(replace(config, channels=int(keep.sum()), kept=kept))
    stays = torch.from_numpy(keep)
    state = net.state_dict()
    for part in ("weight", "bias"):
        state[f"entry.{part}"] = state[f"entry.{part}"][stays]
        for number in range(len(kept)):
            name = f"blocks.{number}.pointwise.{part}"
            state[name] = state[name][stays]
    for name in [name.removesuffix(".weight") for name in state if name.endswith("_head.weight")]:
        weight = state[f"{name}.weight"]
        mean = torch.from_numpy(np.where(keep, 0, use.stream_mean)).to(weight)
        state[f"{name}.bias"] = state[f"{name}.bias"] + weight[:, :, 0] @ mean
        state[f"{name}.weight"] = weight[:, stays]
    thin.load_state_dict(state)
    return thin.eval()


def _heads(net: CausalTCN) -> list[torch.nn.Conv1d]:
    return [net.motion_head, net.pose_head, net.speech_head, net.articulation_head]


def _check_share(share: float) -> None:
    if not 0 <= share < 1:
        raise VoxfaceError(f"a share to take out lies between 0 and 1, not at {share:g}")
