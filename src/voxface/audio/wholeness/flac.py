"""FLAC: the first block names the number of samples (RFC 9639)."""

from __future__ import annotations

from voxface.audio.wholeness.evidence import Evidence, MediaBytes


def check(media: MediaBytes) -> Evidence | None:
    """Return how long a FLAC file says it is; None if it is no FLAC file."""
    begin = media.after_id3()
    if media.at(begin, 4) != b"fLaC" or media.number(begin + 4, 1) & 0x7F:
        return None
    packed = media.number(begin + 8 + 10, 8)  # rate: 20 bits, channels: 3, depth: 5, samples: 36
    rate, samples = packed >> 44, packed & ((1 << 36) - 1)
    return Evidence(promised=samples / rate if rate and samples else None)
