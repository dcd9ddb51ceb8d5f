"""Mouth cues as Rhubarb Lip Sync writes them: which drawing of a mouth is shown from when to when.

TSV, JSON and XML have times in seconds to the hundredth; DAT (Moho, OpenToonz) has frames, counted
from 1 at the clip's own rate. A face cannot be read back from them.

Layouts: https://github.com/DanielSWolf/rhubarb-lip-sync#output-formats
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import ClassVar
from xml.sax.saxutils import escape

from voxface.formats.mouth_shapes import SHAPES, Cue, mouth_cues
from voxface.formats.writer import CollectingWriter

PRESTON_BLAIR = dict(
    zip(SHAPES, ("MBP", "etc", "E", "AI", "O", "U", "FV", "L", "rest"), strict=True)
)
"""What the shapes are called in the classic chart, by which Moho and OpenToonz go."""


class _CueWriter(CollectingWriter):
    """A writer of cues; formats fill in `_text`."""

    shapes = SHAPES
    """Letters that may be used."""

    def _end(self) -> None:
        clip = self._clip()
        end = max(clip.start + clip.duration, 0.0)
        cues = mouth_cues(clip, self.shapes) or [Cue(0.0, end, self.rest)]
        self._file.write(self._text(cues, cues[-1].end).encode())

    @property
    def rest(self) -> str:
        """The shape of a mouth that does nothing."""
        return "X" if "X" in self.shapes else "A"

    @property
    def _sound(self) -> str:
        return str(self.header.metadata.get("source", ""))

    def _text(self, cues: Sequence[Cue], end: float) -> str:
        raise NotImplementedError


class TsvWriter(_CueWriter):
    """Writes a start and a shape in every line, and rest at the end."""

    def _text(self, cues: Sequence[Cue], end: float) -> str:
        rows = [(cue.start, cue.shape) for cue in cues] + [(end, self.rest)]
        return "".join(f"{start:.2f}\t{shape}\n" for start, shape in rows)


class JsonWriter(_CueWriter):
    """Writes ``metadata`` and ``mouthCues``."""

    def _text(self, cues: Sequence[Cue], end: float) -> str:
        rows = ",\n".join(
            f'    {{ "start": {cue.start:.2f}, "end": {cue.end:.2f}, "value": "{cue.shape}" }}'
            for cue in cues
        )
        sound = json.dumps(self._sound)
        return (
            f'{{\n  "metadata": {{\n    "soundFile": {sound},\n    "duration": {end:.2f}\n  }},\n'
            f'  "mouthCues": [\n{rows}\n  ]\n}}\n'
        )


class XmlWriter(_CueWriter):
    """Writes ``rhubarbResult``."""

    def _text(self, cues: Sequence[Cue], end: float) -> str:
        rows = "".join(
            f'    <mouthCue start="{cue.start:.2f}" end="{cue.end:.2f}">{cue.shape}</mouthCue>\n'
            for cue in cues
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<rhubarbResult>\n  <metadata>\n'
            f"    <soundFile>{escape(self._sound)}</soundFile>\n"
            f"    <duration>{end:.2f}</duration>\n"
            f"  </metadata>\n  <mouthCues>\n{rows}  </mouthCues>\n</rhubarbResult>\n"
        )


class DatWriter(_CueWriter):
    """Writes a Moho switch: a frame and a shape in every line, and rest at the end."""

    names: ClassVar[dict[str, str]] = dict(zip(SHAPES, SHAPES, strict=True))
    """What the shapes are called."""

    def _text(self, cues: Sequence[Cue], end: float) -> str:
        rows: dict[int, str] = {}
        for cue in cues:
            # Of two shapes that begin in one frame, the first is shown.
            rows.setdefault(self._frame(cue.start), cue.shape)
        last = self._frame(end)
        rows[last + 1 if last in rows else last] = self.rest
        return "MohoSwitch1\n" + "".join(
            f"{frame} {self.names[shape]}\n" for frame, shape in rows.items()
        )

    def _frame(self, seconds: float) -> int:
        # Half a microsecond, so that 0.29 s at 100 a second is frame 29 and not 28.
        return 1 + int((seconds + 5e-7) * float(self.header.fps))


class PrestonBlairDatWriter(DatWriter):
    """Writes a Moho switch with the names of the Preston Blair chart."""

    names: ClassVar[dict[str, str]] = PRESTON_BLAIR


class _Basic:
    shapes = "ABCDEF"


class BasicTsvWriter(_Basic, TsvWriter):
    """`TsvWriter` without G, H and X."""


class BasicJsonWriter(_Basic, JsonWriter):
    """`JsonWriter` without G, H and X."""


class BasicXmlWriter(_Basic, XmlWriter):
    """`XmlWriter` without G, H and X."""


class BasicDatWriter(_Basic, DatWriter):
    """`DatWriter` without G, H and X."""
