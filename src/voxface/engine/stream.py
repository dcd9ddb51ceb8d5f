"""`Stream`: sound in as it comes, frames out as they become due."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from voxface.audio import SAMPLE_RATE, SoundResampler, as_mono, checked_sample_rate
from voxface.audio.features import FRAME_RATE
from voxface.audio.resampler import resampling_delay
from voxface.engine.controls import Controls, ControlStage
from voxface.engine.description import POSE
from voxface.engine.frame_rate import FrameRateStage
from voxface.engine.gate import SilenceGate
from voxface.engine.life import replaced
from voxface.engine.liveliness import Liveliness
from voxface.engine.model import FloatArray, Model, SoundModel
from voxface.engine.runner import ModelRunner
from voxface.engine.smoothing import Smoother
from voxface.face import SPEECH_CHANNELS, FaceClip, frame_count, parse_frame_rate
from voxface.face.rotation import multiplied, quaternion_from_rotation_vector


class Stream:
    """Animate a face from sound while it is being heard.

    Whole recordings run through the same code in long pushes, so both give the same numbers
    (within 1e-4) however the sound is cut.

    Parameters
    ----------
    fps : Fraction, float or str
        Frames per second to return, exact.
    sample_rate : float
        Samples per second of what will be pushed, in hertz.
    controls : Controls, optional
        How to shape the motion.
    model : Model or VisemeModel, optional
        By default the packaged one.

    Attributes
    ----------
    fps : Fraction
    latency : float
        Longest time in seconds from a moment of the sound to the return of its frame: the model's
        look-ahead, its window and hop, and what sample-rate conversion, smoothing and the frame
        rate add. At a `sample_rate` of 16000 nothing is added by conversion.

    Raises
    ------
    VoxfaceError
        If the frame rate, the sample rate or a control is out of range.

    Examples
    --------
    >>> stream = voxface.Stream(fps=60)  # doctest: +SKIP
    >>> for block in microphone:  # doctest: +SKIP
    ...     for weights in stream.push(block).weights:
    ...         show(weights)
    """

    def __init__(
        self,
        fps: Fraction | float | str = 60,
        sample_rate: float = SAMPLE_RATE,
        controls: Controls | None = None,
        model: SoundModel | None = None,
    ) -> None:
        self.fps = parse_frame_rate(fps)
        self.controls = controls or Controls()
        self.model: SoundModel = model or Model.default()
        about = self.model.description
        self._rate = Fraction(checked_sample_rate(sample_rate))
        self._frames_per_sample = self.fps / self._rate
        self._channels = about.channels
        self._sound = SoundResampler(float(self._rate), SAMPLE_RATE)
        self._runner = ModelRunner(self.model)
        self._gate = SilenceGate()
        self._gated = np.array([name in SPEECH_CHANNELS for name in about.channels], np.float32)
        self._control = ControlStage(self.controls, about.channels)
        self._smoother = Smoother(self.controls.smoothing)
        self._frames = FrameRateStage(self.fps)
        moved = (name not in about.untrained_channels for name in about.channels)
        trained = np.array([*moved])
        self._trained = np.ones(len(about.channels) + len(POSE), np.float32)
        self._trained[: len(trained)] = trained
        self._trained[: len(trained)] *= replaced(self.controls.living, about.channels)
        self._beside = Liveliness(
            self.controls, about.channels, about.delay_frames, self._control.factor
        )
        given = {*self.controls.offset, *self._beside.channels}
        tracked = trained | [name in given for name in about.channels]
        # A row for as many frames as may ever come at once; a broadcast row takes no memory.
        self._tracked = np.broadcast_to(tracked, (1 << 32, len(tracked)))
        self.metadata: Mapping[str, Any] = {
            "model": f"{about.name} {about.version}",
            "licence": about.licence,
            "controls": self.controls.as_metadata(),
            "life": self.controls.living.as_metadata(),
        }
        self._heard = 0
        self.latency = self._total_latency()

    def push(self, pcm: ArrayLike) -> FaceClip:
        """Take the next block of sound.

        Parameters
        ----------
        pcm : array_like, shape (N,) or (N, channels)
            Any number of samples, also none; types as in `voxface.audio.as_mono`.

        Returns
        -------
        FaceClip
            The frames that became due, often none; `start` is the time of the first of them.

        Raises
        ------
        VoxfaceError
            If the block is not sound. The stream stays as it was.
        """
        mono = as_mono(pcm, channels_last=True)
        self._heard += len(mono)
        sound = self._sound.push(mono)
        self._beside.hear(sound)
        frames, speech = self._runner.push(sound)
        return self._finish(self._smoother.push(self._shape(frames, speech)))

    def flush(self) -> FaceClip:
        """End the sound: return all frames still owed, and be ready for another sound.

        In all there are as many frames as come nearest to the length of the sound.
        """
        sound = self._sound.flush()
        self._beside.hear(sound)
        early = self._runner.push(sound)
        late = self._runner.flush()
        frames, speech = (np.concatenate(parts) for parts in zip(early, late, strict=True))
        smooth = self._smoother.push(self._shape(frames, speech))
        rest = self._smoother.flush()
        clip = self._finish(smooth if rest is None else np.concatenate([smooth, rest]), last=True)
        self.reset()
        return clip

    def express(self, intensities: Mapping[str, float], fade: float = 0.3) -> None:
        """Change expressions while the stream runs, from the next frame that it returns.

        Parameters
        ----------
        intensities : mapping of str to float
            Expressions by name, 0 to 1; those not named stay as they are.
        fade : float
            Seconds in which they get there.

        Raises
        ------
        VoxfaceError
            If a name is unknown or an intensity out of its range.
        """
        self._beside.express(intensities, fade)
        moved = self._tracked[0] | [name in self._beside.channels for name in self._channels]
        self._tracked = np.broadcast_to(moved, self._tracked.shape)

    def reset(self) -> None:
        """Forget everything, as if newly made."""
        self._sound.reset()
        self._runner.reset()
        self._smoother.reset()
        self._frames.reset()
        self._gate.reset()
        self._beside.reset()
        self._heard = 0

    def _shape(self, frames: FloatArray, speech: FloatArray) -> FloatArray:
        """Gate and control the model's frames, shape (n, C + 6); let life notice what is said."""
        if not len(frames):
            return frames
        shaped = frames * self._trained
        opening = self._gate.push(speech)
        self._beside.notice(speech, opening)
        if self.controls.silence_gate:
            shut = 1 - opening
            if shut.any():
                weights = shaped[:, : len(self._channels)]
                weights *= 1 - shut[:, None] * self._gated
        return self._control.push(shaped)

    def _finish(self, frames: FloatArray, last: bool = False) -> FaceClip:
        """Turn frames of the model's rate, shape (n, C + 6), into a clip of the asked rate."""
        count = len(self._channels)
        head = np.empty((len(frames), 7), np.float32)
        head[:, :3] = frames[:, count : count + 3]
        moved = self._beside.apply(frames) if len(frames) else None
        if moved is None:
            head[:, 3:] = quaternion_from_rotation_vector(frames[:, count + 3 :])
        else:
            # The model's head moves within the living one.
            head[:, :3] += moved[:, :3]
            both = np.stack([moved[:, 3:], frames[:, count + 3 :]])
            head[:, 3:] = multiplied(*quaternion_from_rotation_vector(both))
        first = self._frames.next_frame
        if last and self._heard:
            total = frame_count(self._heard / self._rate, self.fps)
        else:  # the nearest whole number, a half not yet counted
            up, down = self._frames_per_sample.as_integer_ratio()
            total = -((down - 2 * self._heard * up) // (2 * down))
        weights, head = self._frames.push(frames[:, :count], head, total, last)
        return FaceClip(
            weights=weights,
            fps=self.fps,
            channels=self._channels,
            head=head,
            tracked=self._tracked[: len(weights)],
            start=first * self.fps.denominator / self.fps.numerator,
            metadata=self.metadata,
        )

    def _total_latency(self) -> float:
        # A frame of the model is there once the hop is whole in which its look-ahead ends.
        frames = self.model.description.delay_frames + 1 + self._smoother.delay_frames
        seconds = frames / FRAME_RATE + self._frames.delay
        seconds += resampling_delay(float(self._rate), SAMPLE_RATE)
        # At a few frames per second, whether a frame is owed at all is known half a frame later.
        return max(seconds, float(1 / (2 * self.fps)))
