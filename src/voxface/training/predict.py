"""What a trained net says of whole examples, at 100 Hz and at the time of their sound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxface.corpus.examples import Example
from voxface.models import FaceOutput, NetConfig
from voxface.models.condition import ConditionedConfig, condition_size, condition_vector
from voxface.training.checkpoint import Trained
from voxface.training.hearing import Hearing


@torch.inference_mode()
def predict(trained: Trained, examples: Sequence[Example]) -> list[FaceOutput]:
    """Let a net hear examples side by side.

    Parameters
    ----------
    trained : Trained
        The run; nets that are told who speaks and how are told what is known of each example.
    examples : sequence of Example
        As `voxface.corpus.examples` reads them.

    Returns
    -------
    list of FaceOutput
        For each example its parts of shape (1, T, ...), T as long as the example.
    """
    hearing, late = Hearing.of_run(trained.about), trained.net.look_ahead
    rows = [hearing.slower(e.features.astype(np.float32)) for e in hearing.heard(examples)]
    frames = max(map(len, rows)) + late
    heard = np.tile(hearing.silence, (len(rows), frames, 1)).astype(np.float32)
    for row, its in zip(heard, rows, strict=True):
        row[: len(its)] = its
    said, _ = trained.net(
        torch.from_numpy(heard),
        trained.net.initial_state(len(rows)),
        told(trained.net.config, examples),
    )
    return [
        FaceOutput(
            *(
                torch.from_numpy(
                    hearing.at_feature_rate(part[number, late:].float().numpy(), len(example))
                )[None]
                for part in said
            )
        )
        for number, example in enumerate(examples)
    ]


def told(config: NetConfig, examples: Sequence[Example]) -> Tensor | None:
    """Return what a net is told of examples (B, K), or None for a net that is told nothing.

    A speaker that the net has no style of is nobody known; an example without ``"emotion"`` (a name
    or valence, arousal and dominance) is neutral.
    """
    if not condition_size(config):
        return None
    assert isinstance(config, ConditionedConfig)
    return torch.stack(
        [
            condition_vector(
                config,
                example.speaker if example.speaker in config.styles else None,
                example.about.get("emotion") if config.emotions else None,
            )
            for example in examples
        ]
    )


def tell_one(config: NetConfig, example: Example) -> NDArray[np.float32]:
    """Return what a net is told of one example, shape (K,); see `told`."""
    condition = told(config, [example])
    assert condition is not None
    return np.asarray(condition[0].numpy())
