from __future__ import annotations

import copy
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planted_gltf import CUBE, CUBE_TRIANGLES, Document, cube_file
from voxface.errors import VoxfaceError
from voxface.rig import load_rig
from voxface.rig.accessors import read_accessor
from voxface.rig.gltf_file import read_gltf

NAMES = ["jawOpen", "eyeBlink_L"]


def reread(made: Document, tmp_path, suffix=".glb"):
    return read_gltf(made.save(tmp_path / f"a{suffix}"))


@settings(max_examples=40, deadline=None)
@given(
    dtype=st.sampled_from(["f4", "u1", "u2", "u4", "i1", "i2"]),
    width=st.sampled_from([1, 2, 3, 4]),
    count=st.integers(1, 9),
    gap=st.integers(0, 3),
    offset=st.integers(0, 3),
    normalized=st.booleans(),
    sparse=st.booleans(),
    seed=st.integers(0, 99),
)
def test_any_layout_of_an_accessor_is_read(
    tmp_path_factory, dtype, width, count, gap, offset, normalized, sparse, seed
):
    random = np.random.default_rng(seed)
    size = np.dtype(dtype).itemsize
    low, high = (-5, 5) if dtype == "f4" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    values = random.uniform(low, high, (count, width)).astype(f"<{dtype}")
    stride = width * size + gap * 4
    raw = bytearray(random.bytes(offset * size + stride * count))
    for row, each in enumerate(values):
        begin = offset * size + row * stride
        raw[begin : begin + width * size] = each.tobytes()
    made = Document()
    entry = {
        "bufferView": made.view(bytes(raw), byteStride=stride), "byteOffset": offset * size,
        "componentType": {"f4": 5126, "u1": 5121, "u2": 5123, "u4": 5125, "i1": 5120, "i2": 5122}[
            dtype
        ],
        "count": count, "type": {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}[width],
    }  # fmt: skip
    expected = values.copy()
    if sparse:
        rows = np.sort(random.choice(count, random.integers(1, count + 1), replace=False))
        replaced = random.uniform(low, high, (len(rows), width)).astype(f"<{dtype}")
        expected[rows] = replaced
        entry["sparse"] = {
            "count": len(rows),
            "indices": {"bufferView": made.view(rows.astype("<u2").tobytes()),
                        "componentType": 5123},
            "values": {"bufferView": made.view(replaced.tobytes())},
        }  # fmt: skip
    if normalized and dtype not in ("f4", "u4"):
        entry["normalized"] = True
        expected = np.maximum(expected.astype(np.float64) / np.iinfo(dtype).max, -1)
    made.json["accessors"].append(entry)
    made.node(mesh=made.mesh(NAMES))
    file = reread(made, tmp_path_factory.mktemp("accessor"))
    assert np.allclose(read_accessor(file, 0), expected, atol=1e-6)


def test_an_accessor_without_data_is_zero_until_sparse_values_fill_it(tmp_path):
    made = Document()
    indices = made.view(np.array([2], "<u2").tobytes())
    values = made.view(np.array([1, 2, 3], "<f4").tobytes())
    made.json["accessors"].append(
        {
            "componentType": 5126, "count": 4, "type": "VEC3",
            "sparse": {"count": 1, "indices": {"bufferView": indices, "componentType": 5123},
                       "values": {"bufferView": values}},
        }
    )  # fmt: skip
    found = read_accessor(reread(made, tmp_path), 0)
    assert found.tolist() == [[0, 0, 0], [0, 0, 0], [1, 2, 3], [0, 0, 0]]


@pytest.mark.parametrize("suffix", [".glb", ".gltf", ".vrm"])
def test_a_cube_is_read_in_centimetres(tmp_path, suffix):
    rig = load_rig(cube_file(tmp_path / f"cube{suffix}", NAMES))
    assert (rig.name, rig.targets) == ("cube", tuple(NAMES))
    assert np.allclose(rig.neutral, CUBE * 100)
    assert np.array_equal(rig.triangles, CUBE_TRIANGLES)
    assert np.allclose(rig.deltas[0], [[0, 1, 0]] + [[0, 0, 0]] * 7)
    assert np.allclose(rig.deltas[1, 1], [0, 2, 0])
    assert np.allclose(np.linalg.norm(rig.normals, axis=1), 1)
    assert (rig.normals * rig.neutral).sum(axis=1).min() > 0
    assert rig.parts[0].name == "Face"
    assert rig.source == tmp_path / f"cube{suffix}"


def test_buffers_and_pictures_beside_the_file_are_found(tmp_path):
    made = Document()
    mesh = made.mesh(NAMES)
    made.json["materials"] = [
        {"name": "m", "pbrMetallicRoughness": {"baseColorTexture": {"index": 0},
                                               "baseColorFactor": [1, 0.5, 0.25, 1]},
         "doubleSided": True, "alphaMode": "BLEND"}
    ]  # fmt: skip
    made.json["textures"] = [{"source": 0}]
    made.json["images"] = [{"uri": "my%20skin.png"}]
    made.json["meshes"][mesh]["primitives"][0]["material"] = 0
    made.node(mesh=mesh)
    document = made.document()
    document["buffers"][0]["uri"] = "data%20of.bin"
    (tmp_path / "data of.bin").write_bytes(bytes(made.binary))
    (tmp_path / "my skin.png").write_bytes(b"\x89PNG\r\n\x1a\nrest")
    (tmp_path / "a.gltf").write_text(json.dumps(document))
    material = load_rig(tmp_path / "a.gltf").parts[0].material
    assert material.texture == b"\x89PNG\r\n\x1a\nrest"
    assert (material.color, material.two_sided) == ((1, 0.5, 0.25, 1), True)
    assert (material.transparent, material.roughness, material.metallic) == (True, 1, 1)
    (tmp_path / "data of.bin").unlink()
    with pytest.raises(VoxfaceError, match=r"cannot read data of\.bin, which .*a\.gltf needs"):
        load_rig(tmp_path / "a.gltf")


def test_texture_coordinates_are_those_the_material_uses(tmp_path):
    made = Document()
    primitive = made.json["meshes"][made.mesh(NAMES)]["primitives"][0]
    uv = np.tile([[0.25, 0.5]], (8, 1))
    primitive["attributes"] |= {"TEXCOORD_0": made.accessor(uv), "TEXCOORD_1": made.accessor(-uv)}
    primitive["material"] = 0
    moved = {"offset": [0.5, 1], "scale": [2, 4], "rotation": np.pi / 2}
    reference = {"index": 0, "texCoord": 0, "extensions": {"KHR_texture_transform": moved}}
    made.json["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": reference}}]
    made.json["textures"] = [{}]
    made.node(mesh=0)
    # Scaled to (0.5, 2); the specification's quarter turn takes (u, v) to (v, -u).
    found = load_rig(made.save(tmp_path / "a.glb")).uv[0]
    assert np.allclose(found, [0.5 + 2, 1 - 0.5], atol=1e-6)
    moved |= {"texCoord": 1, "rotation": 0}
    assert np.allclose(load_rig(made.save(tmp_path / "a.glb")).uv[0], [0, -1], atol=1e-6)


def test_nodes_place_turn_scale_and_mirror_their_meshes(tmp_path):
    made = Document()
    child = made.node(
        root=False, mesh=made.mesh(NAMES), rotation=[0, 2**-0.5, 0, 2**-0.5], scale=[-2, 2, 2]
    )
    made.node(translation=[0, 1, 0], children=[child])
    rig = load_rig(made.save(tmp_path / "a.glb"))
    # Mirrored in x and doubled, then a quarter turn about y takes (x, y, z) to (z, y, -x).
    x, y, z = CUBE.T * 200
    assert np.allclose(rig.neutral, np.stack([z, y + 100, x], axis=1), atol=1e-4)
    assert np.allclose(rig.deltas[0, 0], [0, 2, 0], atol=1e-6)
    a, b, c = (rig.neutral[rig.triangles[:, k]] for k in range(3))
    middle = (a + b + c) / 3 - [0, 100, 0]
    assert (np.cross(b - a, c - a) * middle).sum(axis=1).min() > 0, "triangles face outwards"


def test_targets_of_one_name_in_several_meshes_are_one(tmp_path):
    made = Document()
    made.node(name="head", mesh=made.mesh(["jawOpen", "mouthPucker"]))
    made.node(name="teeth", mesh=made.mesh(["jawOpen"]), translation=[0, 1, 0])
    made.node(name="hair", mesh=made.mesh([]))
    rig = load_rig(made.save(tmp_path / "a.glb"))
    assert rig.targets == ("jawOpen", "mouthPucker")
    assert [part.name for part in rig.parts] == ["head", "teeth", "hair"]
    assert rig.neutral.shape == (24, 3)
    assert np.allclose(rig.deltas[0, [0, 8, 16], 1], [1, 1, 0])


def test_primitives_that_share_vertices_are_not_doubled(tmp_path):
    made = Document()
    mesh = made.json["meshes"][made.mesh(NAMES)]
    first = mesh["primitives"][0]
    half = made.accessor(CUBE_TRIANGLES[:6].reshape(-1), "u2")
    mesh["primitives"] = [first | {"indices": half}, first]
    made.node(mesh=0)
    rig = load_rig(made.save(tmp_path / "a.glb"))
    assert (len(rig.neutral), [len(part.triangles) for part in rig.parts]) == (8, [6, 12])


def test_strips_and_fans_are_triangles_and_lines_are_left_out(tmp_path):
    made = Document()
    mesh = made.json["meshes"][made.mesh(NAMES)]
    first = mesh["primitives"][0]
    order = made.accessor([0, 1, 2, 3, 4], "u2")
    mesh["primitives"] = [first | {"indices": order, "mode": mode} for mode in (5, 6, 1)]
    made.node(mesh=0)
    strip, fan = (part.triangles.tolist() for part in load_rig(made.save(tmp_path / "a.glb")).parts)
    assert strip == [[0, 1, 2], [1, 3, 2], [2, 3, 4]]
    assert fan == [[1, 2, 0], [2, 3, 0], [3, 4, 0]]


def test_a_skin_places_vertices_and_says_what_follows_the_head(tmp_path):
    made = Document()
    mesh = made.mesh(NAMES)
    attributes = made.json["meshes"][mesh]["primitives"][0]["attributes"]
    joints = np.zeros((8, 4), np.uint8)
    joints[4:, 0] = 1
    joints[7, :2] = 0, 2
    weights = np.zeros((8, 4), np.float32)
    weights[:, 0] = 1
    weights[7, :2] = 0.25, 0.75
    attributes["JOINTS_0"] = made.accessor(joints, "u1")
    attributes["WEIGHTS_0"] = made.accessor(weights)
    jaw = made.node(root=False, name="Jaw", translation=[0, 0, 0.1])
    head = made.node(root=False, name="mixamorig:Head", translation=[0, 0.2, 0], children=[jaw])
    neck = made.node(name="mixamorig:Neck", translation=[0, 1, 0], children=[head])
    binds = np.tile(np.eye(4, dtype=np.float32), (3, 1, 1))
    for bind, place in zip(binds, ([0, 0, 0], [0, 0.2, 0], [0, 0.2, 0.1]), strict=True):
        bind[3, :3] = -np.array(place)
    made.json["skins"] = [
        {"joints": [neck, head, jaw],
         "inverseBindMatrices": made.accessor(binds.reshape(3, 16))}
    ]  # fmt: skip
    # A skinned mesh stands where its joints are, whatever its own node says.
    made.node(name="Body", mesh=mesh, skin=0, translation=[9, 9, 9])
    rig = load_rig(made.save(tmp_path / "a.glb"))
    assert np.allclose(rig.neutral, CUBE * 100 + [0, 100, 0], atol=1e-4)
    assert np.allclose(rig.head_share, [0, 0, 0, 0, 1, 1, 1, 0.75])
    assert np.allclose(rig.head_pivot, [0, 120, 0])


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Head", True), ("head", True), ("CC_Base_Head", True), ("J_Bip_C_Head", True),
        ("DEF-head", True), ("Bip01 Head", True), ("headTop", False), ("Forehead", False),
        ("HeadTop_End", False), ("face", False),
    ],
)  # fmt: skip
def test_the_bone_of_the_head_is_known_by_its_name(tmp_path, name, found):
    made = Document()
    child = made.node(root=False, name="m", mesh=made.mesh(NAMES))
    made.node(name=name, translation=[0, 1.5, 0], children=[child])
    made.node(name="body", mesh=made.mesh([]))
    rig = load_rig(made.save(tmp_path / "a.glb"))
    assert np.allclose(rig.head_share, [1] * 8 + [0 if found else 1] * 8)
    assert np.allclose(rig.head_pivot, [0, 150, 0]) == found


def test_a_body_without_a_head_bone_does_not_turn(tmp_path):
    made = Document()
    mesh = made.mesh(NAMES)
    attributes = made.json["meshes"][mesh]["primitives"][0]["attributes"]
    attributes["JOINTS_0"] = made.accessor(np.zeros((8, 4)), "u1")
    attributes["WEIGHTS_0"] = made.accessor(np.tile([1.0, 0, 0, 0], (8, 1)))
    joint = made.node(name="Bone")
    made.json["skins"] = [{"joints": [joint]}]
    made.node(mesh=mesh, skin=0)
    assert not load_rig(made.save(tmp_path / "a.glb")).head_share.any()


def test_weights_that_shape_an_avatar_stay_and_those_of_the_face_begin_at_zero(tmp_path):
    made = Document()
    mesh = made.mesh(["wideNose", "jawOpen"], weights=[0.5, 0.5])
    made.node(mesh=mesh)
    made.node(mesh=mesh, weights=[1.0, 0.0])
    rig = load_rig(made.save(tmp_path / "a.glb"))
    assert np.allclose(rig.neutral[0] - CUBE[0] * 100, [0, 0.5, 0], atol=1e-5)
    assert np.allclose(rig.neutral[8] - CUBE[0] * 100, [0, 1, 0], atol=1e-5)
    assert np.allclose(rig.neutral[1], CUBE[1] * 100, atol=1e-5)


def test_names_of_targets_are_found_wherever_files_keep_them(tmp_path):
    made = Document()
    in_mesh = made.json["meshes"][made.mesh(["a", "b", "a"])]
    made.node(mesh=0)
    assert load_rig(made.save(tmp_path / "a.glb")).targets == ("a", "b", "a (2)")
    del in_mesh["extras"]
    assert load_rig(made.save(tmp_path / "a.glb")).targets == ("target_0", "target_1", "target_2")
    in_mesh["primitives"][0]["extras"] = {"targetNames": ["x", "y", "z"]}
    assert load_rig(made.save(tmp_path / "a.glb")).targets == ("x", "y", "z")


def test_quantized_positions_are_read(tmp_path):
    made = Document()
    mesh = made.json["meshes"][made.mesh(NAMES)]
    attributes = mesh["primitives"][0]["attributes"]
    attributes["POSITION"] = made.accessor((CUBE * 10).astype(int), "i2")
    made.json["extensionsRequired"] = made.json["extensionsUsed"] = ["KHR_mesh_quantization"]
    made.node(mesh=0, scale=[0.1] * 3)
    assert np.allclose(load_rig(made.save(tmp_path / "a.glb")).neutral, CUBE * 100, atol=1e-4)


def refused(path, match):
    with pytest.raises(VoxfaceError, match=match) as caught:
        load_rig(path)
    assert "\n" not in str(caught.value)


def test_files_that_are_no_rig_are_refused_with_a_reason(tmp_path):
    file = tmp_path / "a.glb"
    refused(file, "cannot read .*No such file")
    file.write_bytes(b"")
    refused(file, "is empty")
    file.write_bytes(b"Kaydara FBX Binary  \0")
    refused(file, "not a glTF file")
    file.write_text('{"a": 1}')
    refused(file, "no 'asset'")
    file.write_text('{"a": ')
    refused(file, "damaged or not glTF")
    file.write_text('{"asset": {"version": "1.0"}}')
    refused(file, "glTF version 1.0")
    file.write_text('{"asset": {"version": "2.0"}}')
    refused(file, "no mesh")
    np.savez(tmp_path / "a.npz", curves=np.zeros(3))
    refused(tmp_path / "a.npz", "not ICT-FaceKit data: it lacks deltas")
    refused(cube_file(file, []), "no morph targets; export it with its shape keys")
    refused(tmp_path, "cannot read")


def test_a_file_cut_off_anywhere_is_refused(tmp_path):
    path = cube_file(tmp_path / "a.glb", NAMES)
    whole = path.read_bytes()
    for size in range(1, len(whole), 97):
        path.write_bytes(whole[:size])
        refused(path, "cut off|not a glTF file")
    document = json.loads(cube_file(tmp_path / "b.gltf", NAMES).read_text())
    document["buffers"][0]["uri"] = document["buffers"][0]["uri"][:200]
    (tmp_path / "b.gltf").write_text(json.dumps(document))
    refused(tmp_path / "b.gltf", "cut off or damaged|data URI")


def test_an_unknown_required_extension_is_named(tmp_path):
    made = Document()
    made.node(mesh=made.mesh(NAMES))
    made.json["extensionsRequired"] = ["ACME_cubes"]
    refused(made.save(tmp_path / "a.glb"), "requires the extension ACME_cubes")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d["nodes"][0].update(mesh=7),
        lambda d: d["scenes"][0].update(nodes=[0, 0]),
        lambda d: d["scenes"][0].update(nodes=["x"]),
        lambda d: d["nodes"][0].update(children=[0]),
        lambda d: d["meshes"][0]["primitives"][0]["attributes"].pop("POSITION"),
        lambda d: d["meshes"][0]["primitives"][0]["attributes"].update(POSITION=3),
        lambda d: d["accessors"][0].update(count=10**9),
        lambda d: d["accessors"][0].update(count=-1),
        lambda d: d["accessors"][0].update(type="VEC9"),
        lambda d: d["accessors"][0].update(byteOffset=4),
        lambda d: d["accessors"][0].update(bufferView=None, count=10**12),
        lambda d: d["bufferViews"][0].update(byteLength=10**9),
        lambda d: d["bufferViews"][0].update(byteOffset=-8),
        lambda d: d["bufferViews"][0].update(buffer=1),
        lambda d: d.update(meshes={"a": 1}),
        lambda d: d.update(nodes="none"),
    ],
)
def test_documents_that_contradict_themselves_are_refused(tmp_path, spoil):
    made = Document()
    made.node(mesh=made.mesh(NAMES))
    spoil(made.json)
    refused(made.save(tmp_path / "a.glb"), "not valid glTF|cut off or damaged")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_bytes_never_do_worse_than_one_clear_message(tmp_path_factory, data):
    path = cube_file(tmp_path_factory.mktemp("damage") / "a.glb", NAMES)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        load_rig(path)
    except VoxfaceError as error:
        assert "\n" not in str(error)


def leaves(value, path=()):
    """Yield the place of every value in a JSON document."""
    yield path
    pairs = value.items() if isinstance(value, dict) else ()
    pairs = enumerate(value) if isinstance(value, list) else pairs
    for key, each in pairs:
        yield from leaves(each, (*path, key))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_value_of_a_wrong_kind_is_one_clear_message(tmp_path_factory, data):
    made = Document()
    made.node(name="head", children=[made.node(root=False, mesh=made.mesh(NAMES))])
    made.json["materials"] = [{"pbrMetallicRoughness": {"baseColorFactor": [1, 1, 1, 1]}}]
    made.json["meshes"][0]["primitives"][0]["material"] = 0
    made.json["extensions"] = {"VRMC_vrm": {"humanoid": {"humanBones": {"head": {"node": 1}}}}}
    place = data.draw(st.sampled_from([path for path in leaves(made.json) if path]))
    junk = st.sampled_from([None, True, -1, 1.5, 10**30, "x", [], {}, [[]], {"a": []}, ["x", 1]])
    holder = made.json
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = copy.deepcopy(data.draw(junk))
    try:
        load_rig(made.save(tmp_path_factory.mktemp("junk") / "a.glb"))
    except VoxfaceError as error:
        assert "\n" not in str(error)


def test_a_glb_of_another_version_or_without_json_is_refused(tmp_path):
    path = tmp_path / "a.glb"
    path.write_bytes(b"glTF" + struct.pack("<II", 1, 20) + b"\0" * 8)
    refused(path, "GLB version 1")
    path.write_bytes(b"glTF" + struct.pack("<II", 2, 20) + struct.pack("<II", 0, 0x004E4942))
    refused(path, "without its JSON")
