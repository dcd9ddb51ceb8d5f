"""What one participant is shown, as rows for the database."""

from __future__ import annotations

from dataclasses import dataclass

from voxface.study.design import pairs, singles, with_checks
from voxface.study.document import Study
from voxface.study.questions import PAIR, RATING


@dataclass(frozen=True)
class Shown:
    """One trial: its part, the tokens of its clips from left to right, and its check's name."""

    part: str
    clips: tuple[str, ...]
    check: str = ""


def trials_of(study: Study, place: int) -> list[Shown]:
    """Return everything that the participant at a place of the design is shown, in order."""
    shown = []
    for part in (RATING, PAIR):
        if part not in study.parts:
            continue
        if part == RATING:
            plan = [
                Shown(part, (study.clip_of(each.method, each.sound).token,))
                for each in singles(study.layout, place)
            ]
        else:
            plan = [
                Shown(
                    part,
                    tuple(
                        study.clip_of(side, each.sound).token for side in (each.left, each.right)
                    ),
                )
                for each in pairs(study.layout, place)
            ]
        checks = [Shown(part, each.clips, each.name) for each in study.checks if each.part == part]
        shown += with_checks(plan, checks, f"{study.seed} {place} {part}")
    return shown
