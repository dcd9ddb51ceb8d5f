"""Half precision only where the machine has it."""

from __future__ import annotations

import pytest
import torch

from voxface.training.arithmetic import has_bfloat16, lightning_precision


@pytest.mark.parametrize("able", [{}, {"avx512_bf16": True}, {"amx_bf16": True}])
def test_a_processor_calculates_in_what_it_has(monkeypatch, able) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": False} | able)
    assert has_bfloat16() == bool(able)
    assert lightning_precision("auto") == ("bf16-mixed" if able else "32-true")


@pytest.mark.parametrize("able", [True, False])
def test_a_gpu_goes_before_the_processor(monkeypatch, able) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: able)
    assert has_bfloat16() == able


def test_what_is_asked_for_by_name_is_done() -> None:
    assert lightning_precision("bf16-mixed") == "bf16-mixed"
    assert lightning_precision("32-true") == "32-true"
