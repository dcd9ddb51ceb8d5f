from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from voxface.rig.report import RigReport


def run(
    file: Path | None = typer.Argument(
        None,
        metavar="[FILE]",
        help="glTF, GLB or VRM with morph targets, or ICT-FaceKit .npz; default: voxface's head.",
    ),
    as_json: bool = typer.Option(False, "--json", help="Print the report as JSON."),
) -> None:
    """Report which of a rig's morph targets voxface drives, and what it does without."""
    import json

    from voxface.rig import default_head, load_rig
    from voxface.rig.report import report

    found = report(default_head() if file is None else load_rig(file))
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(str(file or found.name), style="bold"), soft_wrap=True)
    console.print(_facts(found))
    if found.connection.matched or found.connection.visemes:
        console.print()
        console.print(_matches(found))
    console.print()
    for title, names in (
        ("Missed", found.connection.missed),
        ("Unused", found.connection.unused),
    ):
        console.print(Text(f"{title}: ", "dim").append(", ".join(names) or "none", "not dim"))
    console.print(Text("Without" + (":" if found.without else ": nothing"), "dim"))
    for line in found.without:
        console.print(Text(f"  {line}"))


def _facts(found: RigReport) -> RenderableType:
    from voxface.cli.facts import facts_table
    from voxface.rig.report import KINDS

    width, height, depth = found.size
    rows = [
        ("vertices", f"{found.vertices:,}"),
        ("triangles", f"{found.triangles:,}"),
        ("parts", ", ".join(found.parts)),
        ("size", f"{width:.1f} x {height:.1f} x {depth:.1f} cm"),
        ("head", found.turns),
        *([("beware", found.misplaced)] if found.misplaced else []),
        ("targets", f"{len(found.connection.targets)}"),
        ("channels", f"{52 - len(found.connection.missed)} of 52 matched"),
        ("mouth", KINDS[found.connection.kind]),
    ]
    return facts_table(rows)


def _matches(found: RigReport) -> RenderableType:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("channel", "target", ""):
        table.add_column(name, overflow="fold")
    for match in found.connection.matched:
        how = "" if match.how == "same" else match.how
        table.add_row(", ".join(match.channels), match.target, how)
    for viseme, shown in found.connection.visemes.items():
        table.add_row("", shown, f"viseme {viseme}")
    return table
