"""How far the phone times of the corpora can be trusted.

    python benchmarks/phone_times.py data/corpus --captures data/grid --shared ../shared/data

Prints what each corpus holds; how GRID sentences as aligned begin and end beside the corpus's own
word times; how often captured lips meet at p, b and m; and whether synthetic silence is quiet.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from voxface.audio import read
from voxface.corpus.grid import grid_speaker, read_align
from voxface.corpus.manifest import read_corpus
from voxface.corpus.utterance import Utterance
from voxface.phones.symbols import SILENCE, closes_lips, opens_jaw
from voxface.phones.times import energy_agreement

LIPS, FACE = (13, 14), (10, 152)
"""MediaPipe's landmarks of the inner lips, and of the top and the chin of the face."""
SHUT = 0.012
"""Inner lips nearer than this share of the face's height count as shut."""
REACH = 0.06
EVERY = 12


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", type=Path, help="folder that 'voxface corpus' wrote")
    parser.add_argument("--captures", type=Path, help="captured GRID takes")
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    given = parser.parse_args()
    corpora = {
        folder.name: list(read_corpus(folder))
        for folder in sorted(given.corpora.iterdir())
        if (folder / "cuts.jsonl.gz").is_file()
    }
    console = Console()
    console.print(_contents(corpora))
    if "grid" in corpora:
        console.print(_sentences(corpora["grid"], given.shared / "grid_s1" / "align"))
        if given.captures:
            console.print(_lips(corpora["grid"], given.captures))
    if "synthetic" in corpora:
        some = corpora["synthetic"][::EVERY]
        shares = [energy_agreement(read(one.recording), one.phones) for one in some]
        console.print(
            f"synthetic: a frame of speech is louder than one of silence with probability "
            f"{np.mean(shares):.3f} ({len(shares)} utterances)"
        )


def _contents(corpora: dict[str, list[Utterance]]) -> Table:
    table = Table(title="corpora")
    for column in ("corpus", "utterances", "minutes", "phones per second of speech"):
        table.add_column(column)
    sets: dict[str, list[Utterance]] = {}
    for name, utterances in corpora.items():
        for one in utterances:
            key = f"{name}: {one.recording.parent.name}" if name == "voices" else name
            sets.setdefault(key, []).append(one)
    for name, found in sets.items():
        said = [phone for one in found for phone in one.phones if phone.symbol != SILENCE]
        seconds = sum(phone.end - phone.start for phone in said)
        minutes = sum(one.samples for one in found) / 16_000 / 60
        table.add_row(name, str(len(found)), f"{minutes:.1f}", f"{len(said) / seconds:.1f}")
    return table


def _sentences(utterances: list[Utterance], folder: Path) -> Table:
    off = []
    for one in utterances:
        path = folder / f"{one.recording.stem}.align"
        if path.is_file():
            words = read_align(path)
            said = [phone for phone in one.phones if phone.symbol != SILENCE]
            off.append((said[0].start - words[0].start, said[-1].end - words[-1].end))
    late = 1000 * np.array(off)
    table = Table(title=f"GRID sentences, ours less the corpus's own times ({len(off)} clips), ms")
    for column in ("", "median", "median distance", "within 50 ms"):
        table.add_column(column)
    for name, values in (("begin", late[:, 0]), ("end", late[:, 1])):
        near = np.mean(np.abs(values) <= 50)
        table.add_row(
            name, f"{np.median(values):+.0f}", f"{np.median(np.abs(values)):.0f}", f"{near:.0%}"
        )
    return table


def _lips(utterances: list[Utterance], captures: Path) -> Table:
    found: dict[str, tuple[list[bool], list[bool]]] = {}
    for one in utterances:
        path = captures / f"{one.recording.stem}.landmarks.npz"
        if not path.is_file():
            continue
        with np.load(path) as held:
            points, fps, start = held["landmarks"][:, :, :2], held["fps"], float(held["start"])
        gap, height = (np.linalg.norm(points[:, a] - points[:, b], axis=1) for a, b in (LIPS, FACE))
        rate = fps[0] / fps[1]
        who = "s1" if grid_speaker(one.recording) == "s1" else "the others"
        shut, opened = found.setdefault(who, ([], []))
        for phone in one.phones:
            kind = (
                shut if closes_lips(phone.symbol) else opened if opens_jaw(phone.symbol) else None
            )
            first, last = (round((phone.middle + d - start) * rate) for d in (-REACH, REACH))
            part = (gap / height)[max(0, first) : last + 1]
            if kind is not None and np.isfinite(part).any():
                kind.append(bool(np.nanmin(part) < SHUT))
    table = Table(title="captured inner lips shut within 60 ms of the middle")
    for column in ("speaker", "p/b/m", "shut", "open vowels", "shut"):
        table.add_column(column)
    for who, (shut, opened) in found.items():
        shares = (f"{np.mean(shut):.0%}", str(len(opened)), f"{np.mean(opened):.0%}")
        table.add_row(who, str(len(shut)), *shares)
    return table


if __name__ == "__main__":
    main()
