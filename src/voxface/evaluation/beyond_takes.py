"""Where no face was captured: voices whose phones are known, and sounds without speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from voxface.corpus.examples import Example, load_examples
from voxface.evaluation.lips import motion_without_speech, score_lips
from voxface.evaluation.methods import Method, ModelMethod, RunMethod

VOICES = ("voices", "synthetic")
"""Example files of voices with phones and without a face."""
VOICES_SCORED = 60
"""Recordings of each language whose p, b and m are scored."""


def lips_on_voices(
    method: Method,
    examples: Path,
    threshold: float,
    groups: Mapping[str, Sequence[Example]],
) -> dict[str, Any]:
    """Return how lips behave on known phones: of groups of takes, and by set and language.

    All p, b and m of a group count alike, where a take's own figure counts takes alike. A model
    file runs with its silence gate, as users see it. Most methods have heard the voices in
    training, without a face.
    """
    predict = method.predict_gated if isinstance(method, ModelMethod) else method.predict
    found = {}
    for name, voices in _voices(examples, groups).items():
        score = score_lips(voices, predict, threshold)
        found[name] = asdict(score.shut) | {
            "shut_on_tongue": score.shut_on_tongue,
            "opened": score.opened,
            "rounded": score.rounded,
        }
    return found


def _voices(
    examples: Path, groups: Mapping[str, Sequence[Example]]
) -> dict[str, Sequence[Example]]:
    found = {name: [e for e in takes if e.articulation.shape[1]] for name, takes in groups.items()}
    found = {name: takes for name, takes in found.items() if takes}
    for name in VOICES:
        path = examples / f"{name}.npz"
        for example in load_examples(path) if path.is_file() else ():
            key = f"{name}: {example.about.get('language', '')}"
            found.setdefault(key, []).append(example)
    return {name: group[:: max(1, len(group) // VOICES_SCORED)] for name, group in found.items()}


def quiet_sounds(method: Method) -> dict[str, dict[str, float]]:
    """Return the mean motion per frame in sounds without speech, with and without the gate.

    Methods that need phones or text are not asked.
    """
    if isinstance(method, ModelMethod):
        return {
            "gated": motion_without_speech(lambda sound: method.predict_sound(sound, gate=True)),
            "not gated": motion_without_speech(method.predict_sound),
        }
    if isinstance(method, RunMethod) and method.trained.hears == "sound":
        return {"not gated": motion_without_speech(method.predict_sound)}
    return {}
