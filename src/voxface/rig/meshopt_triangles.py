"""Triangles as ``EXT_meshopt_compression`` codes them: by edges and vertices seen shortly before.

Notes
-----
Khronos Group, "EXT_meshopt_compression", appendix A, mode 1 (triangles).
"""

from __future__ import annotations

from collections.abc import Iterator


class Varints:
    """Reads numbers of seven bits a byte."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self._position = position

    def byte(self) -> int:
        """Return the next byte."""
        self._position += 1
        return self._data[self._position - 1]

    def number(self) -> int:
        """Return the next number."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def near(self, last: int) -> int:
        """Return the next number that is coded by its distance from `last`."""
        value = self.number()
        return last + (value >> 1 ^ -(value & 1))


class TriangleReader:
    """Yields three vertex numbers for each of `count` triangles.

    Raises
    ------
    ValueError, IndexError
        If the data are damaged.
    """

    def __init__(self, data: bytes, count: int) -> None:
        if not data or data[0] & 0xF0 != 0xE0 or len(data) < 17 + count:
            raise ValueError("compressed triangles do not begin as they should")
        self._codes = data[1 : 1 + count]
        self._table = data[-16:]
        self._numbers = Varints(data, 1 + count)
        # Codes from here on are near the last number; the first version had but one of them.
        self._near = 13 if data[0] & 0x0F else 15
        self._edges = [(0, 0)] * 16
        self._vertices = [0] * 16
        self._fresh = 0
        self._last = 0

    def __iter__(self) -> Iterator[int]:
        for code in self._codes:
            yield from self._on_edge(code) if code < 0xF0 else self._alone(code)

    def _on_edge(self, code: int) -> tuple[int, int, int]:
        """Read a triangle that shares an edge with one of the last."""
        a, b = self._edges[code >> 4]
        kind = code & 15
        if 0 < kind < self._near:
            c = self._vertices[kind]
        else:
            if kind == 0:
                c = self._next()
            elif kind == 15:
                c = self._last = self._numbers.near(self._last)
            else:
                c = self._last = self._last + (-1 if kind == 13 else 1)
            self._seen(c)
        self._push((c, b), (a, c))
        return a, b, c

    def _alone(self, code: int) -> tuple[int, int, int]:
        """Read a triangle that begins anew."""
        free = code >= 0xFE
        coded = self._numbers.byte() if free else self._table[code & 15]
        if free and coded == 0:
            self._fresh = 0
        kinds = (15 if code == 0xFF else 0, coded >> 4, coded & 15)
        # Numbers that are spelt out follow in the stream once all others are known.
        spelt = [kind == 15 and free for kind in kinds]
        found = [
            0 if out else self._next() if kind == 0 else self._vertices[kind - 1]
            for kind, out in zip(kinds, spelt, strict=True)
        ]
        for place, out in enumerate(spelt):
            if out:
                found[place] = self._last = self._numbers.near(self._last)
        for number, kind, out in zip(found, kinds, spelt, strict=True):
            if kind == 0 or out:
                self._seen(number)
        a, b, c = found
        self._push((b, a), (c, b), (a, c))
        return a, b, c

    def _next(self) -> int:
        self._fresh += 1
        return self._fresh - 1

    def _seen(self, number: int) -> None:
        self._vertices.insert(0, number)
        self._vertices.pop()

    def _push(self, *edges: tuple[int, int]) -> None:
        for edge in edges:
            self._edges.insert(0, edge)
            self._edges.pop()
