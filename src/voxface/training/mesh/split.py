"""Which takes a mesh net learns from, which it is watched on, and which it is judged on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from voxface.corpus.mesh_examples import MeshExample
from voxface.errors import VoxfaceError, unknown_name


@dataclass(frozen=True)
class MeshData:
    """Which examples a run hears.

    Parameters
    ----------
    sets : tuple of str
        Files of `voxface mesh prepare`, all of one topology.
    hold_out_speakers : tuple of str
        Speakers that the run never hears.
    hold_out_every : int
        One take in so many of each speaker is never heard: the test.
    validate_every : int
        One take in so many of each speaker who has as many is what the run is watched on.
    minutes : float
        Leave only so much of what is heard; 0 leaves all.
    """

    sets: tuple[str, ...] = ("data/meshes/grid.npz",)
    hold_out_speakers: tuple[str, ...] = ()
    hold_out_every: int = 15
    validate_every: int = 30
    minutes: float = 0.0

    def __post_init__(self) -> None:
        if self.hold_out_every < 2 or self.validate_every < 2 or self.minutes < 0:
            raise VoxfaceError(
                "'hold_out_every' and 'validate_every' of data are 2 or more, 'minutes' 0 or more"
            )


def mesh_data(values: Mapping[str, Any]) -> MeshData:
    """Build from plain values, as a recipe or a model file holds them.

    Raises
    ------
    VoxfaceError
        If a setting is unknown; the message suggests the nearest name.
    """
    known = [item.name for item in fields(MeshData)]
    for name in values:
        if name not in known:
            raise unknown_name("setting of data", str(name), known)
    held: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return MeshData(**held)


@dataclass(frozen=True)
class MeshSplit:
    """Takes by what they are for.

    Attributes
    ----------
    heard, watched, test : tuple of MeshExample
        The test is of speakers that are heard.
    strangers : tuple of MeshExample
        Every take of the speakers held out.
    """

    heard: tuple[MeshExample, ...]
    watched: tuple[MeshExample, ...]
    test: tuple[MeshExample, ...]
    strangers: tuple[MeshExample, ...]


def split_meshes(examples: Iterable[MeshExample], data: MeshData) -> MeshSplit:
    """Split takes: by name within each speaker, so that the same takes are always kept aside.

    Raises
    ------
    VoxfaceError
        If a speaker to be held out is not there, or nothing is left to hear.
    """
    by_speaker: dict[str, list[MeshExample]] = {}
    for example in sorted(examples, key=lambda each: each.name):
        by_speaker.setdefault(example.speaker, []).append(example)
    for speaker in data.hold_out_speakers:
        if speaker not in by_speaker:
            raise VoxfaceError(
                f"no take of the speaker '{speaker}', who is to be held out; there are "
                f"{', '.join(sorted(by_speaker))}"
            )
    heard: list[MeshExample] = []
    watched: list[MeshExample] = []
    test: list[MeshExample] = []
    strangers: list[MeshExample] = []
    for speaker, takes in by_speaker.items():
        if speaker in data.hold_out_speakers:
            strangers += takes
            continue
        recordings = sorted({whole_name(take) for take in takes})
        numbers = {name: number for number, name in enumerate(recordings, 1)}
        for take in takes:
            # Chunks of one recording stay together.
            number = numbers[whole_name(take)]
            if number % data.hold_out_every == 0:
                test.append(take)
            elif number % data.validate_every == 1 and len(numbers) >= data.validate_every:
                watched.append(take)
            else:
                heard.append(take)
    heard = _shortened(heard, data.minutes)
    if not heard:
        raise VoxfaceError("the recipe leaves no take to hear; hold out fewer")
    return MeshSplit(tuple(heard), tuple(watched), tuple(test), tuple(strangers))


def whole_name(take: MeshExample) -> str:
    """Return the name of the recording that a take, or a chunk of one, was made of."""
    return take.name.partition("#")[0]


def _shortened(takes: Sequence[MeshExample], minutes: float) -> list[MeshExample]:
    """Return takes, evenly chosen, of about so many minutes."""
    total = sum(take.seconds for take in takes) / 60
    if not minutes or total <= minutes:
        return list(takes)
    share = minutes / total
    return [
        take for number, take in enumerate(takes) if int((number + 1) * share) > int(number * share)
    ]
