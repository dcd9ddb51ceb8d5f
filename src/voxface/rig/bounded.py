"""Many small least squares within bounds at once, each one of a series that shall be smooth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

ITERATIONS = 1000
"""Rounds after which the solver stops at the latest."""
TOLERANCE = 2e-5
"""Change of weights from one round to the next below which they count as found."""
ROUGHLY = 1e-3
"""The same where bounds need only be guessed: what is not on one is then solved for exactly."""
BLOCK = 1024
"""Frames handled at a time where frames do not depend on each other."""
WINDOW = 2048
"""Frames of a long series that are handled at a time where they do; a product of small primes."""
FORGOTTEN = 1e-6
"""Share of an error at a window's edge that may reach the frames that are kept."""
RELAXATION = 1.6
"""Over-relaxation of the rounds: 1.5 to 1.8 is usual."""
CHECKED_EVERY = 10
"""Rounds after which the solver looks how far it is and sets its penalty anew."""
EXCHANGES = 10
"""How often a guess of which weights are at a bound is mended."""
EXACT = 1e-7
"""What a weight may leave its bounds by, or a slope have the wrong sign by, through rounding."""
SMALL = 2**17
"""Products of matrices of so many multiplications are done by the thread that asks for them."""

_Divided = Callable[[FloatArray], FloatArray]
_ClosedForm = Callable[[FloatArray], _Divided]


def bounded(
    aims: FloatArray, matrix: FloatArray, upper: FloatArray, smoothness: float
) -> FloatArray:
    """Minimise ``w_t' M w_t - 2 a_t' w_t + smoothness |w_t - w_(t-1)|²`` for ``0 <= w <= upper``.

    Parameters
    ----------
    aims : ndarray, shape (C, T)
    matrix : ndarray, shape (C, C)
        Symmetric, no eigenvalue below 0.
    upper : ndarray, shape (C, T)
    smoothness : float
        0: each frame is solved by itself, and exactly.
    """
    found = np.empty_like(aims)
    frames = aims.shape[1]
    if not smoothness or frames < 2:
        for begin in range(0, frames, BLOCK):
            part = slice(begin, begin + BLOCK)
            guess = _alternated(
                aims[:, part], matrix, upper[:, part], np.diag(matrix), _single, ROUGHLY
            )
            found[:, part] = _exchanged(guess, aims[:, part], matrix, upper[:, part])
        return found
    prices = np.diag(matrix) + smoothness
    for kept, seen in _windows(frames, _margin(matrix, smoothness)):
        order = seen.start + _wave_order(seen.stop - seen.start)
        solved = np.empty((len(aims), len(order)))
        solved[:, order - seen.start] = _alternated(
            aims[:, order], matrix, upper[:, order], prices,
            _coupled_by(smoothness, len(order)), TOLERANCE,
        )  # fmt: skip
        found[:, kept] = solved[:, kept.start - seen.start : kept.stop - seen.start]
    return found


def _alternated(
    aims: FloatArray,
    matrix: FloatArray,
    upper: FloatArray,
    prices: FloatArray,
    closed_form: _ClosedForm,
    tolerance: float,
) -> FloatArray:
    """Alternate between the closed form without bounds and the bounds (ADMM); shape (C, T).

    What a channel pays for leaving its bounds (`prices`, shape (C,)) is in proportion to its own
    size, so that a lip's corner settles as fast as the jaw. `closed_form` makes a function that
    divides by a matrix.
    """
    penalty = 0.3
    pay = penalty * prices[:, None]
    divided = closed_form(matrix + np.diag(pay[:, 0]))
    inside = np.clip(closed_form(matrix + 1e-9 * np.diag(prices))(aims), 0, upper)
    dual = np.zeros_like(aims)
    for number in range(1, ITERATIONS + 1):
        free = divided(aims + pay * (inside - dual))
        ahead = dual + (1 - RELAXATION) * inside
        ahead += RELAXATION * free
        before, inside = inside, np.clip(ahead, 0, upper)
        dual = ahead - inside
        if number % CHECKED_EVERY:
            continue
        apart = float(np.abs(free - inside).max())
        moved = float(np.abs(inside - before).max())
        if max(apart, moved) < tolerance:
            break
        factor = float(np.clip(np.sqrt(apart / max(moved, 1e-12)), 0.2, 5))
        if not 0.5 < factor < 2:
            penalty *= factor
            dual /= factor
            pay = penalty * prices[:, None]
            divided = closed_form(matrix + np.diag(pay[:, 0]))
    return inside


def _exchanged(
    guess: FloatArray, aims: FloatArray, matrix: FloatArray, upper: FloatArray
) -> FloatArray:
    """Solve for the weights that a guess does not put at a bound, until no bound is in doubt.

    Block principal pivoting: weights that leave their bounds are put there, weights at a bound
    whose slope points inside are let go. A frame that does not settle keeps its guess.
    """
    found, channels = guess.copy(), len(matrix)
    matrix = matrix + 1e-12 * np.trace(matrix) / channels * np.eye(channels)
    low, high = guess <= 0, guess >= upper
    high &= ~low
    left = np.arange(guess.shape[1])
    for _ in range(EXCHANGES):
        top, aim = upper[:, left], aims[:, left]
        held = low | high
        fixed = np.where(high, top, 0.0)
        rest = np.where(held, fixed, aim - matrix @ fixed).T
        open_ = ~held.T
        system = np.where(open_[:, :, None] & open_[:, None], matrix, np.eye(channels))
        values = np.linalg.solve(system, rest[..., None])[..., 0].T
        slope = matrix @ values - aim
        below, above = ~held & (values < -EXACT), ~held & (values > top + EXACT)
        let_go = (low & (slope < -EXACT) & (top > 0)) | (high & (slope > EXACT))
        doubt = below | above | let_go
        settled = ~doubt.any(axis=0)
        found[:, left[settled]] = np.clip(values, 0, top)[:, settled]
        left = left[~settled]
        if not len(left):
            break
        low = ((low & ~let_go) | below)[:, ~settled]
        high = ((high & ~let_go) | above)[:, ~settled]
    return found


def _single(matrix: FloatArray) -> _Divided:
    """Return the closed form where frames do not depend on each other."""
    inverse: FloatArray = np.asarray(np.linalg.inv(matrix), np.float64)
    return lambda values: _product(inverse, values)


def _coupled_by(smoothness: float, frames: int) -> _ClosedForm:
    """Return the closed form with smoothness, for frames in `_wave_order`.

    The cosine transform (DCT-II) makes the squared differences between neighbours diagonal, the
    eigenvectors do it for the matrix. In this order of frames a real Fourier transform holds the
    cosine transform: its real part frequency k, its imaginary part frequency T - k.
    """
    low = np.arange(frames // 2 + 1)
    turn = np.exp(-0.5j * np.pi * low / frames)
    bend = 4 * smoothness * np.sin(0.5 * np.pi * np.arange(frames + 1) / frames) ** 2

    def closed_form(matrix: FloatArray) -> _Divided:
        firmness, vectors = np.linalg.eigh(matrix)
        firm = np.maximum(firmness, 1e-12)[:, None]
        real, imaginary = 1 / (firm + bend[low]), 1 / (firm + bend[frames - low])

        def divided(values: FloatArray) -> FloatArray:
            waves = np.fft.rfft(_product(vectors.T, values), axis=1)
            waves *= turn
            waves.real *= real
            waves.imag *= imaginary
            waves *= turn.conj()
            return _product(vectors, np.fft.irfft(waves, frames, axis=1))

        return divided

    return closed_form


def _product(matrix: FloatArray, values: FloatArray) -> FloatArray:
    """Return matrix @ values, (C, T), in parts too small to be shared out among threads.

    Threads that wait for a busy machine make products as small as these twenty times slower.
    """
    found = np.empty_like(values)
    step = max(SMALL // matrix.size, 16)
    for begin in range(0, values.shape[1], step):
        part = slice(begin, begin + step)
        np.matmul(matrix, values[:, part], out=found[:, part])
    return found


@cache
def _wave_order(frames: int) -> NDArray[np.int64]:
    """Return even frames forwards and odd ones backwards."""
    return np.concatenate([np.arange(0, frames, 2), np.arange(1, frames, 2)[::-1]])


def _margin(matrix: FloatArray, smoothness: float) -> int:
    """Return over how many frames an error is forgotten: weights lean on data and neighbours."""
    least = max(float(np.linalg.eigvalsh(matrix)[0]), 1e-12)
    shrinks = np.arccosh(1 + least / (2 * smoothness))
    return int(np.ceil(-np.log(FORGOTTEN) / shrinks))


def _windows(frames: int, margin: int) -> Iterator[tuple[slice, slice]]:
    """Yield which frames are kept, and of which they are solved: those and some on either side."""
    if frames <= 2 * WINDOW or 4 * margin > WINDOW:
        yield slice(0, frames), slice(0, frames)
        return
    begin = 0
    while begin < frames:
        first = min(max(begin - margin, 0), frames - WINDOW)
        last = first + WINDOW
        end = frames if last == frames else last - margin
        yield slice(begin, end), slice(first, last)
        begin = end
