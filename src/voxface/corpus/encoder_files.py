"""Where the files of speech encoders come from, and under which licence they are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError

DESCRIPTIONS = ("config.json", "preprocessor_config.json")
"""What an encoder's folder holds beside its weights."""
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
"""Files of weights, the better one first."""


@dataclass(frozen=True)
class EncoderLicence:
    """Terms of an encoder.

    Attributes
    ----------
    name : str
    commercial : bool or None
        Whether it allows commercial use; None where that is not known.
    """

    name: str
    commercial: bool | None


LICENCES: dict[str, EncoderLicence] = {
    "facebook/wav2vec2-*": EncoderLicence("Apache-2.0", True),
    "audeering/wav2vec2-large-robust-*-emotion-msp-dim": EncoderLicence("CC BY-NC-SA 4.0", False),
}
"""By name of the model, with ``*`` for anything."""
UNKNOWN = EncoderLicence("unknown", None)


def encoder_licence(name: str) -> EncoderLicence:
    """Return the licence of a model, by its name or by its folder's.

    A folder is known by the end of its path: ``models/facebook/wav2vec2-base`` is
    ``facebook/wav2vec2-base``, and so is the hub's own ``models--facebook--wav2vec2-base``.
    """
    parts = Path(name).parts
    names = {"/".join(parts[-2:])} | {
        "/".join(part.split("--")[1:]) for part in parts if part.startswith("models--")
    }
    for pattern, licence in LICENCES.items():
        model = pattern.partition("/")[2]
        # A folder that is copied from the hub often keeps the model's name alone.
        if any(fnmatchcase(each, pattern) for each in names) or (
            Path(name).is_dir() and "emotion" in model and fnmatchcase(parts[-1], model)
        ):
            return licence
    return UNKNOWN


def encoder_folder(name: str, revision: str | None = None) -> Path:
    """Return the folder with an encoder's files, fetching them from the hub if need be.

    Parameters
    ----------
    name : str
        A local folder, or a model's name on the hub.
    revision : str, optional
        Of the hub.

    Raises
    ------
    VoxfaceError
        If a folder lacks a file, or the hub has no such model or cannot be reached; the message
        says which files to put where.
    """
    local = Path(name).expanduser()
    if local.is_dir():
        missing = [file for file in DESCRIPTIONS if not (local / file).is_file()]
        if not any((local / file).is_file() for file in WEIGHTS):
            missing.append(" or ".join(WEIGHTS))
        if missing:
            raise VoxfaceError(f"the folder {local} of a speech encoder lacks {', '.join(missing)}")
        return local
    if name.startswith((os.sep, ".", "~")) or name.count("/") != 1:
        raise VoxfaceError(
            f"there is no folder '{name}'; give a folder with {_wanted()}, or a name on the hub "
            "such as facebook/wav2vec2-large-xlsr-53"
        )
    return _fetched(name, revision)


def weights_file(folder: Path) -> Path:
    """Return the file of an encoder's weights."""
    return next(folder / name for name in WEIGHTS if (folder / name).is_file())


def encoder_extra() -> VoxfaceError:
    """Build the error for what is not installed."""
    return VoxfaceError("speech encoders need transformers: pip install 'voxface[encoders]'")


def _fetched(name: str, revision: str | None) -> Path:
    try:
        from huggingface_hub import hf_hub_download  # noqa: PLC0415  (an extra)
        from huggingface_hub.errors import (  # noqa: PLC0415
            EntryNotFoundError,
            GatedRepoError,
            HFValidationError,
            LocalEntryNotFoundError,
            RepositoryNotFoundError,
            RevisionNotFoundError,
        )
    except ModuleNotFoundError:
        raise encoder_extra() from None

    def fetch(file: str) -> Path:
        return Path(hf_hub_download(name, file, revision=revision))

    try:
        for file in DESCRIPTIONS:
            folder = fetch(file).parent
        try:
            fetch(WEIGHTS[0])
        except LocalEntryNotFoundError:
            # Without the hub, what was fetched before may be the other file.
            fetch(WEIGHTS[1])
        except EntryNotFoundError:
            fetch(WEIGHTS[1])
    except (RepositoryNotFoundError, GatedRepoError, RevisionNotFoundError, HFValidationError):
        at = f" in revision '{revision}'" if revision else ""
        raise VoxfaceError(
            f"the hub has no model '{name}'{at} that is open to all; check the name, or give a "
            f"folder with {_wanted()}"
        ) from None
    except Exception as error:  # the hub's client raises what its network library does
        raise _unreachable(name, error) from None
    return folder


def _unreachable(name: str, error: Any) -> VoxfaceError:
    folder = Path("models", *name.split("/"))
    return VoxfaceError(
        f"the speech encoder {name} could not be fetched ({type(error).__name__}); download "
        f"{_wanted()} of https://huggingface.co/{name} into a folder, such as {folder}, and give "
        "the folder instead of the name"
    )


def _wanted() -> str:
    return f"{', '.join(DESCRIPTIONS)} and {WEIGHTS[0]} (or {WEIGHTS[1]})"
