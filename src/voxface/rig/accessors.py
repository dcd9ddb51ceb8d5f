"""glTF accessors as NumPy arrays: strided, interleaved, normalised and sparse ones.

Notes
-----
Khronos Group, "glTF 2.0 Specification", section 3.6.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.rig.gltf_file import GltfFile, Json

COMPONENTS: dict[int, str] = {
    5120: "<i1",
    5121: "<u1",
    5122: "<i2",
    5123: "<u2",
    5125: "<u4",
    5126: "<f4",
}
"""NumPy's name of every component type."""

WIDTHS: dict[str, int] = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
"""Numbers per element. Smaller matrices do not occur in what a rig is made of."""


def read_accessor(file: GltfFile, number: Any) -> NDArray[Any]:
    """Return an accessor's elements.

    Returns
    -------
    ndarray, shape (count, width)
        As stored; float32 where the accessor is normalised (0 to 1 or -1 to 1).

    Raises
    ------
    VoxfaceError
        If the accessor contradicts itself or reaches past its buffer.
    """
    accessor = file.item("accessors", number)
    where = f"accessors[{number}]"
    count = accessor.get("count")
    width = WIDTHS.get(str(accessor.get("type")))
    component = COMPONENTS.get(accessor.get("componentType", 0))
    if type(count) is not int or count < 0 or width is None or component is None:
        raise file.broken(f"{where} has no known count, type and componentType")
    if accessor.get("bufferView") is None:
        _plausible(file, where, count)
        values = np.zeros((count, width), component)
    else:
        values = _strided(file, accessor, (count, width), np.dtype(component), where)
    if "sparse" in accessor:
        values = _with_sparse(file, accessor["sparse"], values, where)
    if accessor.get("normalized") and values.dtype.kind in "iu":
        limit = np.iinfo(values.dtype).max
        scaled = values.astype(np.float32) / np.float32(limit)
        return np.asarray(np.maximum(scaled, np.float32(-1)))
    return values


def read_floats(file: GltfFile, number: Any, width: int) -> NDArray[np.float32]:
    """Return an accessor of `width` numbers per element as finite float32.

    Raises
    ------
    VoxfaceError
        As `read_accessor`, or if the width differs or a value is not finite.
    """
    values = read_accessor(file, number).astype(np.float32)
    if values.shape[1] != width:
        raise file.broken(f"accessors[{number}] has {values.shape[1]} numbers each, not {width}")
    if not np.isfinite(values).all():
        raise file.broken(f"accessors[{number}] holds values that are not finite numbers")
    return values


def _strided(
    file: GltfFile, entry: Json, shape: tuple[int, int], dtype: np.dtype[Any], where: str
) -> NDArray[Any]:
    content = file.view(entry.get("bufferView"))
    packed = shape[1] * dtype.itemsize
    stride = file.item("bufferViews", entry["bufferView"]).get("byteStride") or packed
    offset = entry.get("byteOffset", 0)
    if type(stride) is not int or type(offset) is not int or stride < packed or offset < 0:
        raise file.broken(f"{where} has no sound offset and stride")
    end = offset + stride * (shape[0] - 1) + packed if shape[0] else offset
    if end > len(content):
        raise file.broken(f"{where} reaches past the end of its buffer view")
    strides = (stride, dtype.itemsize)
    return np.ndarray(shape, dtype, content, offset, strides).copy()


def _with_sparse(file: GltfFile, sparse: Json, values: NDArray[Any], where: str) -> NDArray[Any]:
    count = sparse.get("count", 0)
    indices, replaced = sparse.get("indices", {}), sparse.get("values", {})
    kind = COMPONENTS.get(indices.get("componentType", 0), "")
    if type(count) is not int or count < 0 or "u" not in kind:
        raise file.broken(f"{where} has no sound sparse indices")
    rows = _strided(file, indices, (count, 1), np.dtype(kind), where)[:, 0].astype(np.int64)
    if count and rows.max() >= len(values):
        raise file.broken(f"{where} has sparse indices past its end")
    values[rows] = _strided(file, replaced, (count, values.shape[1]), values.dtype, where)
    return values


def _plausible(file: GltfFile, where: str, count: int) -> None:
    """Refuse to set aside memory for a count that no mesh has (nothing backs it)."""
    if count > 50_000_000:
        raise file.broken(f"{where} counts {count} elements without data")
