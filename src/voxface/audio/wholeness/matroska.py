"""Matroska and WebM: elements within elements, each with its length in front (RFC 8794, 9559)."""

from __future__ import annotations

from voxface.audio.wholeness.evidence import Evidence, MediaBytes, cut_off

MAGIC = b"\x1a\x45\xdf\xa3"
LONGEST_HEAD = 12
"""Bytes of the longest name and length."""
DAMAGED = "is damaged inside one of its clusters"
SEGMENT, CLUSTER = 0x18538067, 0x1F43B675
OUTER = {SEGMENT, CLUSTER, 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1254C367, 0x1941A469,
         0x1043A770}  # fmt: skip
"""Segment and what stands in it: SeekHead, Info, Tracks, Cues, Tags, Attachments, Chapters."""
IN_CLUSTER = {0xE7, 0xA3, 0xA0, 0xAB, 0xA7, 0x5854, 0xEC, 0xBF}
"""Timestamp, SimpleBlock, BlockGroup, PrevSize, Position, SilentTracks, Void, CRC-32."""


def check(media: MediaBytes) -> Evidence | None:
    """Check that elements follow one another and the last is whole; None if it is no Matroska.

    Segment and clusters are walked through: live recordings leave their lengths open, and in
    others a block's damaged head shows there.
    """
    if media.at(0, 4) != MAGIC:
        return None
    place, end_of_cluster = 0, 0
    while place < media.size:
        beginning = media.at(place, LONGEST_HEAD)
        element = _element(beginning)
        inside = place < end_of_cluster
        if element is None and len(beginning) < LONGEST_HEAD and beginning[0]:
            return cut_off("the head of a part", len(beginning), LONGEST_HEAD)
        if inside and (element is None or element[0] in OUTER):
            return Evidence(DAMAGED)
        if element is None or (element[1] is None and element[0] not in (SEGMENT, CLUSTER)):
            break  # junk at the end, which promises nothing
        name, size, head = element
        end = place + head + (size or 0)
        if end > media.size and name in OUTER | IN_CLUSTER:
            return cut_off("a part", media.size - place, end - place)
        if name in (SEGMENT, CLUSTER):
            end_of_cluster = end if name == CLUSTER else 0
            end = place + head  # what stands in it comes next
        if inside and end > end_of_cluster:
            return Evidence(DAMAGED)
        place = end
    return Evidence()


def _element(data: bytes) -> tuple[int, int | None, int] | None:
    """Return an element's name, length (None: open) and length of both; None if it is none."""
    name_length = _width(data[:1])
    if not 1 <= name_length <= 4:
        return None
    size_length = _width(data[name_length : name_length + 1])
    head = name_length + size_length
    if not size_length or len(data) < head:
        return None
    bits = 7 * size_length
    size = int.from_bytes(data[name_length:head], "big") & ((1 << bits) - 1)
    return (
        int.from_bytes(data[:name_length], "big"),
        None if size == (1 << bits) - 1 else size,
        head,
    )


def _width(first: bytes) -> int:
    """Return how many bytes a number has by its first one: 1 to 8, or 0 if it is none."""
    return 9 - first[0].bit_length() if first and first[0] else 0
