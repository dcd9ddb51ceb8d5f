"""From captures and corpora on disk to example files for training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio import read
from voxface.audio.features import MEL_BANDS, features
from voxface.corpus.captured import (
    Take,
    captured_example,
    curve_examples,
    measure_canonical,
    measure_speakers,
)
from voxface.corpus.examples import Example, save_examples
from voxface.corpus.facegood import read_take
from voxface.corpus.labels import load_canonical, save_canonical
from voxface.corpus.manifest import read_corpus
from voxface.corpus.revoice import Voice, revoiced
from voxface.corpus.speech import speech_frames, widened
from voxface.corpus.utterance import Utterance
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.phones.articulation import articulation_frames

CANONICAL = "canonical.npz"
"""Name of the canonical speaker's file among the examples."""

VARIANTS = 2
"""Other voices of each captured take."""

Tell = Callable[[int, int], None]


def prepare_captured(
    name: str,
    captures: Path,
    corpus: Path,
    output: Path,
    *,
    revoice: bool = True,
    tell: Tell = lambda done, total: None,
) -> int:
    """Make ``NAME.npz`` and ``canonical.npz`` from captured takes and the phones of their corpus.

    ``NAME_revoiced.npz`` holds the same takes in other voices.

    Parameters
    ----------
    name : str
        Name of the corpus, for example ``"grid"``.
    captures : Path
        Folder that ``voxface capture`` wrote.
    corpus : Path
        Folder that ``voxface corpus`` wrote for the same recordings.
    output : Path
        Folder of the examples.
    revoice : bool
        Whether to make the other voices, which takes most of the time.
    tell : callable
        Called with examples done and examples in all.

    Returns
    -------
    int
        How many examples were made.

    Raises
    ------
    VoxfaceError
        If no utterance of the corpus has a captured take.
    """
    takes = []
    for utterance in read_corpus(corpus):
        clip = captures / f"{utterance.recording.stem}.npz"
        if clip.is_file():
            takes.append(
                Take(
                    utterance.recording.stem,
                    utterance.speaker,
                    name,
                    FaceClip.load(clip),
                    partial(read, utterance.recording),
                    partial(articulation_frames, utterance.phones),
                    {
                        "recording": str(utterance.recording),
                        "capture": str(clip),
                        "text": utterance.text,
                        "language": utterance.language,
                    },
                )
            )
    if not takes:
        raise VoxfaceError(
            f"'{captures}' holds no take of the corpus '{corpus}'; capture its videos first: "
            "voxface capture VIDEO... -o FOLDER"
        )
    scales = measure_speakers(takes)
    canonical = measure_canonical(takes, scales)
    save_canonical(output / CANONICAL, canonical)
    work = [partial(captured_example, take, scales[take.speaker], canonical) for take in takes]
    save_examples(output / f"{name}.npz", _told((job() for job in work), len(work), tell))
    if not revoice:
        return len(takes)
    rng = np.random.default_rng(0)
    changed = (revoiced(take, Voice.random(rng)) for take in takes for _ in range(VARIANTS))
    made = (captured_example(take, scales[take.speaker], canonical) for take in changed)
    save_examples(output / f"{name}_revoiced.npz", _told(made, VARIANTS * len(takes), tell))
    return len(takes)


def prepare_facegood(shared: Path, output: Path) -> int:
    """Make ``facegood.npz`` from the FACEGOOD takes in ``shared/facegood``."""
    takes = [
        Take(
            path.stem,
            "shirley",
            "facegood",
            read_take(path),
            partial(read, path.with_suffix(".flac")),
            None,
            {"recording": str(path.with_suffix(".flac")), "capture": str(path)},
        )
        for path in sorted((shared / "facegood").glob("*.npz"))
    ]
    if not takes:
        raise VoxfaceError(f"no FACEGOOD takes (*.npz) in '{shared / 'facegood'}'")
    canonical = load_canonical(output / CANONICAL)
    save_examples(output / "facegood.npz", curve_examples(takes, canonical))
    return len(takes)


def prepare_voices(
    name: str, corpus: Path, output: Path, *, tell: Tell = lambda done, total: None
) -> int:
    """Make ``NAME.npz`` from voices without video: sound and phones, and no motion yet.

    ``voxface label`` gives them motion.
    """
    utterances = list(read_corpus(corpus))
    jobs = partial(_voice_example, name)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        made = pool.map(jobs, utterances, chunksize=16)
        save_examples(output / f"{name}.npz", _told(made, len(utterances), tell))
    return len(utterances)


def prepare_sounds(
    name: str,
    recordings: Sequence[Path],
    output: Path,
    *,
    tell: Tell = lambda done, total: None,
) -> int:
    """Make ``NAME.npz`` from recordings of which nothing is known: no motion, no phones.

    Pre-training takes them as they are; a teacher that hears sound gives them motion
    (``voxface label``).
    """
    made = (_sound_example(name, recording) for recording in recordings)
    save_examples(output / f"{name}.npz", _told(made, len(recordings), tell))
    return len(recordings)


def _voice_example(corpus: str, utterance: Utterance) -> Example:
    sound = features(read(utterance.recording))
    return _faceless(
        (utterance.id, utterance.speaker, corpus),
        sound,
        _speech(sound, utterance),
        articulation_frames(utterance.phones, len(sound)),
        {"language": utterance.language, "recording": str(utterance.recording)},
    )


def _sound_example(corpus: str, recording: Path) -> Example:
    sound = features(read(recording))
    return _faceless(
        (recording.stem, corpus, corpus),
        sound,
        widened(speech_frames(sound)).astype(np.uint8),
        np.zeros((len(sound), 0), np.uint8),
        {"recording": str(recording)},
    )


def _faceless(
    named: tuple[str, str, str],
    sound: NDArray[np.float32],
    speech: NDArray[np.uint8],
    articulation: NDArray[np.uint8],
    about: dict[str, str],
) -> Example:
    """Return an example (name, speaker, corpus) of which no motion and no pose is known."""
    frames, channels = len(sound), len(ARKIT_CHANNELS)
    ones = np.ones(channels, np.float32)
    return Example(
        *named,
        sound[:, :MEL_BANDS].astype(np.float16),
        np.zeros((frames, channels), np.float16),
        np.zeros(frames, np.uint8),
        np.zeros((frames, 6), np.float16),
        speech,
        articulation,
        ones,
        ones,
        0 * ones,
        {"pose": "unknown"} | about,
    )


def _speech(sound: NDArray[np.float32], utterance: Utterance) -> NDArray[np.uint8]:
    """Somebody speaks where it sounds or where a phone is: quiet consonants count."""
    silent = articulation_frames(utterance.phones, len(sound))[:, 0] > 0
    return widened(speech_frames(sound) | ~silent).astype(np.uint8)


def _told(examples: Iterable[Example], total: int, tell: Tell) -> Sequence[Example]:
    made = []
    for example in examples:
        made.append(example)
        tell(len(made), total)
    return made
