"""What a model file says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voxface.audio import SAMPLE_RATE
from voxface.audio.features import FRAME_RATE, HOP
from voxface.errors import VoxfaceError

METADATA_KEY = "voxface"
FORMAT_VERSION = 1
POSE = ("x", "y", "z", "rx", "ry", "rz")


@dataclass(frozen=True)
class ModelDescription:
    """The metadata of a ``model.onnx``, see ``docs/design.md``.

    Attributes
    ----------
    name, version : str
        What the model is called.
    look_ahead : int
        Frames of 10 ms that the net hears beyond the one it speaks of.
    delay_frames : int
        Frames by which the output trails the input.
    state_size : int
        Length of the state vector.
    channels : tuple of str
        Names of the weights, in the order of the output.
    untrained_channels : tuple of str
        Those that the model never saw moving.
    licence, training_data, weights_sha256 : str
        Where the model comes from.
    recipe : mapping
        How it was trained.
    """

    name: str
    version: str
    look_ahead: int
    delay_frames: int
    state_size: int
    channels: tuple[str, ...]
    untrained_channels: tuple[str, ...]
    licence: str
    training_data: Any
    recipe: Mapping[str, Any]
    weights_sha256: str

    @property
    def look_ahead_seconds(self) -> float:
        """How far beyond a frame the net hears, in seconds."""
        return self.look_ahead / FRAME_RATE

    @classmethod
    def parse(cls, metadata: Mapping[str, str], source: str) -> ModelDescription:
        """Read a description from an ONNX file's metadata.

        Parameters
        ----------
        metadata : mapping
            The file's own map of metadata.
        source : str
            What to call the file in an error message.

        Raises
        ------
        VoxfaceError
            If it is not the metadata of a voxface model of this format version.
        """
        try:
            about = json.loads(metadata[METADATA_KEY])
            version = about["format_version"]
        except (KeyError, TypeError, ValueError):
            raise VoxfaceError(
                f"{source} is not a voxface model: its metadata has no '{METADATA_KEY}' entry"
            ) from None
        if version != FORMAT_VERSION:
            raise VoxfaceError(
                f"{source} has model format {version}; this voxface runs format {FORMAT_VERSION}, "
                "so export the model again or update voxface"
            )
        try:
            return cls._checked(about)
        except KeyError as error:
            problem = f"{error} is missing"
        except (TypeError, ValueError) as error:
            problem = str(error)
        raise VoxfaceError(f"{source} describes itself wrongly: {problem}") from None

    @classmethod
    def _checked(cls, about: Mapping[str, Any]) -> ModelDescription:
        for key, wanted in (("sample_rate", SAMPLE_RATE), ("hop", HOP), ("pose", list(POSE))):
            if about[key] != wanted:
                raise ValueError(f"{key} is {about[key]}, not {wanted}")
        channels = tuple(map(str, about["channels"]))
        if not channels or len(set(channels)) != len(channels):
            raise ValueError("its channel names must differ from one another")
        look_ahead, delay_frames, state_size = (
            int(about[key]) for key in ("look_ahead", "delay_frames", "state_size")
        )
        if look_ahead < 0 or delay_frames < look_ahead or state_size < 1:
            raise ValueError("look_ahead, delay_frames and state_size do not fit together")
        return cls(
            name=str(about["name"]),
            version=str(about["version"]),
            look_ahead=look_ahead,
            delay_frames=delay_frames,
            state_size=state_size,
            channels=channels,
            untrained_channels=tuple(map(str, about.get("untrained_channels", ()))),
            licence=str(about.get("licence", "")),
            training_data=about.get("training_data", ""),
            recipe=about.get("recipe") or {},
            weights_sha256=str(about.get("weights_sha256", "")),
        )
