"""Face clips to and from files: one module per format, found by suffix, name or content."""

from voxface.formats.registry import (
    FORMATS,
    Format,
    check_output,
    find_format,
    load_clip,
    open_writer,
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
    "save_clip",
]
