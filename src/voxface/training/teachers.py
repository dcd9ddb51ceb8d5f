"""Distillation: a student learns from how larger, slower nets say its crops."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from voxface.corpus.captured import channel_weight
from voxface.corpus.labels import Canonical
from voxface.errors import VoxfaceError
from voxface.models.condition import condition_size
from voxface.training.checkpoint import load_trained
from voxface.training.crops import Batch
from voxface.training.hearing import Hearing
from voxface.training.workers import shared_total


class Teachers:
    """An ensemble of trained nets that hear what a student hears, before it is augmented.

    Teachers may look further ahead than the student, whole or in part: what each says of a frame is
    compared with what the student says of it. Those that hear phones are given the phones.

    Parameters
    ----------
    folders : sequence of Path
        Folders of their runs.
    hearing : Hearing
        What the student hears.
    canonical : Canonical
        The speaker that the student learns.
    warm_up : int
        First frames of a crop, which are not judged.

    Raises
    ------
    VoxfaceError
        If a folder holds no run, or a teacher hears or speaks differently.
    """

    def __init__(
        self, folders: Sequence[Path], hearing: Hearing, canonical: Canonical, warm_up: int
    ) -> None:
        self.warm_up = warm_up
        self.channels = torch.tensor(channel_weight(canonical), dtype=torch.float32)
        self.nets = []
        for folder in folders:
            trained = load_trained(folder)
            heard = Hearing.of_run(trained.about)
            if heard.rate != hearing.rate or (heard.hears == "sound" and heard != hearing):
                raise VoxfaceError(
                    f"the teacher '{folder}' hears other features than the recipe; train it with "
                    "the same 'features' and 'rate' of data"
                )
            if not np.allclose(trained.canonical.centre, canonical.centre):
                raise VoxfaceError(
                    f"the teacher '{folder}' was trained on different examples; train it on these"
                )
            if condition_size(trained.net.config):
                raise VoxfaceError(
                    f"the teacher '{folder}' must be told who speaks; choose one that is not"
                )
            self.nets.append((trained.net.requires_grad_(False), heard.hears))

    @torch.no_grad()
    def motion(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the mean motion (B, T, 52) they say, and where it counts (B, T).

        Frame t is what they say of frame t; T is as long as the least of them says something.
        """
        said = []
        known = torch.ones_like(batch.speech)
        for net, hears in self.nets:
            net.to(batch.clean.device)
            features = batch.clean
            if hears == "phones":
                features, known = batch.articulation, known * batch.articulation_weight
            face, _ = net(features, net.initial_state(len(features)).to(features.device))
            said.append(face.motion[:, net.look_ahead :].float())
        frames = min(part.shape[1] for part in said)
        known = known[:, :frames].clone()
        known[:, : self.warm_up] = 0
        return torch.stack([part[:, :frames] for part in said]).mean(0), known

    def loss(self, motion: Tensor, look_ahead: int, batch: Batch) -> Tensor:
        """Return the Smooth-L1 between a student's motion (B, T, 52) and theirs.

        Hinton et al., "Distilling the knowledge in a neural network", 2015.
        """
        theirs, known = self.motion(batch)
        own = motion[:, look_ahead:][:, : theirs.shape[1]]
        theirs, known = theirs[:, : own.shape[1]], known[:, : own.shape[1]]
        count = known[:, :, None] * self.channels.to(known.device)
        off = functional.smooth_l1_loss(own, theirs, beta=0.5, reduction="none")
        return (count * off).sum() / shared_total(count.sum(), 1.0)
