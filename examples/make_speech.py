"""Make speech.flac: a few sentences by the Debian speech synthesiser flite.

Run on Debian or Ubuntu, after ``apt install flite``: ``python examples/make_speech.py``.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import av
import numpy as np

TEXT = (
    "Hello! My name is Poppy, and I am made of numbers. "
    "Who knew that a blue balloon could move to the moon? "
    "Ah, papa saw it far above."
)
PAUSE = 0.5
"""Seconds of digital silence before and after."""

with tempfile.TemporaryDirectory() as folder:
    spoken = Path(folder) / "spoken.wav"
    subprocess.run(["flite", "-voice", "slt", "-t", TEXT, "-o", spoken], check=True)
    with av.open(str(spoken)) as source:
        rate = source.streams.audio[0].rate
        voice = np.concatenate([f.to_ndarray().ravel() for f in source.decode(audio=0)])

silence = np.zeros(round(PAUSE * rate), voice.dtype)
sound = av.AudioFrame.from_ndarray(
    np.concatenate([silence, voice, silence])[None], format="s16", layout="mono"
)
sound.sample_rate = rate
with av.open(str(Path(__file__).with_name("speech.flac")), "w") as target:
    stream = target.add_stream(
        "flac", rate=rate, layout="mono", options={"compression_level": "12"}
    )
    for part in (sound, None):
        target.mux(stream.encode(part))
