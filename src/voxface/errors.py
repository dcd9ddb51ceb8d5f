"""The one error family that reaches a user."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class VoxfaceError(Exception):
    """Bad input: the message says in one line what is wrong and what to do.

    The command line prints the message and exits with code 2. Programming errors stay ordinary
    exceptions.
    """


class VoxfaceWarning(UserWarning):
    """Something was usable, but not as it should be: one line says what, and what was done.

    The command line prints the message and goes on.
    """


def unknown_name(kind: str, name: str, known: Iterable[str]) -> VoxfaceError:
    """Build the error for an unknown name, with the nearest known one as a suggestion.

    Parameters
    ----------
    kind : str
        What the name stands for, for example ``"channel"``.
    name : str
        The name that was given.
    known : iterable of str
        The names that exist.
    """
    names = list(known)
    folded = {candidate.lower(): candidate for candidate in names}
    close = difflib.get_close_matches(name.lower(), list(folded), n=1, cutoff=0.5)
    if close:
        hint = f"did you mean '{folded[close[0]]}'?"
    else:
        shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
        hint = f"known: {shown}"
    return VoxfaceError(f"unknown {kind} '{name}'; {hint}")
