"""The page: results, charts, films and stills put into one HTML file that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from voxface.errors import VoxfaceError
from voxface.evaluation.compare.charts.curves import LEFT, RIGHT
from voxface.evaluation.compare.chosen import RULE
from voxface.evaluation.compare.figures import BY_KEY, HEADLINE
from voxface.evaluation.compare.groups import MEANING
from voxface.evaluation.matching import COLUMNS
from voxface.evaluation.scores import REGION_COLUMNS

Values = dict[str, Any]
SECTIONS = {
    "summary": "Summary",
    "methods": "Methods",
    "split": "Takes",
    "figures": "Figures",
    "tests": "Tests",
    "regions": "Regions",
    "speakers": "Speakers",
    "phones": "Phones",
    "spectra": "Spectra",
    "curves": "Curves",
    "heads": "Heads",
    "films": "Films",
    "worst": "Worst moments",
    "latency": "Latency",
    "limits": "Limits",
}
"""Headings of the page by their anchor, in its order."""


def build_page(results: Values, pictures: Values, title: str) -> str:
    """Return the page.

    Parameters
    ----------
    results : dict
        Every number, as `voxface.evaluation.compare.compare` returns them.
    pictures : dict
        ``charts`` (SVG by name), ``shown`` (takes with their curves and heads), ``films`` and
        ``worst`` (moments by method), ready to be put in.
    title : str

    Raises
    ------
    VoxfaceError
        If Jinja2 is not installed.
    """
    try:
        import jinja2  # noqa: PLC0415  (only where a page is made)
        from markupsafe import Markup as safe  # noqa: N813, PLC0415
    except ImportError:
        raise VoxfaceError(
            "a report needs Jinja2; install it with: pip install 'voxface[compare]'"
        ) from None
    here = files(__package__ or __name__.rpartition(".")[0])

    def text(name: str) -> str:
        return (here / name).read_text(encoding="utf-8")

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "num": number,
        "percent": lambda value: "" if value is None else f"{value:.0%}",
        "chance": chance,
        "seconds": lambda value: f"{value:.2f}",
        "whole": lambda value: "" if value is None else f"{value:.0f}",
        "blank": lambda value: "" if value is None else value,
        "yaml": _yaml,
    }
    return environment.from_string(text("page.html.j2")).render(
        title=title,
        css=safe(text("page.css")),
        script=safe(text("page.js")),
        sections=SECTIONS.items(),
        results=results,
        figures={figure["key"]: figure for figure in results["figures"]},
        headline=[figure for figure in results["figures"] if figure["key"] in HEADLINE],
        meaning=MEANING,
        rule=RULE,
        regions=tuple(REGION_COLUMNS),
        region_of=_region_of,
        bands=_bands(results),
        method_rows=_method_rows(results["methods"]),
        verdicts=_verdicts(results),
        axis=(LEFT, RIGHT),
        charts={
            "intervals": safe(pictures["charts"]["intervals"]),
            "phones": safe(pictures["charts"].get("phones", "")),
            "spectra": {k: safe(v) for k, v in pictures["charts"]["spectra"].items()},
        },
        shown=[
            one | {"curves": safe(one["curves"]), "head": safe(one["head"])}
            for one in pictures["shown"]
        ],
        films=pictures["films"],
        worst=pictures["worst"],
        **_lookups(results),
    )


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with so many significant digits, and a true minus sign; nothing for None."""
    if value is None:
        return ""
    if abs(value) < 5e-6:  # ratios of what never moves have a floor of 1e-6
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(places, 6)}f}".replace("-", "−")


def chance(value: float | None) -> str:
    """Return a p-value as papers print it."""
    if value is None:
        return ""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _lookups(results: Values) -> dict[str, Callable[..., Any]]:
    """Return what the template asks by name of group, method and figure."""
    tests = {(row["group"], row["method"], row["figure"]): row for row in results["paired"]}

    def mark(group: str, method: str, figure: str) -> str:
        verdict = tests.get((group, method, figure), {}).get("verdict", "")
        return verdict if verdict in ("better", "worse") else ""

    def known(group: str, figure: str) -> int:
        return max(int(row[figure]["takes"]) for row in results["groups"][group].values())

    def tested(group: str) -> list[Values]:
        return [row for row in results["paired"] if row["group"] == group]

    return {"mark": mark, "known": known, "tested": tested}


def _verdicts(results: Values) -> list[str]:
    """Return one sentence for each group and method: what the tests say against the reference."""
    lines = []
    for part in results["split"]:
        for method in part["methods"]:
            rows = [
                row
                for row in results["paired"]
                if row["group"] == part["group"] and row["method"] == method
            ]
            if not rows:
                continue
            told = {
                verdict: [BY_KEY[row["figure"]].title for row in rows if row["verdict"] == verdict]
                for verdict in ("better", "worse")
            }
            parts = [f"{verdict} in {', '.join(names)}" for verdict, names in told.items() if names]
            rest = len(rows) - sum(map(len, told.values()))
            if rest:
                parts.append(f"not told apart in {rest if parts else 'any'} of {len(rows)} figures")
            lines.append(
                f"{part['group']}: {method} against {results['reference']}: {'; '.join(parts)}."
            )
    return lines


def _method_rows(methods: Sequence[Values]) -> list[tuple[str, list[str]]]:
    """Return the rows of the table of methods; rows that say nothing are left out."""

    def net(method: Values, key: str, unit: str = "", scale: float = 1) -> str:
        if not method["net"]:
            return ""
        value = method["net"][key]
        return "without end" if value is None else f"{value * scale:,.0f}{unit}"

    def recipe(method: Values, *path: str) -> str:
        value: Any = method["recipe"] or {}
        for key in path:
            value = value.get(key, "") if isinstance(value, Mapping) else ""
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value)) or "none"
        return str(value)

    rows: dict[str, Callable[[Values], str]] = {
        "what it is": lambda m: m["kind"],
        "recipe": lambda m: recipe(m, "name"),
        "example sets heard": lambda m: ", ".join(
            (m["recipe"] or {}).get("data", {}).get("sets", {})
        ),
        "speakers held out": lambda m: recipe(m, "data", "hold_out_speakers"),
        "words held out": lambda m: recipe(m, "data", "hold_out_words"),
        "every so manieth take held out": lambda m: recipe(m, "data", "hold_out_every"),
        "seed": lambda m: recipe(m, "seed"),
        "training steps": lambda m: recipe(m, "optimiser", "steps"),
        "parameters": lambda m: net(m, "parameters"),
        "receptive field": lambda m: net(m, "receptive_field", " ms", 10),
        "memory that matters (99 % of gradient)": lambda m: net(m, "effective_ms", " ms"),
        "multiply-adds per second of sound": lambda m: net(m, "multiply_adds", " million", 1e-6),
        "look-ahead": lambda m: (
            "whole recording" if m["look_ahead_ms"] is None else f"{m['look_ahead_ms']:.0f} ms"
        ),
        "commit it was trained at": lambda m: m["git_commit"] or "",
        "hash of its weights": lambda m: (m["weights_sha256"] or "")[:16],
        "hashes of its data": lambda m: ", ".join(
            f"{name} {value[:12]}" for name, value in m["data_sha256"].items()
        ),
    }
    table = [(name, [row(method) for method in methods]) for name, row in rows.items()]
    return [(name, values) for name, values in table if any(values)]


def _region_of(channel: str) -> str:
    place = COLUMNS.index(channel)
    return next((region for region, own in REGION_COLUMNS.items() if own[place]), "")


def _bands(results: Values) -> list[str]:
    for table in results["spectra"].values():
        for curve in table.values():
            for kept in curve["kept"].values():
                return list(kept)
    return []


def _yaml(values: Any) -> str:
    import yaml  # noqa: PLC0415  (of the extra 'train')

    return str(yaml.safe_dump(values, sort_keys=False, allow_unicode=True, default_flow_style=None))
