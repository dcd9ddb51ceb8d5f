"""What the viewer serves: the page, offers under a secret path, right types, no strangers."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import wave
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="the page needs the extra 'view'")
pytest.importorskip("httpx", reason="requests are made with httpx")

from fastapi.testclient import TestClient

from media import write_media
from voxface import FaceClip, VoxfaceError
from voxface.rig import load_rig
from voxface.viewer import (
    Offer,
    Site,
    address_of,
    built_page,
    listen,
    offer_any,
    offer_clip,
    offer_rig,
    offer_sound,
    page_folder,
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>page</title>")
    for name in ("a.js", "b.wasm", "c.onnx", "d.css", "e.glb"):
        (folder / "assets" / name).write_bytes(b"content")
    return folder


@pytest.fixture
def clip() -> FaceClip:
    return FaceClip(np.random.default_rng(1).random((20, 52)), 30)


def client(site: Site) -> TestClient:
    return TestClient(site.application(), base_url="http://127.0.0.1")


def test_the_page_is_served_with_the_right_types(page: Path) -> None:
    web = client(Site(page))
    start = web.get("/")
    assert "<title>page" in start.text
    assert start.headers["cache-control"] == "no-cache"
    for name, kind in {
        "a.js": "text/javascript", "b.wasm": "application/wasm", "d.css": "text/css",
        "c.onnx": "application/octet-stream", "e.glb": "model/gltf-binary",
    }.items():  # fmt: skip
        answer = web.get(f"/assets/{name}")
        assert answer.headers["content-type"].startswith(kind)
        assert "max-age" in answer.headers["cache-control"]
    assert web.get("/assets/none.js").status_code == 404
    assert web.get("/../secret").status_code == 404


def test_offers_are_found_by_their_address_alone(page: Path) -> None:
    sound, face = Offer("a b&c #1.wav", lambda: b"sound"), Offer("face.csv", lambda: b"face")
    site = Site(page, (sound,), compared=face, rig=Offer("head.glb", lambda: b"head"))
    asked = parse_qs(site.query())
    web = client(site)
    assert web.get(asked["open"][0]).content == b"sound"
    assert web.get(asked["compare"][0]).content == b"face"
    rig = web.get(asked["rig"][0])
    assert rig.content == b"head" and rig.headers["content-type"] == "model/gltf-binary"
    assert web.get(asked["open"][0].replace(site.secret, "guess")).status_code == 404
    assert web.get(asked["open"][0].replace("/0/", "/1/")).status_code == 404
    assert len(site.secret) >= 16 and site.secret != Site(page).secret
    assert site.secret not in repr(site)


def test_other_host_names_are_refused(page: Path) -> None:
    answer = client(Site(page)).get("/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400


def test_clips_that_the_page_reads_are_passed_on_as_they_are(
    clip: FaceClip, tmp_path: Path
) -> None:
    file = tmp_path / "face.csv"
    clip.save(file)
    offer = offer_any(file)
    assert (offer.name, offer.content) == ("face.csv", file.read_bytes())


def test_other_clips_become_npz(clip: FaceClip, tmp_path: Path) -> None:
    pytest.importorskip("pxr", reason="OpenUSD is not installed")
    file = tmp_path / "face.usda"
    FaceClip(clip.weights, 30).save(file)
    offer = offer_clip(file)
    assert offer.name == "face.npz"
    (tmp_path / "back.npz").write_bytes(offer.content)
    back = FaceClip.load(tmp_path / "back.npz")
    np.testing.assert_allclose(back.weights, clip.weights, atol=1e-5)


def test_recordings_that_browsers_do_not_decode_become_wav(tmp_path: Path) -> None:
    tone = 0.3 * np.sin(np.arange(48000) / 20).astype(np.float32)
    file = write_media(tmp_path / "take.mkv", tone, 48000, "flac", "s16")
    offer = offer_sound(file)
    assert offer.name == "take.wav"
    with wave.open(io.BytesIO(offer.content)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (48000, 1)
        pcm = np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32767
    middle = slice(4800, 43200)
    assert np.abs(pcm[middle]).max() == pytest.approx(0.3, abs=0.03)


def test_ict_data_become_a_head(shared: Path, tmp_path: Path) -> None:
    offer = offer_rig(shared / "data" / "ict_face_kit_light.npz")
    assert offer.name == "ict_face_kit_light.glb"
    (tmp_path / offer.name).write_bytes(offer.content)
    assert len(load_rig(tmp_path / offer.name).targets) >= 50


@pytest.mark.parametrize("offer", [offer_any, offer_clip, offer_sound, offer_rig])
def test_what_is_not_there_is_told_before_anything_is_served(offer: object) -> None:
    with pytest.raises(VoxfaceError, match=r"cannot read nowhere\.csv"):
        offer("nowhere.csv")  # type: ignore[operator]


WAV_OF_NOTHING = (
    b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80>\0\0\0}\0\0\x02\0\x10\0data\0\0\0\0"
)


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("text.wav", b"This is no sound but a letter.\n" * 40, r"text\.wav"),
        ("empty.wav", b"", r"empty\.wav .*(empty|0 bytes)"),
        ("none.wav", WAV_OF_NOTHING, "zero seconds long"),
        ("noise.mp3", bytes(range(7, 250)) * 30, r"noise\.mp3"),
        ("text.csv", b"a,b\nc,d\n", r"text\.csv"),
        ("empty.json", b"", r"empty\.json"),
        ("noise.npz", b"PK" + bytes(90), r"noise\.npz"),
    ],
)
def test_what_cannot_be_opened_is_told_before_anything_is_served(
    tmp_path: Path, name: str, content: bytes, line: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(VoxfaceError, match=line) as told:
        offer_any(file)
    assert "\n" not in str(told.value)


def test_a_clip_without_frames_is_refused(tmp_path: Path) -> None:
    FaceClip(np.zeros((0, 52)), 30).save(tmp_path / "none.npz")
    with pytest.raises(VoxfaceError, match="no frames"):
        offer_clip(tmp_path / "none.npz")


def test_a_damaged_recording_that_begins_well_is_offered_as_it_is(tmp_path: Path) -> None:
    tone = 0.3 * np.sin(np.arange(64000) / 20).astype(np.float32)
    file = write_media(tmp_path / "take.flac", tone, 16000, "flac", "s16")
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    assert offer_any(file).content == file.read_bytes()


@pytest.mark.parametrize("content", [b"", b"no head"])
def test_a_head_that_is_none_is_told_before_anything_is_served(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "head.glb").write_bytes(content)
    with pytest.raises(VoxfaceError, match=r"head\.glb"):
        offer_rig(tmp_path / "head.glb")


@pytest.mark.parametrize("place", [[], ["--rig"]])
def test_the_command_refuses_in_one_line(tmp_path: Path, place: list[str]) -> None:
    file = tmp_path / ("text.glb" if place else "text.wav")
    file.write_text("no sound and no head")
    command = [sys.executable, "-m", "voxface", "view", "--no-browser", "--port", "0", *place]
    done = subprocess.run(
        [*command, str(file)], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and file.name in done.stderr


def test_a_taken_port_is_told_and_the_usual_one_gives_way() -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(VoxfaceError, match=f"cannot serve on port {port}.*--port"):
            listen(port)
    with listen() as first, listen() as second:
        assert first.getsockname()[1] != second.getsockname()[1]
        assert first.getsockname()[0] == "127.0.0.1"


def test_the_address_names_the_machine_alone(page: Path) -> None:
    with listen(0) as port:
        assert address_of(Site(page), port) == f"http://127.0.0.1:{port.getsockname()[1]}/"
        assert isinstance(port, socket.socket)


def test_a_missing_page_is_told_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(built_page, "PAGE", tmp_path / "nowhere")
    with pytest.raises(VoxfaceError, match=r"python hatch_build\.py"):
        page_folder()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
def test_ctrl_c_ends_it_in_good_order() -> None:
    if not (built_page.PAGE / "index.html").is_file():
        pytest.skip("the page is not built (python hatch_build.py)")
    command = [sys.executable, "-m", "voxface", "view", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    _, trouble = process.communicate(timeout=20)
    assert (process.returncode, trouble) == (0, "")
