"""A small world for MeshTalk: mouths follow sound, brows follow nothing that can be heard."""

from __future__ import annotations

import numpy as np
import torch

from voxface.corpus.mesh_examples import MeshExample, MeshSet
from voxface.face import MeshTopology

VERTICES = 24
RATE = 25
BANDS = slice(20, 40)
"""Mel bands that the planted sound moves."""


def planted_topology() -> MeshTopology:
    """Twelve vertices of the mouth, six of them lips, and twelve above, four of them lids."""
    mouth = np.repeat([1.0, 0.0], 12)
    lips = np.arange(VERTICES) < 6
    lids = np.isin(np.arange(VERTICES), [12, 13, 14, 15])
    triangles = np.arange(VERTICES).reshape(-1, 3)
    regions = {"mouth": mouth, "upper": 1 - mouth, "lips": lips, "eyelids": lids}
    return MeshTopology("planted", triangles, VERTICES, regions)


def slow_noise(rng: np.random.Generator, frames: int, width: int) -> np.ndarray:
    """Noise of about unit deviation that changes over `width` frames, (frames,)."""
    window = np.hanning(width)
    return np.convolve(rng.normal(size=frames + width), window / np.linalg.norm(window), "same")[
        :frames
    ]


def planted_set(takes: int = 12, seconds: float = 8.0, seed: int = 0) -> MeshSet:
    """Takes whose mouth opens with the level of some mel bands and whose brows move by chance."""
    topology = planted_topology()
    rng = np.random.default_rng(seed)
    neutral = rng.normal(size=(VERTICES, 3)).astype(np.float32)
    neutral[:6, 0] = [-1.0, -0.1, 0.1, -0.1, 0.1, 1.0]
    neutral[:6, 1] = [0, 0.2, 0.2, -0.2, -0.2, 0]
    rows = round(seconds * 100)
    examples = []
    for number in range(takes):
        level = slow_noise(rng, rows, 30)
        features = np.zeros((rows, 83), np.float32)
        features[:, :80] = -45 + 3 * rng.normal(size=(rows, 80))
        features[:, BANDS] += 15 * level[:, None]
        mouth = 0.4 * level[::4]
        brows = 0.3 * slow_noise(rng, rows // 4, 12)
        offsets = np.zeros((rows // 4, VERTICES, 3))
        down = np.array([-0.3, 0.2, 0.2, -1, -1, -0.3, *[-0.8] * 6])
        offsets[:, :12, 1] = mouth[:, None] * down
        offsets[:, 12:, 1] = brows[:, None]
        examples.append(
            MeshExample(
                f"take{number}", f"s{number % 2}", "planted", features.astype(np.float16),
                offsets.astype(np.float16), np.ones(rows // 4, np.uint8), neutral, float(RATE),
            )
        )  # fmt: skip
    return MeshSet(topology, examples)


def small_sizes(**more: object) -> dict[str, object]:
    """Sizes of a MeshTalk net that learns the world within seconds."""
    return {
        "vertices": VERTICES, "components": 4, "heads": 4, "classes": 8, "width": 32,
        "look_ahead": 2, "sound_dilations": (1, 2), "decoder_dilations": (1,),
        "prior_dilations": (1, 2), "dropout": 0.0,
    } | more  # fmt: skip


def learn(module: torch.nn.Module, batches: object, steps: int) -> list[float]:
    """Teach a Lightning module without a trainer; return the loss of every step."""
    module.train()
    made = module.configure_optimizers()
    optimiser, schedule = made["optimizer"], made["lr_scheduler"]["scheduler"]
    module.log = module.log_dict = lambda *_, **__: None
    losses = []
    for step in range(steps):
        loss = module.training_step(batches.batch(step), step)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
    return losses
