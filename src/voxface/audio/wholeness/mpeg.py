"""MPEG program and transport streams: they promise only that their last packet is whole.

ISO/IEC 11172-1 and 13818-1.
"""

from __future__ import annotations

from voxface.audio.wholeness.evidence import Evidence, MediaBytes, cut_off

PACK = b"\x00\x00\x01\xba"
TAIL = 1 << 18
"""Bytes at the end in which a pack begins: packs are at most 64 kB, and mostly 2 kB."""


def check(media: MediaBytes) -> Evidence | None:
    """Check that the last packet is whole; None if the file is no MPEG stream."""
    for length, first in ((188, 0), (192, 4)):
        if all(media.at(first + k * length, 1) == b"\x47" for k in range(4)):
            rest = media.size % length
            return cut_off("a packet", rest, length) if rest else Evidence()
    if media.at(0, 4) == PACK:
        return _check_program(media)
    return None


def _check_program(media: MediaBytes) -> Evidence:
    begin = max(0, media.size - TAIL)
    tail = media.at(begin, TAIL)
    place = tail.find(PACK)
    while 0 <= place < len(tail):
        code = tail[place : place + 4]
        if code == PACK:
            second = tail[place + 4 : place + 5]
            if second and second[0] >> 6 == 1:  # MPEG-2: 14 bytes and up to 7 of stuffing
                stuffing = tail[place + 13 : place + 14]
                place += 14 + (stuffing[0] & 7 if stuffing else 0)
            else:
                place += 12
        elif code[:3] == PACK[:3] and len(code) == 4 and code[3] >= 0xBB:
            length = 6 + int.from_bytes(tail[place + 4 : place + 6], "big")
            if place + length > len(tail):
                return cut_off("a packet", len(tail) - place, length)
            place += length
        else:
            break  # the end mark, padding, or a place that only looked like a pack
    return Evidence()
