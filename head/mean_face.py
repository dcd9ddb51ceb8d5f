"""The mean face: captured landmark meshes, free of pose, averaged over speakers.

Run ``python head/mean_face.py TAKES_FOLDER`` after ``voxface capture`` has put ``*.landmarks.npz``
files there. What it writes, ``head/mean_face.npz``, is small and kept in the repository, so that
the builder needs neither video nor MediaPipe.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Points = NDArray[np.float64]

HERE = Path(__file__).parent
SAVED = HERE / "mean_face.npz"
PUPIL_DISTANCE = 6.3  # centimetres: the adult mean (Dodgson, "Variation and extrema of human
#                       interpupillary distance", 2004)
RIGHT_IRIS, LEFT_IRIS = 468, 473
FRAMES_PER_TAKE = 3


def speaker_of(take: Path) -> str:
    """Return who is seen in a take: other speakers' files begin with ``sN_``, the rest are s1."""
    name = take.name.split("_")[0]
    return name if name.startswith("s") and name[1:].isdigit() else "s1"


def neutral_frames(landmarks: Points, channels: dict[str, Points]) -> Points:
    """Return the frames of a take with open eyes and a mouth that is shut and at rest."""
    eye = np.linalg.norm(landmarks[:, 33] - landmarks[:, 263], axis=1)
    gap = np.linalg.norm(landmarks[:, 13] - landmarks[:, 14], axis=1) / eye
    busy = sum(
        channels[name]
        for name in ("mouthPucker", "mouthFunnel", "mouthRollLower", "mouthRollUpper",
                     "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "browInnerUp",
                     "mouthPressLeft", "mouthPressRight", "mouthShrugLower", "jawOpen")
    )  # fmt: skip
    blink = channels["eyeBlinkLeft"] + channels["eyeBlinkRight"]
    cost = gap * 4 + 0.3 * np.asarray(busy) + 0.5 * blink
    best = np.argsort(cost, kind="stable")[:FRAMES_PER_TAKE]
    return landmarks[best]


def aligned(points: Points, to: Points) -> Points:
    """Move, turn and scale points onto others (Umeyama 1991, equal weights)."""
    centre, target = points.mean(0), to.mean(0)
    a, b = points - centre, to - target
    u, s, vt = np.linalg.svd(a.T @ b)
    sign = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    scale = np.trace(np.diag(s) @ sign) / np.sum(a * a)
    return scale * a @ u @ sign @ vt + target


def procrustes_mean(shapes: list[Points], rounds: int = 6) -> Points:
    """Return the generalised Procrustes mean of shapes (Gower 1975)."""
    mean = shapes[0]
    for _ in range(rounds):
        mean = np.mean([aligned(shape, mean) for shape in shapes], axis=0)
    return mean


def upright(points: Points) -> Points:
    """Turn a face so that the line of the eyes is x and the plane of the face stands."""
    across = points[LEFT_IRIS] - points[RIGHT_IRIS]
    up = points[10] - points[152]
    x = across / np.linalg.norm(across)
    z = np.cross(x, up)
    z /= np.linalg.norm(z)
    return points @ np.stack([x, np.cross(z, x), z], axis=1)


def mirror_partners(points: Points) -> NDArray[np.int64]:
    """Return for each landmark the number of its mirror image across x = 0."""
    image = points * (-1.0, 1.0, 1.0)
    image += points.mean(0) - image.mean(0)
    for _ in range(4):
        distance = np.linalg.norm(points[:, None] - image[None], axis=2)
        partner = linear_sum_assignment(distance + distance.T)[1]
        image = aligned((points * (-1.0, 1.0, 1.0))[partner], points)[partner]
    if not np.array_equal(partner[partner], np.arange(len(points))):
        raise RuntimeError("the landmarks do not pair up; too few frames for a mean?")
    return np.asarray(partner)


def symmetric(points: Points, partner: NDArray[np.int64]) -> Points:
    """Average a face with its mirror image."""
    centred = points - (np.mean(points[:, 0] + points[partner, 0]) / 2, 0, 0)
    return (centred + centred[partner] * (-1.0, 1.0, 1.0)) / 2


def tesselation() -> NDArray[np.int32]:
    """Return MediaPipe's triangles, counter-clockwise seen from the front, without eyes and mouth.

    Its table lists three directed edges for each triangle.
    """
    from mediapipe.tasks.python.vision import FaceLandmarksConnections  # noqa: PLC0415

    edges = [(c.start, c.end) for c in FaceLandmarksConnections.FACE_LANDMARKS_TESSELATION]
    return np.array([[edges[i][0], edges[i][1], edges[i + 1][1]]
                     for i in range(0, len(edges), 3)], np.int32)  # fmt: skip


def build(takes: list[Path]) -> dict[str, NDArray[np.generic]]:
    """Return the mean face, its mirror table and triangles."""
    by_speaker: dict[str, list[Points]] = {}
    for take in takes:
        landmarks = np.load(take)["landmarks"].astype(np.float64) * (1.0, -1.0, -1.0)
        clip = np.load(take.with_name(take.name.replace(".landmarks", "")))
        channels = dict(zip(clip["names"], clip["weights"].T, strict=True))
        by_speaker.setdefault(speaker_of(take), []).extend(neutral_frames(landmarks, channels))
    means = [procrustes_mean(frames) for _, frames in sorted(by_speaker.items())]
    mean = upright(procrustes_mean(means))
    mean = mean - (mean[LEFT_IRIS] + mean[RIGHT_IRIS]) / 2
    partner = mirror_partners(mean)
    mean = symmetric(mean, partner)
    mean *= PUPIL_DISTANCE / (mean[LEFT_IRIS, 0] - mean[RIGHT_IRIS, 0])
    return {
        "points": mean.astype(np.float32),
        "mirror": partner.astype(np.int16),
        "triangles": tesselation().astype(np.int16),
        "speakers": np.array(sorted(by_speaker)),
    }


def main() -> None:
    """Average the takes of a folder into ``head/mean_face.npz``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("takes", type=Path, help="folder with *.landmarks.npz and their clips")
    arguments = parser.parse_args()
    takes = sorted(arguments.takes.glob("*.landmarks.npz"))
    made = build(takes)
    np.savez_compressed(SAVED, **made)
    print(f"{SAVED}: {len(takes)} takes of {len(made['speakers'])} speakers")


if __name__ == "__main__":
    main()
