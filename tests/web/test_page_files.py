"""Files on the page: clips in and out, heads of one's own, comparisons, and broken ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from viewer_page import (
    EXAMPLE,
    assert_shows,
    build_page,
    clip_of,
    downloaded,
    drop,
    missing_page,
    opened,
    page_browser,
    pick,
    viewer,
    write_cube_head,
)

from planted_avatars import TARGETS, vrm0, vrm1
from voxface import ARKIT_CHANNELS, FaceClip
from voxface.rig import connect, default_head, load_rig, write_glb

VRM_LIMBS = [
    side + limb
    for side in ("left", "right")
    for limb in ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing_page() is not None, reason=missing_page() or ""),
]


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    build_page()
    with viewer() as address, page_browser() as browser:
        page = opened(browser, address)
        yield page
        assert not page.complaints


@pytest.fixture
def clip() -> FaceClip:
    """Two seconds in which every channel moves in its own way and the head turns."""
    time = np.arange(60) / 30
    rates = np.linspace(0.3, 2.0, len(ARKIT_CHANNELS))
    weights = 0.5 + 0.45 * np.sin(2 * np.pi * rates * time[:, None])
    angle = 0.2 * np.sin(2 * np.pi * 0.7 * time)
    head = np.zeros((60, 7))
    head[:, 1] = np.sin(time)
    head[:, 3], head[:, 5] = np.cos(angle / 2), np.sin(angle / 2)
    return FaceClip(weights, 30, head=head)


@pytest.mark.parametrize("suffix", [".csv", ".npz", ".json"])
def test_a_clip_is_shown_as_it_is(page: Any, clip: FaceClip, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"planted{suffix}"
    clip.save(file)
    pick(page, file)
    assert page.evaluate("voxface.message") is None
    # Live Link has the head's rotation but no position.
    expected = FaceClip.load(file)
    for seconds in (0.0, 0.5, 1.234, 1.9):
        page.evaluate("seconds => voxface.seek(seconds)", seconds)
        assert_shows(page.evaluate("voxface.shown()"), expected, seconds, 1e-4)


@pytest.mark.parametrize("suffix", [".glb", ".vrma"])
def test_an_animated_head_is_a_clip_too(
    page: Any, clip: FaceClip, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"animated{suffix}"
    clip.save(file)
    pick(page, file)
    assert page.evaluate("voxface.message") is None
    back = clip_of(page)
    assert len(back) == len(clip)
    expected = FaceClip.load(file)
    np.testing.assert_allclose(back.weights, expected.weights, atol=1e-4)
    page.evaluate("voxface.seek(0.5)")
    assert_shows(page.evaluate("voxface.shown()"), expected, 0.5, 1e-3)


def test_a_clip_and_its_sound_are_opened_together(
    page: Any, clip: FaceClip, tmp_path: Path
) -> None:
    file = tmp_path / "face.csv"
    clip.save(file)
    pick(page, file, EXAMPLE)
    assert page.evaluate("voxface.seconds") == pytest.approx(145280 / 16000)
    assert len(clip_of(page)) == len(clip)
    page.get_by_role("tab", name="Compare").click()
    page.get_by_role("button", name="The model on this sound").click()
    page.wait_for_function("voxface.other && voxface.status === 'ready'")
    assert len(clip_of(page, "other")) == 545


def test_two_clips_are_compared_side_by_side_and_as_ghost(
    page: Any, clip: FaceClip, tmp_path: Path
) -> None:
    still = FaceClip(np.full_like(clip.weights, 0.25), 30)
    clip.save(tmp_path / "moving.npz")
    still.save(tmp_path / "still.npz")
    drop(page, tmp_path / "moving.npz")
    drop(page, tmp_path / "still.npz", target=".drop > div:nth-child(2)")
    page.wait_for_function("voxface.shown('other')")
    page.evaluate("voxface.seek(1.1)")
    assert_shows(page.evaluate("voxface.shown()"), clip, 1.1, 1e-4)
    assert_shows(page.evaluate("voxface.shown('other')"), still, 1.1, 1e-4)
    page.get_by_role("tab", name="Compare").click()
    panel = page.get_by_role("tabpanel", name="Compare")
    speech = [name for name in ARKIT_CHANNELS if name.startswith(("jaw", "mouth", "tongue"))]
    speech.append("cheekPuff")
    apart = np.abs(clip.select(speech).weights - 0.25).mean()
    assert f"{apart:.3f}" in panel.inner_text()
    page.get_by_text("Ghost overlay").click()
    page.wait_for_timeout(100)
    panel.get_by_role("button", name="End the comparison").click()
    assert page.evaluate("voxface.other") is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.wav", b"RIFF\x00\x00\x00\x00WAVEfmt nothing of use", "broken.wav"),
        ("empty.mp3", b"", "empty.mp3 is empty"),
        ("noise.mp3", bytes(range(256)) * 40, "noise.mp3"),
        ("broken.csv", b"Timecode,BlendshapeCount\n1,2,3\n", "broken.csv"),
        ("broken.json", b"{", "broken.json"),
        ("broken.npz", b"PK\x03\x04 but no archive", "broken.npz"),
        ("broken.glb", b"glTF\x02\x00\x00\x00 and no more", "broken.glb"),
        ("text.txt", b"hello", "text.txt"),
    ],
)  # fmt: skip
def test_a_broken_file_shows_a_message_and_the_page_lives_on(
    page: Any, clip: FaceClip, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    pick(page, tmp_path / name)
    alert = page.get_by_role("alert")
    assert said in alert.inner_text()
    assert "should not have" not in alert.inner_text()
    clip.save(tmp_path / "good.npz")
    pick(page, tmp_path / "good.npz")
    assert page.evaluate("voxface.message") is None
    assert len(clip_of(page)) == len(clip)


def test_a_head_of_ones_own_says_what_matched(page: Any, clip: FaceClip, tmp_path: Path) -> None:
    head = write_cube_head(tmp_path / "cube.glb", ("JawOpen", "mouthSmile_L", "Extra"))
    pick(page, head, place="head")
    page.get_by_role("tab", name="Head").click()
    panel = page.get_by_role("tabpanel", name="Head")
    assert panel.locator("[data-fact=matched]").inner_text() == "2 of 52"
    assert panel.locator("[data-list=unused] li").all_text_contents() == ["Extra"]
    assert panel.locator("[data-list=missed] li").count() == 50
    clip.save(tmp_path / "clip.npz")
    pick(page, tmp_path / "clip.npz")
    page.evaluate("voxface.seek(0.8)")
    connection = connect(load_rig(head))
    expected = dict(zip(connection.targets, connection.weights(clip)[24], strict=True))
    assert page.evaluate("voxface.shown().weights") == pytest.approx(expected, abs=1e-5)
    assert expected["mouthSmile_L"] == clip["mouthSmileLeft"][24]
    panel.get_by_role("button", name="Default head").click()
    page.wait_for_function("Object.keys(voxface.shown().weights).length >= 52")


def whole_avatar(path: Path) -> Path:
    """Write a VRM 1 avatar with all the bones that VRM asks for, and eyes."""
    made = vrm1()
    vrm = made.json["extensions"]["VRMC_vrm"]
    vrm["meta"] = {
        "name": "cube", "authors": ["nobody"], "licenseUrl": "https://vrm.dev/licenses/1.0/",
    }  # fmt: skip
    bones = vrm["humanoid"]["humanBones"]
    names = ["hips", "spine", *VRM_LIMBS, "leftEye", "rightEye"]
    for name in names:
        bones[name] = {"node": made.node(name=name, translation=[0.03, 0, 0])}
    return made.save(path)


def test_an_avatar_is_moved_by_its_expressions_and_bones(
    page: Any, clip: FaceClip, tmp_path: Path
) -> None:
    avatar = whole_avatar(tmp_path / "avatar.vrm")
    pick(page, avatar, place="head")
    assert page.evaluate("voxface.message") is None
    page.get_by_role("tab", name="Head").click()
    assert "VRM expressions" in page.get_by_role("tabpanel", name="Head").inner_text()
    clip.save(tmp_path / "clip.npz")
    pick(page, tmp_path / "clip.npz")
    page.evaluate("voxface.seek(0.3)")
    shown = page.evaluate("voxface.shown()")
    connection = connect(load_rig(avatar))
    expected = dict(zip(connection.targets, connection.weights(clip)[9], strict=True))
    assert shown["weights"] == pytest.approx(expected, abs=1e-4)
    assert expected["CloseL"] == pytest.approx(clip["eyeBlinkLeft"][9])
    assert abs(np.dot(shown["turn"], clip.head[9, 3:])) == pytest.approx(1, abs=1e-5)


def test_a_head_that_looks_backwards_is_shown_with_a_warning(page: Any, tmp_path: Path) -> None:
    head = default_head()
    turn = np.diag([-1, 1, -1]).astype(np.float32)
    turned = {"neutral": head.neutral @ turn, "deltas": head.deltas @ turn, "normals": None}
    (tmp_path / "back.glb").write_bytes(write_glb(replace(head, **turned)))
    pick(page, tmp_path / "back.glb", place="head")
    page.wait_for_function("voxface.message?.startsWith('back.glb: the face looks along -z')")
    page.get_by_role("tab", name="Head").click()
    note = page.get_by_role("tabpanel", name="Head").get_by_role("note")
    assert "turn it to +z" in note.inner_text()
    page.get_by_role("button", name="Default head").click()
    note.wait_for(state="detached")
    assert page.evaluate("voxface.message") is None


def test_an_avatar_that_is_not_whole_is_still_a_head(page: Any, tmp_path: Path) -> None:
    pick(page, vrm0().save(tmp_path / "half.vrm"), place="head")
    assert page.evaluate("voxface.message") is None
    assert set(page.evaluate("voxface.shown().weights")) == set(TARGETS)
    page.get_by_role("tab", name="Head").click()
    page.get_by_role("button", name="Default head").click()
    page.wait_for_function("Object.keys(voxface.shown().weights).length >= 52")


def test_a_head_without_targets_is_refused(page: Any, tmp_path: Path) -> None:
    plain = write_cube_head(tmp_path / "plain.glb", ())
    pick(page, plain, place="head")
    assert "no morph targets" in page.get_by_role("alert").inner_text()
    assert len(page.evaluate("voxface.shown().weights")) >= 52


def test_exports_hold_the_clip(page: Any, clip: FaceClip, tmp_path: Path) -> None:
    clip.save(tmp_path / "my take.npz")
    pick(page, tmp_path / "my take.npz")
    page.get_by_role("tab", name="Export").click()
    saved = downloaded(page, "Live Link Face CSV", tmp_path)
    assert saved.name == "my take.csv"
    back = FaceClip.load(saved)
    assert back.fps == clip.fps and back.channels == clip.channels
    np.testing.assert_allclose(back.weights, clip.weights, atol=1e-6)
    np.testing.assert_allclose(back.head[:, 3:], clip.head[:, 3:], atol=1e-5)
    glb = downloaded(page, "glTF", tmp_path)
    assert glb.read_bytes()[:4] == b"glTF"


def test_every_format_is_written_with_one_click(page: Any, clip: FaceClip, tmp_path: Path) -> None:
    clip.save(tmp_path / "take.npz")
    pick(page, tmp_path / "take.npz")
    page.get_by_role("tab", name="Export").click()
    rows = page.locator(".exports .button:not([hidden])")
    for row in range(rows.count()):
        with page.expect_download() as download:
            rows.nth(row).click()
        file = tmp_path / f"{row}{Path(download.value.suggested_filename).suffix}"
        download.value.save_as(file)
        assert file.stat().st_size > 40, rows.nth(row).inner_text()
        if file.suffix == ".json":
            json.loads(file.read_text(encoding="utf-8"))
    assert page.evaluate("voxface.message") is None
