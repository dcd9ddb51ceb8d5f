"""How MeshTalk is taught: first the latent space, then the prior over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import lightning
import torch
from torch import Tensor
from torch.nn import functional

from voxface.errors import VoxfaceError
from voxface.models.mesh.latent import gumbel_choice, likeliest, usage
from voxface.models.mesh.meshtalk import MeshTalkNet
from voxface.training.mesh.data import MeshBatch
from voxface.training.mesh.figures import MILLIMETRES, Masks, by_vertex, motion_figures
from voxface.training.mesh.meshtalk_loss import Crossed, MeshTalkLosses, latent_terms, masked_mean
from voxface.training.mesh.optimiser import one_cycle
from voxface.training.module import Optimiser


@dataclass(frozen=True)
class PriorSettings:
    """How the prior is taught.

    Parameters
    ----------
    optimiser : Optimiser
    forget : float
        Share of latents of the past that are swapped for random ones, so that a prior that drew an
        odd one finds back.
    drop_past : float
        Share of crops whose past latents are hidden: sound must say more.
    """

    optimiser: Optimiser = Optimiser(steps=1500, learning_rate=1e-3, average=0.99)  # noqa: RUF009
    forget: float = 0.1
    drop_past: float = 0.2

    def __post_init__(self) -> None:
        if not (0 <= self.forget < 1 and 0 <= self.drop_past < 1):
            raise VoxfaceError("'forget' and 'drop_past' of prior are shares from 0 to below 1")


class LatentSpace(lightning.LightningModule):  # type: ignore[misc]
    """First lesson: encoders, latent space and decoder."""

    def __init__(
        self,
        net: MeshTalkNet,
        losses: MeshTalkLosses,
        optimiser: Optimiser,
        masks: Masks,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.net, self.losses, self.optimiser = net, losses, optimiser
        self.masks, self.seed = masks, seed

    def temperature(self) -> float:
        """Return the temperature of the draw: from 2 down to 0.5 over three quarters of a run."""
        share = min(1.0, self.global_step / (0.75 * self.optimiser.steps))
        return float(2.0 * (0.5 / 2.0) ** share)

    def training_step(self, batch: MeshBatch, index: int) -> Tensor:
        """Compute the loss of one batch."""
        torch.manual_seed(hash((self.seed, self.global_step)))
        terms, used = self.terms(MeshBatch(*batch), self.temperature())
        self.log_dict({f"loss/{name}": value.detach() for name, value in terms.items()})
        self.log("classes_used", used.mean(), prog_bar=True)
        total = torch.stack(list(terms.values())).sum()
        self.log("loss", total.detach(), prog_bar=True)
        return total

    def terms(self, batch: MeshBatch, temperature: float) -> tuple[dict[str, Tensor], Tensor]:
        """Return the weighted terms of the loss, and the classes used of each head (H,)."""
        net = self.net
        offsets = batch.offsets.flatten(2)
        heard = net.hear(net.audio, batch.features)
        frames = heard.shape[1]
        seen = net.expression(net.mesh.read(offsets))[:, :frames]
        other = torch.roll(torch.arange(len(heard)), 1)
        template = net.template(batch.neutral)
        # One pass for what belongs together, another's expression, and another's sound.
        logits = net.fuse(
            torch.cat([heard, heard, heard[other]]), torch.cat([seen, seen[other], seen])
        )
        chosen = gumbel_choice(logits, temperature)
        told = MILLIMETRES * by_vertex(net.decode(chosen, template.repeat(3, 1)))
        known = batch.seen[:, :frames]
        true = MILLIMETRES * batch.offsets[:, :frames]
        own, by_sound, by_expression = told.chunk(3)
        both = known * batch.seen[other][:, :frames]
        crossed = Crossed(own, by_sound, by_expression, true, known, both)
        used = usage(functional.softmax(logits, dim=-1))
        weighted = latent_terms(crossed, used, net.config.classes, self.masks, self.losses)
        return weighted, used.detach()

    def figures(self, batch: MeshBatch) -> dict[str, float]:
        """Return the error of a take that is encoded and decoded by the likeliest classes."""
        net = self.net
        chosen = likeliest(net.latents(batch.features, batch.offsets.flatten(2)))
        told = by_vertex(net.decode(chosen, net.template(batch.neutral)))
        frames = told.shape[1]
        said, true = MILLIMETRES * told, MILLIMETRES * batch.offsets[:, :frames]
        seen = batch.seen[:, :frames]
        loss = masked_mean(((said - true) ** 2).mean(dim=(2, 3)), seen)
        neutral = MILLIMETRES * batch.neutral
        return {"loss": float(loss)} | motion_figures(said, true, seen, neutral, self.masks)

    def configure_optimizers(self) -> Any:
        """Return AdamW with its schedule, for all but the prior."""
        self.net.prior.requires_grad_(False)
        return one_cycle(self, self.optimiser)


class LatentPrior(lightning.LightningModule):  # type: ignore[misc]
    """Second lesson: the prior over latents, given sound; all else is frozen."""

    def __init__(
        self, net: MeshTalkNet, settings: PriorSettings, masks: Masks, seed: int = 0
    ) -> None:
        super().__init__()
        self.net, self.settings = net, settings
        self.optimiser, self.masks, self.seed = settings.optimiser, masks, seed

    def training_step(self, batch: MeshBatch, index: int) -> Tensor:
        """Compute the cross-entropy of one batch, in nats for a frame and head."""
        torch.manual_seed(hash((self.seed, self.global_step)))
        loss = self.cross_entropy(MeshBatch(*batch), learning=True)
        self.log("loss", loss.detach(), prog_bar=True)
        return loss

    def cross_entropy(self, batch: MeshBatch, *, learning: bool) -> Tensor:
        """Return the prior's mean cross-entropy with what the encoders choose."""
        net = self.net
        with torch.no_grad():
            frozen = net.training
            for part in (net.audio, net.expression, net.fusion, net.decoder):
                part.eval()  # what is learned from must not waver
            logits = net.latents(batch.features, batch.offsets.flatten(2))
            chosen = likeliest(logits)
            net.train(frozen)
        past = self._doubted(chosen) if learning else chosen
        told = net.frame_logits(batch.features, past) + net.prior.order(chosen)
        said = functional.log_softmax(told, dim=-1)
        seen = batch.seen[:, : said.shape[1]]
        return masked_mean(-(said * chosen).sum(dim=3).mean(dim=2), seen)

    def _doubted(self, chosen: Tensor) -> Tensor:
        """Swap some latents for random ones, and hide the past of some crops."""
        shape, classes = chosen.shape[:-1], chosen.shape[-1]
        random = functional.one_hot(torch.randint(classes, shape), classes).to(chosen)
        swapped = (torch.rand(shape) < self.settings.forget).to(chosen)[..., None]
        kept = (torch.rand(len(chosen)) >= self.settings.drop_past).to(chosen)
        return kept[:, None, None, None] * (swapped * random + (1 - swapped) * chosen)

    def figures(self, batch: MeshBatch) -> dict[str, float]:
        """Return cross-entropy and perplexity of a take, for a head."""
        loss = self.cross_entropy(batch, learning=False)
        return {"loss": float(loss), "perplexity": float(torch.exp(loss))}

    def configure_optimizers(self) -> Any:
        """Return AdamW with its schedule, for the prior alone."""
        self.net.requires_grad_(False)
        self.net.prior.requires_grad_(True)
        return one_cycle(self, self.optimiser)
