"""Self-supervised pre-training: a net guesses the sound that was blanked before it learns faces.

Any sound will do: faces are not asked for. After Liu et al., "Mockingjay: unsupervised speech
representation learning", ICASSP 2020, for nets that stream.
"""

from __future__ import annotations

from pathlib import Path

import lightning
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn import functional

from voxface.formats.output import OutputFile
from voxface.models import FaceNet
from voxface.training.crops import Batch, Crops
from voxface.training.fit import run, sizes
from voxface.training.recipe import Pretraining, Recipe
from voxface.training.trunk import Trunk
from voxface.training.workers import Workers, shared_total

PRETRAINED = "pretrained.safetensors"
"""Weights after pre-training, in a run's folder; a run that is started again begins with them."""
STATE = "pretraining.ckpt"
"""State of unfinished pre-training, in a run's folder."""


def pretrain(net: FaceNet, crops: Crops, recipe: Recipe, output: Path, workers: Workers) -> None:
    """Pre-train a net as its recipe says, or take up what was done before.

    Raises
    ------
    VoxfaceError
        If the folder cannot be written, or the net has no stream to guess from.
    """
    kept = output / PRETRAINED
    try:
        state = load_file(kept)
    except (OSError, SafetensorError):
        state = {}
    if sizes(state) != sizes(net.state_dict()):
        module = MaskedSound(net, recipe.pretraining, recipe.seed)
        steps = recipe.pretraining.steps
        trainer = run(module, crops, output / STATE, steps, recipe, workers)
        module.trunk.let_go()
        state = {name: part.cpu().contiguous() for name, part in net.state_dict().items()}
        if trainer.is_global_zero:
            with OutputFile(kept) as file:
                file.write(save(state))
            (output / STATE).unlink(missing_ok=True)
    net.cpu().load_state_dict(state)


class MaskedSound(lightning.LightningModule):  # type: ignore[misc]
    """Train a net to tell blanked frames of sound from those around them.

    Parameters
    ----------
    net : FaceNet
    settings : Pretraining
    seed : int
    """

    def __init__(self, net: FaceNet, settings: Pretraining, seed: int) -> None:
        super().__init__()
        self.net = net
        self.settings = settings
        self.seed = seed
        self.trunk = Trunk(net)
        self.guess = nn.Conv1d(self.trunk.width, net.config.bands, 1)

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """Compute the loss of one batch."""
        batch = Batch(*batch)
        torch.manual_seed(hash((self.seed, self.global_step)))
        config, late = self.net.config, self.net.look_ahead
        sound = batch.features[:, :, : config.bands]
        blank = blanked(len(sound), sound.shape[1], self.settings).to(sound.device)
        shown = torch.where(blank[:, :, None], config.feature_mean, sound)
        self.net(
            shown,
            self.net.initial_state(len(shown)),
            batch.condition if batch.condition.numel() else None,
        )
        frames = sound.shape[1] - late
        said = self.guess(self.trunk.stream)[:, :, late:].transpose(1, 2)
        true = (sound[:, :frames] - config.feature_mean) / config.feature_deviation
        off = functional.smooth_l1_loss(said, true, reduction="none").mean(2)
        asked = blank[:, :frames].to(off.dtype)
        loss = (asked * off).sum() / shared_total(asked.sum(), 1.0)
        self.log("pretraining", loss.detach(), prog_bar=True)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return AdamW."""
        return torch.optim.AdamW(self.parameters(), lr=self.settings.learning_rate)


def blanked(batch: int, frames: int, settings: Pretraining) -> Tensor:
    """Draw which frames are blanked (B, T): whole spans, a share of all frames on average."""
    begins = torch.rand(batch, frames) < settings.share / settings.span
    spread = functional.max_pool1d(
        functional.pad(begins.float(), (settings.span - 1, 0)), settings.span, 1
    )
    return spread > 0
