"""AdamW with a one-cycle learning rate, for any module."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from voxface.training.module import Optimiser


def one_cycle(module: nn.Module, settings: Optimiser) -> dict[str, Any]:
    """Return what Lightning's `configure_optimizers` returns: only matrices decay."""
    learned = [p for p in module.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in learned if p.ndim > 1], "weight_decay": settings.weight_decay},
            {"params": [p for p in learned if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=settings.learning_rate, total_steps=settings.steps, pct_start=0.15
    )
    return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
