"""The command line: one small file per verb that parses, calls the library and prints."""

from __future__ import annotations

import importlib
import signal
import sys
import warnings
from types import FrameType
from typing import TextIO

import typer

from voxface import __version__
from voxface.errors import VoxfaceError, VoxfaceWarning

VERBS: tuple[str, ...] = (
    "animate",
    "inspect",
    "convert",
    "plot",
    "rig",
    "render",
    "view",
    "capture",
    "corpus",
    "prepare",
    "label",
    "train",
    "tune",
    "describe",
    "export",
    "shrink",
    "evaluate",
    "compare",
    "experiment",
    "study",
    "mesh",
)
"""Every verb is the function ``run`` of the module of the same name in this package, or, where it
has verbs of its own, the module's ``app``."""

EXTRAS: dict[str, str] = {
    **dict.fromkeys(
        ("corpus", "prepare", "label", "train", "describe", "export", "shrink", "evaluate"), "train"
    ),
    "compare": "compare",
    "tune": "tune",
    "study": "study",
    "mesh": "train",
}
"""The extra without whose packages a verb does nothing at all; other verbs say what they lack."""

_WRITING = ("animate", "convert", "plot", "render", "compare", "study", "mesh")
"""Verbs that tidy up when they are terminated; the others work in processes of their own."""


def build_app(verbs: tuple[str, ...] = VERBS) -> typer.Typer:
    """Return the application with the given verbs; a verb's module is imported only here."""
    app = typer.Typer(
        name="voxface",
        help="Speech in, face animation out.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback(invoke_without_command=True)
    def voxface(
        version: bool = typer.Option(False, "--version", help="Print the version and exit."),
    ) -> None:
        if version:
            typer.echo(f"voxface {__version__}")
            raise typer.Exit

    for verb in verbs:
        module = importlib.import_module(f"voxface.cli.{verb}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=verb)
        else:
            app.command(verb)(module.run)
    return app


def main() -> None:
    """Run the command line; bad input prints one line and exits with code 2."""
    warnings.showwarning = _show_warning
    asked = tuple(verb for verb in VERBS if verb in sys.argv[1:2])
    if asked and asked[0] in _WRITING:
        signal.signal(signal.SIGTERM, _end)
    try:
        build_app(asked or VERBS)()
    except VoxfaceError as error:
        print(f"voxface: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except ModuleNotFoundError as error:
        extra = next((EXTRAS[verb] for verb in asked if verb in EXTRAS), None)
        package = (error.name or "").partition(".")[0]
        if extra is None or package == "voxface":
            raise
        cure = f"pip install 'voxface[{extra}]'"
        print(f"voxface: {asked[0]} needs {package}; install it with: {cure}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("voxface: stopped", file=sys.stderr)
        raise SystemExit(130) from None


def _end(number: int, frame: FrameType | None) -> None:
    """End as a shell expects of a signal, and so that files half-written are taken away."""
    raise SystemExit(128 + number)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning of ours as one line, and others as Python does."""
    text = warnings.formatwarning(message, category, filename, lineno, line)
    if issubclass(category, VoxfaceWarning):
        text = f"voxface: warning: {message}\n"
    (file or sys.stderr).write(text)
