"""Names of methods in tables: two that share one are never taken for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from voxface.errors import VoxfaceError


class Named(Protocol):
    """A frozen dataclass with a name."""

    @property
    def name(self) -> str:
        """What tables call it."""


def tell_apart(methods: Sequence[Named], asked: Sequence[str]) -> None:
    """Give methods that share a name the words by which they were asked for.

    Raises
    ------
    VoxfaceError
        If the same was asked for twice.
    """
    if len(set(asked)) < len(asked):
        raise VoxfaceError("a method is named twice; name each once")
    names = [method.name for method in methods]
    for method, name, text in zip(methods, names, asked, strict=True):
        if names.count(name) > 1:
            object.__setattr__(method, "name", text)
