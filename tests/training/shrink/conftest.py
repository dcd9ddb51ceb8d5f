"""One model file for all tests of shrinking."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs the extra 'train'")


@pytest.fixture(scope="session")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from shrink_nets import write_planted_model  # noqa: PLC0415

    return write_planted_model(tmp_path_factory.mktemp("shrink") / "large.onnx")
