"""All pieces of the head with their channels, joined into one rig."""

from __future__ import annotations

import numpy as np
from deform import Spreader, smooth_step
from ears import PLACE, left_ear
from eye_channels import LOOK, eye_fields
from eyeballs import eyeballs, turned
from hair import faded, hair_cap, hair_locks, inside_hairline
from jaw_channels import jaw_fields, opened
from lashes import left_lashes
from lids import fit_lids
from lips import shut_lips
from looks import materials, mouth_depth, skin_colors, skin_uv, uv_of
from mouth_channels import mouth_fields
from numpy.typing import NDArray
from occlusion import vertex_normals
from pieces import Piece, joined, mirrored_piece, used_only
from shirt import collar, split_shirt
from skin_mesh import SkinMesh, hidden_inside, make_skin
from teeth import jaws
from thin import thinned
from tongue import tongue, tongue_out
from tongue_channel import JAW_PART, tongue_fields

from voxface.face import ARKIT_CHANNELS, Rig, RigPart, mirrored

Points = NDArray[np.float64]

SEALING = ("jawOpen", "mouthClose")
FUNNEL_PART = 0.10
HEAD_PIVOT = (0.0, -9.5, -9.0)


def skin_fields(skin: SkinMesh, spreader: Spreader) -> dict[str, Points]:
    """Return the skin's displacement for every channel."""
    fields = {**jaw_fields(spreader), **mouth_fields(spreader), **eye_fields(spreader)}
    fields["tongueOut"] = tongue_fields(spreader, fields)
    return fields


NEUTRAL_TOLERANCE, MOVE_TOLERANCE = 0.012, 0.025  # centimetres


def thin_skin(skin: SkinMesh, body: Piece) -> NDArray[np.int64]:
    """Return the skin's triangles without what nobody sees: too fine, or beneath the hair."""
    depth = mouth_depth(skin)
    seen = np.where(hidden_inside(skin), np.where(depth > 2.3, 0.15, 0.35), 1.0)[:, None]
    seen *= 1 - 0.6 * smooth_step(skin.points[:, 1], -12.5, -14)[:, None]
    far = 1 - 0.93 * smooth_step(skin.points[:, 1], -12.5, -15)[:, None]
    far = np.where(hidden_inside(skin)[:, None], np.where(depth > 2.3, 0.2, 0.4)[:, None], far)
    fields = [(body.points * far, NEUTRAL_TOLERANCE)]
    fields += [(field * seen, MOVE_TOLERANCE) for field in body.moves.values()]
    triangles = thinned(*skin.coarse, fields, skin.mirror, body.normals)
    beneath = (faded(skin.points, inside_hairline(skin.points)) > 0.8)[triangles].all(1)
    return triangles[~beneath]


def make_pieces() -> tuple[SkinMesh, list[Piece]]:
    """Return every piece of the head with its channels."""
    skin = make_skin()
    spreader = Spreader(skin)
    shut_lips(skin)
    fit_lids(skin, spreader)
    body = Piece(
        skin.points,
        {"skin": skin.triangles},
        skin_uv(skin),
        skin_colors(skin),
        vertex_normals(skin.points, skin.triangles),
    )
    fields = skin_fields(skin, spreader)
    for channel, field in fields.items():
        body.move(channel, field)
    body.parts["skin"], shirt = split_shirt(skin, thin_skin(skin, body))
    left, right = eyeballs()
    flip = np.array([-1.0, 1.0, 1.0])
    for way, (yaw, pitch) in LOOK.items():
        move = turned(left.points, np.radians(yaw), np.radians(pitch))
        left.move(f"eyeLook{way}Left", move)
        right.move(f"eyeLook{way}Right", move * flip)
    upper, lower = jaws()
    tong = tongue()
    for piece, share in ((lower, 1.0), (tong, smooth_step(tong.points[:, 2], -4.6, -1.5))):
        piece.move("jawOpen", opened(piece.points, share))
        part = np.broadcast_to(share, len(piece.points))
        piece.move("jawForward", np.outer(part, [0.0, -0.06, 0.85]))
        piece.move("jawLeft", np.outer(part, [0.75, 0.0, 0.0]))
        piece.move("jawRight", np.outer(part, [-0.75, 0.0, 0.0]))
    for piece in (lower, tong):
        # Teeth part behind rounded lips.
        piece.move("mouthFunnel", FUNNEL_PART * piece.moves["jawOpen"])
    for piece, rise in ((upper, 1.0), (lower, -1.0)):
        # They seem to draw back too: lips that stand off them would show them all the same.
        for channel, up, back in (("mouthFunnel", 0.34, 0.45), ("mouthPucker", 0.12, 0.30)):
            piece.move(channel, np.tile([0.0, rise * up, -back], (len(piece.points), 1)))
    lower.move("tongueOut", JAW_PART * lower.moves["jawOpen"])
    tong.move("tongueOut", tongue_out())
    ear = left_ear()
    cap = hair_cap(skin)
    # The ear borrows its skin from the cheek, where nothing is painted.
    ear.uv = uv_of((ear.points - PLACE) * 0.4 + (5.4, -4.2, -1.2))
    other = mirrored_piece(ear)
    lash = left_lashes(skin, fields)
    lash_right = mirrored_piece(lash)
    for channel, field in lash.moves.items():
        lash_right.move(mirrored(channel), field * flip)
    return skin, [
        body,
        ear,
        other,
        lash,
        lash_right,
        left,
        right,
        upper,
        lower,
        tong,
        cap,
        hair_locks(cap),
        shirt,
        collar(),
    ]


def make_rig() -> Rig:
    """Return the default head as a rig."""
    skin, pieces = make_pieces()
    whole = joined([used_only(piece) for piece in pieces])
    looks = materials(skin, skin_uv(skin))
    parts = tuple(
        RigPart(name, triangles.astype(np.int32), looks[name])
        for name, triangles in whole.parts.items()
    )
    points = whole.points
    deltas = np.stack([whole.moves.get(c, np.zeros_like(points)) for c in ARKIT_CHANNELS])
    for channel, field in zip(ARKIT_CHANNELS, deltas, strict=True):
        # What seals the lips is kept to the last digit, the rest as far as anyone sees it.
        field[np.abs(field).max(axis=1) < (1e-4 if channel in SEALING else 7e-3)] = 0
    return Rig(
        "voxface default head",
        points,
        parts,
        ARKIT_CHANNELS,
        deltas,
        uv=whole.uv,
        colors=whole.colors,
        normals=whole.normals,
        head_share=head_share(points),
        head_pivot=HEAD_PIVOT,
    )


def head_share(points: Points) -> Points:
    """Return how far every vertex turns with the head: all above the neck, nothing below it."""
    height = points[:, 1] + 0.25 * (points[:, 2] + 8)
    return smooth_step(height, -18.5, -11.5)
