"""Face clips and meshes to and from files: a module per format, by suffix, name or content."""

from voxface.formats.catalogue import FORMATS, Format, find_format
from voxface.formats.mesh_registry import holds_mesh, load_mesh, mesh_suffixes, save_mesh
from voxface.formats.registry import (
    check_output,
    load_clip,
    open_writer,
    resolve_rig,
    save_clip,
)
from voxface.formats.writer import ClipHeader, ClipWriter

__all__ = [
    "FORMATS",
    "ClipHeader",
    "ClipWriter",
    "Format",
    "check_output",
    "find_format",
    "holds_mesh",
    "load_clip",
    "load_mesh",
    "mesh_suffixes",
    "open_writer",
    "resolve_rig",
    "save_clip",
    "save_mesh",
]
