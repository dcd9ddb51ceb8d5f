"""A whole comparison: methods in, results and a page out."""

from __future__ import annotations

import json
import platform
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from voxface import __version__
from voxface.errors import VoxfaceError, unknown_name
from voxface.evaluation.compare.chosen import Shown, typical_takes
from voxface.evaluation.compare.entrants import about
from voxface.evaluation.compare.figures import FIGURES
from voxface.evaluation.compare.films import film_count
from voxface.evaluation.compare.gather import Gathered, gather
from voxface.evaluation.compare.groups import common_groups, lips_shut_below, thinned
from voxface.evaluation.compare.moments import Moment, worst_moments
from voxface.evaluation.compare.page import build_page
from voxface.evaluation.compare.pictures import (
    draw_charts,
    draw_shown,
    film_values,
    moment_values,
    plain_moment,
)
from voxface.evaluation.compare.results import (
    captured_values,
    channel_values,
    figure_values,
    lip_values,
    paired_values,
    phone_values,
    region_values,
    speaker_values,
    split_values,
    take_values,
)
from voxface.evaluation.compare.spectra import spectrum_values
from voxface.evaluation.methods import Method
from voxface.formats.output import OutputFile, check_writable
from voxface.rig.load import default_head
from voxface.training.checkpoint import git_commit

Values = dict[str, Any]
Tell = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and of how much."""


def compare(
    methods: Sequence[Method],
    examples: Path,
    output: str | PathLike[str],
    *,
    reference: str | None = None,
    takes: int = 4,
    films: int = 2,
    worst: int = 10,
    stills: bool = True,
    most: int = 0,
    title: str = "",
    numbers: str | PathLike[str] | None = None,
    tell: Tell = lambda what, done, total: None,
) -> Values:
    """Compare methods on takes that none of them has heard, and write a report.

    Parameters
    ----------
    methods : sequence of Method
        At least one; names must differ.
    examples : Path
        Folder that ``voxface prepare`` wrote.
    output : path-like
        ``.html``; appears when it is complete.
    reference : str, optional
        The method that others are tested against; the first if none is named.
    takes, films, worst : int
        How many takes are drawn as curves, how many of these also as films, and how many worst
        moments are shown of each method.
    stills : bool
        Whether worst moments are rendered.
    most : int
        Takes of each speaker that are judged in a group, evenly spread, for a quick look; 0 judges
        all.
    title : str
        Of the page.
    numbers : path-like, optional
        Where the results are also written, as JSON.
    tell : callable
        Is told how far the work is.

    Returns
    -------
    dict
        Every number of the report; plain JSON values.

    Raises
    ------
    VoxfaceError
        If nothing can be compared, something cannot be read, or a file cannot be written.
    """
    names = [method.name for method in methods]
    if not methods:
        raise VoxfaceError("there is nothing to compare; name at least one method")
    if reference is not None and reference not in names:
        raise unknown_name("method", reference, names)
    for path in (output, numbers):
        if path is not None:
            check_writable(path)
    rig = default_head()
    groups = [thinned(group, most) for group in common_groups(examples, methods)]
    gathered = gather(
        groups,
        methods,
        rig,
        lips_shut_below(examples),
        lambda done, total: tell("predicting", done, total),
    )
    moments = {
        name: worst_moments(
            [pair for (_, own), pairs in gathered.pairs.items() if own == name for pair in pairs],
            worst,
        )
        for name in names
    }
    shown = typical_takes(gathered, max(takes, films))
    results = _results(methods, gathered, reference or names[0], moments, shown, tell)
    pictures = _pictures(results, shown, takes, films, moments if worst else {}, stills, tell)
    page = build_page(results, pictures, title or f"{', '.join(names)} compared")
    _write(page, results, output, numbers)
    return results


def _results(
    methods: Sequence[Method],
    gathered: Gathered,
    reference: str,
    moments: dict[str, list[Moment]],
    shown: Sequence[Shown],
    tell: Tell,
) -> Values:
    tell("measuring", 0, 1)
    results = {
        "made": {
            "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "voxface": __version__,
            "git_commit": git_commit(),
            "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
            "processor": platform.processor() or platform.machine(),
        },
        "reference": reference,
        "methods": [about(method, gathered.speed.get(method.name)) for method in methods],
        "split": split_values(gathered),
        "figures": [asdict(figure) for figure in FIGURES],
        "groups": figure_values(gathered),
        "captured": captured_values(gathered),
        "paired": paired_values(gathered, reference),
        "regions": region_values(gathered),
        "channels": channel_values(gathered),
        "speakers": speaker_values(gathered),
        "phones": phone_values(gathered),
        "lips": lip_values(gathered),
        "spectra": spectrum_values(gathered),
        "shown": [{"take": one.take.name, "window": list(one.window)} for one in shown],
        "worst": {name: [plain_moment(one) for one in own] for name, own in moments.items()},
        "takes": take_values(gathered),
    }
    tell("measuring", 1, 1)
    return results


def _pictures(
    results: Values,
    shown: Sequence[Shown],
    takes: int,
    films: int,
    moments: dict[str, list[Moment]],
    stills: bool,
    tell: Tell,
) -> Values:
    rig = default_head()
    filmed = shown[:films]
    drawn = len(shown[:takes])
    total = film_count(filmed) + stills * sum(map(len, moments.values()))
    done = 0

    def rendered() -> None:
        nonlocal done
        done += 1
        tell("rendering", done, total)

    pictures: Values = {"charts": draw_charts(results), "shown": []}
    for number, one in enumerate(shown[:takes]):
        pictures["shown"].append(
            draw_shown(number, one, [method["name"] for method in results["methods"]])
        )
        tell("drawing", number + 1, drawn)
    pictures["worst"] = moment_values(moments, rig if stills else None, rendered)
    with TemporaryDirectory(prefix="voxface-") as folder:
        pictures["films"] = film_values(filmed, rig, Path(folder), rendered)
    return pictures


def _write(
    page: str,
    results: Values,
    output: str | PathLike[str],
    numbers: str | PathLike[str] | None,
) -> None:
    text = json.dumps(results, indent=1, ensure_ascii=False, allow_nan=False)
    with OutputFile(output) as file:
        file.write(page.encode())
        if numbers is not None:
            with OutputFile(numbers) as other:
                other.write(text.encode())
