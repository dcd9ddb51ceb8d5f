from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from voxface.formats.curves import Curve
    from voxface.formats.summary import ClipSummary, ValueRange

CURVE_HEIGHT = 3


def run(
    files: list[Path] = typer.Argument(..., metavar="FILE...", help="Face clips, in any format."),
    everything: bool = typer.Option(False, "--all", help="List channels at rest too."),
) -> None:
    """Print what a clip is and draw its main curves."""
    from rich.console import Console

    from voxface.errors import VoxfaceError
    from voxface.formats import load_clip
    from voxface.formats.summary import summarize

    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal without these characters shows question marks instead of failing.
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False)
    failed = False
    for file in files:
        try:
            _show(console, file, summarize(load_clip(file)), everything)
        except VoxfaceError as error:
            if len(files) == 1:
                raise
            typer.echo(f"voxface: {error}", err=True)
            failed = True
    if failed:
        raise typer.Exit(2)


def _show(console: Console, file: Path, summary: ClipSummary, everything: bool) -> None:
    from rich.text import Text

    console.print(Text(str(file), style="bold"), soft_wrap=True)
    console.print(_facts(summary))
    if not summary.frames:
        return
    console.print()
    for curve in summary.curves:
        _draw(console, curve, summary)
    console.print(_time_axis(summary, console.width))
    console.print()
    console.print(_ranges(summary, everything))
    console.print()


def _facts(summary: ClipSummary) -> RenderableType:
    from voxface.cli.facts import facts_table

    rate = f"{float(summary.fps):g} fps"
    if summary.fps.denominator != 1:
        rate += f" ({summary.fps})"
    rows = [
        ("frames", f"{summary.frames} at {rate}"),
        ("duration", f"{summary.duration:.3f} s from {summary.start:.3f} s"),
        ("channels", f"{len(summary.channels) + len(summary.untracked)}"),
    ]
    if summary.untracked:
        few = ", ".join(summary.untracked[:6]) + (", …" if len(summary.untracked) > 6 else "")
        rows.append(("never seen", f"{len(summary.untracked)}: {few}"))
    spans = ", ".join(f"{begin:.2f}–{end:.2f} s" for begin, end in summary.gaps[:6])
    more = f" and {len(summary.gaps) - 6} more" if len(summary.gaps) > 6 else ""
    rows.append(("gaps", spans + more or "none"))
    rows += [(str(key), str(value)) for key, value in summary.metadata.items() if key != "file"]
    return facts_table(rows)


def _draw(console: Console, curve: Curve, summary: ClipSummary) -> None:
    import numpy as np
    from rich.text import Text

    from voxface.formats.braille import braille_curve

    if curve.unit:
        peak = float(np.abs(curve.values).max(initial=0.0))
        high = next((top for top in (5.0, 10.0, 20.0, 45.0, 90.0) if peak <= top), peak)
        low = -high
    else:
        low, high = 0.0, 1.0
        if curve.seen:
            peak = float(np.nanmax(curve.values))
            high = next((top for top in (0.25, 0.5, 1.0) if peak <= top), peak)
    lines = braille_curve(curve.values, _curve_width(console.width), CURVE_HEIGHT, low, high)
    scales = [f"{high:g}{curve.unit}", *[""] * (CURVE_HEIGHT - 2), f"{low:g}{curve.unit}"]
    for number, (line, scale) in enumerate(zip(lines, scales, strict=True)):
        name = curve.name if number == 0 else ("" if curve.seen else "not seen")
        text = Text(f"{name:<12}{scale:>7} ", style="dim")
        console.print(text.append(line, style="cyan not dim"), no_wrap=True, crop=True)


def _curve_width(console_width: int) -> int:
    return max(10, min(console_width, 140) - 21)


def _time_axis(summary: ClipSummary, console_width: int) -> str:
    width = _curve_width(console_width)
    begin, end = f"{summary.start:.2f} s", f"{summary.start + summary.duration:.2f} s"
    return " " * 20 + begin + end.rjust(width - len(begin))


def _ranges(summary: ClipSummary, everything: bool) -> RenderableType:
    from rich.console import Group
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("", "low", "mean", "high"):
        table.add_column(name, justify="left" if not name else "right")
    shown = [each for each in summary.channels if everything or each.moves]
    for each in (*shown, *summary.head):
        table.add_row(each.name + (f" ({each.unit})" if each.unit else ""), *_figures(each))
    resting = len(summary.channels) - len(shown)
    note = f"{resting} more channels hardly move (--all lists them)" if resting else ""
    return Group(table, note) if note else table


def _figures(each: ValueRange) -> list[str]:
    places = 1 if each.unit else 3
    return [f"{value:.{places}f}" for value in (each.low, each.mean, each.high)]
