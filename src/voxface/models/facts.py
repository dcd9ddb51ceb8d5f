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
ENDLESS_SPAN = 2048
"""Frames that nets without an end hear."""
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
        felt, state = _gradient(twin)
        multiply_adds = _multiply_adds(twin, state)
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


def _gradient(net: FaceNet) -> tuple[Tensor, Tensor]:
    """Return how much the last output depends on each of many frames, and the state after them.

    So many are heard that the output does not depend on the first half of them.
    """
    span = SHORTEST_SPAN
    while True:
        heard = _noise(span, net).requires_grad_()
        face, state = net(heard, net.initial_state(1).double())
        said = torch.cat([part[0, -1].reshape(-1) for part in face])
        (gradient,) = torch.autograd.grad((said * torch.randn_like(said)).sum(), heard)
        felt = gradient.abs().sum((0, 2))
        ended = not felt[: span // 2].any()
        if ended or span >= LONGEST_SPAN or (net.endless and span >= ENDLESS_SPAN):
            return felt, state.detach()
        span *= 2


@torch.no_grad()
def _multiply_adds(net: FaceNet, state: Tensor) -> float:
    """Return the multiply-adds of one frame in a stream whose memory is full."""
    with FlopCounterMode(display=False) as counter:
        net(_noise(1, net), state)
    return float(counter.get_total_flops()) / 2


def _noise(frames: int, net: FaceNet) -> Tensor:
    mean, deviation = net.config.feature_mean, net.config.feature_deviation
    noise = torch.randn(1, frames, net.config.bands, dtype=torch.float64)
    return mean + deviation * noise
