"""What a container's promises are checked with, and what comes of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True)
class Evidence:
    """What a file says of its own length.

    Attributes
    ----------
    fault : str or None
        What is wrong, as the end of the sentence "the file …"; None if nothing is.
    promised : float or None
        Seconds of sound that the header names, where it can be held to its word.
    slack : float
        Seconds by which that may be wrong: encoders count their own padding.
    """

    fault: str | None = None
    promised: float | None = None
    slack: float = 0.001


def cut_off(kind: str, here: int, wanted: int) -> Evidence:
    """Return the evidence of a file that ends inside one of its parts.

    Parameters
    ----------
    kind : str
        What the part is called, with its article.
    here, wanted : int
        Bytes of the part that are there, and that it should have.
    """
    return Evidence(f"is cut off: it ends {here:,} bytes into {kind} of {wanted:,}")


class MediaBytes:
    """Bytes of a file at any place; beyond its end there are none.

    Parameters
    ----------
    file : binary file
        Must be seekable.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)

    def at(self, place: int, count: int) -> bytes:
        """Return the `count` bytes from `place` on; fewer if the file ends before."""
        if place >= self.size:  # damaged lengths point further than a file can be
            return b""
        self._file.seek(place)
        return self._file.read(count)

    def number(self, place: int, count: int, order: str = "big") -> int:
        """Return the unsigned whole number of `count` bytes at `place`."""
        return int.from_bytes(self.at(place, count), "big" if order == "big" else "little")

    def after_id3(self) -> int:
        """Return where the sound begins behind an ID3v2 tag, or 0 if there is none."""
        place = 0
        while (head := self.at(place, 10))[:3] == b"ID3" and len(head) == 10:
            # Seven bits to the byte, so that no byte looks like the start of a frame.
            bits = zip(head[6:], (21, 14, 7, 0), strict=True)
            length = sum((byte & 0x7F) << shift for byte, shift in bits)
            place += 10 + length + (10 if head[5] & 0x10 else 0)
        return place
