"""One thread for tests of nets: the nets there are tiny."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra 'train'")


@pytest.fixture(autouse=True)
def one_thread():
    """Give the other threads back afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
