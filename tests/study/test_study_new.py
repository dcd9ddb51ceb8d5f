"""`voxface study new`: every clip by one camera, blind, whole or not at all, once."""

from __future__ import annotations

import json

import av
import numpy as np
import pytest

pytest.importorskip("sqlalchemy", reason="the extra voxface[study] is not installed")
pytest.importorskip("moderngl", reason="the extra voxface[render] is not installed")
from media import tone, write_media
from small_rig import small_rig
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.render.context import open_context
from voxface.rig import write_glb
from voxface.study.document import load_study, media_file
from voxface.study.methods import parse_methods


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Keep measured light of the tests' rigs out of the user's cache."""
    try:
        open_context().release()
    except VoxfaceError as error:
        pytest.skip(str(error))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def work(tmp_path, monkeypatch):
    """Return a folder with two sounds, two methods' clips (one too long) and a small rig."""
    monkeypatch.chdir(tmp_path)
    for name, seconds in (("one", 0.4), ("two", 0.3)):
        write_media(tmp_path / f"{name}.wav", tone(seconds), 16_000, "pcm_s16le", "s16")
        for method, frames in (("truth", 30), ("ours", 9)):
            (tmp_path / method).mkdir(exist_ok=True)
            weights = np.zeros((frames, len(ARKIT_CHANNELS)), np.float32)
            weights[:, ARKIT_CHANNELS.index("jawOpen")] = np.linspace(0, 1, frames)
            FaceClip(weights, 30).save(tmp_path / method / f"{name}.npz")
    (tmp_path / "rig.glb").write_bytes(write_glb(small_rig()))
    return tmp_path


ARGUMENTS = (
    "study", "new", "study", "--methods", "truth=truth", "ours=ours", "--sounds", "one.wav",
    "two.wav", "--rig", "rig.glb", "--size", "96x120", "--fps", "10",
)  # fmt: skip


def tracks(path):
    with av.open(str(path)) as film:
        picture, sound = film.streams.video[0], film.streams.audio[0]
        names = picture.codec_context.name, sound.codec_context.name
        return names, (picture.width, picture.height), picture.frames, dict(film.metadata)


def test_a_study_is_made_once_and_finished_where_it_was_stopped(work, voxface):
    code, out, err = voxface(*ARGUMENTS)
    assert (code, err) == (0, "")
    folder = work / "study"
    study = load_study(folder)
    assert (study.methods, study.sounds) == (("truth", "ours"), ("one", "two"))
    assert [check.part for check in study.checks] == ["rating", "rating", "pair", "pair"]
    for each in study.stimuli:
        codecs, size, frames, about = tracks(media_file(folder, each.token))
        assert codecs == ("h264", "aac")
        assert size == (96, 120)
        assert frames == {"one": 4, "two": 3}[each.sound]
        assert each.seconds == pytest.approx(frames / 10)
        assert not any(word in str(about) for word in ("truth", "ours", "one", "two"))
    joined = {media_file(folder, film) for film in study.joined()}
    assert {tracks(film)[1] for film in joined} == {(96 * 2 + 16, 120)}
    assert len(joined) == 2 * 2 + 2

    before = {file: file.stat().st_mtime_ns for file in (folder / "media").iterdir()}
    gone = [media_file(folder, study.stimuli[0].token), sorted(joined)[0]]
    for file in gone:
        file.unlink()
    plain = json.loads((folder / "study.json").read_text())
    plain["introduction"] = "Welcome."
    (folder / "study.json").write_text(json.dumps(plain))
    code, out, _ = voxface(*ARGUMENTS)
    assert code == 0 and "2 clips rendered" in out
    after = {file: file.stat().st_mtime_ns for file in (folder / "media").iterdir()}
    assert set(after) == set(before)
    assert {file for file in after if after[file] != before[file]} == set(gone)
    assert load_study(folder).introduction == "Welcome."

    (folder / "answers.sqlite").write_bytes(b"")
    code, _, err = voxface(*ARGUMENTS, "--seed", "3")
    assert code == 2 and "another design" in err
    assert load_study(folder).seed == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--methods", "ours", "--sounds", "one.wav"), "NAME=WHAT"),
        (("--methods", "a=ours"), "needs sounds"),
        (("--sounds", "one.wav"), "needs methods"),
        (("--methods", "a=ours", "a=truth", "--sounds", "one.wav"), "two methods"),
        (("--methods", "a=nowhere", "--sounds", "one.wav"), "no such file"),
        (("--methods", "a=ours", "--sounds", "one.wav", "one.wav"), "two sounds"),
        (("--methods", "a=ours", "--sounds", "absent.wav"), "absent"),
        (("--methods", "a=ours", "--sounds", "one.wav"), "two methods"),
        (("--methods", "a=one.wav", "--sounds", "one.wav"), "neither a model"),
        (("--methods", "a=ours/one.npz", "--sounds", "one.wav", "two.wav"), "one clip for 2"),
        (("--methods", "a=ours", "b=truth", "--sounds", "one.wav", "--kind", "all"), "kind"),
        (("--methods", "a=ours", "b=truth", "--sounds", "one.wav", "--sounds-each", "4"), "1 to 1"),
        (("--methods", "a=ours", "b=truth", "--sounds", "one.wav", "--checks", "-1"), "checks"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(work, voxface, words, told):
    code, out, err = voxface("study", "new", "fresh", *words)
    assert (code, out) == (2, "")
    assert told in err and err.count("\n") == 1
    assert not (work / "fresh").exists()


def test_a_folder_of_something_else_is_left_alone(work, voxface):
    (work / "study").mkdir()
    (work / "study" / "thesis.txt").write_text("mine")
    code, _, err = voxface(*ARGUMENTS)
    assert code == 2 and "something else" in err


def test_rules_read_the_text_beside_the_sound(work):
    sound = work / "one.wav"
    (method,) = parse_methods(["rules=viseme"], [sound])
    heard = method.key(sound)
    (work / "one.txt").write_text("ah")
    assert method.key(sound) != heard
