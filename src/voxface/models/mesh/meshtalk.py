"""MeshTalk, simplified: a categorical latent space of expression and audio, and a prior over it.

Richard, Zollhöfer, Wen, De la Torre & Sheikh, "MeshTalk: 3D face animation from speech using
cross-modality disentanglement", ICCV 2021. Meshes are told in a linear basis, so that all but the
basis costs the same for any topology; everything that runs at inference is causal and keeps its
state, so that time grows with the length of the sound and memory does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from voxface.errors import VoxfaceError
from voxface.models.blocks import DenseBlock
from voxface.models.mesh.contract import MeshBasis, MeshNet, MeshNetConfig
from voxface.models.mesh.entry import SoundEntry
from voxface.models.mesh.latent import HeadsInOrder


@dataclass(frozen=True)
class MeshTalkConfig(MeshNetConfig):
    """Sizes of a `MeshTalkNet`; see `MeshNetConfig` for what every mesh net has.

    Parameters
    ----------
    heads, classes : int
        H and C of the latent space; the original has 64 and 128.
    width : int
        Channels of encoders and decoder.
    sound_dilations : tuple of int
        Of the convolutions over sound, in encoder and prior.
    decoder_dilations, prior_dilations : tuple of int
        Of those over latents.
    learned_basis : bool
        Whether training may change the basis of motion.
    dropout : float
    template_dropout : float
        How often a face at rest is hidden in training: strangers then move as the mean of those who
        were heard, instead of as an odd one of them.
    """

    family: str = "meshtalk"
    rate: int = 25
    look_ahead: int = 4
    heads: int = 16
    classes: int = 32
    width: int = 160
    sound_dilations: tuple[int, ...] = (1, 2, 4, 8)
    decoder_dilations: tuple[int, ...] = (1, 2)
    prior_dilations: tuple[int, ...] = (1, 2, 4, 8)
    learned_basis: bool = False
    dropout: float = 0.1
    template_dropout: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.template_dropout < 1:
            raise VoxfaceError("'template_dropout' of model is a share from 0 to below 1")
        if self.heads < 1 or self.classes < 2:
            raise VoxfaceError("a latent space has at least 1 head of 2 classes")


class Stack(nn.Module):
    """Causal dilated convolutions over a stream (B, T, C), with their state."""

    def __init__(self, width: int, dilations: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            DenseBlock(width, 3, dilation, dropout, norm="batch", activation="gelu")
            for dilation in dilations
        )

    @property
    def state_size(self) -> int:
        """Numbers in the state of one stream."""
        return sum(block.state_size for block in self._each())

    def forward(self, stream: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """Advance a stream, given its past (B, state_size)."""
        now, kept = stream.transpose(1, 2), []
        blocks = self._each()
        pasts = torch.split(past, [block.state_size for block in blocks], dim=1)
        for block, own in zip(blocks, pasts, strict=True):
            now, new = block(now, own)
            kept.append(new)
        return now.transpose(1, 2), torch.cat(kept, dim=1) if kept else past

    def zeros(self, stream: Tensor) -> Tensor:
        """Return the past before any frame, for a batch like `stream`."""
        return stream.new_zeros(len(stream), self.state_size)

    def _each(self) -> list[DenseBlock]:
        return [block for block in self.blocks if isinstance(block, DenseBlock)]


class ExpressionEncoder(nn.Module):
    """Coefficients of a moving mesh to a stream; it sees before and after."""

    def __init__(self, components: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(components, width, 5, padding=2), nn.GELU(),
            nn.Conv1d(width, width, 5, padding=2), nn.GELU(),
            nn.Conv1d(width, width, 3, padding=1), nn.GELU(),
        )  # fmt: skip

    def forward(self, coefficients: Tensor) -> Tensor:
        """Map (B, T, K) to (B, T, width)."""
        told: Tensor = self.layers(coefficients.transpose(1, 2))
        return told.transpose(1, 2)


class Decoder(nn.Module):
    """Latents, and the face at rest that they move, to coefficients of the basis."""

    def __init__(self, config: MeshTalkConfig) -> None:
        super().__init__()
        width = config.width
        self.hidden = config.template_dropout
        self.enter = nn.Linear(config.heads * config.classes, width)
        self.template = nn.Sequential(
            nn.Linear(config.components, width), nn.Tanh(), nn.Linear(width, width)
        )
        self.stack = Stack(width, config.decoder_dilations, config.dropout)
        self.leave = nn.Sequential(
            nn.Linear(width, width), nn.GELU(), nn.Linear(width, config.components)
        )

    def forward(self, chosen: Tensor, template: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """Map one-hot latents (B, T, H, C) and template coefficients (B, K) to (B, T, K)."""
        if self.training and self.hidden:
            template = template * (torch.rand(len(template), 1) >= self.hidden).to(template)
        stream = self.enter(chosen.flatten(2)) + self.template(template)[:, None]
        stream, past = self.stack(stream, past)
        told: Tensor = self.leave(stream)
        return told, past


class Prior(nn.Module):
    """How likely each class of each head is, given sound and the latents before."""

    def __init__(self, config: MeshTalkConfig) -> None:
        super().__init__()
        width = config.width
        self.config = config
        self.sound = SoundEntry(config, width, config.sound_dilations, config.dropout)
        self.before = nn.Linear(config.heads * config.classes, width, bias=False)
        self.stack = Stack(width, config.prior_dilations, config.dropout)
        self.leave = nn.Sequential(
            nn.Linear(2 * width, width), nn.GELU(), nn.Dropout(config.dropout),
            nn.Linear(width, config.heads * config.classes),
        )  # fmt: skip
        self.order = HeadsInOrder(config.heads, config.classes)

    def forward(self, sound: Tensor, before: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits without what the heads say of one another.

        Parameters
        ----------
        sound : Tensor, shape (B, T, width)
            The sound's stream at the frames that are told.
        before : Tensor, shape (B, T, H, C)
            One-hot latents, each of the frame before; zeros before the first.
        past : Tensor, shape (B, S)

        Returns
        -------
        logits : Tensor, shape (B, T, H, C)
        past : Tensor, shape (B, S)
        """
        stream, past = self.stack(sound + self.before(before.flatten(2)), past)
        logits = self.leave(torch.cat([stream, sound], dim=2))
        return logits.reshape(*before.shape), past


class MeshTalkNet(MeshNet):
    """Encoders, latent space, decoder and prior."""

    config: MeshTalkConfig
    template_mean: Tensor
    template_axes: Tensor

    def __init__(self, config: MeshTalkConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.expression = ExpressionEncoder(config.components, width)
        self.audio = SoundEntry(config, width, config.sound_dilations, config.dropout)
        self.fusion = nn.Sequential(
            nn.Linear(2 * width, width), nn.GELU(), nn.Linear(width, config.heads * config.classes)
        )
        self.decoder = Decoder(config)
        self.prior = Prior(config)
        self.mesh = MeshBasis(config.components, config.vertices, config.learned_basis)
        size = 3 * config.vertices
        self.register_buffer("template_mean", torch.zeros(size))
        self.register_buffer("template_axes", torch.zeros(size, config.components))

    @property
    def state_size(self) -> int:
        """Numbers in the state of one stream: of the prior, its last latents, and the decoder."""
        return sum(self.state_parts)

    @property
    def state_parts(self) -> list[int]:
        """Numbers of each part of the state."""
        prior = self.prior
        latents = self.config.heads * self.config.classes
        sizes = [prior.sound.state_size, prior.stack.state_size, latents]
        return [*sizes, self.decoder.stack.state_size]

    def template(self, neutral: Tensor) -> Tensor:
        """Map faces at rest (B, V, 3) to coefficients (B, K)."""
        told: Tensor = (neutral.flatten(1) - self.template_mean) @ self.template_axes
        return told

    def hear(self, entry: SoundEntry, features: Tensor) -> Tensor:
        """Return a sound's stream (B, T - look_ahead, width), frame t at the face's frame t."""
        past = features.new_zeros(len(features), entry.state_size)
        stream: Tensor = entry(features, past)[0][:, self.look_ahead :]
        return stream

    def latents(self, features: Tensor, offsets: Tensor) -> Tensor:
        """Map sound and faces (B, T, V x 3) to logits (B, T - look_ahead, H, C)."""
        heard = self.hear(self.audio, features)
        seen = self.expression(self.mesh.read(offsets))[:, : heard.shape[1]]
        return self.fuse(heard, seen)

    def fuse(self, heard: Tensor, seen: Tensor) -> Tensor:
        """Map streams of sound and of expression (B, T, width) to logits (B, T, H, C)."""
        logits: Tensor = self.fusion(torch.cat([heard, seen], dim=2))
        return logits.reshape(*logits.shape[:2], self.config.heads, self.config.classes)

    def decode(self, chosen: Tensor, template: Tensor) -> Tensor:
        """Map one-hot latents (B, T, H, C) and templates (B, K) to offsets (B, T, V x 3)."""
        told, _ = self.decoder(chosen, template, self.decoder.stack.zeros(chosen))
        offsets: Tensor = self.mesh(told)
        return offsets

    def prior_logits(self, features: Tensor, chosen: Tensor) -> Tensor:
        """Return the prior's logits (B, T, H, C) of latents that were chosen (B, T, H, C)."""
        told: Tensor = self.frame_logits(features, chosen) + self.prior.order(chosen)
        return told

    def frame_logits(self, features: Tensor, past: Tensor) -> Tensor:
        """Return the prior's logits (B, T, H, C) after latents (B, T, H, C) of frames before.

        What the heads of one frame say of one another is not in them.
        """
        heard = self.hear(self.prior.sound, features)
        before = functional.pad(past, (0, 0, 0, 0, 1, 0))[:, :-1]
        logits: Tensor = self.prior(heard, before, self.prior.stack.zeros(heard))[0]
        return logits

    def draw(self, features: Tensor, noise: Tensor) -> Tensor:
        """Draw latents (B, T, H, C) of whole sounds, each frame after those that were drawn.

        Parameters
        ----------
        features : Tensor, shape (B, (T + look_ahead) x stride, F)
        noise : Tensor, shape (B, T, H, C)
            Gumbel noise times the temperature; zeros take the likeliest classes.
        """
        prior = self.prior
        heard = self.hear(prior.sound, features)
        past, before = prior.stack.zeros(heard), torch.zeros_like(noise[:, :1])
        once, drawn = noise.new_ones(1), []
        for frame in range(heard.shape[1]):
            logits, past = prior(heard[:, frame : frame + 1], before, past)
            before = prior.order.draw(logits[:, 0], noise[:, frame], once)[:, None]
            drawn.append(before)
        return torch.cat(drawn, dim=1)

    def step(
        self,
        features: Tensor,
        state: Tensor,
        template: Tensor,
        noise: Tensor,
        temperature: Tensor,
        top_k: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Advance by one frame of mesh.

        Parameters
        ----------
        features : Tensor, shape (B, stride, F)
        state : Tensor, shape (B, state_size)
        template : Tensor, shape (B, K)
        noise : Tensor, shape (B, H, C)
            Standard Gumbel noise.
        temperature : Tensor, shape (1,)
            0 takes the likeliest class of each head.
        top_k : Tensor of int64, shape (1,), optional
            How many classes of each head may be drawn.

        Returns
        -------
        offsets : Tensor, shape (B, V x 3)
        state : Tensor, shape (B, state_size)
        chosen : Tensor, shape (B, H, C)
        """
        config = self.config
        parts = list(torch.split(state, self.state_parts, dim=1))
        heard, parts[0] = self.prior.sound(features, parts[0])
        before = parts[2].reshape(-1, 1, config.heads, config.classes)
        logits, parts[1] = self.prior(heard, before, parts[1])
        chosen = self.prior.order.draw(logits[:, 0], noise, temperature, top_k)
        parts[2] = chosen.flatten(1)
        told, parts[3] = self.decoder(chosen[:, None], template, parts[3])
        return self.mesh(told)[:, 0], torch.cat(parts, dim=1), chosen
