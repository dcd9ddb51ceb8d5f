"""Face clips to and from files: one module per format, found by suffix, name or content."""

from voxface.formats.catalogue import FORMATS, Format, find_format
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
    "load_clip",
    "open_writer",
    "resolve_rig",
    "save_clip",
]
