"""The formats there are. A format's module is imported when one of its files is read or written."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from voxface.errors import VoxfaceError, unknown_name
from voxface.face import FaceClip
from voxface.formats.writer import ClipWriter

AnyPath = str | PathLike[str]


@dataclass(frozen=True)
class Format:
    """One file format.

    Parameters
    ----------
    name : str
        What ``format=`` and ``--format`` call it.
    title : str
        What people call it.
    module : str
        Where its writers and loaders are defined.
    writers, loaders : mapping of str to str
        Names in the module, by suffix.
    draws : bool
        Whether its files show a head, so that a rig can be chosen.
    packages : tuple of str
        Modules of other packages without which it cannot be used.
    extra : str
        The extra of voxface that brings them.
    """

    name: str
    title: str
    module: str
    writers: Mapping[str, str]
    loaders: Mapping[str, str] = field(default_factory=dict)
    draws: bool = False
    packages: tuple[str, ...] = ()
    extra: str = ""

    def writer(self, suffix: str) -> type[ClipWriter]:
        """Return the class that writes files of `suffix`."""
        found: type[ClipWriter] = getattr(self._module(), self.writers[suffix])
        return found

    def loader(self, suffix: str) -> Callable[[Path], FaceClip]:
        """Return the function that reads files of `suffix`.

        Raises
        ------
        VoxfaceError
            If the format is only written, or a package is missing.
        """
        if suffix not in self.loaders:
            raise VoxfaceError(f"{self.title}: written, not read; it does not hold a whole face")
        self.check_packages()
        found: Callable[[Path], FaceClip] = getattr(self._module(), self.loaders[suffix])
        return found

    def check_packages(self) -> None:
        """Find out without importing them whether the packages are installed.

        Raises
        ------
        VoxfaceError
            If one is missing; the message names the extra to install.
        """
        if any(importlib.util.find_spec(package) is None for package in self.packages):
            raise VoxfaceError(
                f"{self.title} needs packages that are not installed: "
                f"pip install 'voxface[{self.extra}]'"
            )

    def _module(self) -> object:
        return importlib.import_module(f"voxface.formats.{self.module}")


def _both(suffixes: str, name: str) -> dict[str, str]:
    return dict.fromkeys(suffixes.split(), name)


def _cues(kind: str = "") -> dict[str, str]:
    return {f".{name.lower()}": f"{kind}{name}Writer" for name in ("Tsv", "Json", "Xml", "Dat")}


FORMATS: tuple[Format, ...] = (
    Format(
        "livelink",
        "Live Link Face CSV",
        "livelink",
        {".csv": "LiveLinkWriter"},
        {".csv": "load"},
    ),
    Format(
        "voice_to_action",
        "Voice-to-Action JSON",
        "voice_to_action",
        {".json": "VoiceToActionWriter"},
        {".json": "load"},
    ),
    Format(
        "audio2face",
        "Audio2Face-3D CSV or JSON",
        "audio2face",
        {".csv": "Audio2FaceCsvWriter", ".json": "Audio2FaceJsonWriter"},
        {".csv": "load_csv", ".json": "load_json"},
    ),
    Format("npz", "NumPy archive, lossless", "npz", {".npz": "NpzWriter"}, {".npz": "load"}),
    Format(
        "usd",
        "OpenUSD head",
        "usd",
        {**_both(".usdc .usda .usd", "UsdWriter"), ".usdz": "UsdPackageWriter"},
        _both(".usdc .usda .usd .usdz", "load"),
        draws=True,
        packages=("pxr", "PIL"),
        extra="usd",
    ),
    Format("glb", "glTF head", "glb", {".glb": "GlbWriter"}, {".glb": "load"}, draws=True),
    Format("vrma", "VRM animation", "vrma", {".vrma": "VrmaWriter"}, {".vrma": "load"}),
    Format(
        "vrma_perfect_sync",
        "VRM animation for perfect sync",
        "vrma",
        {".vrma": "PerfectSyncVrmaWriter"},
        {".vrma": "load"},
    ),
    Format("mouth_cues", "mouth cues", "mouth_cues", _cues()),
    Format("mouth_cues_basic", "mouth cues A to F", "mouth_cues", _cues("Basic")),
    Format(
        "mouth_cues_preston_blair",
        "mouth cues by Preston Blair's names",
        "mouth_cues",
        {".dat": "PrestonBlairDatWriter"},
    ),
)
"""Of two formats with one suffix, the first is meant unless a name is given."""


def format_named(name: str) -> Format:
    """Return the format called `name`.

    Raises
    ------
    VoxfaceError
        If there is none; the message suggests the nearest name.
    """
    found = next((each for each in FORMATS if each.name == name), None)
    if found is None:
        raise unknown_name("format", name, [each.name for each in FORMATS])
    return found


def find_format(path: AnyPath, format: str | None = None) -> Format:
    """Return the format a file would be written in.

    Raises
    ------
    VoxfaceError
        If the suffix or the name is unknown, or the two do not fit.
    """
    suffix = Path(path).suffix.lower()
    if format is None:
        found = next((each for each in FORMATS if suffix in each.writers), None)
        if found is None:
            known = dict.fromkeys(suffix for each in FORMATS for suffix in each.writers)
            raise VoxfaceError(
                f"{path}: no format for the suffix '{suffix}'; use one of {', '.join(known)}"
            )
        return found
    found = format_named(format)
    if suffix not in found.writers:
        raise VoxfaceError(
            f"{path}: format '{found.name}' is written to {' or '.join(found.writers)}, "
            f"not to '{suffix}'"
        )
    return found
