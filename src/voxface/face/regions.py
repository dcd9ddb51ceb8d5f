"""Regions of the face: which channels belong together, by name."""

from __future__ import annotations

from voxface.errors import unknown_name
from voxface.face.channels import ARKIT_CHANNELS

_PREFIXES: dict[str, tuple[str, ...]] = {
    "jaw": ("jaw",),
    "mouth": ("mouth", "tongue", "cheekPuff"),
    "eyes": ("eye", "cheekSquint"),
    "brows": ("brow", "noseSneer"),
}

REGIONS: dict[str, tuple[str, ...]] = {
    region: tuple(name for name in ARKIT_CHANNELS if name.startswith(prefixes))
    for region, prefixes in _PREFIXES.items()
}
"""Channel names of each region. Together the regions hold every ARKit channel exactly once."""

HEAD = "head"
"""The region name of the head pose, which has no channels."""

SPEECH_CHANNELS: tuple[str, ...] = REGIONS["jaw"] + REGIONS["mouth"]
"""Everything that speech itself moves: jaw, lips, cheeks and tongue."""


def region_channels(region: str) -> tuple[str, ...]:
    """Return the channels of a region (none for ``head``).

    Raises
    ------
    VoxfaceError
        If there is no such region; the message suggests the nearest name.
    """
    if region == HEAD:
        return ()
    if region not in REGIONS:
        raise unknown_name("region", region, (*REGIONS, HEAD))
    return REGIONS[region]
