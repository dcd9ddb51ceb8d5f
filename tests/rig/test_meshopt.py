"""Files in ``packed/`` were made by gltfpack 1.x from the planted rig of ``test_write_glb.py``.

``lossless.glb``: ``-c -kn -km -ke -noq``; ``filtered.glb``: ``-cc -kn -km -ke -vpf``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from test_write_glb import planted_clip, planted_rig

from voxface.errors import VoxfaceError
from voxface.formats import load_clip, save_clip
from voxface.rig import load_rig
from voxface.rig.gltf_file import read_gltf
from voxface.rig.meshopt import unpack_view

PACKED = Path(__file__).with_name("packed")


def corners(rig, name):
    """Return place and displacements of every triangle's corners, in an order of their own."""
    triangles = next(part.triangles for part in rig.parts if part.name == name)
    where = np.concatenate([rig.neutral, *rig.deltas], axis=1)[triangles]
    where = where.reshape(len(triangles), -1)
    middle = rig.neutral[triangles].mean(axis=1).round(2)
    return where[np.lexsort(middle.T)], middle[np.lexsort(middle.T)]


@pytest.mark.parametrize(("name", "tolerance"), [("lossless", 1e-4), ("filtered", 0.02)])
def test_packed_files_hold_what_was_packed(name, tolerance):
    planted, found = planted_rig(), load_rig(PACKED / f"{name}.glb")
    assert found.targets == planted.targets
    assert np.allclose(found.head_pivot, planted.head_pivot, atol=1e-4)
    for part in ("skin", "eye"):
        mine, theirs = corners(planted, part), corners(found, part)
        assert np.allclose(mine[1], theirs[1], atol=0.02)
        # Which corner of a triangle comes first may change, so corners are compared by their sum.
        total = [each[0].reshape(len(each[0]), 3, -1).sum(axis=1) for each in (mine, theirs)]
        assert np.allclose(*total, atol=3 * tolerance)
    assert np.allclose(np.linalg.norm(found.normals, axis=1), 1, atol=1e-3)


def test_triangles_keep_their_front():
    found = load_rig(PACKED / "lossless.glb")
    triangles = next(part.triangles for part in found.parts if part.name == "skin")
    a, b, c = (found.neutral[triangles[:, k]] for k in range(3))
    assert (np.cross(b - a, c - a) * (a + b + c)).sum(axis=1).min() > 0


def test_an_export_is_unpacked_for_readers_that_cannot(tmp_path):
    source, clip = PACKED / "filtered.glb", planted_clip()
    save_clip(clip, tmp_path / "a.glb", rig=source)
    document = read_gltf(tmp_path / "a.glb").json
    assert "EXT_meshopt_compression" not in json.dumps(document)
    assert len(document["buffers"]) == 1
    before, after = load_rig(source), load_rig(tmp_path / "a.glb")
    assert np.array_equal(before.neutral, after.neutral)
    assert np.array_equal(before.deltas, after.deltas)
    assert len(load_clip(tmp_path / "a.glb")) == len(clip)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def test_plain_indices_are_unpacked():
    numbers, last = [5, 300, 6, 299, 70000, 0], [0, 0]
    coded = bytearray([0xD1])
    for place, number in enumerate(numbers):
        which = place % 2
        step = number - last[which]
        last[which] = number
        coded += varint((step << 1 if step >= 0 else (-step << 1) - 1) << 1 | which)
    found = unpack_view(bytes(coded) + b"\0" * 4, len(numbers), 4, "INDICES")
    assert np.frombuffer(found, "<u4").tolist() == numbers


def raw_attributes(rows: np.ndarray) -> bytes:
    """Pack rows of bytes the plainest way: every group as sixteen whole bytes."""
    count, stride = rows.shape
    coded = bytearray([0xA0])
    for column in range(stride):
        steps = np.diff(rows[:, column].astype(np.int8), prepend=np.int8(rows[0, column]))
        zigzag = (steps.astype(np.uint8) << 1) ^ np.where(steps < 0, 255, 0).astype(np.uint8)
        groups = -(-count // 16)
        coded += bytes([0xFF] * -(-groups // 4))
        coded += zigzag.tobytes() + b"\0" * (groups * 16 - count)
    return bytes(coded) + b"\0" * max(0, 32 - stride) + rows[0].tobytes()


@pytest.mark.parametrize("count", [1, 16, 17, 200])
@pytest.mark.parametrize("stride", [4, 12])
def test_attributes_are_unpacked(count, stride):
    rows = np.random.default_rng(count).integers(0, 256, (count, stride)).astype(np.uint8)
    assert unpack_view(raw_attributes(rows), count, stride, "ATTRIBUTES") == rows.tobytes()


def test_quaternions_are_unfolded():
    # The largest number, the fourth byte pair's lowest two bits say which, is worked out.
    stored = np.array([[0, 0, 0, 2047 << 2 | 3], [8191, 0, 0, 2047 << 2 | 0]], "<i2")
    data = raw_attributes(stored.view(np.uint8))
    found = np.frombuffer(unpack_view(data, 2, 8, "ATTRIBUTES", "QUATERNION"), "<i2")
    assert found.reshape(2, 4)[0].tolist() == [0, 0, 0, 32767]
    second = found.reshape(2, 4)[1] / 32767
    assert np.allclose(second, [np.sqrt(0.5), np.sqrt(0.5), 0, 0], atol=1e-3)


def test_exponents_are_applied():
    stored = np.array([[(-3 << 24) | 5], [(2 << 24) | (-7 & 0xFFFFFF)]], "<i4")
    data = raw_attributes(stored.view(np.uint8))
    found = np.frombuffer(unpack_view(data, 2, 4, "ATTRIBUTES", "EXPONENTIAL"), "<f4")
    assert found.tolist() == [5 / 8, -28]


def test_damaged_files_are_one_clear_message(tmp_path):
    whole = (PACKED / "filtered.glb").read_bytes()
    begin = whole.index(b"BIN\0") + 4
    random = np.random.default_rng(0)
    for _ in range(40):
        spoilt = bytearray(whole)
        for place in random.integers(begin, len(whole), 8):
            spoilt[place] = random.integers(256)
        (tmp_path / "a.glb").write_bytes(spoilt)
        try:
            load_rig(tmp_path / "a.glb")
        except VoxfaceError as error:
            assert "\n" not in str(error)


def test_unknown_modes_and_filters_are_refused():
    for arguments in (("WAVES",), ("ATTRIBUTES", "BLUR")):
        with pytest.raises(ValueError, match="unknown compression"):
            unpack_view(raw_attributes(np.zeros((1, 4), np.uint8)), 1, 4, *arguments)
    with pytest.raises(ValueError, match="larger than"):
        unpack_view(b"", 1 << 30, 4, "ATTRIBUTES")
