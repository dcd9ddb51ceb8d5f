"""How a run calculates: half precision where the machine has it, single precision elsewhere.

A processor without bfloat16 instructions imitates them, and a step takes longer than in single
precision, not less.
"""

from __future__ import annotations

import torch

AUTO = "auto"
HALF, SINGLE = "bf16-mixed", "32-true"
"""As Lightning names them."""


def lightning_precision(asked: str) -> str:
    """Return Lightning's name of the precision that a recipe asks for.

    Parameters
    ----------
    asked : str
        ``"auto"`` for what suits this machine; anything else is Lightning's name already.
    """
    if asked != AUTO:
        return asked
    return HALF if has_bfloat16() else SINGLE


def has_bfloat16() -> bool:
    """Whether what Lightning trains on here, GPU or else processor, multiplies in bfloat16."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if torch.backends.mps.is_available():
        return False
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
