from __future__ import annotations

import importlib
import wave

import numpy as np
import pytest

from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.formats.plot import check_picture, clip_panels, draw_clip, plot_clip
from voxface.formats.sound import find_sound, sound_of

pytest.importorskip("matplotlib")


@pytest.fixture
def tone() -> np.ndarray:
    return np.float32(0.3 * np.sin(2 * np.pi * 440 * np.arange(24_000) / 16_000))


def test_a_picture_is_drawn_with_and_without_sound(tmp_path, make_clip, tone):
    clip = make_clip(90)
    plot_clip(clip, tmp_path / "a.png", tone, "a clip")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    plot_clip(clip, tmp_path / "a.svg")
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()[:1000]
    assert len(list(tmp_path.iterdir())) == 2


def test_the_panels_show_what_they_name(make_clip, tone):
    clip = make_clip(90, start=0.5)
    figure = draw_clip(clip, tone)
    panels = clip_panels(clip)
    assert [panel.title for panel in panels[:2]] == ["jaw", "lips, shape"]
    own = [axis for axis in figure.axes if axis.get_ylabel()]
    assert [axis.get_ylabel() for axis in own] == ["sound (Hz)", *(p.title for p in panels)]
    line = own[1].get_lines()[0]
    assert line.get_label() == "open"
    assert np.allclose(line.get_xdata(), clip.times)
    assert np.allclose(line.get_ydata(), clip["jawOpen"])
    image = own[0].get_images()[0]
    assert image.get_array().shape == (80, 150)
    # Frame t of the spectrogram is centred on t x 10 ms.
    assert image.get_extent()[:2] == pytest.approx([-0.005, 1.495])
    # The band of the 440 Hz tone is the loudest.
    assert image.get_array()[:, 70].argmax() == pytest.approx(13, abs=2)


def test_unseen_channels_are_named_so_and_gaps_shaded(make_clip):
    tracked = np.ones((90, 52), bool)
    tracked[30:40] = False
    clip = make_clip(90, tracked=tracked).select(["jawOpen"])
    axes = draw_clip(clip).axes
    labels = [text.get_text() for text in axes[0].get_legend().get_texts()]
    assert labels == ["open", "forward (not seen)"]
    assert len(axes[0].patches) == 1
    assert np.isnan(axes[0].get_lines()[0].get_ydata()[30:40]).all()


def test_long_sound_is_averaged_down(make_clip):
    image = draw_clip(make_clip(2), np.zeros(16_000 * 95, np.float32)).axes[0].get_images()[0]
    assert image.get_array().shape == (80, 3166)


def test_what_cannot_be_drawn_is_refused(tmp_path, make_clip):
    with pytest.raises(VoxfaceError, match="no frames"):
        plot_clip(FaceClip(np.zeros((0, 52)), 30), tmp_path / "a.png")
    with pytest.raises(VoxfaceError, match=r"\.png, \.svg, \.pdf"):
        check_picture("a.bmp")
    with pytest.raises(VoxfaceError, match="does not exist"):
        plot_clip(make_clip(2), tmp_path / "none" / "a.png")


def test_without_matplotlib_the_extra_is_named(tmp_path, make_clip, monkeypatch):
    def missing(name: str):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(VoxfaceError, match=r"pip install 'voxface\[plot\]'"):
        plot_clip(make_clip(2), tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_sound_is_found_or_its_absence_explained(tmp_path, make_clip, tone):
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((tone * 32767).astype("<i2").tobytes())
    pcm, note = sound_of(make_clip(2, metadata={"source": str(path)}))
    assert note == ""
    assert len(pcm) == pytest.approx(len(tone), abs=2)
    assert np.array_equal(sound_of(make_clip(2), path)[0], pcm)
    assert "--sound" in sound_of(make_clip(2))[1]
    assert "is not there" in sound_of(make_clip(2, metadata={"source": "gone.wav"}))[1]
    beside = make_clip(2, metadata={"source": "elsewhere/a.wav"})
    assert find_sound(beside) is None
    assert find_sound(beside, tmp_path) == path
    path.write_text("not sound at all")
    pcm, note = sound_of(make_clip(2, metadata={"source": str(path)}))
    assert pcm is None
    assert note
    with pytest.raises(VoxfaceError):
        sound_of(make_clip(2), path)
