from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from planted_gltf import CUBE, CUBE_TRIANGLES, Document
from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.formats import load_clip, save_clip
from voxface.rig import load_rig
from voxface.rig.gltf_file import read_gltf

DRACO = "KHR_draco_mesh_compression"


@pytest.fixture
def packed():
    """Return a cube whose mesh is compressed, its vertices in their order."""
    draco = pytest.importorskip("DracoPy", reason="DracoPy packs the mesh")
    made = Document()
    mesh = made.json["meshes"][made.mesh(["jawOpen", "mouthClose"])]
    primitive = mesh["primitives"][0]
    content = draco.encode(CUBE, CUBE_TRIANGLES.astype(np.uint32), quantization_bits=14,
                           preserve_order=True)  # fmt: skip
    found = draco.decode(content)
    (position,) = (each for each in found.attributes if each["attribute_type"] == 0)
    primitive["extensions"] = {
        DRACO: {
            "bufferView": made.view(content),
            "attributes": {"POSITION": position["unique_id"]},
        }
    }
    for number in (primitive["attributes"]["POSITION"], primitive["indices"]):
        del made.json["accessors"][number]["bufferView"]
    made.json["extensionsUsed"] = made.json["extensionsRequired"] = [DRACO]
    made.node(mesh=0)
    return made


def test_a_compressed_mesh_is_read(tmp_path, packed):
    rig = load_rig(packed.save(tmp_path / "a.glb"))
    assert np.allclose(rig.neutral, CUBE * 100, atol=0.01)
    assert np.array_equal(rig.triangles, CUBE_TRIANGLES)
    assert np.allclose(rig.deltas[0], [[0, 1, 0]] + [[0, 0, 0]] * 7)


def test_an_export_is_unpacked(tmp_path, packed):
    clip = FaceClip(np.random.default_rng(0).random((5, 52)), 30)
    path = packed.save(tmp_path / "own.glb")
    save_clip(clip, tmp_path / "a.glb", rig=path)
    assert DRACO not in json.dumps(read_gltf(tmp_path / "a.glb").json)
    assert np.array_equal(load_rig(tmp_path / "a.glb").neutral, load_rig(path).neutral)
    assert np.allclose(load_clip(tmp_path / "a.glb")["jawOpen"], clip["jawOpen"])


def test_a_damaged_mesh_is_one_clear_message(tmp_path, packed):
    view = packed.json["bufferViews"][-1]
    packed.binary[view["byteOffset"] : view["byteOffset"] + 20] = b"\xff" * 20
    with pytest.raises(VoxfaceError, match="a compressed mesh is damaged") as caught:
        load_rig(packed.save(tmp_path / "a.glb"))
    assert "\n" not in str(caught.value)


def test_without_the_package_the_message_says_what_to_do(tmp_path, monkeypatch, packed):
    monkeypatch.setitem(sys.modules, "DracoPy", None)
    with pytest.raises(VoxfaceError, match=rf"{DRACO}: pip install 'voxface\[glb\]'"):
        load_rig(packed.save(tmp_path / "a.glb"))
