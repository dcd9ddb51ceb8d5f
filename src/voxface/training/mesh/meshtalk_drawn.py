"""MeshTalk's third lesson: the face that comes out when the prior draws for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import lightning
import torch
from torch import Tensor
from torch.nn import functional

from voxface.errors import VoxfaceError
from voxface.models.mesh.latent import gumbel_noise, likeliest, straight_through
from voxface.models.mesh.meshtalk import MeshTalkNet
from voxface.training.mesh.data import MeshBatch
from voxface.training.mesh.figures import MILLIMETRES, Masks, by_vertex, motion_figures, nearly_shut
from voxface.training.mesh.meshtalk_loss import masked_error, masked_mean
from voxface.training.mesh.optimiser import one_cycle
from voxface.training.module import Optimiser


@dataclass(frozen=True)
class DrawnSettings:
    """How prior and decoder are taught together; a weight of 0 switches a term off.

    Parameters
    ----------
    optimiser : Optimiser
        0 steps leave the lesson out.
    temperature : float
        At which latents are drawn.
    latents : float
        Cross-entropy with what the encoders choose, in nats for a frame and head.
    reconstruction : float
        Mean squared error of vertices from what the encoders choose, mm²: the decoder must not
        forget the upper face.
    mouth : float
        Mean squared error of the mouth's vertices as drawn, mm², by their mask.
    lips : float
        Mean squared error of how far the lips are apart, mm².
    closure : float
        The same where lips are shut or nearly so, which is seen most and lasts least.
    coherence : float
        Mean squared error of the mouth's differences from frame to frame, mm².
    """

    optimiser: Optimiser = Optimiser(steps=0, learning_rate=5e-4, average=0.99)  # noqa: RUF009
    temperature: float = 0.3
    latents: float = 0.5
    reconstruction: float = 0.5
    mouth: float = 1.0
    lips: float = 0.1
    closure: float = 0.3
    coherence: float = 1.0

    def __post_init__(self) -> None:
        if self.temperature < 0:
            raise VoxfaceError("'temperature' of drawn is at least 0")


class DrawnFaces(lightning.LightningModule):  # type: ignore[misc]
    """Third lesson: prior and decoder learn from the face that drawn latents make.

    The prior was taught with a true past and knows nothing of how lips look; here its past is what
    it drew itself, as in use, and the decoder tells it what its choices are worth: gradients pass
    the draw straight through, as they do in the first lesson.
    """

    def __init__(
        self, net: MeshTalkNet, settings: DrawnSettings, masks: Masks, seed: int = 0
    ) -> None:
        super().__init__()
        self.net, self.settings = net, settings
        self.optimiser, self.masks, self.seed = settings.optimiser, masks, seed

    def training_step(self, batch: MeshBatch, index: int) -> Tensor:
        """Compute the loss of one batch."""
        torch.manual_seed(hash((self.seed, self.global_step)))
        terms = self.terms(MeshBatch(*batch))
        self.log_dict({f"loss/{name}": value.detach() for name, value in terms.items()})
        total = torch.stack(list(terms.values())).sum()
        self.log("loss", total.detach(), prog_bar=True)
        return total

    def terms(self, batch: MeshBatch) -> dict[str, Tensor]:
        """Return the weighted terms of the loss."""
        net, asked = self.net, self.settings
        wanted = self._encoded(batch)
        frames = wanted.shape[1]
        noise = asked.temperature * gumbel_noise(wanted)
        drawn = self._drawn(batch.features, noise)
        # Once more in one pass, for gradients, with the past that was drawn.
        logits = net.frame_logits(batch.features, drawn)
        chosen = straight_through(drawn, logits + net.prior.order(drawn) + noise)
        template = net.template(batch.neutral)
        faces = net.decode(torch.cat([chosen, wanted]), template.repeat(2, 1))
        own, encoded = (MILLIMETRES * by_vertex(part) for part in faces.chunk(2))
        true, seen = MILLIMETRES * batch.offsets[:, :frames], batch.seen[:, :frames]
        chance = functional.log_softmax(logits + net.prior.order(wanted), dim=-1)
        opening = self.masks.opening(true)
        apart = (self.masks.opening(own) - opening) ** 2
        terms = {
            "latents": masked_mean(-(chance * wanted).sum(dim=3).mean(dim=2), seen),
            "reconstruction": masked_error(encoded, true, torch.ones(true.shape[2]), seen),
            "mouth": masked_error(own, true, self.masks.mouth, seen),
            "lips": masked_mean(apart, seen),
            "closure": masked_mean(apart, nearly_shut(opening) * seen),
            "coherence": masked_error(
                own.diff(dim=1), true.diff(dim=1), self.masks.mouth, seen[:, 1:] * seen[:, :-1]
            ),
        }
        return {name: getattr(asked, name) * value for name, value in terms.items()}

    @torch.no_grad()
    def _encoded(self, batch: MeshBatch) -> Tensor:
        """Return what the encoders choose, (B, T, H, C); they are frozen."""
        net = self.net
        for part in (net.audio, net.expression, net.fusion):
            part.eval()
        return likeliest(net.latents(batch.features, batch.offsets.flatten(2)))

    @torch.no_grad()
    def _drawn(self, features: Tensor, noise: Tensor) -> Tensor:
        """Return what the prior draws as it does in use, (B, T, H, C)."""
        prior, learning = self.net.prior, self.net.prior.training
        prior.eval()
        drawn = self.net.draw(features, noise)
        prior.train(learning)
        return drawn

    def figures(self, batch: MeshBatch) -> dict[str, float]:
        """Return the error of a take whose latents are the likeliest ones, and how it moves."""
        net = self.net
        drawn = net.draw(batch.features, torch.zeros_like(self._encoded(batch)))
        said = MILLIMETRES * by_vertex(net.decode(drawn, net.template(batch.neutral)))
        frames = said.shape[1]
        true, seen = MILLIMETRES * batch.offsets[:, :frames], batch.seen[:, :frames]
        loss = masked_error(said, true, self.masks.mouth, seen)
        neutral = MILLIMETRES * batch.neutral
        return {"loss": float(loss)} | motion_figures(said, true, seen, neutral, self.masks)

    def configure_optimizers(self) -> Any:
        """Return AdamW with its schedule, for prior and decoder."""
        self.net.requires_grad_(False)
        for part in (self.net.prior, self.net.decoder):
            part.requires_grad_(True)
        return one_cycle(self, self.optimiser)
