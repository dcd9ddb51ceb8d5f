"""Hidden states of wav2vec 2.0: what is said, and with which feeling; kept on disk per take."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.audio import read
from voxface.audio.features import FRAME_RATE
from voxface.corpus.claps import silence_claps
from voxface.corpus.encoder_files import encoder_extra, encoder_folder, encoder_licence
from voxface.corpus.encoder_files import weights_file as _weights_file
from voxface.corpus.mesh_examples import MeshExample, MeshSet
from voxface.errors import VoxfaceError, VoxfaceWarning, unknown_name
from voxface.folders import cache_folder
from voxface.formats.output import OutputFile, write_error

if TYPE_CHECKING:
    from voxface.corpus.wav2vec import Wav2Vec

DEFAULT_MODELS = {
    "phonetic": "facebook/wav2vec2-large-xlsr-53",
    "emotion": "audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim",
}
"""The model of each kind of encoder where none is named."""


@dataclass(frozen=True, eq=False)
class SpeechStates:
    """Hidden states of one take.

    Attributes
    ----------
    values : ndarray of float16, shape (T, C)
    times : ndarray of float64, shape (T,)
        Where each stands in the sound, in seconds.
    """

    values: NDArray[np.float16]
    times: NDArray[np.float64]

    def at_rate(self, frames: int, rate: float) -> NDArray[np.float32]:
        """Return states (frames, C) at k / `rate` seconds, linear between neighbours."""
        wanted = np.arange(frames) / rate
        at = np.interp(wanted, self.times, np.arange(len(self.times)))
        below = np.floor(at).astype(np.int64)
        above = np.minimum(below + 1, len(self.times) - 1)
        first = self.values[below].astype(np.float32)
        blend = (at - below)[:, None].astype(np.float32)
        told: NDArray[np.float32] = first + blend * (self.values[above].astype(np.float32) - first)
        return told


class SpeechEncoder:
    """A wav2vec 2.0 whose last hidden states are what a net hears.

    Parameters
    ----------
    kind : str
        ``"phonetic"``, or ``"emotion"``, whose last three columns are arousal, dominance and
        valence of the whole take.
    model : str
        A name on Hugging Face's hub or a local folder; by default that of `DEFAULT_MODELS`.
    cache : Path, optional
        Folder in which hidden states are kept; by default in the user's cache.
    revision : str, optional
        Of the hub.
    tell : callable
        Called with a line that says which model is used and under which licence.

    Raises
    ------
    VoxfaceError
        If the files of the model are neither there nor to be had.

    Warns
    -----
    VoxfaceWarning
        If the licence does not allow commercial use.
    """

    def __init__(
        self,
        kind: str,
        model: str = "",
        *,
        cache: Path | None = None,
        revision: str | None = None,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        if kind not in DEFAULT_MODELS:
            raise unknown_name("kind of speech encoder", kind, DEFAULT_MODELS)
        self.kind, self.model = kind, model or DEFAULT_MODELS[kind]
        self.cache = cache or cache_folder() / "speech_encoders"
        self.licence = encoder_licence(self.model)
        self.folder = encoder_folder(self.model, revision)
        tell(f"{kind} encoder: {self.model}; licence: {self.licence.name}")
        if self.licence.commercial is False:
            warnings.warn(
                f"the {kind} encoder {self.model} is under {self.licence.name}: it, and a net that "
                "learns from it, are for use that is not commercial",
                VoxfaceWarning,
                stacklevel=2,
            )

    @cached_property
    def weights_sha256(self) -> str:
        """SHA-256 of the file of weights."""
        with _weights_file(self.folder).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def about(self) -> dict[str, Any]:
        """What a checkpoint notes of the encoder."""
        return {
            "kind": self.kind,
            "model": self.model,
            "licence": self.licence.name,
            "commercial_use": self.licence.commercial,
            "weights_sha256": self.weights_sha256,
        }

    def states(self, pcm: ArrayLike) -> SpeechStates:
        """Return the hidden states of a take, from the cache if it was heard before.

        Parameters
        ----------
        pcm : array_like, shape (N,)
            Mono sound at 16 kHz.

        Raises
        ------
        VoxfaceError
            If the model cannot be read or the cache cannot be written.
        """
        sound = np.ascontiguousarray(pcm, np.float32)
        file = self.cache / f"{self._key(sound)}.safetensors"
        known = _read(file)
        if known is not None:
            return known
        values = self._net.states(sound).astype(np.float16)
        made = SpeechStates(values, self._net.times(len(values)))
        self._keep(file, made)
        return made

    @cached_property
    def _net(self) -> Wav2Vec:
        # Takes of the cache need neither torch nor the gigabyte of weights in memory.
        try:
            from voxface.corpus.wav2vec import Wav2Vec  # noqa: PLC0415
        except ModuleNotFoundError:
            raise encoder_extra() from None
        return Wav2Vec(self.folder, emotion=self.kind == "emotion")

    def _key(self, sound: NDArray[np.float32]) -> str:
        known = f"{self.kind} {self.model} {self.weights_sha256} "
        return hashlib.sha256(known.encode() + sound.tobytes()).hexdigest()

    def _keep(self, file: Path, states: SpeechStates) -> None:
        from safetensors.numpy import save  # noqa: PLC0415

        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise write_error(file, error) from None
        about = {name: str(value) for name, value in self.about.items()}
        with OutputFile(file) as output:
            output.write(save({"values": states.values, "times": states.times}, about))


def encoded_features(
    features: NDArray[Any],
    pcm: ArrayLike,
    encoders: Sequence[SpeechEncoder],
    begin: float = 0.0,
) -> NDArray[np.float16]:
    """Return features (N, 83) with the hidden states of encoders beside them, at 100 Hz.

    Features of a chunk begin `begin` seconds into the sound, which is heard as a whole.
    """
    first = round(begin * FRAME_RATE)
    total = first + len(features)
    columns = [encoder.states(pcm).at_rate(total, FRAME_RATE)[first:] for encoder in encoders]
    return np.concatenate([features, *columns], axis=1).astype(np.float16)


def encoded_meshes(
    held: MeshSet,
    encoders: Sequence[SpeechEncoder],
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> MeshSet:
    """Return a set whose features hold the hidden states of encoders beside the 83.

    A net hears them by `columns` of its sizes: 1024 of the phonetic encoder and 1027 of the
    emotional one, or their sum. Each example notes the encoders and their licences.

    Raises
    ------
    VoxfaceError
        If an example does not say where its recording is, or it cannot be read.
    """
    examples = []
    for done, example in enumerate(held.examples):
        tell(done, len(held.examples))
        examples.append(_encoded(example, encoders))
    tell(len(held.examples), len(held.examples))
    return MeshSet(held.topology, examples)


def _encoded(example: MeshExample, encoders: Sequence[SpeechEncoder]) -> MeshExample:
    recording = example.about.get("recording")
    if not recording and example.about.get("claps"):
        raise VoxfaceError(
            f"claps were cut from the take '{example.name}', which has no recording any more; "
            "prepare it with '--claps silence' to use speech encoders"
        )
    if not recording:
        raise VoxfaceError(
            f"the take '{example.name}' does not say where its recording is; prepare it anew with "
            "'voxface mesh prepare'"
        )
    licences = [str(example.about.get("licence", "unknown"))]
    licences += [f"{each.model}: {each.licence.name}" for each in encoders]
    about = dict(example.about) | {
        "licence": "; ".join(licences),
        "encoders": [encoder.about for encoder in encoders],
    }
    sound = read(recording)
    if example.about.get("claps"):
        # They are silent in the features; takes from which they were cut name no recording.
        sound, _ = silence_claps(sound)
    begin = float(example.about.get("begin", 0))
    wide = encoded_features(example.features, sound, encoders, begin)
    return replace(example, features=wide, about=about)


def _read(file: Path) -> SpeechStates | None:
    """Return what the cache holds of a take; None where it holds nothing whole."""
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load_file  # noqa: PLC0415

    try:
        held = load_file(file)
        values, times = held["values"], held["times"]
    except (OSError, KeyError, ValueError, SafetensorError):
        return None
    return SpeechStates(values, times) if len(values) == len(times) else None
