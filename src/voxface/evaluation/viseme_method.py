"""The rule-based baseline: phones become visemes become a face; nothing is learnt of how."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from voxface.audio import read
from voxface.audio.features import FRAME_RATE
from voxface.corpus.examples import Example
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.phones.articulation import phones_from_articulation
from voxface.training.recipe import Data
from voxface.visemes import Rules, Script, said, spoken_face, timed_visemes

FITTED_TO = Data(
    sets={"grid": 1.0},
    hold_out_every=15,
    hold_out_speakers=("s4", "s26", "s31", "s10", "s24"),
)
"""What `benchmarks/viseme_tuning.py` looks at."""


@dataclass(frozen=True)
class VisemeMethod:
    """Predicts a face from phones by rules.

    Parameters
    ----------
    rules : Rules
    knows_phones : bool
        Whether the phones of an example that has them may be used. Without, or where an example
        has none, English is recognised from the recording.

    Attributes
    ----------
    name : str
    look_ahead_ms : float
        Infinite: phones are found in whole recordings.
    heard : Data
        Training takes of GRID speaker 1, to which its dominances were fitted
        (`voxface.visemes.rules`).
    """

    rules: Rules = field(default_factory=Rules)
    knows_phones: bool = True
    name: str = "viseme"
    look_ahead_ms: float = float("inf")
    heard: Data = field(default_factory=lambda: FITTED_TO)

    def predict(self, example: Example) -> FaceClip:
        """Return the 52 ARKit channels at 100 fps, as long as the example.

        Raises
        ------
        VoxfaceError
            If the recording is needed and cannot be read.
        """
        pcm = read(Path(example.about["recording"]))
        if self.knows_phones and example.articulation.shape[1]:
            looks = timed_visemes(phones_from_articulation(example.articulation))
        else:
            looks = said(pcm, Script())
        face = spoken_face(looks, len(example), pcm, self.rules)
        return FaceClip(
            face.weights, Fraction(FRAME_RATE), ARKIT_CHANNELS, metadata={"model": self.name}
        )
