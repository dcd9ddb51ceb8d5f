"""How a material answers to light, where glTF has no word for it: told by names."""

from __future__ import annotations

from dataclasses import dataclass

from voxface.face import RigPart


@dataclass(frozen=True)
class Look:
    """What the shader knows beyond glTF's material.

    Parameters
    ----------
    subsurface : float
        How much light goes through, 0 to 1: 1 for skin.
    wet : float
        Strength of the mirrored soft boxes, 0 to 1: 1 for an eye.
    inside : bool
        Whether it is seen through an open mouth only, and lit accordingly even before that.
    eye : bool
        Whether it turns between lids whose shade stays.
    """

    subsurface: float = 0.0
    wet: float = 0.0
    inside: bool = False
    eye: bool = False


_LOOKS: tuple[tuple[tuple[str, ...], Look], ...] = (
    (("lash", "brow", "hair"), Look()),
    (("cornea", "eyeball", "sclera", "iris", "pupil", "eye"), Look(0.25, 0.9, eye=True)),
    (("tear", "fluid", "wet"), Look(0.0, 0.6)),
    (("teeth", "tooth"), Look(0.35, 0.18, inside=True)),
    (("tongue", "gum", "mouth", "inside", "cavity"), Look(0.8, 0.08)),
    (("lip",), Look(1.0, 0.03)),
    (("skin", "head", "face", "body", "neck", "ear", "nose"), Look(1.0)),
)


def look_of(part: RigPart) -> Look:
    """Return the look of a part, by the words in its name and its material's."""
    return _by_words(part.name) or _by_words(part.material.name) or Look(0.5)


def _by_words(name: str) -> Look | None:
    lower = name.lower()
    for words, look in _LOOKS:
        if any(word in lower for word in words):
            return look
    return None
