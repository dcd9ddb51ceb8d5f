"""Moving meshes on the page: the vertices on the canvas are those of the clip, with its sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from viewer_page import (
    EXAMPLE,
    build_page,
    missing_page,
    opened,
    page_browser,
    pick,
    viewer,
    wait_until,
)

from planted_mesh import speaking_face
from voxface.errors import VoxfaceError
from voxface.face import MeshClip
from voxface.formats.mesh_components import components_of
from voxface.viewer import offer_any

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing_page() is not None, reason=missing_page() or ""),
]


@pytest.fixture(scope="module")
def clip() -> MeshClip:
    return speaking_face(2.0)


@pytest.fixture(scope="module")
def page(clip: MeshClip, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    build_page()
    file = tmp_path_factory.mktemp("mesh") / "mesh.npz"
    clip.save(file)
    with viewer(file, EXAMPLE) as address, page_browser() as browser:
        page = opened(browser, address)
        wait_until(page, lambda: page.evaluate("voxface.clip !== null"))
        yield page
        assert not page.complaints


def assert_shows(page: Any, clip: MeshClip, frame: int) -> None:
    """Check the weights and the head's turn on the canvas against a frame of the clip."""
    page.evaluate(f"voxface.seek({clip.times[frame]})")
    found = components_of(clip.offsets)
    shown = page.evaluate("voxface.shown()")
    assert list(shown["weights"]) == [f"motion{k + 1:03d}" for k in range(len(found.deltas))]
    weights = np.array(list(shown["weights"].values()))
    shape = clip.neutral + np.tensordot(weights, found.deltas, axes=1)
    assert np.linalg.norm(shape - clip.vertices[frame], axis=1).max() < 0.011
    assert abs(abs(np.dot(shown["turn"], clip.head[frame, 3:])) - 1) < 1e-5


def test_a_mesh_is_shown_as_it_is_and_lasts_as_long_as_its_sound(page: Any, clip: MeshClip) -> None:
    assert page.evaluate("voxface.message") is None
    assert page.evaluate("voxface.frames") == len(clip)
    assert page.evaluate("voxface.seconds") == pytest.approx(9.08, abs=0.1)
    for frame in (0, 3, 6, 31, 49):
        assert_shows(page, clip, frame)


def test_it_moves_on_the_canvas(page: Any, clip: MeshClip) -> None:
    most = int((-clip.vertices[:, 14, 1]).argmax())
    pictures = []
    for frame in (0, most):
        page.evaluate(f"voxface.seek({clip.times[frame]})")
        page.wait_for_timeout(700)
        pictures.append(page.locator("canvas").first.screenshot())
    assert pictures[0] != pictures[1]


def test_it_plays_by_the_pages_clock(page: Any) -> None:
    page.evaluate("voxface.seek(0.2)")
    page.evaluate("voxface.play()")
    wait_until(page, lambda: page.evaluate("voxface.shownTime") > 0.6)
    page.evaluate("voxface.pause()")


def test_what_a_mesh_cannot_do_is_said(page: Any, clip: MeshClip, tmp_path: Path) -> None:
    page.get_by_role("tab", name="Export").click()
    page.get_by_role("button", name="Live Link Face CSV").click()
    wait_until(page, lambda: "not" in (page.evaluate("voxface.message") or ""))
    assert "a moving mesh is not" in page.evaluate("voxface.message")
    clip.save(tmp_path / "a.glb")
    pick(page, tmp_path / "a.glb", place="other")
    assert "open it alone, or make a film" in page.evaluate("voxface.message")
    clip.save(tmp_path / "a.npz")
    pick(page, tmp_path / "a.npz")
    assert "the page reads those as GLB" in page.evaluate("voxface.message")


def test_a_glb_is_dropped_and_a_recording_after_it(
    page: Any, clip: MeshClip, tmp_path: Path
) -> None:
    louder = speaking_face(1.0, strength=1.3)
    louder.save(tmp_path / "louder.glb")
    pick(page, tmp_path / "louder.glb")
    wait_until(page, lambda: page.evaluate("voxface.frames") == len(louder))
    assert_shows(page, louder, 4)
    pick(page, EXAMPLE)
    wait_until(page, lambda: "jawOpen" in page.evaluate("voxface.clip.channels"))
    wait_until(page, lambda: "jawOpen" in page.evaluate("voxface.shown().weights"))


def test_meshes_are_offered_as_glb(clip: MeshClip, tmp_path: Path) -> None:
    for suffix in (".npz", ".glb"):
        clip.save(tmp_path / f"a{suffix}")
        offer = offer_any(tmp_path / f"a{suffix}")
        assert offer.name == "a.glb" and offer.content[:4] == b"glTF"
    assert offer.content == (tmp_path / "a.glb").read_bytes()
    MeshClip(clip.vertices[:0], clip.topology, clip.fps, clip.neutral).save(tmp_path / "none.npz")
    with pytest.raises(VoxfaceError, match="holds no frames"):
        offer_any(tmp_path / "none.npz")
