"""An experiment's result as Markdown: what each variant is, and its figures group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError
from voxface.evaluation.statistics import bootstrap_mean, compare_methods, corrected
from voxface.formats.output import OutputFile

FIGURES: Mapping[str, tuple[str, int]] = {
    "jaw_r": ("jaw r", 3),
    "mouth_r": ("mouth r", 3),
    "jaw_ratio": ("jaw amplitude", 2),
    "mouth_ratio": ("mouth amplitude", 2),
    "mouth_error": ("mouth error", 4),
    "lag": ("lag, ms", 0),
}
"""Figures of a take that tables show: their names for readers, and decimals."""
TESTED = ("jaw_r", "mouth_r", "mouth_error")
"""Figures that are tested against the reference."""
LEAST = 5
"""Groups of fewer takes are left to the JSON: their means say nothing."""
SIGNIFICANT = 0.05
BEGIN, END = "<!-- results -->", "<!-- end of results -->"


def tables(result: Mapping[str, Any]) -> str:
    """Return all tables of a result of `run_experiment`."""
    variants = result["variants"]
    parts = [_nets(variants)]
    groups = {
        group: {name: variant["scores"][group] for name, variant in variants.items()}
        for group, takes in next(iter(variants.values()))["scores"].items()
        if len(takes) >= LEAST
    }
    differs = _differing(groups, result["reference"])
    parts += [_group(group, rows, differs) for group, rows in groups.items()]
    return "\n\n".join(parts)


def write_page(folder: Path, result: Mapping[str, Any]) -> Path:
    """Put the tables into ``NAME.md`` of a folder, between its two result marks.

    Raises
    ------
    VoxfaceError
        If the page does not exist or lacks the marks.
    """
    path = folder / f"{result['name']}.md"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise VoxfaceError(
            f"cannot read '{path}' ({error.strerror}); write the page first"
        ) from None
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise VoxfaceError(f"'{path}' has no lines '{BEGIN}' and '{END}' to put tables between")
    with OutputFile(path) as file:
        file.write(f"{before}{BEGIN}\n\n{tables(result)}\n\n{END}{after}".encode())
    return path


def _nets(variants: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [["variant", "parameters", "hears back", "looks ahead", "multiply-adds / s", "training"]]
    for name, variant in variants.items():
        net = variant["net"]
        if net is None:
            rows.append([name, *["–"] * 5])
            continue
        rows.append(
            [
                name,
                f"{net['parameters']:,}",
                "all" if net["back_ms"] is None else f"{net['back_ms'] / 1000:.2f} s",
                f"{net['look_ahead_ms']:.0f} ms",
                f"{net['multiply_adds'] / 1e6:.0f} M",
                f"{variant['seconds']:.0f} s",
            ]
        )
    return markdown(rows)


def _group(
    group: str,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    differs: set[tuple[str, str, str]],
) -> str:
    lips = any(take["closing"] for takes in rows.values() for take in takes)
    head = ["variant", *(title for title, _ in FIGURES.values())]
    head += ["p, b, m shut", "t, d, k, g, n shut"] if lips else []
    lines = [head]
    for name, takes in rows.items():
        line = [name]
        for figure, (_, decimals) in FIGURES.items():
            found = bootstrap_mean([_number(take[figure]) for take in takes])
            low, middle, high = (f"{x:.{decimals}f}" for x in (found.low, found.mean, found.high))
            mark = " *" if (group, figure, name) in differs else ""
            line.append(f"{middle} [{low}, {high}]{mark}")
        if lips:
            line.append(_share(takes, "shut", "closing"))
            line.append(_share(takes, "shut_on_tongue", "tongue"))
        lines.append(line)
    count = max(map(len, rows.values()))
    return f"**{group}** ({count} takes)\n\n{markdown(lines)}"


def _differing(
    groups: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]], reference: str
) -> set[tuple[str, str, str]]:
    """Return which (group, figure, variant) differ from the reference, corrected all together."""
    places, found = [], []
    for group, rows in groups.items():
        if reference not in rows or len(rows) < 2:
            continue
        for figure in TESTED:
            scores = {
                name: {take["name"]: _number(take[figure]) for take in takes}
                for name, takes in rows.items()
            }
            for comparison in compare_methods(scores, baseline=reference):
                places.append((group, figure, comparison.one))
                found.append(comparison)
    return {
        place
        for place, comparison in zip(places, corrected(found), strict=True)
        if comparison.wilcoxon_holm < SIGNIFICANT
    }


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _share(takes: Sequence[Mapping[str, Any]], part: str, whole: str) -> str:
    total = sum(take[whole] for take in takes)
    return f"{sum(take[part] for take in takes) / total:.0%} of {total}" if total else "–"


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a Markdown table; the first row is its head."""
    head, *body = rows
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
