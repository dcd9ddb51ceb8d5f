"""An evaluation as tables for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.table import Table

from voxface.errors import unknown_name
from voxface.evaluation.figures import FIGURES, Figure

PER = ("channel", "region", "speaker", "phone")
"""By what an evaluation can be told in more detail."""
_NOTHING = "–"
_LEAST = 1e-5
"""What is smaller is shown as 0."""


def tables(
    report: Mapping[str, Any], per: Sequence[str] = (), *, short: bool = False
) -> list[Table]:
    """Return the tables of an evaluation.

    Parameters
    ----------
    report : mapping
        From `report.evaluate`.
    per : sequence of str
        More tables, by what `PER` names.
    short : bool
        Whether only the headline figures are told.

    Raises
    ------
    VoxfaceError
        If `per` holds another word.
    """
    check_per(per)
    figures = [figure for figure in FIGURES if figure.headline or not short]
    found = [_of_group(report, group, figures) for group in report["groups"]]
    if "speaker" in per:
        found.append(_by_speaker(report))
    for name, section, shown in (
        ("region", "regions", ("error", "r", "ratio")),
        ("phone", "phones", ("error", "bias")),
        ("channel", "channels", ("error", "r", "ratio")),
    ):
        if name in per:
            found += [_by_part(report, group, name, section, shown) for group in report["groups"]]
    found += [*_differences(report), *_voices(report), *_quiet(report)]
    return [table for table in found if table.row_count]


def check_per(per: Sequence[str]) -> None:
    """Refuse words that are not in `PER`."""
    for name in per:
        if name not in PER:
            raise unknown_name("--per", name, PER)


def _of_group(report: Mapping[str, Any], group: str, figures: Sequence[Figure]) -> Table:
    about = report["groups"][group]
    table = Table(title=f"{group} ({about['protocol']})", caption=_caption(about))
    table.add_column("figure")
    table.add_column("better")
    for method in report["methods"]:
        table.add_column(method, justify="right")
    table.add_column("captured", justify="right")
    for figure in figures:
        cells = [report["figures"][method][group].get(figure.key) for method in report["methods"]]
        if not any(cell and cell["takes"] for cell in cells):
            continue
        own = about["captured"].get(figure.key)
        unit = f" [{figure.unit}]" if figure.unit and figure.unit != "×" else ""
        table.add_row(
            (figure.title + unit).replace("[", r"\["),
            figure.better,
            *(_cell(cell, about["takes"], figure.digits) for cell in cells),
            _number(own["mean"]) if own and own["mean"] is not None else "",
        )
    return table


def _caption(about: Mapping[str, Any]) -> str:
    parts = [f"{about['takes']} takes, {about['frames']} frames"]
    if about["mean_of"] == "speakers":
        parts.append("means of speakers")
    if lost := about["frames_without_a_face"]:
        parts.append(f"{lost} frames without a face left out")
    untracked = about["channels_never_tracked"]
    if untracked:
        few = ", ".join(untracked[:3]) + (" …" if len(untracked) > 3 else "")
        parts.append(f"{len(untracked)} channels never tracked ({few})")
    return "; ".join(parts)


def _cell(cell: Mapping[str, Any] | None, takes: int, digits: int) -> str:
    """Return a mean with its interval, and how many takes lack it."""
    if not cell or cell["mean"] is None:
        return _NOTHING
    text, low, high = (_number(cell[name], digits) for name in ("mean", "low", "high"))
    if cell["low"] is not None:
        text += rf" \[{low}, {high}]"
    return text + (f" ({cell['missing']} of {takes} without)" if cell["missing"] else "")


def _by_speaker(report: Mapping[str, Any]) -> Table:
    shown = [figure for figure in FIGURES if figure.headline]
    table = Table(title="speakers")
    for column in ("group", "takes", "method", *(figure.title for figure in shown)):
        table.add_column(column)
    for group, about in report["groups"].items():
        for method in report["methods"]:
            cells = report["figures"][method][group]
            means = [cells.get(figure.key, {}).get("mean") for figure in shown]
            table.add_row(group, str(about["takes"]), method, *map(_number, means))
    return table


def _by_part(
    report: Mapping[str, Any], group: str, kind: str, section: str, shown: Sequence[str]
) -> Table:
    found = {method: held[group] for method, held in report[section].items()}
    table = Table(title=f"{group}: by {kind}")
    table.add_column(kind)
    for method in found:
        for name in shown:
            table.add_column(f"{method}\n{name}", justify="right")
    parts = dict.fromkeys(part for held in found.values() for part in held)
    for part in parts:
        cells = [held.get(part, {}).get(name) for held in found.values() for name in shown]
        table.add_row(part, *(_number(cell["mean"] if cell else None) for cell in cells))
    return table


def _number(value: float | None, digits: int = 3) -> str:
    if value is None:
        return _NOTHING
    return f"{value:.{digits}g}" if abs(value) > _LEAST else "0"


def _differences(report: Mapping[str, Any]) -> list[Table]:
    tests = report["tests"]
    table = Table(
        title=f"differences between methods: {len(tests)} tests, corrected for all of them",
        caption="Wilcoxon signed-rank on takes (on speakers, of several), after Holm; only "
        "differences below 0.05 are shown, the others and paired t tests are in the JSON",
    )
    for column in ("group", "figure", "better", "than", "p", "p (t)", "d", "takes"):
        table.add_column(column)
    for test in tests:
        if better := test["better"]:
            worse = test["other"] if better == test["one"] else test["one"]
            table.add_row(
                test["group"], test["figure"], better, worse,
                f"{test['wilcoxon_holm']:.2g}", _number(test["t_holm"]),
                _number(abs(test["effect"]) if test["effect"] is not None else None),
                str(test["units"]),
            )  # fmt: skip
    if tests and not table.row_count:
        table.add_row("none", *[""] * 7)
    return [table]


def _voices(report: Mapping[str, Any]) -> list[Table]:
    columns: dict[str, tuple[str, Callable[[float], str]]] = {
        "count": ("p/b/m", str),
        "recall": ("shut", "{:.1%}".format),
        "false_share": ("shut on ah", "{:.1%}".format),
        "shut_on_tongue": ("shut on t/d/k/g/n", "{:.1%}".format),
        "opened": ("ah wider than p/b/m", "{:.1%}".format),
        "rounded": ("oo rounder", "{:.1%}".format),
    }
    found = []
    for method, voices in report.get("voices", {}).items():
        table = Table(
            title=f"{method}: lips on known phones (opening under "
            f"{report['closure_threshold']:.3f})"
        )
        table.add_column("voices")
        for title, _ in columns.values():
            table.add_column(title)
        for name, row in voices.items():
            cells = [
                _NOTHING if row[k] is None else show(row[k]) for k, (_, show) in columns.items()
            ]
            table.add_row(name, *cells)
        found.append(table)
    return found


def _quiet(report: Mapping[str, Any]) -> list[Table]:
    table = Table(title="mean motion per frame of 10 ms where nobody speaks")
    asked = {
        f"{method}, {how}": values
        for method, held in report["without_speech"].items()
        for how, values in held.items()
    }
    table.add_column("sound")
    for name in asked:
        table.add_column(name)
    for sound in dict.fromkeys(sound for values in asked.values() for sound in values):
        table.add_row(sound, *(f"{values[sound]:.6f}" for values in asked.values()))
    return [table]
