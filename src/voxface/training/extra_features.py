"""Features beyond the mel bands: voice activity, zero-crossing rate and loudness, as columns in dB.

Examples store log-mel alone. The other columns are computed from the recording again, and where
examples no longer are that recording (another voice, a made-up noise) estimated from the mel bands.
Each is mapped onto the range of the mel bands, so that one normalisation fits all columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track
from torch import Tensor

from voxface.audio import read
from voxface.audio.features import (
    DECIBEL_RANGE,
    FEATURE_NAMES,
    MEL_BANDS,
    SAMPLE_RATE,
    SPEECH_BAND,
    VOICE_LEVEL,
    VOICE_SLOPE,
    features,
    mel_centres,
)
from voxface.corpus.archive import UNREADABLE, save_archive
from voxface.corpus.examples import Example
from voxface.errors import VoxfaceError, unknown_name
from voxface.folders import cache_folder

EXTRA_FEATURES: tuple[str, ...] = FEATURE_NAMES[MEL_BANDS:]
"""Columns that a recipe may ask for."""
LOW, HIGH = DECIBEL_RANGE
SCALE = {
    "voiceActivity": (LOW, HIGH - LOW),
    "zeroCrossingRate": (LOW, 2 * (HIGH - LOW)),
    "loudness": (0.0, 1.0),
}
"""Offset and gain of each column; zero-crossing rates lie under one half."""
SINE_SUM = 1.92
"""Sum of mel energies of a full-scale sine: the noise bandwidth of the analysis window in bins."""
SAME = 2.0
"""Mean distance in dB of two log-mel spectra of the same sound, at most."""


def check_extras(names: Sequence[str]) -> None:
    """Refuse names of columns that there are none of.

    Raises
    ------
    VoxfaceError
        If a column is unknown or named twice.
    """
    for name in names:
        if name not in EXTRA_FEATURES:
            raise unknown_name("feature of data", str(name), EXTRA_FEATURES)
    if len(set(names)) < len(names):
        raise VoxfaceError("'features' of data names a column twice; name each once")


def scaled_extras(rows: NDArray[np.float32], names: Sequence[str]) -> NDArray[np.float32]:
    """Return columns of `voxface.audio.features` (T, 83) on the scale of the mel bands."""
    columns = [SCALE[n][0] + SCALE[n][1] * rows[:, FEATURE_NAMES.index(n)] for n in names]
    return np.clip(np.stack(columns, axis=1), LOW, HIGH).astype(np.float32)


def extras_of_mel(mel: Tensor, names: Sequence[str]) -> Tensor:
    """Estimate columns from log-mel (..., 80) in dB, on the same scale.

    Mel filters add up to one at every frequency, so that their energies add up to the power of the
    sound. The zero-crossing rate is that of Gaussian noise of this spectrum (Rice, "Mathematical
    analysis of random noise", 1945).
    """
    floor = 10 ** (LOW / 10)
    energy = (10 ** (mel / 10) - floor).clamp(min=0)
    centres = torch.as_tensor(mel_centres())
    total = energy.sum(-1)
    found = []
    for name in names:
        if name == "loudness":
            value = 10 * torch.log10((total / SINE_SUM).clamp(min=floor))
        elif name == "voiceActivity":
            inside = (centres >= SPEECH_BAND[0]) & (centres <= SPEECH_BAND[1])
            level = 10 * torch.log10(energy[..., inside].sum(-1).clamp(min=floor))
            value = torch.sigmoid((level - VOICE_LEVEL) / VOICE_SLOPE)
        else:
            turn = torch.cos(2 * torch.pi * centres / SAMPLE_RATE)
            agreement = ((energy * turn).sum(-1) + floor) / (total + floor)
            value = torch.arccos(agreement.clamp(-1, 1)) / torch.pi
        offset, gain = SCALE[name]
        found.append((offset + gain * value).clamp(LOW, HIGH))
    return torch.stack(found, dim=-1)


def recorded_extras(examples: Sequence[Example]) -> list[NDArray[np.float16]]:
    """Return all three columns (T, 3) of each example, on the scale of the mel bands.

    What was computed is kept in the user's cache. An example whose recording is not there, or that
    sounds unlike it, has its columns estimated from its mel bands.
    """
    key = sha256("\n".join(f"{e.name} {len(e)} {_stamp(e)}" for e in examples).encode())
    path = cache_folder() / "features" / f"{key.hexdigest()[:24]}.npz"
    try:
        with np.load(path) as file:
            rows = file["rows"]
    except UNREADABLE:
        shown = len(examples) > 50
        work = track(examples, "other features of the recordings", disable=not shown)
        rows = np.concatenate([_extras(example) for example in work])
        save_archive(path, rows=rows)
    return np.split(rows, np.cumsum([len(example) for example in examples])[:-1])


def _extras(example: Example) -> NDArray[np.float16]:
    mel = example.features[:, :MEL_BANDS].astype(np.float32)
    rows = np.empty((0, len(FEATURE_NAMES)), np.float32)
    if "speed" not in example.about:  # another voice would only be found not to be the recording
        with suppress(VoxfaceError, OSError):
            rows = features(read(example.recording))
    if len(rows) == len(mel) and np.abs(rows[:, :MEL_BANDS] - mel).mean() < SAME:
        found = scaled_extras(rows, EXTRA_FEATURES)
    else:
        found = extras_of_mel(torch.from_numpy(mel), EXTRA_FEATURES).numpy()
    return found.astype(np.float16)


def _stamp(example: Example) -> str:
    path = Path(example.recording)
    try:
        kept = path.stat()
    except OSError:
        return f"{example.recording} {float(example.features.astype(np.float32).sum())}"
    return f"{path} {kept.st_mtime_ns} {kept.st_size} {example.about.get('speed', 1)}"
