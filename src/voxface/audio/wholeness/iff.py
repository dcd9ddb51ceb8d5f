"""WAV, RF64, Wave64, AVI, AIFF, CAF and AU: chunks, each with its length in front.

Multimedia Programming Interface and Data Specifications 1.0 (RIFF), EBU Tech 3306 (RF64), Apple's
Audio Interchange File Format 1.3 and Core Audio Format.
"""

from __future__ import annotations

from voxface.audio.wholeness.evidence import Evidence, MediaBytes, cut_off

UNKNOWN = 0x7FFF0000
"""Writers into a pipe put a number about 2**31 or 2**32, or zero, where they know no length."""
SLACK = 256
"""Bytes that a length may be wrong by: writers miscount padding and last chunks."""


def check(media: MediaBytes) -> Evidence | None:
    """Check the promises of a file of chunks; None if it is no such file."""
    magic, kind = media.at(0, 4), media.at(8, 4)
    if magic in (b"RIFF", b"RF64", b"BW64") and kind == b"WAVE":
        return _check_chunks(media, 12, "little", b"data", wide=magic != b"RIFF")
    if magic in (b"RIFF", b"riff"):
        # AVI; and Wave64 with its names of 16 bytes, whose length counts the whole file.
        place, begin, count = (4, 8, 4) if magic == b"RIFF" else (16, 0, 8)
        return _check_length(media, "a RIFF file", begin, media.number(place, count, "little"))
    if magic == b"FORM" and kind in (b"AIFF", b"AIFC"):
        return _check_chunks(media, 12, "big", b"SSND")
    if magic == b".snd":
        return _check_length(media, "an AU file", media.number(4, 4), media.number(8, 4))
    return _check_caf(media) if magic == b"caff" else None


def _check_chunks(
    media: MediaBytes, place: int, order: str, sound: bytes, wide: bool = False
) -> Evidence:
    """Walk to the chunk of samples; in a wide file a ``ds64`` chunk holds its true length."""
    long_size = None
    while len(head := media.at(place, 8)) == 8:
        size = media.number(place + 4, 4, order)
        if head[:4] == b"ds64" and wide:
            long_size = media.number(place + 16, 8, "little")
        if head[:4] == sound:
            if size == 0xFFFFFFFF and long_size:
                return _check_length(media, "samples", place + 8, long_size, longest=1 << 62)
            return _check_length(media, "samples", place + 8, size)
        place += 8 + size + size % 2
    return Evidence()


def _check_caf(media: MediaBytes) -> Evidence:
    place = 8
    while len(head := media.at(place, 12)) == 12:
        size = media.number(place + 4, 8)
        if head[:4] == b"data":
            return _check_length(media, "samples", place + 12, size, longest=1 << 62)
        place += 12 + size
    return Evidence()


def _check_length(
    media: MediaBytes, kind: str, begin: int, size: int, longest: int = UNKNOWN
) -> Evidence:
    if 0 < size < longest and media.size + SLACK < begin + size:
        return cut_off(kind, max(0, media.size - begin), size)
    return Evidence()
