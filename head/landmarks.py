"""Names for the landmarks that the builder speaks of (left half; the right half is mirrored)."""

from __future__ import annotations

OVAL_LEFT = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288,
             397, 365, 379, 378, 400, 377, 152)  # fmt: skip
"""The edge of the face from the top of the forehead down to the chin."""

JAW_CORNER = 11
"""Where in `OVAL_LEFT` the jaw turns: above, the skull begins, below, the neck."""

LIP_UPPER_OUTER = (0, 267, 269, 270, 409, 291)
LIP_UPPER_MIDDLE = (11, 302, 303, 304, 408, 306)
LIP_UPPER_INNER = (12, 268, 271, 272, 407, 292)
LIP_UPPER_SEAL = (13, 312, 311, 310, 415, 308)
LIP_LOWER_SEAL = (14, 317, 402, 318, 324, 308)
LIP_LOWER_INNER = (15, 316, 403, 319, 325, 292)
LIP_LOWER_MIDDLE = (16, 315, 404, 320, 307, 306)
LIP_LOWER_OUTER = (17, 314, 405, 321, 375, 291)
"""Rings of the lips from the middle to the left corner; the last is the corner itself."""

EYE_UPPER = (263, 466, 388, 387, 386, 385, 384, 398, 362)
EYE_LOWER = (263, 249, 390, 373, 374, 380, 381, 382, 362)
EYE_UPPER_2 = (359, 467, 260, 259, 257, 258, 286, 414, 463)
EYE_LOWER_2 = (359, 255, 339, 254, 253, 252, 256, 341, 463)
EYE_UPPER_3 = (446, 342, 445, 444, 443, 442, 441, 413, 464)
EYE_LOWER_3 = (446, 261, 448, 449, 450, 451, 452, 453, 464)
"""Rings around the left eye, outer to inner corner: the lid's edge and outwards."""
