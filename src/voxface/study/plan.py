"""Which clips a new study needs, attention checks included; nothing is rendered here."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voxface.study.document import EVERY_QUESTION, Check, Stimulus
from voxface.study.methods import Method, hash_of
from voxface.study.questions import PAIR, RATING

PLAIN, LATE, TOLD = "plain", "late", "told"
TRUTH = "truth"
LIPS = "lip_sync"
"""The question that a clip out of time must be marked down in."""
MARKED_DOWN = ("1", "2", "3")
"""Answers to it that pass."""


@dataclass(frozen=True)
class Take:
    """A clip to be rendered.

    Parameters
    ----------
    stimulus : Stimulus
    method, sound : int
        Numbers of what it shows.
    kind : str
        ``plain``; ``late``: half its length out of time; ``told``: an instruction over a resting
        head.
    lines : tuple of str
        The instruction.
    """

    stimulus: Stimulus
    method: int
    sound: int
    kind: str = PLAIN
    lines: tuple[str, ...] = ()


class Planner:
    """Names takes so that a name tells nothing, and changes if what is in the clip does.

    Parameters
    ----------
    secret : str
        The study's.
    methods : sequence of Method
    sounds : sequence of Path
    seconds : sequence of float
        Lengths of the sounds' clips.
    look : mapping
        How clips are rendered.
    """

    def __init__(
        self,
        secret: str,
        methods: Sequence[Method],
        sounds: Sequence[Path],
        seconds: Sequence[float],
        look: Mapping[str, Any],
    ) -> None:
        self._secret, self._methods, self._sounds = secret.encode(), methods, sounds
        self._seconds, self._look = seconds, look
        self._heard = [hash_of(sound) for sound in sounds]

    def take(self, method: int, sound: int, kind: str = PLAIN, lines: tuple[str, ...] = ()) -> Take:
        """Return the take of a method and a sound."""
        file = self._sounds[sound]
        shown = "" if kind == TOLD else self._methods[method].key(file)
        name = self._methods[method].name
        # Two methods that happen to be the same file are still two.
        content = [name, shown, self._heard[sound], kind, lines, dict(self._look)]
        text = json.dumps(content, sort_keys=True).encode()
        token = hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:24]
        made_for = "" if kind == PLAIN else kind
        stimulus = Stimulus(token, name, file.stem, self._seconds[sound], made_for)
        return Take(stimulus, method, sound, kind, lines)

    def takes(self) -> list[Take]:
        """Return a take of every method and sound."""
        numbers = ((m, s) for s in range(len(self._sounds)) for m in range(len(self._methods)))
        return [self.take(method, sound) for method, sound in numbers]

    def checks(self, part: str, count: int) -> tuple[list[Check], list[Take]]:
        """Return attention checks for a part, and the takes that they need besides.

        Instructions and clips out of time take turns. Those are made of the method called
        ``truth``, otherwise of the first.
        """
        checks, takes = [], []
        names = [each.name.lower() for each in self._methods]
        method = names.index(TRUTH) if TRUTH in names else 0
        for number in range(count):
            sound = number % len(self._sounds)
            odd = number // 2 % 2
            if number % 2 == 0:
                answer, lines = _instruction(part, odd)
                take = self.take(method, sound, TOLD, lines)
                clips = (take.stimulus.token,) * (2 if part == PAIR else 1)
                passes: dict[str, tuple[str, ...]] = {EVERY_QUESTION: (answer,)}
            else:
                take = self.take(method, sound, LATE)
                late, plain = take.stimulus.token, self.take(method, sound).stimulus.token
                clips = (late,) if part == RATING else ((late, plain), (plain, late))[odd]
                passes = {LIPS: MARKED_DOWN}
                if part == PAIR:
                    passes = {EVERY_QUESTION: (("right", "left")[odd],)}
            takes.append(take)
            checks.append(Check(f"{part} {take.kind} {number // 2 + 1}", part, clips, passes))
        return checks, takes


def _instruction(part: str, odd: int) -> tuple[str, tuple[str, ...]]:
    if part == RATING:
        point = ("2", "1")[odd]
        return point, ("Please answer", f'"{point}" to all')
    side = ("left", "right")[odd]
    return side, ("Please choose", side.upper())
