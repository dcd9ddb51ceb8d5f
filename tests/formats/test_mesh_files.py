"""Moving meshes to files and back, with other people's readers beside ours."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygltflib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planted_mesh import planted_mesh, speaking_face
from voxface.errors import VoxfaceError
from voxface.face import REST_POSE, FaceClip, MeshClip, MeshTopology
from voxface.formats import holds_mesh, load_mesh, mesh_suffixes, save_mesh
from voxface.formats.mesh_components import components_of

ROOT = Path(__file__).resolve().parents[2]


def assert_same(found: MeshClip, clip: MeshClip, within=0.0) -> None:
    assert found.fps == clip.fps and found.start == clip.start
    assert found.topology.name == clip.topology.name
    np.testing.assert_array_equal(found.topology.triangles, clip.topology.triangles)
    assert list(found.topology.regions) == list(clip.topology.regions)
    for name, mask in clip.topology.regions.items():
        np.testing.assert_array_equal(found.topology.region(name), mask)
    np.testing.assert_allclose(found.neutral, clip.neutral, rtol=0, atol=2e-6 if within else 0)
    np.testing.assert_allclose(found.head, clip.head, rtol=0, atol=2e-6 if within else 0)
    assert found.vertices.shape == clip.vertices.shape
    away = np.linalg.norm(found.vertices - clip.vertices, axis=-1)
    assert away.max(initial=0) <= within


@pytest.mark.parametrize("suffix", mesh_suffixes())
@pytest.mark.parametrize("fps", ["29.97", "25", "100"])
def test_a_mesh_comes_back(tmp_path, suffix, fps):
    if suffix.startswith(".usd"):
        pytest.importorskip("pxr")
    clip = planted_mesh(fps=fps)
    path = tmp_path / f"a{suffix}"
    clip.save(path)
    found = MeshClip.load(path)
    assert_same(found, clip, 0.01 if suffix == ".glb" else 0.0)
    assert found.metadata["source"] == "a.wav" and found.metadata["n"] == 2
    assert holds_mesh(path)


@pytest.mark.parametrize("suffix", mesh_suffixes())
def test_a_clip_that_begins_before_its_sound(tmp_path, suffix):
    if suffix.startswith(".usd"):
        pytest.importorskip("pxr")
    clip = planted_mesh(start=-0.5)
    save_mesh(clip, tmp_path / f"a{suffix}")
    assert_same(load_mesh(tmp_path / f"a{suffix}"), clip, 0.01)


shapes = st.tuples(st.integers(0, 4), st.integers(1, 6))
numbers = st.floats(-1e6, 1e6, width=32)


@settings(max_examples=40, deadline=None)
@given(
    shape=shapes,
    seed=st.integers(0, 2**32 - 1),
    fps=st.fractions(1, 240),
    start=st.floats(-1e4, 1e4),
    name=st.text(min_size=1, max_size=8).filter(lambda text: "\0" not in text),
    metadata=st.dictionaries(st.text(max_size=4), st.none() | numbers | st.text(max_size=4)),
)
def test_npz_loses_nothing(shape, seed, fps, start, name, metadata, tmp_path_factory):
    frames, count = shape
    rng = np.random.default_rng(seed)
    vertices = rng.normal(0, 10, (frames, count, 3)).astype(np.float32)
    triangles = rng.integers(0, count, (3, 3))
    topology = MeshTopology(name, triangles, count, {name: np.ones(count, np.float32)})
    neutral = rng.normal(size=(count, 3))
    clip = MeshClip(vertices, topology, fps, neutral, None, start, metadata)
    path = tmp_path_factory.mktemp("npz") / "a.npz"
    save_mesh(clip, path)
    found = load_mesh(path)
    assert_same(found, clip)
    assert dict(found.metadata) == metadata


def test_npz_is_read_by_numpy_alone(tmp_path):
    clip = planted_mesh()
    save_mesh(clip, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert str(file["kind"]) == "mesh" and str(file["fps"]) == "30000/1001"
        np.testing.assert_array_equal(file["vertices"], clip.vertices)
        assert file["vertices"].dtype == np.float32
        assert "centimetres" in json.loads(str(file["units"]))["vertices"]


def read_by_pygltflib(path):
    """Return times, vertices (T, V, 3) in cm and the head's rotations, by another reader."""
    file = pygltflib.GLTF2().load(str(path))
    blob = file.binary_blob()
    kinds = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
    widths = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}

    def values(number):
        accessor = file.accessors[number]
        view = file.bufferViews[accessor.bufferView]
        begin = (view.byteOffset or 0) + (accessor.byteOffset or 0)
        width = widths[accessor.type]
        flat = np.frombuffer(blob, kinds[accessor.componentType], accessor.count * width, begin)
        return flat.reshape(accessor.count, width)

    primitive = file.meshes[0].primitives[0]
    rest = values(primitive.attributes.POSITION)
    targets = np.stack([values(target["POSITION"]) for target in primitive.targets])
    animation = file.animations[0]
    by_path = {each.target.path: animation.samplers[each.sampler] for each in animation.channels}
    times = values(by_path["weights"].input)[:, 0]
    weights = values(by_path["weights"].output).reshape(len(times), len(targets))
    vertices = (rest + np.tensordot(weights, targets, axes=1)) * 100
    return times, vertices, values(by_path["rotation"].output), animation.extras["voxface"]


@pytest.mark.parametrize("options", [{}, {"morphs": "frames"}, {"components": 2}, {"normals": 0}])
def test_another_reader_rebuilds_the_vertices(tmp_path, options):
    clip = planted_mesh(frames=20)
    save_mesh(clip, tmp_path / "a.glb", **options)
    times, vertices, rotation, notes = read_by_pygltflib(tmp_path / "a.glb")
    np.testing.assert_allclose(times, clip.times, atol=1e-6)
    away = np.linalg.norm(vertices - clip.vertices, axis=-1).max()
    stated = notes["largest_error_cm"]
    assert away <= stated + 2e-5
    if "components" not in options:
        assert stated < 0.01
    np.testing.assert_allclose(rotation, clip.head[:, [4, 5, 6, 3]], atol=1e-6)
    assert notes["components"] == {"frames": 20}.get(options.get("morphs"), notes["components"])


def test_as_many_components_as_the_motion_has_ways(tmp_path):
    clip = planted_mesh(frames=40, rank=4)
    save_mesh(clip, tmp_path / "a.glb")
    notes = load_mesh(tmp_path / "a.glb").metadata["glb"]
    assert notes["components"] == 4 and notes["largest_error_cm"] < 1e-4


@pytest.mark.parametrize("limit", [0.3, 0.05, 0.002])
@pytest.mark.parametrize("frames", [10, 200])
def test_the_fewest_components_within_an_error(limit, frames):
    rng = np.random.default_rng(1)
    falling = 0.5 ** np.arange(12)
    offsets = np.tensordot(
        rng.normal(size=(frames, 12)) * falling, rng.normal(size=(12, 30, 3)), axes=1
    ).astype(np.float32)
    found = components_of(offsets, largest_error=limit)
    rebuilt = np.tensordot(found.weights, found.deltas, axes=1)
    away = np.linalg.norm(rebuilt - offsets, axis=-1).max()
    assert away == pytest.approx(found.largest_error, abs=1e-5)
    assert away < limit
    fewer = components_of(offsets, len(found.deltas) - 1)
    assert fewer.largest_error >= limit
    assert np.abs(found.weights).max() == pytest.approx(1)


def test_a_still_face_is_written_too(tmp_path):
    clip = planted_mesh(rank=0)
    save_mesh(clip, tmp_path / "a.glb")
    assert_same(load_mesh(tmp_path / "a.glb"), clip, 1e-5)


@pytest.mark.parametrize("options", [{}, {"morphs": "frames"}, {"gaps": True}])
def test_khronos_finds_no_fault(tmp_path, options):
    node, script = shutil.which("node"), ROOT / "web" / "tests" / "validate_gltf.mjs"
    if node is None or not (ROOT / "web" / "node_modules" / "gltf-validator").is_dir():
        pytest.skip("needs node and gltf-validator (npm ci in web/)")
    save_mesh(speaking_face(), tmp_path / "a.glb", **options)
    done = subprocess.run(
        [node, script, tmp_path / "a.glb"], capture_output=True, text=True, check=True
    )
    issues = json.loads(done.stdout)
    assert issues["numErrors"] == issues["numWarnings"] == 0, issues


def test_usd_stands_as_usd_core_reads_it(tmp_path):
    pytest.importorskip("pxr")
    from pxr import Usd, UsdGeom, UsdValidation  # noqa: PLC0415

    clip = planted_mesh(frames=5, start=0.5)
    path = tmp_path / "a.usda"
    save_mesh(clip, path)
    stage = Usd.Stage.Open(str(path))
    assert stage.GetTimeCodesPerSecond() == float(clip.fps)
    assert UsdGeom.GetStageMetersPerUnit(stage) == 0.01
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/Head/Face"))
    codes = mesh.GetPointsAttr().GetTimeSamples()
    np.testing.assert_allclose(np.array(codes) / float(clip.fps), clip.times)
    for frame, code in enumerate(codes):
        local = np.asarray(mesh.GetPointsAttr().Get(code))
        np.testing.assert_array_equal(local, clip.vertices[frame])
        world = np.asarray(UsdGeom.Xformable(mesh).ComputeLocalToWorldTransform(code))
        posed = np.c_[local, np.ones(len(local))] @ world
        np.testing.assert_allclose(posed[:, :3], clip.posed()[frame], atol=1e-5)
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    errors = UsdValidation.ValidationContext(validators).Validate(stage)
    assert [str(error.GetMessage()) for error in errors] == []


def test_meshes_and_faces_are_told_apart(tmp_path, make_clip):
    save_mesh(planted_mesh(), tmp_path / "mesh.npz")
    save_mesh(planted_mesh(), tmp_path / "mesh.glb")
    make_clip(3).save(tmp_path / "face.npz")
    assert holds_mesh(tmp_path / "mesh.npz") and holds_mesh(tmp_path / "mesh.glb")
    assert not holds_mesh(tmp_path / "face.npz") and not holds_mesh(tmp_path / "none.npz")
    for name in ("mesh.npz", "mesh.glb"):
        with pytest.raises(VoxfaceError, match=r"holds a moving mesh.*MeshClip"):
            FaceClip.load(tmp_path / name)
    with pytest.raises(VoxfaceError, match=r"not a mesh clip.*FaceClip"):
        load_mesh(tmp_path / "face.npz")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("a.obj", {}, r"no mesh format for the suffix '\.obj'; use one of \.npz, \.glb"),
        ("a.glb", {"format": "npz"}, r"'npz' is written to \.npz"),
        ("a.glb", {"format": "glbb"}, "unknown mesh format 'glbb'; did you mean 'glb'"),
        ("a.glb", {"component": 3}, "did you mean 'components'"),
        ("a.npz", {"components": 3}, "has no options"),
        ("a.glb", {"morphs": "all"}, "'components' or 'frames', not 'all'"),
        ("a.glb", {"components": 0}, "at least 1 component"),
        ("a.glb", {"largest_error": 0}, "above 0 cm"),
        ("a.glb", {"morphs": "frames", "components": 3}, "leave out components"),
        ("no/a.npz", {}, "does not exist"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_line(tmp_path, name, options, message):
    with pytest.raises(VoxfaceError, match=message) as caught:
        save_mesh(planted_mesh(), tmp_path / name, **options)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_empty_and_long_clips(tmp_path):
    none = planted_mesh(frames=0)
    save_mesh(none, tmp_path / "a.npz")
    assert len(load_mesh(tmp_path / "a.npz")) == 0
    for suffix in (".glb", ".usda"):
        with pytest.raises(VoxfaceError, match="without frames"):
            save_mesh(none, tmp_path / f"b{suffix}")
    with pytest.raises(VoxfaceError, match="up to 500 frames, not 501"):
        save_mesh(planted_mesh(frames=501), tmp_path / "b.glb", morphs="frames")
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def archive(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"PK\3\4 nonsense", "damaged or not a NumPy archive"),
        (b"hello", "is not a moving mesh; such files are"),
        (archive(vertices=np.zeros((1, 2, 3))), "it has no neutral"),
        (archive(vertices=np.array([{}], dtype=object), fps="1"), "damaged|pickle"),
        (b"glTF" + bytes(8), "cut off"),
        (b"#usda 1.0\n{", "damaged or not USD"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_line(tmp_path, content, message):
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(VoxfaceError, match=message) as caught:
        load_mesh(path)
    assert "\n" not in str(caught.value)
    assert not holds_mesh(path)


def test_shapes_that_do_not_fit_are_refused(tmp_path):
    clip = planted_mesh()
    save_mesh(clip, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        arrays = dict(file)
    for name, wrong in (("vertices", np.zeros((2, 7, 3))), ("regions", np.zeros((1, 30)))):
        (tmp_path / "b.npz").write_bytes(archive(**arrays | {name: wrong}))
        with pytest.raises(VoxfaceError):
            load_mesh(tmp_path / "b.npz")


def test_what_is_not_there(tmp_path):
    with pytest.raises(VoxfaceError, match="cannot read"):
        load_mesh(tmp_path / "a.npz")


def test_a_rig_without_motion_is_no_mesh_clip(tmp_path):
    from voxface.rig import write_glb  # noqa: PLC0415
    from voxface.rig.load import default_head  # noqa: PLC0415

    path = tmp_path / "a.glb"
    path.write_bytes(write_glb(default_head(), morph_normals=False))
    with pytest.raises(VoxfaceError, match="animates no morph targets"):
        load_mesh(path)


def test_what_closes_the_mouth_is_no_part_of_the_mesh(tmp_path):
    clip = speaking_face()
    save_mesh(clip, tmp_path / "a.glb", gaps=True)
    file = pygltflib.GLTF2().load(str(tmp_path / "a.glb"))
    shown = [file.materials[each.material].name for each in file.meshes[0].primitives]
    assert sorted(shown) == ["gap of lids", "gap of lids", "gap of speech", "skin"]
    assert_same(load_mesh(tmp_path / "a.glb"), clip, 0.01)


def test_a_head_at_rest_stays_at_rest(tmp_path):
    clip = replace(planted_mesh(), head=None)
    save_mesh(clip, tmp_path / "a.glb")
    np.testing.assert_allclose(load_mesh(tmp_path / "a.glb").head, [REST_POSE] * 12, atol=1e-7)


def test_usd_is_not_imported_for_other_files(tmp_path):
    code = (
        "import sys; from planted_mesh import planted_mesh; from voxface.formats import save_mesh;"
        f"save_mesh(planted_mesh(), {str(tmp_path / 'a.npz')!r});"
        "assert 'pxr' not in sys.modules and 'voxface.rig' not in sys.modules"
    )
    here = ROOT / "tests"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=here)


def test_a_glb_of_another_make_is_read(tmp_path):
    clip = planted_mesh(fps=25, start=0.4)
    save_mesh(clip, tmp_path / "a.glb")
    file = pygltflib.GLTF2().load(str(tmp_path / "a.glb"))
    file.animations[0].extras = {}
    file.nodes[1].name = "Head"
    file.save(str(tmp_path / "b.glb"))
    found = load_mesh(tmp_path / "b.glb")
    assert found.fps == 25 and found.start == pytest.approx(0.4)
    assert found.topology.name == "sheet" and not found.topology.regions
    assert np.linalg.norm(found.vertices - clip.vertices, axis=-1).max() < 0.01
    np.testing.assert_allclose(found.head, clip.head, atol=1e-6)
    assert not holds_mesh(tmp_path / "b.glb")


def test_usd_of_another_make_is_read(tmp_path):
    pytest.importorskip("pxr")
    clip = planted_mesh(fps=25)
    save_mesh(clip, tmp_path / "a.usda")
    text = (tmp_path / "a.usda").read_text()
    begin = text.index("customLayerData")
    end = text.index("    defaultPrim")
    (tmp_path / "b.usda").write_text(text[:begin] + text[end:].lstrip())
    found = load_mesh(tmp_path / "b.usda")
    assert found.fps == 25 and found.start == pytest.approx(0.25)
    np.testing.assert_array_equal(found.vertices, clip.vertices)
    np.testing.assert_array_equal(found.head, [REST_POSE] * 12)
