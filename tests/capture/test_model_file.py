from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from voxface.capture import model_file
from voxface.capture.model_file import MODEL_VARIABLE, landmarker_file
from voxface.errors import VoxfaceError

BUNDLE = b"a small stand-in for the bundle"


class Quiet(SimpleHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store on this machine that holds `BUNDLE`, and an empty cache."""
    served = tmp_path / "served"
    served.mkdir()
    (served / "face.task").write_bytes(BUNDLE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(served)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    Quiet.asked.clear()
    url = f"http://127.0.0.1:{server.server_port}/face.task"
    monkeypatch.setattr(model_file, "MODEL_URL", url)
    monkeypatch.setattr(model_file, "MODEL_SHA256", hashlib.sha256(BUNDLE).hexdigest())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(MODEL_VARIABLE, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield served
    server.shutdown()
    server.server_close()


def cached(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "voxface" / "face_landmarker.task"


def test_the_model_is_fetched_once(tmp_path: Path):
    assert landmarker_file() == landmarker_file() == cached(tmp_path)
    assert cached(tmp_path).read_bytes() == BUNDLE
    assert Quiet.asked == ["/face.task"]


def test_a_damaged_cache_is_fetched_anew(tmp_path: Path):
    cached(tmp_path).parent.mkdir(parents=True)
    cached(tmp_path).write_bytes(BUNDLE[:5])
    landmarker_file()
    assert cached(tmp_path).read_bytes() == BUNDLE


def test_another_file_at_the_address_is_refused_and_not_kept(tmp_path: Path, store: Path):
    (store / "face.task").write_bytes(b"something else")
    with pytest.raises(VoxfaceError, match=r"not the expected .* with --model"):
        landmarker_file()
    assert list(cached(tmp_path).parent.iterdir()) == []


def test_offline_the_error_says_what_to_put_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(model_file, "MODEL_URL", "http://127.0.0.1:9/face.task")
    with pytest.raises(VoxfaceError) as caught:
        landmarker_file()
    message = str(caught.value)
    assert "download http://127.0.0.1:9/face.task" in message
    assert f"put it at {cached(tmp_path)}" in message
    assert "\n" not in message
    assert list(cached(tmp_path).parent.iterdir()) == []


def test_an_address_that_answers_404_reads_as_not_fetched(store: Path):
    (store / "face.task").unlink()
    with pytest.raises(VoxfaceError, match=r"could not be fetched \(HTTP Error 404"):
        landmarker_file()


def test_a_file_named_by_hand_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    own, other = tmp_path / "own.task", tmp_path / "other.task"
    own.write_bytes(b"own")
    other.write_bytes(b"other")
    monkeypatch.setenv(MODEL_VARIABLE, str(other))
    assert landmarker_file(own) == own
    assert landmarker_file() == other
    assert Quiet.asked == []


def test_a_named_file_that_is_absent_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(VoxfaceError, match=r"no Face Landmarker model at .* \(from --model\)"):
        landmarker_file(tmp_path / "absent.task")
    monkeypatch.setenv(MODEL_VARIABLE, str(tmp_path / "absent.task"))
    with pytest.raises(VoxfaceError, match=MODEL_VARIABLE):
        landmarker_file()
