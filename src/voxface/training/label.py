"""Pseudo-labels: teachers say how the face of an unseen speaker probably moved.

A teacher that hears phones does not care whose voice it is; one that hears sound knows more than
phones tell. Their mean, on voices without video, is what lets a student hear hundreds of strangers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.corpus.captured import channel_weight
from voxface.corpus.examples import Example, load_examples, save_examples
from voxface.errors import VoxfaceError
from voxface.training.checkpoint import Trained, load_trained
from voxface.training.predict import predict

LARGEST_GAIN = 1.6
"""Channels of which teachers know almost nothing are not blown up beyond this."""


def label(
    examples: Path,
    teachers: Sequence[Path],
    output: Path,
    *,
    captured: Path | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Give every example of a file the mean motion that the teachers predict.

    Parameters
    ----------
    examples : Path
        Example file of voices without motion, from ``voxface prepare``.
    teachers : sequence of Path
        Run folders.
    output : Path
        Example file to write.
    captured : Path, optional
        Example file of captured takes. Teachers that average over what they cannot know move too
        little; their motion is enlarged, channel by channel, as these takes say.
    tell : callable
        Called with examples done and examples in all.

    Raises
    ------
    VoxfaceError
        If there is no teacher, or the teachers speak on different canonical speakers.
    """
    nets = [load_trained(folder) for folder in teachers]
    if not nets:
        raise VoxfaceError("name at least one teacher: a folder that 'voxface train' wrote")
    if any(not np.allclose(n.canonical.centre, nets[0].canonical.centre) for n in nets):
        raise VoxfaceError("the teachers were trained on different examples; train them on one set")
    rest = nets[0].canonical.resting
    gain = amplitude_gain(nets, load_examples(captured)) if captured else np.ones(len(rest))
    held = load_examples(examples)
    labelled = []
    for example in held:
        motion = rest + gain * (predict_together(nets, example) - rest)
        labelled.append(
            replace(
                example,
                motion=motion.astype(np.float16),
                seen=np.ones(len(example), np.uint8),
                channel_weight=channel_weight(nets[0].canonical).astype(np.float32),
            )
        )
        tell(len(labelled), len(held))
    save_examples(output, labelled)
    return len(labelled)


def amplitude_gain(nets: Sequence[Trained], captured: Sequence[Example]) -> NDArray[np.float64]:
    """Return the true over the predicted deviation of motion per channel, between 1 and 1.6."""
    known = [example for example in captured if example.seen.any()][:: max(1, len(captured) // 150)]
    said = np.concatenate([predict_together(nets, e)[e.seen > 0] for e in known])
    true = np.concatenate([e.motion[e.seen > 0] for e in known]).astype(np.float64)
    gain = true.std(axis=0) / np.maximum(said.std(axis=0), 1e-3)
    return np.asarray(np.clip(gain, 1.0, LARGEST_GAIN))


def predict_together(nets: Sequence[Trained], example: Example) -> NDArray[np.float64]:
    """Return the mean motion (T, 52) that several nets predict."""
    return np.asarray(np.mean([predict_motion(net, example) for net in nets], axis=0, dtype=float))


def predict_motion(trained: Trained, example: Example) -> NDArray[np.float32]:
    """Return the motion (T, 52) a net predicts at the time of each feature frame."""
    [face] = predict(trained, [example])
    return np.asarray(face.motion[0].numpy())
