"""espeak-ng through its library: sound and the phones it spoke with their times."""

from __future__ import annotations

import ctypes
import ctypes.util
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
import soxr
from numpy.typing import NDArray

from voxface.audio.features import SAMPLE_RATE
from voxface.errors import VoxfaceError
from voxface.phones.ipa import parse_ipa
from voxface.phones.symbols import MODIFIERS, SILENCE, feature
from voxface.phones.times import TimedPhone, cover, loudness, spread

# Constants of espeak-ng's speak_lib.h (release 1.51).
_SYNCHRONOUS = 2
_PHONEME_EVENTS, _IPA_NAMES, _NEVER_EXIT = 1, 2, 0x8000
_UTF8, _PHONEMES_IN_TEXT = 1, 0x100
_RATE, _PITCH, _RANGE = 1, 3, 4
_EVENT_END, _EVENT_PHONEME = 0, 7

LONGEST_CLOSURE = 0.1
"""Seconds of silence before a stop's release that may be its closure."""
QUIET = 35.0
"""Decibels below the loudest frame that count as silence inside synthetic speech."""
SHORTEST = 320
"""Samples at 16 kHz; less is no sound of speech."""


_NAMELESS = {"??": "ʊɐ"}
"""What espeak-ng 1.51 has no IPA for: the vowel of German *durch*."""
_NOT_IPA = str.maketrans({"ε": "ɛ", "A": "ɑ", "S": "ʃ", "X": "χ", "`": None, "#": None})
"""Letters of other writings that it leaves in the IPA of a few languages."""
_PLAIN = "ə"
"""What stands for a phone whose symbol nobody knows."""


@dataclass(frozen=True)
class Manner:
    """How espeak-ng should speak.

    Attributes
    ----------
    voice : str
        Language and variant, such as ``"de+f2"``.
    speed : int
        Words per minute, 80 to 450.
    pitch : int
        0 to 100, 50 is the voice's own.
    range : int
        Liveliness of the pitch, 0 to 100.
    """

    voice: str
    speed: int = 160
    pitch: int = 50
    range: int = 50


class _Id(ctypes.Union):
    _fields_: ClassVar = [
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    ]


class _Event(ctypes.Structure):
    _fields_: ClassVar = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


class _Voice(ctypes.Structure):
    _fields_: ClassVar = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Library:
    """The loaded library; one for each process, for its state is global."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1"
        try:
            self.call: Any = ctypes.CDLL(name)
        except OSError:
            raise VoxfaceError(
                "espeak-ng is missing; install it (apt install espeak-ng libespeak-ng1)"
            ) from None
        options = _PHONEME_EVENTS | _IPA_NAMES | _NEVER_EXIT
        self.rate: int = self.call.espeak_Initialize(_SYNCHRONOUS, 0, None, options)
        if self.rate <= 0:
            raise VoxfaceError("espeak-ng does not start; install its data (espeak-ng-data)")
        self.call.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self.sound: list[NDArray[np.int16]] = []
        self.events: list[tuple[float, str]] = []
        self.callback = _Callback(self._take)
        self.call.espeak_SetSynthCallback(self.callback)

    def _take(self, wave: Any, count: int, events: Any) -> int:
        if wave and count > 0:
            self.sound.append(np.ctypeslib.as_array(wave, (count,)).copy())
        at = 0
        while events[at].type != _EVENT_END:
            event = events[at]
            if event.type == _EVENT_PHONEME:
                label = event.id.string.decode("utf-8", "ignore")
                label = _NAMELESS.get(label, label)
                self.events.append((event.sample / self.rate, label))
            at += 1
        return 0

    def choose(self, voice: str) -> None:
        if self.call.espeak_SetVoiceByName(voice.encode()) == 0:
            return
        # Some languages, en-gb among them, are no voice's name.
        wanted = _Voice(languages=voice.encode())
        if self.call.espeak_SetVoiceByProperties(ctypes.byref(wanted)) != 0:
            raise VoxfaceError(f"espeak-ng has no voice '{voice}'; see 'espeak-ng --voices'")


def require_espeak() -> None:
    """Raise VoxfaceError if espeak-ng cannot be used here."""
    _library()


@cache
def _library() -> _Library:
    return _Library()


def speak_text(text: str, manner: Manner) -> tuple[NDArray[np.float32], list[TimedPhone]]:
    """Let espeak-ng say a text.

    Parameters
    ----------
    text : str
        Plain text; ``[[…]]`` encloses phonemes in espeak-ng's own writing.
    manner : Manner

    Returns
    -------
    pcm : ndarray of float32, shape (N,)
        Mono, 16 kHz, full scale ±1.
    phones : list of TimedPhone
        From 0 to the end of the sound.

    Raises
    ------
    VoxfaceError
        If espeak-ng or the voice is missing, or nothing was said.
    """
    library = _library()
    library.choose(manner.voice)
    for parameter, value in (
        (_RATE, manner.speed),
        (_PITCH, manner.pitch),
        (_RANGE, manner.range),
    ):
        library.call.espeak_SetParameter(parameter, value, 0)
    library.sound.clear()
    library.events.clear()
    data = text.encode() + b"\0"
    flags = _UTF8 | _PHONEMES_IN_TEXT
    library.call.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, flags, None, None)
    if not library.sound:
        raise VoxfaceError(f"espeak-ng said nothing of '{text[:40]}' with '{manner.voice}'")
    wave = np.concatenate(library.sound).astype(np.float32) / 32768
    pcm = np.asarray(soxr.resample(wave, library.rate, SAMPLE_RATE), np.float32)
    if len(pcm) < SHORTEST:
        raise VoxfaceError(f"espeak-ng said nothing of '{text[:40]}' with '{manner.voice}'")
    phones = _timed(library.events, pcm)
    return pcm, cover(with_closures(phones, pcm), len(pcm) / SAMPLE_RATE)


def phonemes_of(text: str, voice: str) -> list[str]:
    """Return the phonemes of a text in espeak-ng's own writing, stress marks kept."""
    library = _library()
    library.choose(voice)
    data = ctypes.create_string_buffer(text.encode())
    pointer = ctypes.c_void_p(ctypes.addressof(data))
    said = ""
    while pointer.value:
        part = library.call.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, ord("|") << 8)
        said += (part or b"").decode("utf-8", "ignore") + " "
    return [phoneme for word in said.split() for phoneme in word.split("|") if phoneme]


def _timed(events: list[tuple[float, str]], pcm: NDArray[np.float32]) -> list[TimedPhone]:
    """Turn events into phones.

    An event without a name is a pause, or a link between phones that sounds (the little vowel
    before a trill): then it belongs to the phone before. A modifier alone, the palatalisation of
    Slavic consonants, joins the phone before.
    """
    level = loudness(pcm)
    quiet = level.max() - QUIET
    spans: list[tuple[str, float, float]] = []
    ends = [start for start, _ in events[1:]] + [len(pcm) / SAMPLE_RATE]
    for (start, label), end in zip(events, ends, strict=True):
        joins = label[:1] in MODIFIERS and label != ""
        inside = level[int(start * 100) : max(int(end * 100), int(start * 100) + 1)]
        sounds = not label and inside.size > 0 and float(np.median(inside)) > quiet
        if spans and spans[-1][0] and (joins or sounds):
            before, since, _ = spans[-1]
            spans[-1] = (before + label, since, end)
        else:
            spans.append(("" if joins else label, start, end))
    phones: list[TimedPhone] = []
    for label, start, end in spans:
        phones += spread(_symbols(label) or (SILENCE,), start, end)
    return phones


def _symbols(label: str) -> tuple[str, ...]:
    """Read a label of espeak-ng, which has over a hundred languages and some slips in them."""
    try:
        return parse_ipa(label.translate(_NOT_IPA))
    except VoxfaceError:
        return (_PLAIN,)


def with_closures(phones: list[TimedPhone], pcm: NDArray[np.float32]) -> list[TimedPhone]:
    """Give stops and affricates the silence before them, which is their closure.

    espeak-ng marks a stop at its release; the quiet that it leaves before belongs, in its
    events, to the phone before.
    """
    level = loudness(pcm)
    quiet = level < level.max() - QUIET
    result = list(phones)
    for at, phone in enumerate(phones):
        if feature(phone.symbol, "stop") + feature(phone.symbol, "affricate") == 0:
            continue
        room = 0.0 if at == 0 else phones[at - 1].start + (0 if _silent(phones[at - 1]) else 0.02)
        frame = int(phone.start * 100)
        earliest = max(room, phone.start - LONGEST_CLOSURE)
        while frame > 0 and (frame - 1) / 100 >= earliest and quiet[frame - 1]:
            frame -= 1
        start = min(phone.start, max(earliest, frame / 100))
        if start < phone.start:
            result[at] = TimedPhone(phone.symbol, start, phone.end)
            if at > 0:
                before = result[at - 1]
                result[at - 1] = TimedPhone(before.symbol, before.start, max(before.start, start))
    return result


def _silent(phone: TimedPhone) -> bool:
    return phone.symbol == SILENCE
