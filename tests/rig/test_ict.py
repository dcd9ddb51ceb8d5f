from __future__ import annotations

import numpy as np
import pytest

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.rig import connect, load_rig, write_glb
from voxface.rig.ict import triangulate

CUT = {
    "neutral": np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [2, 0, 0]], np.float32),
    "faces": np.array([[0, 1, 2, 3], [1, 4, 2, -1]]),
    "names": np.array(["jawOpen", "browInnerUp_L", "browInnerUp_R"]),
    "deltas": np.arange(45, dtype=np.float16).reshape(3, 5, 3) / 64,
    "uv": np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.25]]),
    "face_uv": np.array([[0, 1, 2, 3], [1, 4, 2, -1]]),
}


def test_quads_and_triangles_become_triangles(tmp_path):
    np.savez(tmp_path / "head.npz", **CUT)
    rig = load_rig(tmp_path / "head.npz")
    assert rig.triangles.tolist() == [[0, 1, 2], [1, 4, 2], [0, 2, 3]]
    assert (rig.name, rig.targets) == ("head", tuple(CUT["names"]))
    assert np.allclose(rig.deltas, CUT["deltas"])
    assert rig.uv[4].tolist() == [0.5, 0.75], "the origin is the upper left corner"


def test_areas_survive_the_split():
    faces = triangulate(np.array([[0, 1, 2, 3]], np.int32))
    corners = CUT["neutral"][faces]
    areas = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2] / 2
    assert areas.tolist() == [0.5, 0.5]


def test_a_damaged_archive_is_refused(tmp_path):
    path = tmp_path / "head.npz"
    np.savez_compressed(path, **CUT)
    whole = path.read_bytes()
    for size in (10, len(whole) // 2, len(whole) - 20):
        path.write_bytes(whole[:size])
        with pytest.raises(VoxfaceError, match=r"damaged or not ICT|not ICT") as caught:
            load_rig(path)
        assert "\n" not in str(caught.value)
    np.savez(path, **(CUT | {"faces": np.array([[0, 1, 2]])}))
    with pytest.raises(VoxfaceError, match=r"faces have shape \(1, 3\)"):
        load_rig(path)
    np.savez(path, **(CUT | {"face_uv": CUT["face_uv"][:1]}))
    with pytest.raises(VoxfaceError, match="damaged or not ICT"):
        load_rig(path)
    lone = {name: CUT[name] for name in ("neutral", "names", "deltas")}
    np.savez(path, **lone, faces=np.array([[0, 1, 9, -1]]))
    with pytest.raises(VoxfaceError, match="vertices that the rig does not have"):
        load_rig(path)
    np.savez(path, **(CUT | {"deltas": np.zeros((2, 5, 3))}))
    with pytest.raises(VoxfaceError, match="deltas have shape"):
        load_rig(path)


@pytest.fixture(scope="module")
def head(shared):
    file = shared / "data" / "ict_face_kit_light.npz"
    if not file.is_file():
        pytest.skip(f"no ICT-FaceKit data in {file.parent}")
    return load_rig(file)


def test_the_face_kit_is_matched_but_for_the_tongue(head):
    found = connect(head)
    assert (found.kind, found.missed) == ("arkit", ("tongueOut",))
    assert set(found.unused) == {"PupilDilate_L", "PupilDilate_R", "cheekRaiser_L", "cheekRaiser_R"}
    clip = FaceClip(np.eye(52), 30)
    weights = found.weights(clip)
    for channel, halves in (("browInnerUp", "browInnerUp"), ("cheekPuff", "cheekPuff")):
        row = weights[ARKIT_CHANNELS.index(channel)]
        assert [head.targets[n] for n in np.flatnonzero(row)] == [f"{halves}_L", f"{halves}_R"]


def test_left_is_the_subjects_left(head):
    moved = np.abs(head.deltas[head.targets.index("eyeBlink_L")]).max(axis=1)
    assert head.neutral[moved.argmax(), 0] > 0


def test_the_parts_of_the_face_kit_are_told_apart(head):
    parts = {part.name: head.neutral[np.unique(part.triangles)] for part in head.parts}
    assert sum(len(part.triangles) for part in head.parts) == len(head.triangles)
    for side, sign in (("left", 1), ("right", -1)):
        for name in ("eyeball", "cornea"):
            assert (parts[f"{side} {name}"][:, 0] * sign).min() > 0
    assert np.ptp(parts["teeth"][:, 0]) < np.ptp(parts["face"][:, 0]) / 2
    jaw = head.deltas[head.targets.index("jawOpen")]
    teeth = jaw[np.unique(next(part for part in head.parts if part.name == "teeth").triangles)]
    still = np.abs(teeth).max(axis=1) < 0.01
    assert 0.2 < still.mean() < 0.8, "lower teeth follow the jaw, upper ones stay"
    assert head.head_share.min() == 0
    assert head.head_share[head.neutral[:, 1] > 0].min() == 1


@pytest.mark.slow
def test_the_face_kit_survives_a_glb(head, tmp_path):
    (tmp_path / "a.glb").write_bytes(write_glb(head))
    again = load_rig(tmp_path / "a.glb")
    assert again.targets == head.targets
    for part, other in zip(head.parts, again.parts, strict=True):
        mine, theirs = head.neutral[part.triangles], again.neutral[other.triangles]
        assert np.allclose(mine, theirs, atol=1e-4)
        assert np.allclose(
            head.deltas[:, part.triangles], again.deltas[:, other.triangles], atol=1.1e-4
        )
