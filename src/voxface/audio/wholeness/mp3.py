"""MP3: encoders that know the length put it into a silent first frame, as Xing or as VBRI.

Gabriel Bouvigne, "Mp3 info tag rev. 1 specifications"; the frame's head is ISO/IEC 11172-3.
"""

from __future__ import annotations

from voxface.audio.wholeness.evidence import Evidence, MediaBytes

_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Samples per second by the version bits (MPEG-1, MPEG-2, MPEG-2.5) and the rate bits."""
SLACK = 0.15
"""Seconds that decoding may fall short: the encoder's delay, its padding and the first frame."""


def check(media: MediaBytes) -> Evidence | None:
    """Return how long an MP3 file says it is; None if it does not say so or is none."""
    begin = media.after_id3()
    # Padding may stand between the tag and the sound.
    found = media.at(begin, 4096)
    start = next((i for i in range(len(found) - 4) if _is_layer_three(found[i : i + 4])), None)
    if start is None or (start and not begin):
        return None
    head, begin = found[start : start + 4], begin + start
    version, mono = head[1] >> 3 & 3, head[3] >> 6 == 3
    rate = _RATES[version][head[2] >> 2 & 3]
    if version == 3:
        side, samples = 17 if mono else 32, 1152
    else:
        side, samples = 9 if mono else 17, 576
    frames = 0
    if media.at(begin + 4 + side, 4) in (b"Xing", b"Info"):
        if media.number(begin + 8 + side, 4) & 1:
            frames = media.number(begin + 12 + side, 4)
    elif media.at(begin + 36, 4) == b"VBRI":
        frames = media.number(begin + 36 + 14, 4)
    return Evidence(promised=frames * samples / rate if frames else None, slack=SLACK)


def _is_layer_three(head: bytes) -> bool:
    return (
        head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[1] >> 3 & 3 in _RATES
        and head[2] >> 2 & 3 < 3
        and 0 < head[2] >> 4 < 15
    )
