"""Examples: features and labels of whole recordings at 100 Hz, as training reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.corpus.archive import UNREADABLE, save_archive
from voxface.errors import VoxfaceError

ARRAYS = ("features", "motion", "seen", "pose", "speech", "articulation")
"""Per-frame arrays of an example."""
TABLES = ("channel_weight", "own_gain", "own_offset")
"""Per-channel arrays of an example."""


@dataclass(frozen=True, eq=False)
class Example:
    """One recording with what is known of its face, T frames of 10 ms.

    Attributes
    ----------
    name, speaker, corpus : str
        Where it comes from.
    features : float16, shape (T, 80)
        Log-mel in dB.
    motion : float16, shape (T, 52)
        Blendshape motion on the canonical speaker; 0 where unknown.
    seen : uint8, shape (T,)
        1 where `motion` and `pose` are known.
    pose : float16, shape (T, 6)
        Position in centimetres and rotation vector in radians, about the speaker's rest.
    speech : uint8, shape (T,)
        1 where the mouth may move for speech.
    articulation : uint8, shape (T, A)
        Articulatory features x 255 of the phone being spoken; A = 0 where none are known.
    channel_weight : float32, shape (52,)
        How much each channel counts: 0 where the tracker or the corpus lacks it.
    own_gain, own_offset : float32, shape (52,)
        The speaker's own motion is ``own_gain x motion + own_offset``.
    """

    name: str
    speaker: str
    corpus: str
    features: NDArray[np.float16]
    motion: NDArray[np.float16]
    seen: NDArray[np.uint8]
    pose: NDArray[np.float16]
    speech: NDArray[np.uint8]
    articulation: NDArray[np.uint8]
    channel_weight: NDArray[np.float32]
    own_gain: NDArray[np.float32]
    own_offset: NDArray[np.float32]
    about: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.features)

    @property
    def recording(self) -> str:
        """What was recorded: the same for every voice that it was given."""
        return str(self.about.get("recording", self.name))


def takes_by_speaker(examples: Iterable[Example]) -> dict[str, int]:
    """Count the recordings of each speaker whose face is known."""
    found: dict[str, set[str]] = {}
    for example in examples:
        if example.seen.any():
            found.setdefault(example.speaker, set()).add(example.recording)
    return {speaker: len(takes) for speaker, takes in found.items()}


def save_examples(path: str | PathLike[str], examples: Iterable[Example]) -> None:
    """Write examples into one ``.npz``: arrays end to end, names and lengths as JSON."""
    held = list(examples)
    if not held:
        raise VoxfaceError(f"no examples to write to {path}")
    arrays = {name: np.concatenate([getattr(e, name) for e in held]) for name in ARRAYS}
    arrays |= {name: np.stack([getattr(e, name) for e in held]) for name in TABLES}
    index = [
        {"name": e.name, "speaker": e.speaker, "corpus": e.corpus, "frames": len(e)} | e.about
        for e in held
    ]
    save_archive(path, index=np.array(json.dumps(index)), **arrays)


def load_examples(path: str | PathLike[str]) -> list[Example]:
    """Read what `save_examples` wrote.

    Raises
    ------
    VoxfaceError
        If the file is missing or is not an example file.
    """
    try:
        with np.load(path) as file:
            index = json.loads(str(file["index"]))
            arrays = {name: file[name] for name in (*ARRAYS, *TABLES)}
    except UNREADABLE as error:
        raise VoxfaceError(
            f"cannot read examples from {path} ({error}); make them with 'voxface prepare'"
        ) from None
    return list(_split(index, arrays))


def _split(index: Sequence[dict[str, Any]], arrays: dict[str, NDArray[Any]]) -> Iterator[Example]:
    begin = 0
    for number, entry in enumerate(index):
        about = dict(entry)
        end = begin + about.pop("frames")
        yield Example(
            about.pop("name"),
            about.pop("speaker"),
            about.pop("corpus"),
            **{name: arrays[name][begin:end] for name in ARRAYS},
            **{name: arrays[name][number] for name in TABLES},
            about=about,
        )
        begin = end
