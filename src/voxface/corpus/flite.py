"""flite: four American and Scottish voices, with the phones they spoke and their times."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio import read
from voxface.audio.features import SAMPLE_RATE
from voxface.errors import VoxfaceError
from voxface.phones.ipa import arpabet_phones
from voxface.phones.symbols import SILENCE
from voxface.phones.times import TimedPhone, cover, spread

VOICES = ("slt", "rms", "awb", "kal16")


def require_flite() -> str:
    """Return the path of flite, or raise VoxfaceError if it is not installed."""
    program = shutil.which("flite")
    if program is None:
        raise VoxfaceError("flite is missing; install it (apt install flite)")
    return program


def speak_by_flite(
    text: str, voice: str, *, stretch: float = 1.0
) -> tuple[NDArray[np.float32], list[TimedPhone]]:
    """Let flite say an English text.

    Parameters
    ----------
    text : str
        Plain text, or phones of flite separated by blanks inside ``[[…]]``.
    voice : str
        One of ``VOICES``.
    stretch : float
        Durations are multiplied by this; 1 is the voice's own.

    Returns
    -------
    pcm : ndarray of float32, shape (N,)
        Mono, 16 kHz, full scale ±1.
    phones : list of TimedPhone
        From 0 to the end of the sound.

    Raises
    ------
    VoxfaceError
        If flite is missing or fails.
    """
    program = require_flite()
    settings = ["--setf", f"duration_stretch={stretch:.3f}"]
    said = ["-p", text.strip("[] ")] if text.startswith("[[") else ["-t", text]
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder) / "said.wav"
        answer = subprocess.run(
            [program, "-voice", voice, *settings, "-psdur", *said, "-o", str(wave)],
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode != 0 or not wave.is_file():
            raise VoxfaceError(f"flite cannot say '{text[:40]}' with '{voice}': {answer.stderr}")
        pcm = read(wave)
    return pcm, cover(read_durations(answer.stdout), len(pcm) / SAMPLE_RATE)


def read_durations(printed: str) -> list[TimedPhone]:
    """Read what ``flite -psdur`` prints: ``pau:0.164 hh:0.255``, each phone with its end."""
    phones: list[TimedPhone] = []
    at = 0.0
    for entry in printed.split():
        name, _, end = entry.rpartition(":")
        symbols = (SILENCE,) if name == "pau" else arpabet_phones(name)
        phones += spread(symbols, at, float(end))
        at = float(end)
    return phones
