"""A talking head with a known motion, and files of it as published corpora have them."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from voxface.face import face_mesh

TOPOLOGY, NEUTRAL = face_mesh()
VERTICES = len(NEUTRAL)
HEAD = NEUTRAL * np.float32(1.3)  # as tall as a whole head, in centimetres


def talking(frames: int) -> np.ndarray:
    """Return a head whose mouth opens and whose lids move, (T, V, 3) in centimetres."""
    time = np.arange(frames)
    jaw = 0.5 - 0.5 * np.cos(time / 3)
    below = TOPOLOGY.region("mouth") * (NEUTRAL[:, 1] < NEUTRAL[13, 1])
    moved = np.zeros((frames, VERTICES, 3))
    moved[:, :, 1] = -jaw[:, None] * below
    moved[:, :, 1] += 0.2 * np.sin(time / 7)[:, None] * TOPOLOGY.region("upper")
    return (HEAD + moved).astype(np.float32)


def save_wav(path: Path, seconds: float, rate: int = 22_050) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    tone = (8000 * np.sin(np.arange(round(rate * seconds)) / 20)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(tone.tobytes())


def save_ply(path: Path, binary: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = "binary_little_endian" if binary else "ascii"
    head = (
        f"ply\nformat {kind} 1.0\nelement vertex {VERTICES}\nproperty float x\nproperty float y\n"
        f"property float z\nelement face {len(TOPOLOGY.triangles)}\n"
        "property list uchar int vertex_indices\nend_header\n"
    )
    if binary:
        faces = np.zeros(len(TOPOLOGY.triangles), [("n", "u1"), ("c", "<i4", 3)])
        faces["n"], faces["c"] = 3, TOPOLOGY.triangles
        path.write_bytes(head.encode() + HEAD.astype("<f4").tobytes() + faces.tobytes())
        return
    rows = [" ".join(map(str, row)) for row in HEAD.tolist()]
    rows += [f"3 {a} {b} {c}" for a, b, c in TOPOLOGY.triangles.tolist()]
    path.write_text(head + "\n".join(rows) + "\n")


def save_obj(path: Path, scale: float | np.ndarray, shape: np.ndarray = HEAD) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"v {x} {y} {z}" for x, y, z in (shape * scale).tolist()]
    rows += [f"f {a + 1}/1 {b + 1}/1 {c + 1}/1" for a, b, c in TOPOLOGY.triangles.tolist()]
    path.write_text("\n".join(rows))


DROPPED = (7, 8, 19)
"""Frames of every spoken segment that the second person lacks."""
WIDER = np.array((1.1, 1.0, 1.2), np.float32)
"""The second person's head is deeper than the first's."""
