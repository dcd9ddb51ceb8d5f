"""When the phones of a text are spoken, in any language of espeak-ng.

espeak-ng says the text and knows when it says what. Its sound is then bent onto the recording
(`voxface.phones.bend`), and its phones go with it. No model of the language's sounds is needed:
only that both voices say the same phones in the same order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import FRAME_RATE, MEL_BANDS, SAMPLE_RATE, features
from voxface.errors import VoxfaceError
from voxface.phones.bend import FloatArray, IntArray, bend
from voxface.phones.espeak import Manner, speak_text
from voxface.phones.symbols import SILENCE
from voxface.phones.times import TimedPhone, cover, speech_mask

GROUP = 4
"""Mel bands of the features that make one band here: voices differ in finer detail."""
UNIT = 8.0
"""Decibels of difference that cost 1."""
CHANGE, LEVEL, SOUNDS = 0.75, 0.02, 0.2
"""What differences of change, of loudness and of sounding at all count beside the spectrum's."""
DEPTH = 45.0
"""Decibels below a recording's loud frames at which everything counts as silence."""
CALM = 5
"""Frames over which loudness is looked at."""
DIVIDE = 0.4
"""Loudness, from 0 to 1, that parts speech from the noise of the room."""
QUIET, LOUD = 0.25, 0.55
"""Loudness up to which a frame is surely silent, and from which it surely sounds."""
PAUSE, PAUSE_IN_SOUND = 0.3, 4.0
"""What a frame of pause costs, and how much more where something sounds."""
STAY, STAY_SILENT = 0.15, 0.6
"""What it costs to stay in a frame of espeak-ng's, and in a silent one: pauses are cheaper."""
SHORTEST_PAUSE = 12
"""Frames; shorter ones are closures of stops."""
LONGEST_SILENCE = 5
"""Frames that are kept of espeak-ng's own pauses; those of the recording are found."""
SPEEDS = (80, 450)
"""Words per minute that espeak-ng can speak."""
FASTEST = 30
"""Phones per second that nobody speaks: the text cannot belong to the recording."""


def align_by_voice(pcm: NDArray[np.float32], text: str, voice: str) -> list[TimedPhone]:
    """Find when the phones of a text are spoken.

    Parameters
    ----------
    pcm : ndarray of float32, shape (N,)
        Mono sound at 16 kHz, full scale ±1.
    text : str
        What is said, as written.
    voice : str
        A language of espeak-ng.

    Returns
    -------
    list of TimedPhone
        From 0 to the end of the sound.

    Raises
    ------
    VoxfaceError
        If espeak-ng or the voice is missing, nothing is to be said, or the text is far too long
        for the recording.
    """
    heard = features(pcm)
    speech = float((_loudness(heard) > QUIET).sum()) / FRAME_RATE
    said, phones = _at_speed_of(speech, text, voice)
    spoken = [phone for phone in phones if phone.symbol != SILENCE]
    if not spoken:
        raise VoxfaceError(f"espeak-ng said no phone of '{text[:40]}'; is it in '{voice}'?")
    if len(spoken) > FASTEST * max(speech, 0.1):
        raise VoxfaceError(
            f"the text has {len(spoken)} phones, but only {speech:.1f} s of the recording sound; "
            "is it the text of another recording?"
        )
    known = features(said)
    kept = _without_long_silences(speech_mask(phones, len(known)))
    # The first frame is the silence from which every way begins.
    looks, quiet = _looks(heard), _loudness(heard)
    first = looks[quiet.argmin()]
    silent = 1 - _sounding(_loudness(known)[kept])
    stay = np.concatenate([[0], silent]) * (STAY_SILENT - STAY) + STAY
    pause = PAUSE + PAUSE_IN_SOUND * _sounding(quiet)
    way = bend(looks, np.vstack([first, _looks(known)[kept]]), pause, stay)
    return cover(_carried(phones, way, kept), len(pcm) / SAMPLE_RATE)


def _at_speed_of(
    seconds: float, text: str, voice: str
) -> tuple[NDArray[np.float32], list[TimedPhone]]:
    """Let espeak-ng speak about as fast as the recording does."""
    manner = Manner(voice)
    said, phones = speak_text(text, manner)
    usual = sum(phone.end - phone.start for phone in phones if phone.symbol != SILENCE)
    speed = int(np.clip(manner.speed * usual / max(seconds, 0.1), *SPEEDS))
    if abs(speed - manner.speed) < 0.1 * manner.speed:
        return said, phones
    return speak_text(text, Manner(voice, speed=speed))


def _loudness(feature: NDArray[np.float32]) -> FloatArray:
    """Return the loudness of every frame, (T,): 0 silent, `DIVIDE` in between, 1 loud.

    Between the noise of a room and speech lies the level that parts the recording's frames best
    in two (Otsu, 1979, "A threshold selection method from gray-level histograms", IEEE SMC 9(1)).
    """
    # The median keeps the edges of speech and takes off how noise flutters.
    padded = np.pad(feature[:, -1].astype(np.float64), CALM // 2, mode="edge")
    level = np.median(np.lib.stride_tricks.sliding_window_view(padded, CALM), axis=1)
    loud = float(np.percentile(level, 95))
    floor = max(float(np.percentile(level, 5)), loud - DEPTH)
    level = np.clip(level, floor, max(loud, floor + 1))
    between = _parting_level(level)
    return np.asarray(np.interp(level, (floor, between, max(loud, floor + 1)), (0, DIVIDE, 1)))


def _parting_level(level: FloatArray) -> float:
    counts, edges = np.histogram(level, bins=64)
    share = np.cumsum(counts) / counts.sum()
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts * middles) / counts.sum()
    spread = share * (1 - share)
    apart = np.divide(
        (below[-1] * share - below) ** 2, spread, out=np.zeros_like(spread), where=spread > 1e-9
    )
    return float(edges[1:][apart.argmax()])


def _looks(feature: NDArray[np.float32]) -> FloatArray:
    """Return what is compared, (T, 2B + 1): shape of the spectrum, its change, and loudness.

    The mean spectrum of speech is taken off, as room, microphone and voice differ in it.
    """
    mel = feature[:, :MEL_BANDS].astype(np.float64).reshape(len(feature), -1, GROUP).mean(axis=2)
    loudness = _loudness(feature)
    loud = np.percentile(mel, 95, axis=0)
    mel = np.maximum(mel, loud.max() - DEPTH - 15) - mel[loudness > QUIET].mean(axis=0)
    level = DEPTH * loudness
    padded = np.pad(mel, ((2, 2), (0, 0)), mode="edge")
    change = (padded[4:] - padded[:-4]) / 2
    shape = mel - mel.mean(axis=1, keepdims=True)
    audible = np.clip(loudness / QUIET - 0.5, 0, 1)[:, None]
    shape, change = shape * audible, change * audible  # the looks of noise do not matter
    # One column of loudness and one of sounding at all weigh as much as so many bands.
    width = 2 * mel.shape[1] + 2
    sounds = width * SOUNDS * UNIT * _sounding(loudness)
    columns = (shape, CHANGE * change, width * LEVEL * level[:, None], sounds[:, None])
    return np.concatenate(columns, axis=1) / UNIT


def _sounding(loudness: FloatArray) -> FloatArray:
    """Return 0 where a frame is surely silent, 1 where it surely sounds."""
    return np.asarray(np.clip((loudness - QUIET) / (LOUD - QUIET), 0, 1))


def _without_long_silences(speech: NDArray[np.bool_]) -> IntArray:
    """Return the frames to keep: all of speech, and the first few of every silence."""
    silent = ~speech
    run = np.zeros(len(silent), np.int64)
    for at in range(len(silent)):
        run[at] = (run[at - 1] if at else 0) + 1 if silent[at] else 0
    return np.flatnonzero(run <= LONGEST_SILENCE)


def _carried(phones: list[TimedPhone], way: IntArray, kept: IntArray) -> list[TimedPhone]:
    """Carry phones over to the recording: each is where its frames of espeak-ng's are."""
    paused = _long(way < 0)
    state = np.where(way < 0, -1 - way, way) - 1
    source = np.where(state >= 0, kept[np.maximum(state, 0)], -1)
    ends = np.round(np.array([phone.end for phone in phones]) * FRAME_RATE).astype(np.int64)
    owner = np.searchsorted(ends, source, side="right")
    moved: list[TimedPhone] = []
    for number, phone in enumerate(phones):
        if phone.symbol == SILENCE:
            continue
        at = np.flatnonzero((owner == number) & (source >= 0) & ~paused)
        if len(at):
            # A phone that a pause was found in lies on the longer side of the pause.
            at = max(np.split(at, np.flatnonzero(np.diff(at) > 1) + 1), key=len)
            start, end = float(at[0]) / FRAME_RATE, float(at[-1] + 1) / FRAME_RATE
            moved.append(TimedPhone(phone.symbol, start, end))
        elif moved:  # skipped over: a moment at the end of the phone before
            end = moved[-1].end
            moved.append(TimedPhone(phone.symbol, end, end))
    return _closed(moved)


def _long(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask without its runs that are too short for a pause."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    result = np.zeros_like(mask)
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        result[begin:end] = end - begin >= SHORTEST_PAUSE
    return result


def _closed(phones: list[TimedPhone]) -> list[TimedPhone]:
    """Give gaps too short for a pause to what follows: most are closures of stops."""
    closed = phones[:1]
    for phone in phones[1:]:
        gap = phone.start - closed[-1].end
        short = 0 < gap < SHORTEST_PAUSE / FRAME_RATE
        closed.append(TimedPhone(phone.symbol, closed[-1].end, phone.end) if short else phone)
    return closed
