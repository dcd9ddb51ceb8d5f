"""Comma-separated tables of other people's making: any column order, BOM, CRLF, quotes, gaps."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.formats.names import name_key

_BLOCK = 8192


@dataclass(frozen=True)
class Table:
    """A table of numbers, and one column of text beside it.

    Parameters
    ----------
    columns : tuple of str
        Names of all columns as they stand in the file.
    numbers : ndarray of float64, shape (rows, columns)
        NaN where the file has an empty cell, and in the column of text.
    texts : list of str
        The text column, one entry a row; empty if there is none.
    """

    columns: tuple[str, ...]
    numbers: NDArray[np.float64]
    texts: list[str]

    def find(self, *keys: str) -> int | None:
        """Return the first column whose `name_key` is one of `keys`."""
        wanted = [name_key(key) for key in keys]
        return next((i for i, name in enumerate(self.columns) if name_key(name) in wanted), None)


def split_header(line: str) -> tuple[list[str], str]:
    """Return the column names of a header line and the character that separates them."""
    separator = max(",;\t", key=line.count)
    return next(csv.reader([line], delimiter=separator), []), separator


def read_table(path: Path, text_column: str) -> Table:
    """Read a table.

    Parameters
    ----------
    path : Path
        The file.
    text_column : str
        Name of the column that holds text, if there is one.

    Raises
    ------
    VoxfaceError
        If a row is cut short or a cell is no number; the message names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline=None) as file:
            names, separator = split_header(file.readline().rstrip("\n"))
            key = name_key(text_column)
            text_at = next((i for i, name in enumerate(names) if name_key(name) == key), None)
            reader = _RowReader(path, len(names), separator, text_at)
            blocks = list(reader.blocks(file))
    except UnicodeDecodeError:
        raise VoxfaceError(f"{path} is not a text file; is it the right one?") from None
    numbers = np.concatenate(blocks) if blocks else np.empty((0, len(names)))
    return Table(tuple(names), numbers, reader.texts)


class _RowReader:
    """Turns lines into numbers: quickly where they are clean, patiently where they are not."""

    def __init__(self, path: Path, columns: int, separator: str, text_at: int | None) -> None:
        self.path = path
        self.columns = columns
        self.separator = separator
        self.text_at = text_at
        self.texts: list[str] = []

    def blocks(self, lines: Iterator[str]) -> Iterator[NDArray[np.float64]]:
        line_number = 2
        while block := list(islice(lines, _BLOCK)):
            numbers = self._quick(block)
            yield self._patient(block, line_number) if numbers is None else numbers
            line_number += len(block)

    def _quick(self, lines: list[str]) -> NDArray[np.float64] | None:
        fences = self.columns - 1
        if any(line.count(self.separator) != fences or '"' in line for line in lines):
            return None
        numeric = [column for column in range(self.columns) if column != self.text_at]
        result = np.full((len(lines), self.columns), np.nan)
        try:
            result[:, numeric] = np.loadtxt(
                lines, delimiter=self.separator, usecols=numeric, ndmin=2, comments=None
            )
        except ValueError:
            return None
        if self.text_at is not None:
            at = self.text_at
            self.texts += [line.split(self.separator, at + 1)[at].strip() for line in lines]
        return result

    def _patient(self, lines: list[str], line_number: int) -> NDArray[np.float64]:
        rows: list[list[float]] = []
        for offset, line in enumerate(lines):
            cells = next(csv.reader([line.replace("\0", "")], delimiter=self.separator), [])
            if not any(cell.strip() for cell in cells):
                continue
            rows.append(self._row(cells, line_number + offset))
        return np.asarray(rows, dtype=np.float64).reshape(len(rows), self.columns)

    def _row(self, cells: list[str], line_number: int) -> list[float]:
        place = f"{self.path}, line {line_number}"
        # Exporters end rows with a spare separator, and write rows without a face short.
        spare = [cell for cell in cells[self.columns :] if cell.strip()]
        faceless = len(cells) <= 2 or (len(cells) > 1 and cells[1].strip() == "0")
        if spare or (len(cells) < self.columns and not faceless):
            raise VoxfaceError(
                f"{place}: {len(cells)} values where the header names {self.columns}; "
                "the file is cut short or damaged"
            )
        cells = cells[: self.columns] + [""] * (self.columns - len(cells))
        row = []
        for column, cell in enumerate(cells):
            if column == self.text_at:
                self.texts.append(cell.strip())
                row.append(np.nan)
                continue
            try:
                row.append(float(cell) if cell.strip() else np.nan)
            except ValueError:
                raise VoxfaceError(f"{place}: '{cell[:30]}' is not a number") from None
        return row
