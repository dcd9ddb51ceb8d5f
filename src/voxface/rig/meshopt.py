"""Unpacking buffer views that are compressed by ``EXT_meshopt_compression``.

Many small files of the web are made so (gltfpack), among them well-known faces.

Notes
-----
Khronos Group, "EXT_meshopt_compression", appendices A (bitstream) and B (filters).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from voxface.rig.meshopt_triangles import TriangleReader, Varints

Bytes = NDArray[np.uint8]

_GROUP = 16
_PACKED = (0, 4, 8, 16)
"""Bytes of a group of sixteen numbers, by its mode; before numbers that did not fit."""


def unpack_view(
    data: bytes, count: int, stride: int, mode: str, filter_name: str = "NONE"
) -> bytes:
    """Return the ``count`` elements of ``stride`` bytes of a compressed buffer view.

    Raises
    ------
    ValueError, IndexError
        If the data are damaged or of an unknown mode.
    """
    if count * stride > 1 << 30:
        raise ValueError("a compressed buffer view claims to be larger than 1 GiB")
    if mode == "ATTRIBUTES":
        rows = _attributes(np.frombuffer(data, np.uint8), count, stride)
        return _filtered(rows, filter_name).tobytes()
    if mode == "TRIANGLES":
        numbers = list(TriangleReader(data, count // 3))
    elif mode == "INDICES":
        numbers = list(_indices(data, count))
    else:
        raise ValueError(f"unknown compression mode {mode}")
    return np.array(numbers, np.uint32).astype("<u2" if stride == 2 else "<u4").tobytes()


def _attributes(data: Bytes, count: int, stride: int) -> Bytes:
    if not len(data) or data[0] != 0xA0 or stride % 4 or not 0 < stride <= 256:
        raise ValueError("compressed attributes do not begin as they should")
    rows = np.zeros((count, stride), np.uint8)
    block = min(8192 // stride & ~(_GROUP - 1), 256)
    position = 1
    before = data[len(data) - stride :]
    for begin in range(0, count, block):
        size = min(block, count - begin)
        for column in range(stride):
            deltas, position = _deltas(data, position, size)
            signed = (deltas >> 1) ^ (0 - (deltas & 1))
            rows[begin : begin + size, column] = before[column] + np.cumsum(signed, dtype=np.uint8)
        before = rows[begin + size - 1]
    return rows


def _deltas(data: Bytes, position: int, size: int) -> tuple[Bytes, int]:
    """Return `size` zigzag numbers of one byte of all elements of a block."""
    groups = -(-size // _GROUP)
    headers = -(-groups // 4)
    modes = data[position : position + headers]
    position += headers
    deltas = np.zeros((groups, _GROUP), np.uint8)
    for group in range(groups):
        mode = int(modes[group // 4]) >> 2 * (group % 4) & 3
        if mode == 0:
            continue
        length = _PACKED[mode]
        packed = data[position : position + length]
        if len(packed) < length:
            raise ValueError("compressed attributes are cut off")
        position += length
        if mode == 3:
            deltas[group] = packed
            continue
        bits = 2 * mode
        shifts = np.arange(8 - bits, -1, -bits)
        row = (packed[:, None] >> shifts & (1 << bits) - 1).reshape(-1).astype(np.uint8)
        large = np.flatnonzero(row == (1 << bits) - 1)
        row[large] = data[position : position + len(large)]
        position += len(large)
        deltas[group] = row
    return deltas.reshape(-1)[:size], position


def _filtered(rows: Bytes, name: str) -> NDArray[np.generic]:
    stride = rows.shape[1]
    if name == "NONE":
        return rows
    if name == "EXPONENTIAL":
        whole = rows.view("<i4")
        with np.errstate(over="ignore"):  # damaged numbers are refused where they are used
            return np.asarray(np.ldexp((whole << 8 >> 8).astype(np.float32), whole >> 24), "<f4")
    if name == "OCTAHEDRAL":
        values = rows.view("<i1" if stride == 4 else "<i2").copy()
        limit = np.iinfo(values.dtype).max
        x, y, one = values[:, :3].T.astype(np.float32)
        z = one - np.abs(x) - np.abs(y)
        fold = np.minimum(z, 0)
        x, y = x + np.copysign(fold, x), y + np.copysign(fold, y)
        scale = limit / np.sqrt(x * x + y * y + z * z)
        values[:, :3] = np.rint(np.stack([x, y, z], axis=1) * scale[:, None])
        return values
    if name == "QUATERNION":
        values = rows.view("<i2")
        scale = np.float32(np.sqrt(0.5)) / (values[:, 3] | 3)
        three = values[:, :3] * scale[:, None]
        rest = np.sqrt(np.maximum(0, 1 - (three * three).sum(axis=1)))
        result = np.empty(values.shape, "<i2")
        order = (values[:, 3:] + np.array([1, 2, 3, 0])) & 3
        turned = np.rint(np.concatenate([three, rest[:, None]], axis=1) * 32767)
        np.put_along_axis(result, order.astype(np.intp), turned.astype(np.int16), axis=1)
        return result
    raise ValueError(f"unknown compression filter {name}")


def _indices(data: bytes, count: int) -> Iterator[int]:
    """Yield numbers coded by their distance from one of two that came before."""
    if not data or data[0] & 0xF0 != 0xD0:
        raise ValueError("compressed indices do not begin as they should")
    reader = Varints(data, 1)
    last = [0, 0]
    for _ in range(count):
        value = reader.number()
        which, value = value & 1, value >> 1
        last[which] += value >> 1 ^ -(value & 1)
        yield last[which]
