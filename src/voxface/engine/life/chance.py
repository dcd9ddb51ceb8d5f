"""Chance without a memory: every draw is a hash of a seed, a stream and a counter.

Whole numbers of 32 bits only, so that a browser (`Math.imul`, `>>> 0`) draws the same. The hash is
"lowbias32" (https://nullprogram.com/blog/2018/07/31/), which has no rival of its size in bias.
"""

from __future__ import annotations

import math

MASK = 0xFFFFFFFF
STEP = 0x9E3779B9
"""2^32 over the golden ratio: counters one apart start far apart."""


def mixed(value: int) -> int:
    """Scramble a number of 32 bits; one-to-one."""
    value = ((value ^ (value >> 16)) * 0x7FEB352D) & MASK
    value = ((value ^ (value >> 15)) * 0x846CA68B) & MASK
    return value ^ (value >> 16)


def uniform(seed: int, stream: int, counter: int) -> float:
    """Draw a number between 0 and 1, never either of them."""
    value = mixed((seed + STEP) & MASK)
    value = mixed((value + stream * STEP) & MASK)
    value = mixed((value + counter * STEP) & MASK)
    return (value + 0.5) / 4294967296.0


def normal(seed: int, stream: int, counter: int) -> float:
    """Draw from the standard normal distribution (Box & Muller 1958), of draws 2n and 2n + 1."""
    first = uniform(seed, stream, 2 * counter)
    second = uniform(seed, stream, 2 * counter + 1)
    return math.sqrt(-2 * math.log(first)) * math.cos(2 * math.pi * second)


def log_normal(seed: int, stream: int, counter: int, sigma: float) -> float:
    """Draw from the log-normal distribution of mean 1 whose logarithm has deviation `sigma`."""
    return math.exp(sigma * normal(seed, stream, counter) - sigma * sigma / 2)


def between(seed: int, stream: int, counter: int, span: tuple[float, float]) -> float:
    """Draw evenly from a span."""
    low, high = span
    return low + (high - low) * uniform(seed, stream, counter)
