"""Contact sheets of the default head: ``python head/sheets.py`` draws them into docs/images."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface import animate
from voxface.face import ARKIT_CHANNELS, Rig
from voxface.face.visemes import VISEMES
from voxface.render import Camera, Shot, draw_sheet, save_picture
from voxface.rig import connect, default_head

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
SPEECH = ROOT / "examples" / "speech.flac"
FRAMES = 10


def weights_of(rig: Rig, mix: dict[str, float]) -> NDArray[np.float64]:
    """Return a row of target weights from weights by name."""
    row = np.zeros(len(rig.targets))
    for name, weight in mix.items():
        row[rig.targets.index(name)] = weight
    return row


def channel_shots(rig: Rig) -> list[Shot]:
    """Return every channel at 1; `mouthClose` with the open jaw that it belongs to."""
    shots = [Shot("neutral", weights_of(rig, {}))]
    for name in ARKIT_CHANNELS:
        mix = {name: 1.0}
        label = name
        if name == "mouthClose":
            mix["jawOpen"], label = 1.0, "mouthClose + jawOpen"
        shots.append(Shot(label, weights_of(rig, mix)))
    return shots


def viseme_shots(rig: Rig) -> list[Shot]:
    """Return the 15 visemes at 1."""
    return [Shot(name, weights_of(rig, dict(mix))) for name, mix in VISEMES.items()]


def sentence_shots(rig: Rig) -> list[Shot]:
    """Return frames of a spoken sentence, evenly spaced."""
    clip = animate(SPEECH)
    moves = connect(rig).weights(clip)
    chosen = np.linspace(0, len(moves) - 1, FRAMES + 2).round().astype(int)[1:-1]
    return [
        Shot(f"{float(frame / clip.fps):.2f} s", moves[frame], clip.head[frame]) for frame in chosen
    ]


def main() -> None:
    """Draw the three sheets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=IMAGES)
    folder = parser.parse_args().folder
    rig = default_head()
    near = Camera(yaw=8, zoom=1.25)
    mouth = Camera(yaw=10, zoom=1.4)
    for name, shots, columns, cell, camera in (
        ("head_channels", channel_shots(rig), 9, (220, 240), near),
        ("head_visemes", viseme_shots(rig), 5, (280, 300), mouth),
        ("head_sentence", sentence_shots(rig), 5, (280, 320), near),
    ):
        picture = draw_sheet(rig, shots, columns=columns, cell=cell, camera=camera)
        save_picture(picture, folder / f"{name}.jpg")
        print(folder / f"{name}.jpg")


if __name__ == "__main__":
    main()
