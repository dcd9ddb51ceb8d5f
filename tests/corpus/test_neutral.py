"""The face at rest: of one picture, and of the quietest frames of a take."""

from __future__ import annotations

import os

import numpy as np
import pytest

pytest.importorskip("scipy", reason="preparation needs the extra 'train'")

from media import tone
from planted_mesh import speaking_face
from voxface.capture.model_file import MODEL_VARIABLE
from voxface.capture.video import open_video
from voxface.errors import VoxfaceError
from voxface.face import face_mesh


def test_the_neutral_face_of_a_take_is_that_of_its_silence():
    from voxface.corpus.neutral import neutral_of_take  # noqa: PLC0415

    mesh = speaking_face(4.0)
    quiet = tone(4.0, level=1e-4)
    open_frames = mesh.offsets.any(axis=(1, 2))
    loud = np.repeat(open_frames, 640)[: len(quiet)]
    found = neutral_of_take(mesh, np.where(loud, tone(4.0), quiet))
    np.testing.assert_allclose(found, mesh.neutral, atol=0.02)


@pytest.fixture(scope="module")
def reference(shared, tmp_path_factory):
    """A picture of a real face: the first frame of a GRID take."""
    pytest.importorskip("mediapipe", reason="needs the extra 'capture'")
    from PIL import Image  # noqa: PLC0415

    (video, *_) = sorted((shared / "data" / "grid_s1").rglob("*.mpg")) or [None]
    if video is None:
        pytest.skip("no GRID video in the shared data")
    with open_video(video) as opened:
        first = next(opened.pictures)
    path = tmp_path_factory.mktemp("picture") / "face.png"
    Image.fromarray(first.pixels).save(path)
    model = shared / "data" / "face_landmarker_v2_with_blendshapes.task"
    return path, os.environ.get(MODEL_VARIABLE) or model


@pytest.mark.slow
def test_the_neutral_face_of_a_picture(reference):
    from voxface.corpus.neutral import neutral_of_picture  # noqa: PLC0415

    picture, model = reference
    found = neutral_of_picture(picture, model)
    topology, average = face_mesh()
    assert found.shape == (468, 3) and found.dtype == np.float32
    # A person's face, as large as the average one, upright, and near it.
    assert np.linalg.norm(found - average, axis=1).mean() < 1.0
    assert np.corrcoef(found[:, 1], average[:, 1])[0, 1] > 0.99
    stable = topology.rows("stable")
    spread = [np.ptp(face[stable], axis=0)[:2] for face in (found, average)]
    np.testing.assert_allclose(spread[0], spread[1], rtol=0.15)


@pytest.mark.slow
def test_a_picture_without_a_face_is_told(reference, tmp_path):
    from PIL import Image  # noqa: PLC0415

    from voxface.corpus.neutral import neutral_of_picture  # noqa: PLC0415

    Image.new("RGB", (320, 240), (90, 120, 200)).save(tmp_path / "sky.png")
    with pytest.raises(VoxfaceError, match="shows no face"):
        neutral_of_picture(tmp_path / "sky.png", reference[1])
    with pytest.raises(VoxfaceError, match="no file"):
        neutral_of_picture(tmp_path / "nothing.png", reference[1])
