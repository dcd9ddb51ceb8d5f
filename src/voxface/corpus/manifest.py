"""Corpora on disk: lhotse cuts whose supervision carries the phones and their times.

lhotse's own audio back ends are not used: read the sound with `voxface.audio.read`.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from voxface.audio.features import SAMPLE_RATE
from voxface.corpus.utterance import Utterance
from voxface.errors import VoxfaceError
from voxface.phones.times import TimedPhone

CUTS = "cuts.jsonl.gz"
"""Name of the manifest inside a corpus folder."""


def cut_of(utterance: Utterance) -> dict[str, Any]:
    """Return an utterance as a lhotse MonoCut in plain data."""
    from lhotse import MonoCut, Recording, SupervisionSegment  # noqa: PLC0415  (imports torch)
    from lhotse.audio import AudioSource  # noqa: PLC0415
    from lhotse.supervision import AlignmentItem  # noqa: PLC0415

    recording = Recording(
        id=utterance.id,
        sources=[AudioSource(type="file", channels=[0], source=str(utterance.recording))],
        sampling_rate=SAMPLE_RATE,
        num_samples=utterance.samples,
        duration=utterance.duration,
    )
    phones = [
        AlignmentItem(phone.symbol, phone.start, round(phone.end - phone.start, 4))
        for phone in utterance.phones
    ]
    supervision = SupervisionSegment(
        id=utterance.id,
        recording_id=utterance.id,
        start=0,
        duration=utterance.duration,
        channel=0,
        text=utterance.text,
        language=utterance.language,
        speaker=utterance.speaker,
        alignment={"phone": phones},
    )
    cut = MonoCut(
        id=utterance.id,
        start=0,
        duration=utterance.duration,
        channel=0,
        supervisions=[supervision],
        recording=recording,
    )
    return dict(cut.to_dict())


def write_cuts(cuts: Iterable[dict[str, Any]], path: Path) -> None:
    """Write cuts as lhotse reads them with ``CutSet.from_file``; beside, then renamed."""
    beside = path.with_name(f".{path.name}.part")
    try:
        with gzip.open(beside, "wt", encoding="utf-8") as file:
            for cut in cuts:
                file.write(json.dumps(cut, ensure_ascii=False) + "\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_corpus(folder: Path) -> Iterator[Utterance]:
    """Read the utterances of a corpus folder.

    Parameters
    ----------
    folder : Path
        As written by ``voxface corpus``: it holds ``cuts.jsonl.gz``.

    Raises
    ------
    VoxfaceError
        If there is no manifest or it cannot be read.
    """
    from lhotse import CutSet  # noqa: PLC0415  (imports torch)

    path = folder / CUTS
    if not path.is_file():
        raise VoxfaceError(f"no corpus in '{folder}': make one with 'voxface corpus NAME -o …'")
    try:
        for cut in CutSet.from_file(path):
            [said] = cut.supervisions
            yield Utterance(
                id=cut.id,
                recording=Path(cut.recording.sources[0].source),
                samples=cut.recording.num_samples,
                speaker=said.speaker,
                language=said.language,
                text=said.text,
                phones=tuple(
                    TimedPhone(item.symbol, item.start, round(item.start + item.duration, 4))
                    for item in said.alignment["phone"]
                ),
            )
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VoxfaceError(
            f"'{path}' is no corpus manifest ({error}): make it again with 'voxface corpus'"
        ) from error
