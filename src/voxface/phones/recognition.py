"""Phones of a recording whose text nobody knows: pocketsphinx's phone recogniser, English only."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import SAMPLE_RATE
from voxface.phones.alignment import DELAY, FRAME, as_heard_by_sphinx
from voxface.phones.ipa import ARPABET, arpabet_phones
from voxface.phones.times import TimedPhone, cover, spread

LANGUAGE_WEIGHT = 2.0
"""How much what English phones usually follow one another counts beside the sound."""
BEAM = 1e-20
"""Paths so much less likely than the best are given up, in words and in phones alike."""


def recognise_phones(pcm: NDArray[np.float32]) -> list[TimedPhone]:
    """Recognise the phones of English speech.

    Two frames in three of clear synthetic speech get the right viseme, half of those of real voices
    (`benchmarks/viseme_alignment.py`). Where the text is known, align it instead.

    Parameters
    ----------
    pcm : ndarray of float32, shape (N,)
        Mono sound at 16 kHz, full scale ±1.

    Returns
    -------
    list of TimedPhone
        From 0 to the end of the sound; what is no phone (breath, noise) is silence.
    """
    decoder = _decoder()
    decoder.start_utt()
    try:
        decoder.process_raw(as_heard_by_sphinx(pcm), full_utt=True)
    finally:
        decoder.end_utt()
    phones: list[TimedPhone] = []
    for part in decoder.seg() or ():
        if part.word.upper() not in ARPABET:
            continue
        start = part.start_frame * FRAME + DELAY
        end = (part.end_frame + 1) * FRAME + DELAY
        phones += spread(arpabet_phones(part.word), start, end)
    return cover(phones, len(pcm) / SAMPLE_RATE)


@cache
def _decoder() -> Any:
    from pocketsphinx import Decoder, get_model_path  # noqa: PLC0415  (only who recognises pays)

    logging.getLogger("pocketsphinx").setLevel(logging.ERROR)
    return Decoder(
        lm=None,
        allphone=get_model_path("en-us/en-us-phone.lm.bin"),
        lw=LANGUAGE_WEIGHT,
        beam=BEAM,
        pbeam=BEAM,
        loglevel="FATAL",
    )
