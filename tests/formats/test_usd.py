"""USD, read back by usd-core: its validators, and its own skinning."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from small_rig import small_rig
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.formats import check_output, load_clip, save_clip

pxr = pytest.importorskip("pxr", reason="USD files need usd-core: pip install 'voxface[usd]'")
from pxr import Gf, Usd, UsdGeom, UsdShade, UsdSkel, UsdValidation  # noqa: E402

SUFFIXES = [".usda", ".usdc", ".usdz", ".usd"]


@pytest.fixture(scope="module")
def rig():
    return small_rig(picture=True)


def complaints(path) -> list[str]:
    """Return what every validator of usd-core says of a file."""
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    names = {validator.GetMetadata().name for validator in validators}
    assert {f"usdSkelValidators:SkelBindingApi{kind}Validator" for kind in ("", "Applied")} <= names
    context = UsdValidation.ValidationContext(validators)
    errors = context.Validate(Usd.Stage.Open(str(path)))
    return [f"{error.GetName()}: {error.GetMessage()}" for error in errors]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_usds_own_validators_are_content(tmp_path, make_clip, rig, suffix):
    path = tmp_path / f"a{suffix}"
    save_clip(make_clip(20), path, rig=rig)
    assert complaints(path) == []


def test_the_validators_do_find_faults(tmp_path, make_clip, rig):
    path = tmp_path / "a.usda"
    save_clip(make_clip(3), path, rig=rig)
    path.write_text(path.read_text().replace('defaultPrim = "Head"', ""))
    assert any("defaultPrim" in line for line in complaints(path))


@pytest.mark.parametrize("suffix", [".usda", ".usdc", ".usdz"])
def test_usds_skinning_moves_the_points_as_the_rig_does(tmp_path, make_clip, rig, suffix):
    path = tmp_path / f"a{suffix}"
    clip = make_clip(6, "29.97", start=0.5)
    save_clip(clip, path, rig=rig)
    # Flattened, because skinning is baked into the layer, and a package's cannot be changed.
    stage = Usd.Stage.Open(Usd.Stage.Open(str(path)).Flatten())
    root = UsdSkel.Root(stage.GetDefaultPrim())
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/Head/Face"))
    assert UsdSkel.BakeSkinning(root, Gf.Interval.GetFullInterval())
    pivot = np.array(rig.head_pivot)
    share = rig.head_share[:, None]
    for frame in range(len(clip)):
        shaped = rig.posed(clip.weights[frame])
        turned = Rotation.from_quat(clip.head[frame, 3:], scalar_first=True).apply(shaped - pivot)
        expected = share * (turned + pivot + clip.head[frame, :3]) + (1 - share) * shaped
        baked = np.array(mesh.GetPointsAttr().Get(15 / 1.001 + frame))
        assert np.abs(baked - expected).max() < 2e-4


def test_units_axes_and_time_are_said(tmp_path, make_clip, rig):
    save_clip(make_clip(31, "29.97", start=1.0), tmp_path / "a.usdc", rig=rig)
    stage = Usd.Stage.Open(str(tmp_path / "a.usdc"))
    assert UsdGeom.GetStageMetersPerUnit(stage) == 0.01
    assert UsdGeom.GetStageUpAxis(stage) == "Y"
    assert stage.GetTimeCodesPerSecond() == 30000 / 1001
    assert stage.GetStartTimeCode() == pytest.approx(30000 / 1001)
    assert stage.GetEndTimeCode() == pytest.approx(30000 / 1001 + 30)
    assert stage.GetDefaultPrim().IsA(UsdSkel.Root)


def test_shapes_are_sparse_and_named_as_the_rig_names_them(tmp_path, make_clip):
    names = ("jawOpen", "mouth-wide open", "mouth_wide open", "2nd")
    rig = small_rig(names)
    clip = FaceClip(np.full((2, 1), 0.5), 30, channels=("jawOpen",))
    save_clip(clip, tmp_path / "a.usda", rig=rig)
    assert complaints(tmp_path / "a.usda") == []
    stage = Usd.Stage.Open(str(tmp_path / "a.usda"))
    binding = UsdSkel.BindingAPI(stage.GetPrimAtPath("/Head/Face"))
    assert tuple(binding.GetBlendShapesAttr().Get()) == names
    paths = binding.GetBlendShapeTargetsRel().GetTargets()
    assert len(set(paths)) == 4
    for path, delta in zip(paths, rig.deltas, strict=True):
        shape = UsdSkel.BlendShape(stage.GetPrimAtPath(path))
        points = np.array(shape.GetPointIndicesAttr().Get())
        moved = np.flatnonzero(np.abs(delta).max(axis=1) > 0)
        # Neighbours of what moves are listed because their normals turn.
        assert set(moved) <= set(points)
        assert len(points) < len(rig.neutral) * 0.7
        offsets = np.zeros_like(delta)
        offsets[points] = np.array(shape.GetOffsetsAttr().Get())
        assert np.array_equal(offsets, delta)


def test_pictures_travel_in_a_package_and_as_colours_in_a_single_file(tmp_path, make_clip, rig):
    for name in ("a.usdz", "a.usda"):
        save_clip(make_clip(2), tmp_path / name, rig=rig)
    packed = Usd.Stage.Open(str(tmp_path / "a.usdz"))
    file = UsdShade.Shader(packed.GetPrimAtPath("/Head/Materials/skin/Texture")).GetInput("file")
    assert "a.usdz[" in file.Get().resolvedPath
    plain = Usd.Stage.Open(str(tmp_path / "a.usda"))
    assert not plain.GetPrimAtPath("/Head/Materials/skin/Texture")
    colors = np.array(UsdGeom.Mesh(plain.GetPrimAtPath("/Head/Face")).GetDisplayColorAttr().Get())
    skin = np.array((0.8, 0.6, 0.5))
    row_near_the_bottom = colors[12:24]
    assert np.allclose(row_near_the_bottom[:6], skin * (0, 0, 1), atol=1e-6)
    assert np.allclose(row_near_the_bottom[6:], skin, atol=1e-6)


def test_cards_with_holes_keep_their_holes(tmp_path, make_clip, rig):
    part = replace(rig.parts[0], material=replace(rig.parts[0].material, cutoff=0.4))
    save_clip(make_clip(2), tmp_path / "a.usdz", rig=replace(rig, parts=(part, rig.parts[1])))
    stage = Usd.Stage.Open(str(tmp_path / "a.usdz"))
    surface = UsdShade.Shader(stage.GetPrimAtPath("/Head/Materials/skin/Surface"))
    assert surface.GetInput("opacityThreshold").Get() == pytest.approx(0.4)
    assert surface.GetInput("opacity").GetConnectedSources()[0][0].sourceName == "a"
    assert complaints(tmp_path / "a.usdz") == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_face_returns_exactly(tmp_path, make_clip, rig, assert_same_rotation, suffix):
    clip = make_clip(40, "23.976", start=0.25)
    save_clip(clip, tmp_path / f"a{suffix}", rig=rig)
    again = load_clip(tmp_path / f"a{suffix}")
    assert (again.fps, again.start, again.channels) == (clip.fps, clip.start, ARKIT_CHANNELS)
    assert np.array_equal(again.weights, clip.weights)
    assert np.abs(again.head[:, :3] - clip.head[:, :3]).max() < 1e-5
    assert_same_rotation(again.head, clip.head, 1e-6)


def test_a_face_of_other_tools_is_read_by_names(tmp_path):
    stage = Usd.Stage.CreateNew(str(tmp_path / "a.usda"))
    stage.SetTimeCodesPerSecond(24)
    animation = UsdSkel.Animation.Define(stage, "/Anim")
    animation.CreateBlendShapesAttr(["JawOpen", "wobble", "mouthSmile_L"])
    weights = animation.CreateBlendShapeWeightsAttr()
    for frame in range(10):
        weights.Set([frame / 10, 1, 0.5], 24 + frame)
    stage.Save()
    clip = load_clip(tmp_path / "a.usda")
    assert (clip.fps, clip.start) == (24, 1.0)
    assert np.allclose(clip["jawOpen"], np.arange(10) / 10)
    assert clip["mouthSmileLeft"].tolist() == [0.5] * 10
    assert clip.metadata["unknown_columns"] == ["wobble"]
    assert clip.tracked.sum() == 20


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"#usda 1.0\ndef Xform ", "damaged or not USD"),
        (b"#usda 1.0\n", "no animation of blend shapes"),
        (b"PXR-USDC" + bytes(200), "damaged or not USD: .*obsolete version"),
        (b"hello", "damaged or not USD"),
    ],
)
def test_broken_files_are_one_clear_line(tmp_path, content, message):
    (tmp_path / "a.usda").write_bytes(content)
    with pytest.raises(VoxfaceError, match=message) as caught:
        load_clip(tmp_path / "a.usda", "usd")
    assert "\n" not in str(caught.value)
    assert "pxrInternal" not in str(caught.value), "what only makers of USD know"


def test_a_clip_without_frames_is_refused(tmp_path, rig):
    with pytest.raises(VoxfaceError, match="without frames"):
        save_clip(FaceClip(np.zeros((0, 52)), 30), tmp_path / "a.usdc", rig=rig)
    assert not list(tmp_path.iterdir())


def test_a_missing_package_is_found_out_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pxr", None)
    with pytest.raises(VoxfaceError, match=r"pip install 'voxface\[usd\]'"):
        check_output(tmp_path / "a.usdc")


@pytest.mark.slow
def test_the_default_head_is_valid_too(tmp_path, make_clip):
    for suffix in (".usdc", ".usdz"):
        save_clip(make_clip(5), tmp_path / f"a{suffix}")
        assert complaints(tmp_path / f"a{suffix}") == []
    stage = Usd.Stage.Open(str(tmp_path / "a.usdz"))
    low, high = np.array(UsdGeom.Mesh(stage.GetPrimAtPath("/Head/Face")).GetExtentAttr().Get())
    # A head and what of its neck and shoulders is there, in centimetres.
    assert 20 < (high - low)[1] < 60
