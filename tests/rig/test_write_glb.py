from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip, Material, Rig, RigPart
from voxface.face.rotation import quaternion_from_rotation_vector
from voxface.rig import load_rig, write_glb

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ("jawOpen", "mouthSmile_L", "nothing")


def picture() -> bytes:
    """Return a PNG of one red pixel."""
    image = pytest.importorskip("PIL.Image", reason="Pillow makes the texture")
    import io  # noqa: PLC0415

    stream = io.BytesIO()
    image.new("RGB", (1, 1), "red").save(stream, "PNG")
    return stream.getvalue()


def ball(rows: int = 8, columns: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Return vertices and triangles of a ball of 8 cm, poles included."""
    polar = np.linspace(0.2, np.pi - 0.2, rows)[:, None]
    round_ = np.linspace(0, 2 * np.pi, columns, endpoint=False)[None]
    y = np.cos(polar) + 0 * round_
    vertices = np.stack([np.sin(polar) * np.sin(round_), y, np.sin(polar) * np.cos(round_)], -1)
    number = np.arange(rows * columns).reshape(rows, columns)
    a, b = number[:-1], np.roll(number, -1, 1)[:-1]
    c, d = number[1:], np.roll(number, -1, 1)[1:]
    triangles = np.concatenate([np.stack([a, c, b], -1), np.stack([b, c, d], -1)])
    return 8 * vertices.reshape(-1, 3), triangles.reshape(-1, 3).astype(np.int32)


def planted_rig(**changes) -> Rig:
    vertices, triangles = ball()
    count = len(vertices)
    random = np.random.default_rng(0)
    deltas = np.zeros((3, 2 * count, 3))
    deltas[0, :30] = random.normal(size=(30, 3))
    deltas[1, 50 : count + 10] = random.normal(size=(count - 40, 3))
    given = {
        "name": "planted",
        "neutral": np.concatenate([vertices, vertices + np.array((20, 0, 0))]),
        "parts": (
            RigPart("skin", triangles, Material("skin", (0.5, 0.4, 0.3, 1.0), 0.55)),
            RigPart("eye", triangles + count, Material("glass", (1, 1, 1, 0.25), 0.1, 0.5,
                                                       transparent=True, two_sided=True)),
        ),
        "targets": TARGETS,
        "deltas": deltas,
        "uv": random.random((2 * count, 2)),
        "colors": random.random((2 * count, 4)),
        "head_pivot": (1.0, -3.0, -2.0),
    }  # fmt: skip
    return Rig(**(given | changes))


def planted_clip(frames: int = 7, **changes) -> FaceClip:
    random = np.random.default_rng(4)
    turn = quaternion_from_rotation_vector(random.normal(size=(frames, 3)) * 0.3)
    given = {
        "weights": random.random((frames, 52)), "fps": "30000/1001",
        "head": np.concatenate([random.normal(size=(frames, 3)), turn], axis=1), "start": 0.25,
        "metadata": {"source": "ü.wav"},
    }  # fmt: skip
    return FaceClip(**(given | changes))


def assert_same(rig: Rig, again: Rig) -> None:
    assert (again.name, again.targets) == (rig.name, rig.targets)
    assert np.allclose(again.neutral, rig.neutral, atol=2e-6 * 30)
    assert np.allclose(again.deltas, rig.deltas, atol=1.01e-4)
    assert np.allclose(again.head_share, rig.head_share, atol=1e-5)
    assert np.allclose(again.head_pivot, rig.head_pivot, atol=1e-5)
    for name, tolerance in (("uv", 1e-6), ("colors", 1e-5)):
        mine, theirs = getattr(rig, name), getattr(again, name)
        assert (mine is None) == (theirs is None)
        assert mine is None or np.allclose(theirs, mine, atol=tolerance)
    for part, other in zip(rig.parts, again.parts, strict=True):
        assert (part.name, part.material) == (other.name, other.material)
        assert np.array_equal(part.triangles, other.triangles)


def saved(tmp_path: Path, content: bytes) -> Path:
    (tmp_path / "out.glb").write_bytes(content)
    return tmp_path / "out.glb"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"uv": None, "colors": None},
        {"head_share": np.linspace(0, 1, 192)},
        {"head_pivot": (0.0, 0.0, 0.0)},
        {"head_share": np.zeros(192)},
    ],
    ids=["whole", "bare", "neck", "origin", "still"],
)
def test_a_rig_comes_back_as_it_was(tmp_path, changes):
    rig = planted_rig(**changes)
    assert_same(rig, load_rig(saved(tmp_path, write_glb(rig))))
    assert_same(rig, load_rig(saved(tmp_path, write_glb(rig, planted_clip()))))


def test_a_texture_comes_back(tmp_path):
    rig = planted_rig()
    skin = replace(rig.parts[0], material=Material("skin", texture=picture()))
    rig = replace(rig, parts=(skin, rig.parts[1]))
    assert_same(rig, load_rig(saved(tmp_path, write_glb(rig))))
    with pytest.raises(VoxfaceError, match="part skin has a texture, but the rig has no uv"):
        write_glb(replace(rig, uv=None))
    wrong = replace(skin, material=Material("skin", texture=b"GIF89a"))
    with pytest.raises(VoxfaceError, match="PNG or JPEG"):
        write_glb(replace(rig, parts=(wrong,)))


def test_a_cut_out_material_comes_back(tmp_path):
    rig = planted_rig()
    skin = replace(rig.parts[0], material=Material("lashes", cutoff=0.25))
    rig = replace(rig, parts=(skin, rig.parts[1]))
    assert_same(rig, load_rig(saved(tmp_path, write_glb(rig))))


def test_given_normals_are_kept_and_targets_turn_them(tmp_path):
    vertices, triangles = ball()
    squash = -vertices * [0, 0.5, 0]
    rig = Rig("a", vertices, (RigPart("a", triangles),), ("squash",), squash[None])
    path = saved(tmp_path, write_glb(rig))
    gltf = pytest.importorskip("pygltflib").GLTF2().load(str(path))
    target = gltf.meshes[0].primitives[0].targets[0]
    assert set(target) == {"POSITION", "NORMAL"}
    bare = saved(tmp_path, write_glb(rig, morph_normals=False))
    plain = pytest.importorskip("pygltflib").GLTF2().load(str(bare))
    assert set(plain.meshes[0].primitives[0].targets[0]) == {"POSITION"}
    upright = np.tile(np.array([0, 1, 0], np.float32), (len(vertices), 1))
    kept = load_rig(saved(tmp_path, write_glb(replace(rig, normals=upright))))
    assert np.allclose(kept.normals, upright)


def test_normals_point_outwards_and_seams_do_not_show():
    vertices, triangles = ball()
    rig = Rig("a", vertices, (RigPart("a", triangles),), ("t",), np.zeros((1, len(vertices), 3)))
    from voxface.rig.normals import vertex_normals, weld  # noqa: PLC0415

    outward = vertices / np.linalg.norm(vertices, axis=1, keepdims=True)
    normals = vertex_normals(rig.neutral, triangles)
    inner = slice(12, -12)  # the rows at the open poles lean over
    assert (normals[inner] * outward[inner]).sum(axis=1).min() > 0.98
    split = vertices[triangles].reshape(-1, 3)
    alone = np.arange(len(split)).reshape(-1, 3)
    flat = vertex_normals(split, alone)
    smooth = vertex_normals(split, alone, weld(split))
    assert np.allclose(smooth, normals[triangles.reshape(-1)], atol=1e-5)
    assert not np.allclose(flat, smooth, atol=0.05)


def test_an_independent_reader_finds_what_was_written(tmp_path):
    pygltflib = pytest.importorskip("pygltflib")
    rig, clip = planted_rig(head_share=np.linspace(0, 1, 192)), planted_clip()
    gltf = pygltflib.GLTF2().load(str(saved(tmp_path, write_glb(rig, clip))))
    blob = gltf.binary_blob()

    def numbers(index: int, width: int) -> np.ndarray:
        accessor = gltf.accessors[index]
        view = gltf.bufferViews[accessor.bufferView]
        return np.frombuffer(blob, "<f4", accessor.count * width, view.byteOffset).reshape(
            -1, width
        )

    mesh = gltf.meshes[0]
    assert mesh.extras["targetNames"] == list(TARGETS)
    assert [primitive.extras["name"] for primitive in mesh.primitives] == ["skin", "eye"]
    names = [node.name for node in gltf.nodes]
    assert [names[joint] for joint in gltf.skins[0].joints] == ["neck", "head"]
    (animation,) = gltf.animations
    assert animation.extras["voxface"]["fps"] == "30000/1001"
    assert animation.extras["voxface"]["metadata"] == {"source": "ü.wav"}
    found = {}
    for channel in animation.channels:
        sampler = animation.samplers[channel.sampler]
        width = {"weights": 3, "rotation": 4, "translation": 3}[channel.target.path]
        count = 1 if channel.target.path == "weights" else width
        found[channel.target.path] = numbers(sampler.output, count).reshape(-1, width)
        assert np.allclose(numbers(sampler.input, 1)[:, 0], clip.times, atol=1e-6)
        wanted = "planted" if channel.target.path == "weights" else "head"
        assert names[channel.target.node] == wanted
    # Without a target for mouthClose the jaw closes instead.
    jaw = np.maximum(clip["jawOpen"] - clip["mouthClose"], 0)
    assert np.allclose(found["weights"][:, 0], jaw, atol=1e-6)
    assert np.allclose(found["weights"][:, 1], clip["mouthSmileLeft"])
    assert not found["weights"][:, 2].any()
    assert np.allclose(found["rotation"], clip.head[:, [4, 5, 6, 3]], atol=1e-6)
    assert np.allclose(found["translation"], (clip.head[:, :3] + [1, -3, -2]) / 100, atol=1e-7)


def test_a_clip_before_its_sound_begins_at_zero_and_one_without_frames_is_refused(tmp_path):
    pygltflib = pytest.importorskip("pygltflib")
    clip = planted_clip(start=-1.5)
    gltf = pygltflib.GLTF2().load(str(saved(tmp_path, write_glb(planted_rig(), clip))))
    keys = gltf.accessors[gltf.animations[0].samplers[0].input]
    assert keys.min == [0]
    assert gltf.animations[0].extras["voxface"]["start"] == -1.5
    with pytest.raises(VoxfaceError, match="without frames"):
        write_glb(planted_rig(), planted_clip(0))
    with pytest.raises(VoxfaceError, match="plain JSON"):
        write_glb(planted_rig(), planted_clip(metadata={"a": {1, 2}}))
    with pytest.raises(VoxfaceError, match="too long for its frame rate"):
        write_glb(planted_rig(), planted_clip(fps=1000, start=20000))


def test_ten_minutes_stay_reasonable():
    rig = planted_rig()
    clip = FaceClip(np.zeros((36000, 52), np.float32), 60)
    still = len(write_glb(rig))
    assert len(write_glb(rig, clip)) - still < 36000 * 4 * (1 + 3 + 7) + 4000


def test_sparse_targets_are_smaller_than_dense_ones():
    rig = planted_rig()
    all_moving = replace(rig, deltas=rig.deltas + 0.01)
    assert len(write_glb(rig)) < len(write_glb(all_moving))


def run_node(script: str, package: str, *arguments) -> dict:
    """Return the JSON that a script of ``web/tests`` prints."""
    if not (ROOT / "web" / "node_modules" / package).is_dir():
        pytest.skip(f"{package} is not installed (npm ci in web/)")
    node = shutil.which("node")
    if node is None:
        pytest.skip(f"no node on PATH to run {package}")
    done = subprocess.run(
        [node, ROOT / "web" / "tests" / script, *map(str, arguments)],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    found: dict = json.loads(done.stdout)
    return found


def validate(path: Path) -> dict:
    """Return what the Khronos glTF validator says of a file."""
    return run_node("validate_gltf.mjs", "gltf-validator", path)


@pytest.mark.parametrize("neck", [False, True])
def test_three_js_plays_what_was_written(tmp_path, neck):
    share = np.linspace(0, 1, 192) if neck else None
    rig, clip = planted_rig(head_share=share), planted_clip()
    path = saved(tmp_path, write_glb(rig, clip))
    found = run_node("read_gltf.mjs", "three", path, float(clip.times[4]))
    assert [(each["material"], each["vertices"]) for each in found["meshes"]] == [
        ("skin", 96), ("glass", 96)
    ]  # fmt: skip
    for each in found["meshes"]:
        assert each["weights"]["mouthSmile_L"] == pytest.approx(clip["mouthSmileLeft"][4], abs=1e-5)
    sign = np.sign(found["head"]["rotation"][3] * clip.head[4, 3])
    turn = sign * np.array(found["head"]["rotation"])
    assert np.allclose(turn, clip.head[4, [4, 5, 6, 3]], atol=1e-5)
    assert np.allclose(found["head"]["position"], (clip.head[4, :3] + [1, -3, -2]) / 100)


@pytest.mark.parametrize("neck", [False, True])
@pytest.mark.parametrize("bare", [False, True])
def test_the_khronos_validator_finds_nothing_wrong(tmp_path, neck, bare):
    rig = planted_rig()
    if neck:
        rig = replace(rig, head_share=np.linspace(0, 1, 192).astype(np.float32))
    if bare:
        rig = replace(rig, uv=None, colors=None)
    else:
        skin = replace(rig.parts[0], material=Material("skin", texture=picture()))
        rig = replace(rig, parts=(skin, rig.parts[1]))
    issues = validate(saved(tmp_path, write_glb(rig, planted_clip())))
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues["messages"]


def test_the_default_head_is_a_sound_file_and_has_every_channel():
    from voxface.rig import connect, default_head  # noqa: PLC0415
    from voxface.rig.load import DEFAULT_HEAD  # noqa: PLC0415

    if not DEFAULT_HEAD.is_file():
        pytest.skip("the default head is not built yet")
    found = connect(default_head())
    assert (found.kind, found.missed, found.unused) == ("arkit", (), ())
    assert {each for match in found.matched for each in match.channels} == set(ARKIT_CHANNELS)
    issues = validate(DEFAULT_HEAD)
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues["messages"]
