"""Animote: speech features through a transformer and a decoder to the offsets of a face mesh."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from voxface.errors import VoxfaceError, unknown_name
from voxface.models.attention import WindowedAttention
from voxface.models.mesh.contract import MeshBasis, MeshNet, MeshNetConfig
from voxface.models.mesh.entry import SoundEntry
from voxface.models.mesh.positions import POSITIONS, Positions
from voxface.models.mesh.spectrogram import SpectrogramEncoder
from voxface.models.mesh.temporal_unet import TemporalUNet

DECODERS = ("lstm", "unet")


@dataclass(frozen=True)
class AnimoteConfig(MeshNetConfig):
    """Sizes of an `AnimoteNet`; see `MeshNetConfig` for what every mesh net has.

    Parameters
    ----------
    causal : bool
        Whether it streams: attention looks back over a window, and the decoder is an LSTM. The
        published net sees whole chunks.
    width : int
        Channels of the stream.
    dilations : tuple of int
        Convolutions over sound, before attention.
    spectrogram : bool
        Whether a ResNet-18 also looks at the log-mel picture around each frame.
    columns : int
        Further feature columns, such as hidden states of speech encoders, after the first 83.
    heads, layers : int
        Of the transformer encoder; 0 layers leave it out.
    window : int
        Frames that a causal net attends to.
    layer_norm : bool
        Whether layers normalise; the published ablation found it harmful.
    positions : str
        ``"balanced"``, ``"sinusoidal"`` or ``"none"``, of nets that are not causal. Causal ones
        know distances by ALiBi.
    decoder : str
        ``"lstm"``, the published one, or ``"unet"``, over time and not causal.
    decoder_width : int
        Units of the decoder.
    basis : bool
        Whether offsets are told in the basis of motion, which training may change; otherwise by a
        plain layer, as published.
    dropout : float
    """

    family: str = "animote"
    causal: bool = True
    width: int = 160
    dilations: tuple[int, ...] = (1, 2, 4, 8)
    spectrogram: bool = False
    columns: int = 0
    heads: int = 4
    layers: int = 2
    window: int = 50
    layer_norm: bool = True
    positions: str = "balanced"
    decoder: str = "lstm"
    decoder_width: int = 192
    basis: bool = True
    dropout: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.positions not in POSITIONS:
            raise unknown_name("positional encoding", self.positions, POSITIONS)
        if self.decoder not in DECODERS:
            raise unknown_name("decoder", self.decoder, DECODERS)
        if self.causal and (self.decoder == "unet" or self.spectrogram):
            raise VoxfaceError(
                "a U-Net and a ResNet see the whole chunk; set 'causal: false' of model for them"
            )
        if self.heads < 1 or self.width % self.heads:
            raise VoxfaceError(
                f"{self.heads} heads of attention cannot share {self.width} channels"
            )


class Layer(nn.Module):
    """Attention and a feed-forward layer, each added to the stream."""

    def __init__(self, config: AnimoteConfig) -> None:
        super().__init__()
        width = config.width

        def norm() -> nn.Module:
            return nn.LayerNorm(width) if config.layer_norm else nn.Identity()

        self.before, self.between = norm(), norm()
        self.attention: nn.Module = (
            WindowedAttention(width, config.heads, config.window)
            if config.causal
            else nn.MultiheadAttention(width, config.heads, batch_first=True)
        )
        self.feed_forward = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(config.dropout),
            nn.Linear(2 * width, width),
        )  # fmt: skip
        self.dropout = nn.Dropout(config.dropout)
        self.state_size = int(getattr(self.attention, "state_size", 0))

    def forward(
        self, stream: Tensor, past: Tensor, padding: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Advance a stream (B, T, C); `padding` (B, T) is true where nothing may be looked at."""
        seen = self.before(stream)
        if isinstance(self.attention, WindowedAttention):
            mixed, past = self.attention(seen, past)
        else:
            mixed, _ = self.attention(
                seen, seen, seen, key_padding_mask=padding, need_weights=False
            )
        stream = stream + self.dropout(mixed)
        return stream + self.dropout(self.feed_forward(self.between(stream))), past


class AnimoteNet(MeshNet):
    """The Animote network."""

    config: AnimoteConfig

    def __init__(self, config: AnimoteConfig) -> None:
        super().__init__()
        self.config = config
        width, units = config.width, config.decoder_width
        self.entry = SoundEntry(config, width, config.dilations, config.dropout, config.columns)
        self.picture = SpectrogramEncoder(config, width) if config.spectrogram else None
        self.positions = Positions("none" if config.causal else config.positions, width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.fusion = nn.Sequential(
            nn.Linear(width, units), nn.GELU(), nn.Dropout(config.dropout), nn.Linear(units, units)
        )
        self.recurrent = nn.LSTM(units, units, batch_first=True) if self.streams_out else None
        self.unet = None if self.streams_out else TemporalUNet(units)
        if config.basis:
            self.coefficients: nn.Module = nn.Linear(units, config.components)
            self.mesh: MeshBasis | None = MeshBasis(config.components, config.vertices, True)
        else:
            self.coefficients = nn.Linear(units, 3 * config.vertices)
            self.mesh = None

    @property
    def streams_out(self) -> bool:
        """Whether the decoder goes forward in time."""
        return self.config.decoder == "lstm"

    @property
    def state_size(self) -> int:
        """Numbers in the state of one stream; 0 of a net that sees whole chunks."""
        if not self.config.causal:
            return 0
        return sum(self._sizes())

    def _sizes(self) -> list[int]:
        attended = [layer.state_size for layer in self._each_layer()]
        return [self.entry.state_size, *attended, 2 * self.config.decoder_width]

    def forward(
        self, features: Tensor, state: Tensor, seen: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Advance by any number of frames.

        Parameters
        ----------
        features : Tensor, shape (B, T x stride, F)
            As `voxface.audio.features`, one frame late.
        state : Tensor, shape (B, state_size)
        seen : Tensor, shape (B, T), optional
            0 in padding, which a net of whole chunks then does not look at.

        Returns
        -------
        offsets : Tensor, shape (B, T, V x 3)
            Centimetres from the neutral face.
        state : Tensor, shape (B, state_size)
        """
        causal = self.config.causal
        if causal:
            parts = list(torch.split(state, self._sizes(), dim=1))
        else:
            batch = len(features)
            own = [self.entry.state_size, *(0 for _ in self.layers), 2 * self.config.decoder_width]
            parts = [features.new_zeros(batch, size) for size in own]
        stream, parts[0] = self.entry(features, parts[0])
        padding = None if seen is None or causal else self._padding(seen)
        if self.picture is not None:
            stream = stream + self.picture(features, padding)
        stream = self.positions(stream, padding)
        for number, layer in enumerate(self._each_layer(), 1):
            stream, parts[number] = layer(stream, parts[number], padding)
        stream = self.fusion(stream)
        if self.recurrent is not None:
            before = parts[-1].reshape(-1, 2, self.config.decoder_width).permute(1, 0, 2)
            told, after = self.recurrent(stream, (before[:1].contiguous(), before[1:].contiguous()))
            parts[-1] = torch.cat([after[0][0], after[1][0]], dim=1)
            stream = stream + told
        elif self.unet is not None:
            stream = stream + self.unet(stream, padding)
        said = self.coefficients(stream)
        offsets = self.mesh(said) if self.mesh is not None else said
        return offsets, torch.cat(parts, dim=1) if causal else state

    def _padding(self, seen: Tensor) -> Tensor:
        """Return where output frames (B, T) speak of what comes after all that was seen."""
        # Where a face was lost between others, its sound is still heard.
        late = functional.pad(seen, (self.look_ahead, 0), value=1.0)[:, : seen.shape[1]]
        padding = late.flip(1).cumsum(dim=1).flip(1) <= 0
        return padding & ~padding.all(dim=1, keepdim=True)

    def _each_layer(self) -> list[Layer]:
        return [layer for layer in self.layers if isinstance(layer, Layer)]
