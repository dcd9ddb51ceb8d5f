"""Moving meshes to and from files, chosen by suffix; the modules are imported when used."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError, unknown_name
from voxface.face import MeshClip
from voxface.formats.catalogue import AnyPath
from voxface.formats.output import check_writable
from voxface.formats.sniff import sniff


@dataclass(frozen=True)
class MeshFormat:
    """One file format of moving meshes.

    Parameters
    ----------
    name : str
        What ``format=`` calls it.
    title : str
        What people call it.
    suffixes : tuple of str
    writer, reader : str
        Modules with `save`, and with `load` and `holds_mesh`.
    options : tuple of str
        What its `save` understands.
    package, extra : str
        The module without which it cannot be used, and the extra of voxface that brings it.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    writer: str
    reader: str
    options: tuple[str, ...] = ()
    package: str = ""
    extra: str = ""

    def module(self, name: str) -> Any:
        """Import one of the format's modules.

        Raises
        ------
        VoxfaceError
            If a package is missing; the message names the extra to install.
        """
        if self.package and importlib.util.find_spec(self.package) is None:
            raise VoxfaceError(
                f"{self.title} needs packages that are not installed: "
                f"pip install 'voxface[{self.extra}]'"
            )
        return importlib.import_module(f"voxface.formats.{name}")


MESH_FORMATS = (
    MeshFormat("npz", "NumPy archive, lossless", (".npz",), "mesh_npz", "mesh_npz"),
    MeshFormat(
        "glb",
        "animated glTF mesh",
        (".glb",),
        "mesh_glb",
        "mesh_glb_reader",
        ("morphs", "components", "largest_error", "normals", "gaps"),
    ),
    MeshFormat(
        "usd",
        "OpenUSD mesh",
        (".usdc", ".usda", ".usd"),
        "mesh_usd",
        "mesh_usd",
        package="pxr",
        extra="usd",
    ),
)


def mesh_suffixes() -> tuple[str, ...]:
    """Return the suffixes of files that moving meshes are written to and read from."""
    return tuple(suffix for each in MESH_FORMATS for suffix in each.suffixes)


def find_mesh_format(path: AnyPath, format: str | None = None) -> MeshFormat:
    """Return the format a moving mesh would be written in.

    Raises
    ------
    VoxfaceError
        If the suffix or the name is unknown, or the two do not fit.
    """
    suffix = Path(path).suffix.lower()
    if format is not None:
        found = next((each for each in MESH_FORMATS if each.name == format), None)
        if found is None:
            raise unknown_name("mesh format", format, [each.name for each in MESH_FORMATS])
        if suffix not in found.suffixes:
            raise VoxfaceError(
                f"{path}: mesh format '{format}' is written to {' or '.join(found.suffixes)}, "
                f"not to '{suffix}'"
            )
        return found
    for each in MESH_FORMATS:
        if suffix in each.suffixes:
            return each
    raise VoxfaceError(
        f"{path}: no mesh format for the suffix '{suffix}'; use one of {', '.join(mesh_suffixes())}"
    )


def save_mesh(clip: MeshClip, path: AnyPath, format: str | None = None, **options: Any) -> None:
    """Write a moving mesh to a file; the suffix names the format unless `format` does.

    Parameters
    ----------
    clip : MeshClip
    path : path-like
        ``.npz`` (lossless), ``.glb``, ``.usda``, ``.usdc`` or ``.usd``; appears when complete.
    format : str, optional
        ``npz``, ``glb`` or ``usd``.
    **options
        For ``.glb``: ``morphs``, ``components``, ``largest_error``, ``normals``, ``gaps``; see
        `voxface.formats.mesh_glb.save`.

    Raises
    ------
    VoxfaceError
        If no format is known for the suffix, an option is unknown or the file cannot be written.
    """
    found = find_mesh_format(path, format)
    for option in options:
        if option not in found.options:
            if not found.options:
                raise VoxfaceError(f"{path}: a {found.title} has no options; leave out '{option}'")
            raise unknown_name(f"option of {found.title}", option, found.options)
    module = found.module(found.writer)
    check_writable(path)
    module.save(clip, Path(path), **options)


def load_mesh(path: AnyPath) -> MeshClip:
    """Read a moving mesh from a file; its content says the format, whatever the suffix.

    Raises
    ------
    VoxfaceError
        If the file cannot be read or holds no moving mesh.
    """
    file = Path(path)
    try:
        found = _format_in(file)
        if found is None:
            raise VoxfaceError(
                f"{path} is not a moving mesh; such files are {', '.join(mesh_suffixes())}"
            )
        clip: MeshClip = found.module(found.reader).load(file)
    except OSError as error:
        raise VoxfaceError(f"cannot read {path}: {error.strerror or error}") from None
    return clip


def holds_mesh(path: AnyPath) -> bool:
    """Tell whether a file can be read and holds a moving mesh rather than a face of channels."""
    file = Path(path)
    try:
        found = _format_in(file)
        return found is not None and bool(found.module(found.reader).holds_mesh(file))
    except (OSError, VoxfaceError):
        return False


def _format_in(file: Path) -> MeshFormat | None:
    name = (sniff(file) or ("",))[0]
    return next((each for each in MESH_FORMATS if each.name == name), None)
