"""Charts of a report as SVG; colours come from the page's styles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from voxface.study.comparisons import PairTest
from voxface.study.ranking import Rank
from voxface.study.results import RatingResult

WIDTH, ROW, TOP = 640, 30, 26
LEFT, RIGHT = 150, 20
"""Pixels beside the scale: room for names."""

Row = tuple[str, int, float, float, float]
"""A method's name, the number of its colour, its value and the ends of its interval."""


def means_chart(result: RatingResult, methods: Sequence[str]) -> str:
    """Draw mean ratings with their intervals on the scale of the question."""
    rows = [(m.method, methods.index(m.method), m.mean, m.low, m.high) for m in result.means]
    points = list(range(1, len(result.labels) + 1))
    labels = [f"{point} {label}" for point, label in zip(points, result.labels, strict=True)]
    return _intervals(rows, (points[0], points[-1]), list(zip(points, labels, strict=True)))


def ranking_chart(ranks: Sequence[Rank], methods: Sequence[str]) -> str:
    """Draw strengths with their intervals."""
    rows = [(r.method, methods.index(r.method), r.strength, r.low, r.high) for r in ranks]
    known = [abs(v) for row in rows for v in row[2:] if math.isfinite(v)]
    reach = max(1, math.ceil(max(known, default=1)))
    step = max(1, -(-reach // 4))
    marks = [(float(m), f"{m:+d}" if m else "0") for m in range(-reach, reach + 1, step)]
    return _intervals(rows, (-reach, reach), marks)


def pairs_chart(tests: Sequence[PairTest], methods: Sequence[str]) -> str:
    """Draw how often each of two methods was preferred, and neither."""
    span, parts = WIDTH - LEFT - 150, []
    for row, test in enumerate(tests):
        total = test.first_wins + test.same + test.second_wins
        y, x = row * ROW + 4, float(LEFT)
        colours = methods.index(test.first), methods.index(test.second)
        parts.append(_text(LEFT - 10, y + 15, test.first, "end"))
        parts.append(_text(WIDTH - 140, y + 15, test.second, "start"))
        shares = (
            (test.first_wins, f"method-{colours[0] % 8}"), (test.same, "same"),
            (test.second_wins, f"method-{colours[1] % 8}"),
        )  # fmt: skip
        for count, name in shares:
            wide = span * count / total if total else 0
            parts.append(
                f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="22" class="fill {name}"/>'
            )
            if wide > 22:
                kind = "on-same" if name == "same" else "on-bar"
                parts.append(_text(x + wide / 2, y + 15, str(count), "middle", kind))
            x += wide
    return _svg(len(tests) * ROW + 4, parts, "How often each method was preferred")


def _intervals(
    rows: Sequence[Row], span: tuple[float, float], marks: Sequence[tuple[float, str]]
) -> str:
    height = TOP + ROW * len(rows) + 6
    scale = (WIDTH - LEFT - RIGHT - 60) / (span[1] - span[0])

    def across(value: float) -> float:
        return LEFT + 30 + (value - span[0]) * scale

    parts = []
    for value, label in marks:
        x = across(value)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height}" class="grid"/>')
        parts.append(_text(x, TOP - 12, label, "middle", "soft"))
    for row, (name, colour, value, low, high) in enumerate(rows):
        y = TOP + ROW * row + ROW / 2
        parts.append(_text(LEFT - 10, y + 5, name, "end"))
        if not math.isfinite(value):
            continue
        kind = f"method-{colour % 8}"
        if math.isfinite(low) and math.isfinite(high):
            parts.append(
                f'<line x1="{across(low):.1f}" y1="{y}" x2="{across(high):.1f}" y2="{y}" '
                f'class="stroke {kind}"/>'
            )
        parts.append(f'<circle cx="{across(value):.1f}" cy="{y}" r="6" class="fill {kind}"/>')
    return _svg(height, parts, "Means and their 95 % intervals; the numbers are in the table")


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    short = text if len(text) <= 20 else f"{text[:19]}…"
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} class="{kind}">{escape(short)}</text>'


def _svg(height: float, parts: Sequence[str], label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(label)}">'
        + "".join(parts)
        + "</svg>"
    )
