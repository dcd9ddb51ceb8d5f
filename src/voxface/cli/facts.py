"""Names and values in two columns, for verbs that describe a file."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table


def facts_table(rows: Iterable[tuple[str, str]]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    return table
