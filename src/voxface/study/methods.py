"""What is judged: model files, folders of clips, and the rules."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from voxface import __version__
from voxface.engine import Model, animate
from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.formats import load_clip
from voxface.render.performance import is_clip

DEFAULT, VISEME = "default", "viseme"


class Method(Protocol):
    """What acts out sounds."""

    @property
    def name(self) -> str: ...  # noqa: D102

    def key(self, sound: Path) -> str:
        """Return what changes if, and only if, the clip of a sound does."""

    def act(self, sound: Path, fps: Fraction) -> FaceClip:
        """Return the face that says a sound."""


@dataclass(frozen=True)
class ModelMethod:
    """A model file, with the controls that ``voxface animate`` uses by default."""

    name: str
    model: Model

    def key(self, sound: Path) -> str:
        """Return the model's fingerprint."""
        return f"model {hash_of(self.model.path)} {__version__}"

    def act(self, sound: Path, fps: Fraction) -> FaceClip:
        """Animate the sound."""
        return animate(sound, fps=fps, model=self.model)


@dataclass(frozen=True)
class ClipsMethod:
    """Face clips of any format, one for each sound, found by the sound's name."""

    name: str
    files: dict[Path, Path]

    def key(self, sound: Path) -> str:
        """Return the clip's fingerprint."""
        return f"clip {hash_of(self.files[sound])}"

    def act(self, sound: Path, fps: Fraction) -> FaceClip:
        """Read the clip."""
        return load_clip(self.files[sound])


@dataclass(frozen=True)
class VisemeMethod:
    """The rules: phones become visemes, and visemes a face.

    What is said is read from the text file beside the sound (``one.wav``, ``one.txt``); without
    one, English is recognised.
    """

    name: str

    def key(self, sound: Path) -> str:
        """Return the rules' version, and the text's fingerprint."""
        text = sound.with_suffix(".txt")
        return f"viseme {__version__} {hash_of(text) if text.is_file() else 'heard'}"

    def act(self, sound: Path, fps: Fraction) -> FaceClip:
        """Animate the sound by rules."""
        text = sound.with_suffix(".txt")
        return animate(sound, fps=fps, method="visemes", text=text if text.is_file() else None)


def parse_methods(texts: Sequence[str], sounds: Sequence[Path]) -> list[Method]:
    """Read methods as they are typed, and find everything that they need.

    Parameters
    ----------
    texts : sequence of str
        ``NAME=WHAT``: a model file (.onnx), ``default`` for the packaged model, ``viseme`` for the
        rules, a face clip, or a folder of them.
    sounds : sequence of Path

    Raises
    ------
    VoxfaceError
        If a text is none of these, a name comes twice, or a sound has no clip.
    """
    methods: list[Method] = []
    for text in texts:
        name, equals, what = (part.strip() for part in text.partition("="))
        if not (name and equals and what):
            raise VoxfaceError(f"--methods {text!r} is not NAME=WHAT, such as ours=model.onnx")
        if name in {each.name for each in methods}:
            raise VoxfaceError(f"two methods are called '{name}'; give each a name of its own")
        methods.append(_method(name, what, sounds))
    if not methods:
        raise VoxfaceError("a study needs methods: --methods ours=model.onnx truth=CLIPS")
    return methods


def hash_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _method(name: str, what: str, sounds: Sequence[Path]) -> Method:
    path = Path(what)
    if what == DEFAULT:
        return ModelMethod(name, Model.for_recordings())
    if what == VISEME:
        return VisemeMethod(name)
    if path.suffix.lower() == ".onnx":
        return ModelMethod(name, Model.for_recordings(path))
    if path.is_dir():
        return ClipsMethod(name, {sound: _clip_for(sound, path) for sound in sounds})
    if not path.is_file():
        raise VoxfaceError(
            f"--methods {name}={what}: there is no such file or folder "
            f"(or '{DEFAULT}', the packaged model, or '{VISEME}', the rules)"
        )
    if not is_clip(path):
        raise VoxfaceError(f"{path} is neither a model (.onnx) nor a face clip")
    if len(sounds) > 1:
        raise VoxfaceError(f"{path} is one clip for {len(sounds)} sounds; give a folder of clips")
    return ClipsMethod(name, {sounds[0]: path})


def _clip_for(sound: Path, folder: Path) -> Path:
    found = sorted(file for file in folder.iterdir() if file.stem == sound.stem and is_clip(file))
    if not found:
        raise VoxfaceError(f"{folder} holds no face clip {sound.stem}.* for the sound {sound.name}")
    if len(found) > 1:
        names = " and ".join(file.name for file in found[:2])
        raise VoxfaceError(f"{folder} holds {names}; keep one clip for the sound {sound.name}")
    return found[0]
