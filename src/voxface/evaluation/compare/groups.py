"""Which takes a comparison may use: groups of the honest split, and who may be judged on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from voxface.corpus.examples import Example, load_examples
from voxface.errors import VoxfaceError
from voxface.evaluation.honest_split import honest_split, kind_of, protocol_of
from voxface.evaluation.lips import closure_threshold
from voxface.evaluation.methods import Method
from voxface.evaluation.report import THRESHOLD_TAKES
from voxface.training.recipe import Data

MEANING = {
    "in-speaker": "other takes of a speaker whom the method heard",
    "cross-word": "takes that hold a word which the method never heard, of a speaker whom it heard",
    "cross-speaker": "speakers whom the method never heard",
}


@dataclass(frozen=True)
class Group:
    """Takes of one corpus that are equally strange to all methods judged on them.

    Attributes
    ----------
    name : str
        Such as ``"GRID, cross-speaker"``.
    protocol : str
        ``"in-speaker"``, ``"cross-word"`` or ``"cross-speaker"``.
    takes : tuple of Example
    methods : tuple of str
        Names of the methods that may be judged on them.
    excluded : mapping of str to str
        Names of the others, and why not.
    left_out : int
        Takes that were left out to save time; see `thinned`.
    """

    name: str
    protocol: str
    takes: tuple[Example, ...]
    methods: tuple[str, ...]
    excluded: Mapping[str, str]
    left_out: int = 0


def common_groups(examples: Path, methods: Sequence[Method]) -> list[Group]:
    """Find the takes on which methods can be compared.

    A method is judged in a group only if all of its takes are of that kind to it: no take that it
    heard, and no "cross-word" take whose words it heard. What learnt from no take is judged
    everywhere. Within a group every method is judged on the same takes.

    Raises
    ------
    VoxfaceError
        If there is no take that a method can be judged on.
    """
    heard = {method.name: method.heard for method in methods}
    trained = {name: data for name, data in heard.items() if data is not None}
    own = {name: _by_place(examples, data) for name, data in trained.items()}
    if not trained:
        own = {"": _by_place(examples, None)}
    places = dict.fromkeys(place for groups in own.values() for place in groups)
    found = []
    for place in sorted(places, key=lambda place: list(MEANING).index(place[1])):
        judged = [name for name, groups in own.items() if place in groups]
        names = set.intersection(*({_key(e) for e in own[name][place]} for name in judged))
        takes = tuple(e for e in own[judged[0]][place] if _key(e) in names)
        if takes:
            able = [name for name in heard if name in judged or name not in trained]
            left = {name: _why(place[1]) for name in heard if name not in able}
            found.append(Group(", ".join(place), place[1], takes, tuple(able), left))
    if not found:
        raise VoxfaceError(
            f"'{examples}' holds no take that these methods can be compared on: each has heard "
            "what is left of the others; compare fewer, or prepare more takes"
        )
    return found


def thinned(group: Group, most: int) -> Group:
    """Return a group with at most so many takes of each speaker, evenly spread; 0 keeps all."""
    if not most:
        return group
    voices: dict[str, list[Example]] = {}
    for take in group.takes:
        voices.setdefault(take.speaker, []).append(take)
    kept = [
        takes[round(number * len(takes) / min(most, len(takes)))]
        for takes in voices.values()
        for number in range(min(most, len(takes)))
    ]
    return replace(group, takes=tuple(kept), left_out=len(group.takes) - len(kept))


def _by_place(examples: Path, data: Data | None) -> dict[tuple[str, str], list[Example]]:
    result: dict[tuple[str, str], list[Example]] = {}
    for name, takes in honest_split(examples, (data,)).items():
        corpus = name.removesuffix(f", {kind_of(name)}").partition(" ")[0]
        result.setdefault((corpus, protocol_of(name)), []).extend(takes)
    return result


def _key(example: Example) -> tuple[str, str, str]:
    return example.corpus, example.speaker, example.recording


def _why(protocol: str) -> str:
    return {
        "in-speaker": "it heard these takes, or never heard their speaker",
        "cross-word": "it heard these words, or these takes",
        "cross-speaker": "it heard these speakers",
    }[protocol]


def lips_shut_below(examples: Path) -> float:
    """Return the mouth opening under which captured lips count as shut; NaN without phones."""
    path = examples / "grid.npz"
    known = [e for e in load_examples(path) if e.articulation.shape[1]] if path.is_file() else []
    if not known:
        return float("nan")
    return closure_threshold(known[:: max(1, len(known) // THRESHOLD_TAKES)])
