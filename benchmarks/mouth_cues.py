"""Mouth cues beside phones: which shape real voices show on which sounds.

Run: ``python benchmarks/mouth_cues.py`` (some 40 s). English readers of the shared voices are
animated by the default model and aligned to their text; for every group of phones the share of each
shape at the phones' middles is printed, and how often the lips shut on p, b and m.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

import voxface
from voxface.audio import read
from voxface.formats.mouth_shapes import SHAPES, Cue, mouth_cues
from voxface.phones.alignment import align, english_words

WANTED = {
    "A": "p b m", "B": "s z t d n k ɡ i iː ɪ ʃ tʃ dʒ j θ ð ŋ", "C": "ɛ æ e", "D": "ɑː a",
    "E": "ɔ ɔː o ɜ˞", "F": "uː w", "G": "f v", "H": "l", "X": "(silence)",
}  # fmt: skip
"""Phones by the shape that animators draw for them."""
WANTED_OF = {phone: shape for shape, phones in WANTED.items() for phone in phones.split()}
LONG = 0.4
"""Seconds from which silence counts."""
AROUND = 0.04
"""Seconds about a phone in which its lips may shut."""


def shape_at(cues: list[Cue], seconds: float) -> str:
    starts = [cue.start for cue in cues]
    return cues[max(0, int(np.searchsorted(starts, seconds, side="right")) - 1)].shape


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voices", type=Path, default=Path("../shared/data/voices"))
    parser.add_argument("--every", type=int, default=5, help="take one recording of so many")
    options = parser.parse_args()
    with (options.voices / "index.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["set"] == "librispeech"]
    table: dict[str, Counter[str]] = defaultdict(Counter)
    met = [0, 0]
    count, seconds, shown = 0, 0.0, 0
    for row in rows[:: options.every]:
        pcm = read(options.voices / row["file"])
        aligned = align(pcm, english_words(row["text"]))
        if aligned is None or aligned.fault():
            continue
        clip = voxface.animate(pcm, sample_rate=16_000)
        cues = mouth_cues(clip)
        count, seconds, shown = count + 1, seconds + clip.duration, shown + len(cues)
        for phone in aligned.phones:
            quiet = phone.symbol == "sil" and phone.end - phone.start > LONG
            wanted = "X" if quiet else WANTED_OF.get(phone.symbol)
            if wanted is not None:
                table[wanted][shape_at(cues, phone.middle)] += 1
            if wanted == "A":
                begin, end = phone.start - AROUND, phone.end + AROUND
                met[any(c.shape in "AX" for c in cues if c.start < end and c.end > begin)] += 1
    print(f"{count} readers, {seconds:.0f} s, {shown / seconds:.1f} cues a second")
    print("wanted     n  " + "".join(f"{shape:>5s}" for shape in SHAPES))
    for wanted, phones in WANTED.items():
        total = max(table[wanted].total(), 1)
        cells = (f"{100 * table[wanted][shape] / total:4.0f}%" for shape in SHAPES)
        print(f"{wanted}      {total:5d}  {''.join(cells)}   {phones}")
    print(f"lips shut on p, b, m within {1000 * AROUND:.0f} ms: {100 * met[1] / sum(met):.0f}%")


if __name__ == "__main__":
    main()
