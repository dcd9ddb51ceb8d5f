"""A rig with few vertices and every ARKit channel, each of whose targets moves something else."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from voxface.face import ARKIT_CHANNELS, Material, Rig, RigPart


def small_rig(targets: tuple[str, ...] = ARKIT_CHANNELS, *, picture: bool = False) -> Rig:
    """Return a ball of 10 x 12 quads above a neck, in two parts; radius 8 cm."""
    random = np.random.default_rng(7)
    up, around = np.meshgrid(np.linspace(-1.4, 1.4, 11), np.arange(12) / 12, indexing="ij")
    turn = 2 * np.pi * around
    neutral = 8 * np.stack(
        [np.cos(up) * np.sin(turn), np.sin(up), np.cos(up) * np.cos(turn)], axis=-1
    )
    vertices = neutral.reshape(-1, 3)
    low = 12 * np.arange(10)[:, None] + np.arange(12)
    right = 12 * np.arange(10)[:, None] + (np.arange(12) + 1) % 12
    quads = np.stack([low, right, right + 12, low + 12], axis=-1).reshape(-1, 4)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    deltas = np.zeros((len(targets), len(vertices), 3), np.float32)
    for row in deltas:
        moved = random.choice(len(vertices), 9, replace=False)
        row[moved] = random.normal(0, 0.5, (9, 3))
    skin = Material("skin", (0.8, 0.6, 0.5, 1.0), texture=chequered_png() if picture else None)
    teeth = Material("teeth", (0.9, 0.9, 0.85, 1.0), roughness=0.2)
    return Rig(
        "small",
        vertices,
        (RigPart("face", triangles[:200], skin), RigPart("teeth", triangles[200:], teeth)),
        targets,
        deltas,
        uv=np.stack([around, (1.4 - up) / 2.8], axis=-1).reshape(-1, 2),
        head_share=np.clip((vertices[:, 1] + 8) / 6, 0, 1),
        head_pivot=(0.0, -6.0, -1.0),
    )


def chequered_png() -> bytes:
    """Return a picture of 2 x 2 pixels: red, green / blue, white."""
    rows = bytes([0, 255, 0, 0, 0, 255, 0]) + bytes([0, 0, 0, 255, 255, 255, 255])
    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
