from __future__ import annotations

from pathlib import Path

import typer


def run(
    files: list[Path] = typer.Argument(
        None,
        metavar="[CLIP|AUDIO]...",
        help="Face clip, mesh or recording to open; a clip or mesh goes with its recording.",
    ),
    compare: Path = typer.Option(
        None, "--compare", help="Face clip or recording to show beside it."
    ),
    rig: Path = typer.Option(
        None, "--rig", help="Head to show: GLB, glTF, VRM or ICT-FaceKit data."
    ),
    port: int = typer.Option(
        None, "--port", min=0, max=65535, help="Port; default: 8765 or the next free one."
    ),
    browser: bool = typer.Option(True, "--browser/--no-browser", help="Open the browser."),
) -> None:
    """Open the page: a head on a canvas says a recording or shows a clip. Ends with Ctrl-C."""
    import webbrowser

    from voxface.errors import VoxfaceError
    from voxface.viewer import Site, listen, offer_any, offer_rig, page_folder, serve

    opened = tuple(offer_any(file) for file in files or ())
    if compare and not opened:
        raise VoxfaceError("--compare needs a clip or recording to compare with; name that first")
    site = Site(
        page_folder(),
        opened,
        offer_any(compare) if compare else None,
        offer_rig(rig) if rig else None,
    )

    def ready(address: str) -> None:
        typer.echo(f"{address}\nCtrl-C ends it.")
        if browser:
            webbrowser.open(address)

    serve(site, listen(port), ready)
