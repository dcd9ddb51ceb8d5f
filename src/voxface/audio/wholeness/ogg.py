"""Ogg: pages with a length and a checksum each (RFC 3533)."""

from __future__ import annotations

import zlib

from voxface.audio.wholeness.evidence import Evidence, MediaBytes, cut_off

MAGIC = b"OggS"
_MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def check(media: MediaBytes) -> Evidence | None:
    """Check that all pages are whole and undamaged; None if the file has no pages.

    A stream without its mark of the end is taken as whole if the last page is: some recorders
    never set it. Anything may follow the marked end.
    """
    if media.at(0, 4) != MAGIC:
        return None
    place, damaged = 0, 0
    open_streams: set[bytes] = set()
    while place < media.size:
        head = media.at(place, 27)
        if head[:4] != MAGIC[: len(head)]:
            following = _next_page(media, place)
            if following is None:
                break
            place, damaged = following, damaged + bool(open_streams)
            continue
        segments = media.at(place + 27, head[26]) if len(head) == 27 else b""
        length = 27 + len(segments) + sum(segments)
        if len(head) < 27 or len(segments) < head[26] or place + length > media.size:
            return cut_off("a page", media.size - place, length)
        if not _checksum_holds(media.at(place, length)):
            damaged += 1
        open_streams.add(head[14:18])
        if head[5] & 4:
            open_streams.discard(head[14:18])
        place += length
    if damaged or (open_streams and place < media.size):
        return Evidence(f"is damaged in {max(1, damaged)} of its pages")
    return Evidence()


def _next_page(media: MediaBytes, place: int) -> int | None:
    step = 1 << 16
    while place < media.size:
        found = media.at(place, step + 3).find(MAGIC)
        if found >= 0:
            return place + found
        place += step
    return None


def _checksum_holds(page: bytes) -> bool:
    """Compare a page's CRC-32, which runs through the bits the other way round than zlib's."""
    bare = page[:22] + bytes(4) + page[26:]
    mirrored = zlib.crc32(bare.translate(_MIRROR), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2) == int.from_bytes(page[22:26], "little")
