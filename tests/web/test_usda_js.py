"""The page's OpenUSD heads against Python's, by USD's own reader."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromium import WEB, base64_of, build, chromium, missing, served
from page_clips import assert_near, edited, make_clip

from small_rig import small_rig
from voxface.face import ARKIT_CHANNELS
from voxface.formats import load_clip, save_clip
from voxface.rig import load_rig, write_glb
from voxface.rig.load import DEFAULT_HEAD

FORMATS_PAGE = WEB / "tests" / "pages" / "formats"
"""A page without anything to see that hands out the formats."""

pxr = pytest.importorskip("pxr", reason="OpenUSD is not installed (voxface[usd])")


@pytest.mark.parametrize("channels", [ARKIT_CHANNELS, ("jawOpen", "mouth smile.L", "4th", "Größe")])
def test_a_head_is_the_same_stage(clips, tmp_path, channels):
    (tmp_path / "head.glb").write_bytes(write_glb(small_rig(channels)))
    ours, theirs = both(clips, tmp_path, tmp_path / "head.glb")
    assert_same_stage(ours, theirs)
    if channels == ARKIT_CHANNELS:
        assert_near(load_clip(ours), load_clip(theirs))


def test_moved_texture_coordinates_stay_where_the_picture_is_read(clips, tmp_path):
    content = write_glb(small_rig(ARKIT_CHANNELS[:3], picture=True))
    moved = {"offset": [0.25, -0.5], "rotation": 0.7, "scale": [2, 3]}

    def change(document: dict) -> None:
        for material in document["materials"]:
            surface = material["pbrMetallicRoughness"]
            if "baseColorTexture" in surface:
                surface["baseColorTexture"]["extensions"] = {"KHR_texture_transform": moved}

    (tmp_path / "head.glb").write_bytes(edited(content, change))
    ours, theirs = both(clips, tmp_path, tmp_path / "head.glb")
    read = [pxr.Usd.Stage.Open(str(file)) for file in (ours, theirs)]
    uv = [stage.GetPrimAtPath("/Head/Face").GetAttribute("primvars:st").Get() for stage in read]
    assert len(uv[0]) == len(uv[1])
    assert np.abs(np.asarray(uv[0]) - np.asarray(uv[1])).max() < 1e-5


@pytest.mark.slow
@pytest.mark.skipif(missing() is not None, reason=missing() or "")
def test_in_a_browser_the_default_head_is_the_same_stage_with_its_pictures_colours(tmp_path):
    clip = make_clip(5, "29.97", 6, start=0.5)
    save_clip(clip, tmp_path / "clip.npz")
    save_clip(clip, tmp_path / "theirs.usda", rig=load_rig(DEFAULT_HEAD))
    files = [base64_of(file.read_bytes()) for file in (tmp_path / "clip.npz", DEFAULT_HEAD)]
    with served(build(FORMATS_PAGE, tmp_path / "page")) as address, chromium() as browser:
        page = browser.new_page()
        page.goto(address)
        text = page.evaluate("([clip, rig]) => write(clip, 'usda', rig)", files)
    (tmp_path / "ours.usda").write_bytes(base64.b64decode(text))
    assert_same_stage(tmp_path / "ours.usda", tmp_path / "theirs.usda")


def both(clips: Any, folder: Path, head: Path) -> tuple[Path, Path]:
    clip = make_clip(5, "29.97", 6, start=0.5)
    save_clip(clip, folder / "clip.npz")
    save_clip(clip, folder / "theirs.usda", rig=load_rig(head))
    return clips("write", folder / "clip.npz", head=head) / "usda.usda", folder / "theirs.usda"


def assert_same_stage(ours: Path, theirs: Path) -> None:
    first, second = (pxr.Usd.Stage.Open(str(path)) for path in (ours, theirs))
    for name in ("startTimeCode", "endTimeCode", "timeCodesPerSecond", "metersPerUnit", "upAxis"):
        assert first.GetMetadata(name) == second.GetMetadata(name)
    assert first.GetRootLayer().customLayerData == second.GetRootLayer().customLayerData
    assert first.GetDefaultPrim().GetPath() == second.GetDefaultPrim().GetPath()
    prims = {prim.GetPath(): prim for prim in second.Traverse()}
    assert [prim.GetPath() for prim in first.Traverse()] == list(prims)
    for prim in first.Traverse():
        other = prims[prim.GetPath()]
        assert prim.GetTypeName() == other.GetTypeName()
        assert prim.GetAppliedSchemas() == other.GetAppliedSchemas()
        for relation in other.GetRelationships():
            found = prim.GetRelationship(relation.GetName())
            assert found.GetTargets() == relation.GetTargets(), relation.GetPath()
        assert {each.GetName() for each in prim.GetAuthoredProperties()} == {
            each.GetName() for each in other.GetAuthoredProperties()
        }
        for attribute in other.GetAuthoredAttributes():
            assert_same_attribute(prim.GetAttribute(attribute.GetName()), attribute)


def assert_same_attribute(ours: Any, theirs: Any) -> None:
    name = theirs.GetPath()
    assert ours.GetTypeName() == theirs.GetTypeName(), name
    assert ours.GetVariability() == theirs.GetVariability(), name
    assert ours.GetConnections() == theirs.GetConnections(), name
    for key in ("interpolation", "elementSize"):
        assert ours.GetMetadata(key) == theirs.GetMetadata(key), name
    assert ours.GetTimeSamples() == theirs.GetTimeSamples(), name
    for code in theirs.GetTimeSamples() or [pxr.Usd.TimeCode.Default()]:
        first, second = ours.Get(code), theirs.Get(code)
        if first is None or (
            "float" not in str(theirs.GetTypeName()) and "3f" not in str(theirs.GetTypeName())
        ):
            assert first == second, name
            continue
        difference = np.asarray(first, np.float64) - np.asarray(second, np.float64)
        assert np.abs(difference).max(initial=0) < 2e-5, name
