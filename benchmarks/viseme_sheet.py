"""Draw what the viseme method shows at every phone of a sentence that espeak-ng says.

    python benchmarks/viseme_sheet.py docs/images/visemes.jpg "papa, mama, five, oh you"

The sentence may be left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from voxface.audio import SAMPLE_RATE
from voxface.engine import Controls, animate
from voxface.formats import resolve_rig
from voxface.phones.espeak import Manner, speak_text
from voxface.phones.symbols import SILENCE
from voxface.render import Shot, draw_sheet, save_picture
from voxface.rig import connect
from voxface.visemes.said import Script, phones_of

LANGUAGE = "en-gb"


def main() -> None:
    """Draw one picture for each phone, at its middle."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path)
    parser.add_argument("text", nargs="?", default="papa, mama, five, oh you")
    given = parser.parse_args()
    pcm, _ = speak_text(given.text, Manner(LANGUAGE))
    clip = animate(
        pcm,
        sample_rate=SAMPLE_RATE,
        fps=100,
        controls=Controls(life=0),
        method="visemes",
        text=given.text,
        language=LANGUAGE,
    )
    rig = resolve_rig(None)
    weights = connect(rig).weights(clip)
    shots = [
        Shot(phone.symbol, weights[min(len(clip) - 1, round(phone.middle * 100))])
        for phone in phones_of(pcm, Script(given.text, language=LANGUAGE))
        if phone.symbol != SILENCE
    ]
    save_picture(draw_sheet(rig, shots, columns=8, cell=(200, 230)), given.picture)


if __name__ == "__main__":
    main()
