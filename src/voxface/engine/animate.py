"""`animate`: a whole recording becomes a face clip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.audio import SAMPLE_RATE, as_mono, as_mono_16k, checked_sample_rate, read, read_blocks
from voxface.audio.decode import BLOCK_SECONDS
from voxface.engine.ahead import ahead
from voxface.engine.controls import Controls
from voxface.engine.method import script_for
from voxface.engine.model import Model, SoundModel
from voxface.engine.stream import Stream
from voxface.engine.viseme_model import VisemeModel
from voxface.errors import VoxfaceError
from voxface.face import FaceClip

if TYPE_CHECKING:
    from voxface.visemes import Script


def animate(
    source: str | PathLike[str] | ArrayLike,
    *,
    fps: Fraction | float | str = 60,
    sample_rate: float | None = None,
    controls: Controls | None = None,
    model: SoundModel | None = None,
    salvage: bool = False,
    method: str = "model",
    text: str | PathLike[str] | None = None,
    phones: str | PathLike[str] | None = None,
    language: str | None = None,
) -> FaceClip:
    """Animate a face from a recording of speech.

    Parameters
    ----------
    source : path-like or array_like
        A sound or video file, or samples as in `voxface.audio.as_mono`.
    fps : Fraction, float or str
        Frames per second, exact; ``29.97`` means 30000/1001.
    sample_rate : float, optional
        Samples per second of an array, in hertz. A file knows its own.
    controls : Controls, optional
        How to shape the motion.
    model : Model, optional
        By default the packaged one.
    salvage : bool
        Whether a damaged or cut-off file is used as far as it can be decoded, with a warning.
    method : str
        ``"model"``, a net that hears the sound; or ``"visemes"``, rules that move the mouth by
        phones, in any language of espeak-ng (``docs/visemes.md``).
    text : str or path-like, optional
        With ``"visemes"``: what is said, or a path object of a text file that holds it.
    phones : path-like, optional
        With ``"visemes"``: a TextGrid, JSON or Rhubarb file with phones or mouth cues in time.
        Without text and phones, English is recognised.
    language : str, optional
        With ``"visemes"``: of the text, as espeak-ng names it; by default ``"en"``.

    Returns
    -------
    FaceClip
        Frame 0 stands at time 0 of the sound; the length is the sound's within half a frame.

    Raises
    ------
    VoxfaceError
        If the file or array is not sound, the file is damaged or cut off and not to be salvaged,
        or an option is out of range.

    Examples
    --------
    >>> voxface.animate("speech.mp3").save("speech.csv")  # doctest: +SKIP
    """
    blocks = list(
        animate_blocks(
            source,
            fps=fps,
            sample_rate=sample_rate,
            controls=controls,
            model=model,
            salvage=salvage,
            script=script_for(method, model, text, phones, language),
        )
    )
    first = blocks[0]
    metadata: dict[str, Any] = dict(first.metadata)
    if isinstance(source, str | PathLike):
        metadata["source"] = str(source)
    return FaceClip(
        weights=np.concatenate([block.weights for block in blocks]),
        fps=first.fps,
        channels=first.channels,
        head=np.concatenate([block.head for block in blocks]),
        tracked=first.tracked[:1] if len(first) else np.concatenate([b.tracked for b in blocks]),
        metadata=metadata,
    )


def animate_blocks(
    source: str | PathLike[str] | ArrayLike,
    *,
    fps: Fraction | float | str = 60,
    sample_rate: float | None = None,
    controls: Controls | None = None,
    model: SoundModel | None = None,
    salvage: bool = False,
    script: Script | None = None,
) -> Iterator[FaceClip]:
    """Do what `animate` does, yielding the clip in blocks, so that memory stays flat.

    Options are checked at once; the file is opened when the first block is asked for. Decoding
    runs ahead in a thread.

    Yields
    ------
    FaceClip
        Consecutive parts of the animation, about ten seconds each.
    """
    if isinstance(source, str | PathLike):
        if sample_rate is not None:
            raise VoxfaceError("sample_rate goes with an array of samples; a file knows its own")
        rate, name = float(SAMPLE_RATE), str(source)
        whole = cache(lambda: read(source, salvage=salvage))
        sound = ahead(read_blocks(source, salvage=salvage)) if script is None else _slices(whole)
    else:
        if sample_rate is None:
            raise VoxfaceError("say the sample rate of the array, such as sample_rate=16000")
        rate, name = checked_sample_rate(sample_rate), "the array"
        mono = as_mono(source)
        whole = cache(lambda: as_mono_16k(mono, rate))
        sound = _slices(lambda: mono, rate)
    if script is not None:
        model = VisemeModel(whole, script)
    return _animated(Stream(fps, rate, controls, model or Model.for_recordings()), sound, name)


def _animated(
    stream: Stream, sound: Iterator[NDArray[np.float32]], name: str
) -> Iterator[FaceClip]:
    samples = 0
    for block in sound:
        samples += len(block)
        clip = stream.push(block)
        if len(clip):
            yield clip
    if not samples:
        raise VoxfaceError(f"{name} holds no sound: it is zero seconds long")
    yield stream.flush()


def _slices(
    whole: Callable[[], NDArray[np.float32]], rate: float = SAMPLE_RATE
) -> Iterator[NDArray[np.float32]]:
    sound, step = whole(), round(BLOCK_SECONDS * rate)
    for begin in range(0, len(sound), step):
        yield sound[begin : begin + step]
