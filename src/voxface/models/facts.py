"""What a net costs and how far it hears: counted and measured, not derived from its sizes."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from math import inf

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from voxface.models.contract import FaceNet

SHORTEST_SPAN, LONGEST_SPAN = 64, 16384
"""Frames in which the receptive field is sought, doubled until it is found."""
MOST = 0.99
"""Share of the gradient that the frames that matter hold."""


@dataclass(frozen=True)
class NetFacts:
    """Facts about one net.

    Attributes
    ----------
    parameters : int
        Numbers that are trained.
    receptive_field : float
        Frames of features that one frame of the face depends on, by its gradient; infinite for
        recurrent nets.
    back_ms, ahead_ms : float
        How far it reaches before the frame it speaks of and beyond, in milliseconds.
    effective_ms : float
        How far before the newest frame heard those frames lie that hold 99 % of the gradient, for
        noise and these weights: a recurrent net may remember for ever but does not.
    multiply_adds : float
        Per second of sound, by frames pushed one by one, without the front end.
    look_ahead_ms : float
        By how much the face is told later than its sound.
    state_size : int
        Numbers in the memory of one stream.
    """

    parameters: int
    receptive_field: float
    back_ms: float
    ahead_ms: float
    effective_ms: float
    multiply_adds: float
    look_ahead_ms: float
    state_size: int


def facts(net: FaceNet, frame_rate: float = 100.0) -> NetFacts:
    """Measure a net that hears so many frames per second; it is left as it is."""
    frame_ms = 1000 / frame_rate
    parameters = sum(part.numel() for part in net.parameters() if part.requires_grad)
    # In double precision no gradient is lost on its way, and every kernel is one that is counted.
    twin = copy.deepcopy(net).double().eval().requires_grad_(False).cpu()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        felt = _gradient(twin)
        multiply_adds = _multiply_adds(twin, min(len(felt), 2048))
    heard = torch.nonzero(felt)[:, 0]
    newest = len(felt) - 1
    oldest, last = int(heard.min()), int(heard.max())
    told = newest - net.look_ahead
    field = inf if net.endless else float(last - oldest + 1)
    share = torch.cumsum(felt.flip(0), 0) / felt.sum()
    return NetFacts(
        parameters=parameters,
        receptive_field=field,
        back_ms=inf if net.endless else (told - oldest) * frame_ms,
        ahead_ms=(last - told) * frame_ms,
        effective_ms=float((share < MOST).sum()) * frame_ms,
        multiply_adds=multiply_adds * frame_rate,
        look_ahead_ms=net.look_ahead * frame_ms,
        state_size=net.state_size,
    )


def _gradient(net: FaceNet) -> Tensor:
    """Return how much the last output depends on each frame, until none of the first does."""
    span = SHORTEST_SPAN
    while True:
        heard = _noise(2, span, net).requires_grad_()
        face, _ = net(heard, net.initial_state(2).double())
        said = torch.cat([part[:, -1].flatten() for part in face])
        (gradient,) = torch.autograd.grad((said * torch.randn_like(said)).sum(), heard)
        felt = gradient.abs().sum((0, 2))
        # Half the span is spared so that the field is known to end, not to be cut off.
        if not felt[: span // 2].any() or span >= LONGEST_SPAN:
            return felt
        if net.endless and span >= 2048:
            return felt
        span *= 2


@torch.no_grad()
def _multiply_adds(net: FaceNet, memory: int) -> float:
    """Return the multiply-adds of one frame, after so many that the memory is full."""
    _, state = net(_noise(1, memory, net), net.initial_state(1).double())
    with FlopCounterMode(display=False) as counter:
        net(_noise(1, 1, net), state)
    return float(counter.get_total_flops()) / 2


def _noise(batch: int, frames: int, net: FaceNet) -> Tensor:
    mean, deviation = net.config.feature_mean, net.config.feature_deviation
    noise = torch.randn(batch, frames, net.config.bands, dtype=torch.float64)
    return mean + deviation * noise
