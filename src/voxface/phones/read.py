"""Phones in time from files: Praat TextGrids and plain JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError
from voxface.phones.ipa import ARPABET, arpabet_phones, parse_ipa
from voxface.phones.symbols import SILENCE
from voxface.phones.times import TimedPhone, spread

SILENCES = frozenset(
    {"", "sil", "sp", "pau", "pause", "silence", "h#", "#", "_", "-", "<p:>", "<sil>", "<eps>"}
    | {"<s>", "</s>", "<nib>", "{sl}", "[sil]"}
)
"""How aligners write that nobody speaks; case does not matter."""
UNKNOWN = frozenset(("spn", "<unk>", "<usb>", "[spn]", "{ns}"))
"""How aligners write that somebody says they know not what: it is shown as a plain vowel."""
_PLAIN = "ə"
_TIERS = ("phones", "phone", "phonemes", "phoneme", "segments", "segment", "mau", "phn")
"""Names of the tier that holds phones, as common aligners write them."""

Labelled = tuple[float, float, str]
"""Start and end in seconds, and what is written there."""


def read_textgrid(path: str | PathLike[str]) -> list[TimedPhone]:
    """Read the phones of a Praat TextGrid, such as the Montreal Forced Aligner writes.

    The tier is the one named ``phones`` (or as other aligners name it; the speaker's name may
    stand before it), or else the only tier of intervals.

    Raises
    ------
    VoxfaceError
        If it is no TextGrid, the tier is not to be told, or a label is neither IPA nor ARPAbet.
    """
    try:
        from praatio import textgrid  # noqa: PLC0415  (only who reads TextGrids needs it)
        from praatio.utilities import errors  # noqa: PLC0415
    except ModuleNotFoundError:
        raise VoxfaceError(
            "reading a TextGrid needs praatio; install it with: pip install 'voxface[visemes]'"
        ) from None
    try:
        grid = textgrid.openTextgrid(
            str(path),
            includeEmptyIntervals=True,
            reportingMode="silence",
            duplicateNamesMode="rename",
        )
    except FileNotFoundError:
        raise VoxfaceError(f"there is no file {path}") from None
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise _no_textgrid(path, error) from None
    except errors.PraatioException as error:
        raise _no_textgrid(path, error) from None
    tiers = [tier for tier in grid.tiers if isinstance(tier, textgrid.IntervalTier)]
    named = [tier for tier in tiers if tier.name.split(" - ")[-1].strip().lower() in _TIERS]
    chosen = named or tiers
    if len(chosen) != 1:
        names = ", ".join(f"'{tier.name}'" for tier in grid.tiers) or "none"
        raise VoxfaceError(
            f"{path}: which tier holds the phones? Name one of its interval tiers 'phones' "
            f"(tiers: {names})"
        )
    entries = [(float(e.start), float(e.end), str(e.label)) for e in chosen[0].entries]
    return phones_from_labels(entries, str(path))


def phones_from_json(found: Any, source: str) -> list[TimedPhone]:
    """Read phones from parsed JSON: ``{"phones": [{"start": 0.1, "end": 0.2, "phone": "p"}]}``.

    Parameters
    ----------
    found : object
        What `json.loads` returned.
    source : str
        What to call the file in an error message.

    Raises
    ------
    VoxfaceError
        If it is not of that form.
    """
    rows = found.get("phones") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise VoxfaceError(
            f'{source} holds no phones; write {{"phones": [{{"start": 0.1, "end": 0.2, '
            f'"phone": "p"}}]}}'
        )
    entries: list[Labelled] = []
    for number, row in enumerate(rows, start=1):
        try:
            entries.append((float(row["start"]), float(row["end"]), str(row["phone"])))
        except (KeyError, TypeError, ValueError):
            raise VoxfaceError(
                f"{source}: phone {number} needs 'start' and 'end' in seconds and 'phone'"
            ) from None
    return phones_from_labels(entries, source)


def phones_json(phones: Sequence[TimedPhone]) -> str:
    """Return phones as the JSON that `phones_from_json` reads."""
    rows = [{"start": p.start, "end": p.end, "phone": p.symbol} for p in phones]
    return json.dumps({"phones": rows}, ensure_ascii=False, indent=1) + "\n"


def phones_from_labels(entries: Sequence[Labelled], source: str) -> list[TimedPhone]:
    """Turn labels in time into phones: ARPAbet if every label is, else IPA.

    Raises
    ------
    VoxfaceError
        If times do not rise or a label is neither.
    """
    _check_times(entries, source)
    spoken = [label.strip() for _, _, label in entries if not _silent(label)]
    symbols = {label.rstrip("012") for label in spoken if label.lower() not in UNKNOWN}
    arpabet = bool(symbols) and all(symbol.upper() in ARPABET for symbol in symbols)
    arpabet = arpabet and all(symbol.isupper() for symbol in symbols)
    phones: list[TimedPhone] = []
    for start, end, label in entries:
        if _silent(label):
            phones.append(TimedPhone(SILENCE, start, end))
            continue
        try:
            said = _read(label.strip(), arpabet)
        except VoxfaceError as error:
            raise VoxfaceError(
                f"{source}: '{label}' at {start:.2f} s is neither IPA nor ARPAbet ({error})"
            ) from None
        phones += spread(said or (SILENCE,), start, end)
    return phones


def _check_times(entries: Sequence[Labelled], source: str) -> None:
    before = 0.0
    for start, end, label in entries:
        if not (0 <= start <= end < float("inf")):
            raise VoxfaceError(
                f"{source}: '{label}' is from {start:g} to {end:g} s; give seconds from the "
                "beginning of the sound, the end after the start"
            )
        if start < before - 0.005:
            raise VoxfaceError(
                f"{source}: '{label}' begins at {start:g} s, before the phone in front of it "
                f"ends at {before:g} s; write phones in order, without overlap"
            )
        before = end


def _silent(label: str) -> bool:
    return label.strip().lower() in SILENCES


def _read(label: str, arpabet: bool) -> tuple[str, ...]:
    if label.lower() in UNKNOWN:
        return (_PLAIN,)
    return arpabet_phones(label) if arpabet else parse_ipa(label)


def _no_textgrid(path: str | PathLike[str], error: Exception) -> VoxfaceError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return VoxfaceError(f"{Path(path)} is not a Praat TextGrid: {reason[:120]}")
