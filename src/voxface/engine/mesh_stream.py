"""`MeshStream`: sound in blocks becomes a moving mesh in blocks."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from voxface.audio import SAMPLE_RATE, SoundResampler, as_mono, checked_sample_rate
from voxface.engine.frame_rate import FrameRateStage
from voxface.engine.mesh_model import MeshModel
from voxface.engine.model import FloatArray
from voxface.errors import VoxfaceError
from voxface.face import REST_POSE, MeshClip, frame_count, parse_frame_rate

LONGEST_RUN = 500
"""Frames given to the model at once, if it takes many: memory stays flat."""


@dataclass(frozen=True)
class MeshOptions:
    """How a mesh is moved.

    Parameters
    ----------
    temperature : float
        Of models that sample: 0 takes what is likeliest, 1 draws as often as it was learned.
    top_k : int
        Of models that sample: only so many classes of each head may be drawn; 0 for all.
    seed : int
        Another seed is another performance, of models that sample.
    strength : float
        Factor of all motion, 0 to 3.
    own_manner : bool
        Of models that sample: whether a face that is given moves as people who look so do, or as
        the average of those who were heard. Good for speakers that the model heard.

    Raises
    ------
    VoxfaceError
        If a value is out of range.
    """

    temperature: float = 0.3
    top_k: int = 0
    seed: int = 0
    strength: float = 1.0
    own_manner: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and 0 <= self.temperature <= 10):
            raise VoxfaceError(f"a temperature is between 0 and 10, not {self.temperature}")
        if self.top_k < 0 or self.seed < 0:
            raise VoxfaceError("top_k and seed are whole numbers from 0")
        if not 0 <= self.strength <= 3:
            raise VoxfaceError(f"a strength is between 0 and 3, not {self.strength}")


class MeshStream:
    """Move a mesh while sound is still coming in.

    The frames are those of the whole recording, however the sound is cut into blocks.

    Parameters
    ----------
    model : MeshModel
    fps : Fraction, float or str
        Frames per second to return, exact.
    sample_rate : float
        Samples per second of the sound that will be pushed.
    options : MeshOptions, optional
    neutral : array_like, shape (V, 3), optional
        The face that is moved, in centimetres; by default the model's own.

    Raises
    ------
    VoxfaceError
        If an option is out of range or the neutral face has another number of vertices.
    """

    def __init__(
        self,
        model: MeshModel,
        fps: Fraction | float | str = 30,
        sample_rate: float = SAMPLE_RATE,
        options: MeshOptions | None = None,
        neutral: ArrayLike | None = None,
    ) -> None:
        about = model.description
        self.model, self.fps = model, parse_frame_rate(fps)
        self.options = options or MeshOptions()
        face = np.asarray(about.neutral if neutral is None else neutral, np.float32)
        if face.shape != about.neutral.shape:
            raise VoxfaceError(
                f"the neutral face has shape {face.shape}; {about.name} moves "
                f"{about.neutral.shape[0]} vertices of {about.topology.name}"
            )
        self.neutral = face
        self._rate = checked_sample_rate(sample_rate)
        self._sound = SoundResampler(self._rate, SAMPLE_RATE)
        self._frames = FrameRateStage(self.fps, about.rate)
        self.latency = (about.look_ahead + 1) / about.rate + 0.01 + self._frames.delay
        """Seconds from a sound to the frame that shows it, at most; resampling not counted."""
        self.metadata: dict[str, Any] = {
            "model": f"{about.name} {about.version}",
            "licence": about.licence,
            "options": asdict(self.options),
        }
        self.reset()

    def reset(self) -> None:
        """Forget all sound."""
        self._sound.reset()
        self._frames.reset()
        self._state = self.model.new_state()
        self._rest = np.zeros(0, np.float32)
        self._run_frames = 0
        self._heard = 0

    def push(self, pcm: ArrayLike) -> MeshClip:
        """Take the next block of sound; return the frames that became due, often none.

        Parameters
        ----------
        pcm : array_like, shape (N,) or (N, channels)
            As in `voxface.audio.as_mono`.

        Raises
        ------
        VoxfaceError
            If the block is not sound.
        """
        mono = as_mono(pcm, channels_last=True)
        self._heard += len(mono)
        return self._due(self._advance(self._sound.push(mono)))

    def flush(self) -> MeshClip:
        """End the sound: return all frames still owed, and be ready for another sound."""
        about = self.model.description
        early = self._advance(self._sound.flush())
        # A recording that ends within a frame of the model, and what the model still looks ahead.
        missing = -len(self._rest) % about.hop + about.look_ahead * about.hop
        late = self._advance(np.zeros(missing, np.float32))
        clip = self._due(np.concatenate([early, late]), last=True)
        self.reset()
        return clip

    def _advance(self, sound: FloatArray) -> FloatArray:
        """Run the model over whole hops; return offsets (n, V x 3) without the first look-ahead."""
        about = self.model.description
        sound = np.concatenate([self._rest, sound]) if len(self._rest) else sound
        whole = len(sound) // about.hop
        self._rest = sound[whole * about.hop :].copy()
        width = about.topology.vertices * 3
        made = [np.zeros((0, width), np.float32)]
        most = about.most_frames or LONGEST_RUN
        for begin in range(0, whole, most):
            count = min(most, whole - begin)
            part = sound[begin * about.hop : (begin + count) * about.hop]
            offsets, self._state = self.model.run(
                part,
                self._state,
                self._noise(count),
                self.options.temperature,
                self.options.top_k,
                self.neutral if self.options.own_manner else None,
            )
            dropped = max(0, min(count, about.look_ahead - self._run_frames))
            self._run_frames += count
            made.append(offsets[dropped:].reshape(-1, width))
        return np.concatenate(made)

    def _noise(self, count: int) -> FloatArray | None:
        """Return Gumbel noise of the next frames: a frame's is the same in any block."""
        if self.model.description.latent is None:
            return None
        rows = []
        for frame in range(self._run_frames, self._run_frames + count):
            rng = np.random.default_rng((self.options.seed, frame))
            rows.append(rng.gumbel(size=self.model.description.latent))
        return np.array(rows, np.float32)

    def _due(self, offsets: FloatArray, last: bool = False) -> MeshClip:
        first = self._frames.next_frame
        total = frame_count(Fraction(self._heard) / Fraction(self._rate), self.fps)
        rest = np.broadcast_to(np.array(REST_POSE, np.float32), (len(offsets), 7))
        told, head = self._frames.push(offsets, rest, total, last)
        moved = told.reshape(len(told), len(self.neutral), 3) * np.float32(self.options.strength)
        return MeshClip(
            self.neutral + moved,
            self.model.description.topology,
            self.fps,
            self.neutral,
            head,
            float(first / self.fps),
            self.metadata,
        )
