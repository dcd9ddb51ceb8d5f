"""Numbers to decimal text, a whole block at a time.

Formatting one number after the other is what makes writing a long CSV slow. Here a block of numbers
becomes integers, four decimal digits at a time become four bytes by one table look-up, and the text
of all rows is one byte array. Places that a number does not need (leading zeros, a plus sign) hold
NUL bytes, which `join_rows` takes out at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError

ByteArray = NDArray[np.uint8]
WordArray = NDArray[np.uint32]

LARGEST = 1e8
"""Numbers from here on have no place in a face file and are refused."""


def integer_text(values: ArrayLike, least_digits: int = 1) -> ByteArray:
    """Return whole numbers below 10**8 as text, shape (n, 8), without needless leading zeros.

    Parameters
    ----------
    values : array_like of int, shape (n,)
        Numbers from 0 on.
    least_digits : int
        Pad with zeros up to this many digits (at most 4).
    """
    number = np.asarray(values, dtype=np.int64)
    if number.size and not (number.min() >= 0 and number.max() < LARGEST):
        raise VoxfaceError(f"cannot write whole numbers outside 0 to {LARGEST:.0f}")
    high, low = _split(number, 10_000)
    digits = _digit_words()
    words = np.empty((*number.shape, 2), np.uint32)
    words[..., 0] = _trimmed_words(0)[high]
    words[..., 1] = np.where(high > 0, digits[low], _trimmed_words(least_digits)[low])
    return words.view(np.uint8)


def decimal_text(values: ArrayLike, decimals: int) -> ByteArray:
    """Return numbers as text with a fixed count of decimals.

    Parameters
    ----------
    values : array_like, shape (...)
        Finite numbers between -10**8 and 10**8.
    decimals : {2, 6, 10}
        Digits after the point.

    Returns
    -------
    ndarray of uint8, shape (..., width)
        The text. Numbers that all lie in 0 to 10, as weights do, take the narrow way: ``decimals``
        + 2 bytes each and nothing to take out afterwards.

    Raises
    ------
    VoxfaceError
        If a number is too large.
    """
    scaled = np.multiply(values, 10.0**decimals, dtype=np.float64)
    number = np.rint(scaled, out=scaled).astype(np.int64)
    if not number.size:
        return np.empty((*number.shape, decimals + 2), np.uint8)
    if number.min() >= 0 and number.max() < 10 ** (decimals + 1):
        return _units_text(number, decimals).view(np.uint8)
    return _signed_text(number, decimals)


def join_rows(pieces: Sequence[bytes | ByteArray], rows: int) -> bytes:
    """Put columns of text side by side and return the text of all rows.

    Parameters
    ----------
    pieces : sequence of bytes or ndarray of uint8, shape (rows, width)
        From left to right; bytes are the same in every row.
    rows : int
        How many rows there are.
    """
    columns = [
        np.broadcast_to(np.frombuffer(piece, np.uint8), (rows, len(piece)))
        if isinstance(piece, bytes)
        else piece
        for piece in pieces
    ]
    return np.concatenate(columns, axis=1).tobytes().translate(None, b"\0")


def separated(text: ByteArray, separator: bytes = b",") -> ByteArray:
    """Put one separating byte before each of the numbers of `decimal_text`, shape (n, C, width).

    Returns
    -------
    ndarray of uint8, shape (n, C * (width + 1))
    """
    rows, columns, width = text.shape
    # Copying each number as one item of `width` bytes is far quicker than byte by byte.
    item = np.dtype((np.void, width))
    result = np.empty((rows, columns), np.dtype([("separator", "u1"), ("number", item)]))
    result["separator"] = separator[0]
    result["number"] = np.ascontiguousarray(text).view(item)[..., 0]
    return result.view(np.uint8).reshape(rows, columns * (width + 1))


def _units_text(number: NDArray[np.int64], decimals: int) -> WordArray:
    """Return numbers 0 to 10, times 10**decimals, as ``d.dd`` and groups of four digits."""
    words = np.empty((*number.shape, 1 + (decimals - 2) // 4), np.uint32)
    if decimals == 2:
        np.take(_point_words(), number, out=words[..., 0])
        return words
    rest_size = 10 ** (decimals - 2)
    top, rest = _split(number, rest_size)
    words[..., 0] = _point_words()[top]
    _put_groups(words[..., 1:], rest)
    return words


def _signed_text(number: NDArray[np.int64], decimals: int) -> ByteArray:
    """Return numbers of any sign and size as sign, up to eight digits, point and decimals."""
    size = np.abs(number)
    whole, fraction = np.divmod(size, 10**decimals)
    if whole.max() >= LARGEST:
        raise VoxfaceError(f"cannot write numbers beyond ±{LARGEST:.0f}")
    groups = np.empty((*number.shape, (decimals + 2) // 4), np.uint32)
    _put_groups(groups, fraction)
    fraction_text = groups.view(np.uint8)[..., 2:]
    text = np.empty((*number.shape, 10 + decimals), np.uint8)
    text[..., 0] = np.where(number < 0, ord("-"), 0)
    text[..., 1:9] = integer_text(whole)
    text[..., 9] = ord(".")
    text[..., 10:] = fraction_text
    return text


def _put_groups(words: WordArray, number: NDArray[np.int64]) -> None:
    """Write the four-digit groups of `number` into the last axis of `words`, the lowest last."""
    digits = _digit_words()
    rest = number
    for column in range(words.shape[-1] - 1, 0, -1):
        rest, low = _split(rest, 10_000)
        words[..., column] = digits[low]
    words[..., 0] = digits[rest]


def _split(number: NDArray[np.int64], divisor: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return quotient and remainder; twice as quick as `np.divmod`."""
    quotient = number // divisor
    return quotient, number - quotient * divisor


@cache
def _digit_words() -> WordArray:
    """Return the four bytes ``0000`` to ``9999``."""
    return _words(f"{number:04d}" for number in range(10_000))


@cache
def _point_words() -> WordArray:
    """Return the four bytes ``0.00`` to ``9.99``."""
    return _words(f"{number / 100:.2f}" for number in range(1000))


@cache
def _trimmed_words(least_digits: int) -> WordArray:
    """Return 0 to 9999 right-aligned in four bytes, NUL in the places before."""
    trimmed = (str(number).zfill(least_digits) for number in range(10_000))
    if least_digits == 0:
        trimmed = (str(number or "") for number in range(10_000))
    return _words(text.rjust(4, "\0") for text in trimmed)


def _words(texts: Iterable[str]) -> WordArray:
    return np.frombuffer("".join(texts).encode(), np.uint32)
