"""MP4, M4A, MOV, 3GP: boxes, each with its length in front (ISO/IEC 14496-12)."""

from __future__ import annotations

from voxface.audio.wholeness.evidence import Evidence, MediaBytes, cut_off

FIRST = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp", b"pnot"}
OUTER = FIRST | {b"moof", b"mfra", b"sidx", b"uuid", b"meta", b"udta", b"emsg", b"prft"}
"""Boxes of the outermost level. Other names there are junk at the end, which promises nothing."""


def check(media: MediaBytes) -> Evidence | None:
    """Check that the last box is whole; None if the file has no boxes."""
    if media.at(4, 4) not in FIRST:
        return None
    place = 0
    while len(head := media.at(place, 8)) == 8:
        size, name, least = int.from_bytes(head[:4], "big"), head[4:], 8
        if size == 1:
            size, least = media.number(place + 8, 8), 16
        if size < least:  # 0: as far as the file goes
            break
        if place + size > media.size and name in OUTER:
            kind = f"a part ('{name.decode()}')"
            return cut_off(kind, media.size - place, size)
        place += size
    return Evidence()
