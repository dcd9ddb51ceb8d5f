"""The graph of ``model.onnx``: what is trained, rewritten for speed with the same numbers.

- The Fourier basis is folded about the window's centre and by even and odd samples, which leaves a
  quarter of the multiplications.
- Everything is time-major (batch, frames, channels), so that remembering is slicing, and a
  depthwise convolution is three multiplications where the runtime would start a tiny matrix
  product for every channel.
- Norms, input normalisation and the decibel scale are folded into the weights beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from voxface.audio import features as front
from voxface.models import CanonicalScale, CausalTCN, FaceNet, FaceOutput, SpokenLips
from voxface.models.blocks import ACTIVATIONS, SeparableBlock
from voxface.models.contract import POSE, WEIGHTS
from voxface.models.pruned_tcn import PrunedTCN
from voxface.models.spoken_lips import DECIDED, HEDGING, LipThresholds
from voxface.phones.symbols import FEATURE_NAMES
from voxface.training.whole_net import WholeNet

TAIL = front.HOP + front.WINDOW // 2
"""Past samples that the front end keeps: the window of the next frame begins so far back."""
_HALF = front.WINDOW // 2
_HEARD = [
    FEATURE_NAMES.index(name) for name in ("bilabial", "labiodental", "lip_rounding", "height")
]
"""Columns of the articulation that `SpokenLips` takes, in its order."""


class FoldedSpectrum(nn.Module):
    """Mel energies of pushed sound; push k of one hop yields frame k - 1.

    With the window's centre at 0, the spectrum is the cosine transform of ``x(k) + x(-k)`` and the
    sine transform of ``x(k) - x(-k)``. Bin ``N/2 - b`` has the cosine of bin b with the sign of odd
    k turned, and its sine with the sign of even k turned.
    """

    even_cosine: Tensor
    odd_cosine: Tensor
    even_sine: Tensor
    odd_sine: Tensor
    low_filters: Tensor
    high_filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        offset = np.arange(_HALF)[:, None]
        quarter = front.FFT_SIZE // 4
        angle = 2 * np.pi / front.FFT_SIZE * offset * np.arange(quarter + 1)[None]
        window = front.analysis_window().astype(np.float64)[_HALF:, None]
        cosine, sine = np.cos(angle) * window, np.sin(angle) * window
        cosine[0] /= 2  # the centre is its own mirror image and would count twice
        filters = front.mel_filters()
        for name, values in (
            ("even_cosine", cosine[0::2]),
            ("odd_cosine", cosine[1::2]),
            ("even_sine", sine[0::2]),
            ("odd_sine", sine[1::2]),
            ("low_filters", filters[: quarter + 1]),
            ("high_filters", filters[:quarter:-1]),
        ):
            self.register_buffer(name, torch.tensor(values.copy(), dtype=torch.float32))

    def forward(self, pcm: Tensor, tail: Tensor) -> tuple[Tensor, Tensor]:
        """Map sound (B, n x 160) and the 360 samples before it to energies (B, n, 80)."""
        sound = torch.cat([tail, pcm], dim=1)
        before = sound[:, :-_HALF].reshape(sound.shape[0], -1, front.HOP)
        after = sound[:, _HALF:].reshape(sound.shape[0], -1, front.HOP)
        # Frame t covers samples 160 t to 160 t + 400; its centre is sample 160 t + 200.
        rest = _HALF - front.HOP
        right = torch.cat([after[:, :-1], after[:, 1:, :rest]], dim=2)
        left = torch.cat([before[:, :-1], before[:, 1:, : rest + 1]], dim=2)[:, :, 1:]
        left = torch.flip(left, [2])
        plus, minus = right + left, right - left
        even = plus[:, :, 0::2] @ self.even_cosine
        odd = plus[:, :, 1::2] @ self.odd_cosine
        even_sine = minus[:, :, 0::2] @ self.even_sine
        odd_sine = minus[:, :, 1::2] @ self.odd_sine
        low = (even + odd) ** 2 + (even_sine + odd_sine) ** 2
        high = (even - odd) ** 2 + (even_sine - odd_sine) ** 2
        energy = low @ self.low_filters + high[:, :, :-1] @ self.high_filters
        return energy, sound[:, -TAIL:]


class FoldedTCN(nn.Module):
    """A trained `CausalTCN`, time-major and with everything foldable folded.

    Parameters
    ----------
    net : CausalTCN
    condition : Tensor, shape (K,), optional
        What the net is told, for good.
    """

    def __init__(self, net: CausalTCN, condition: Tensor | None = None) -> None:
        super().__init__()
        config = net.config
        if config.kernel != 3:
            raise ValueError(f"only kernels of 3 taps are folded, not {config.kernel}")
        self.channels = config.channels
        self.memories = net.memories
        self.separable, self.centred = config.separable, config.centred
        self.activation = ACTIVATIONS[config.activation]()
        to_decibel = 10 / np.log(10)  # ONNX knows the natural logarithm only
        entry = net.entry.weight[:, :, 0].T
        shift = entry.sum(0) * (config.feature_mean / config.feature_deviation)
        self.entry = _parameter(entry * (to_decibel / config.feature_deviation))
        assert net.entry.bias is not None
        self.entry_bias = _parameter(net.entry.bias - shift)
        self.taps = nn.ParameterList()
        self.tap_biases = nn.ParameterList()
        self.mixes = nn.ParameterList()
        self.mix_biases = nn.ParameterList()
        for block in net.each_block():
            weight, bias = block.folded(condition)
            # Oldest tap first: (kernel, C) of depthwise taps, (kernel, C in, C out) of dense ones.
            self.taps.append(
                _parameter(weight[:, 0].T if self.separable else weight.permute(2, 1, 0))
            )
            self.tap_biases.append(_parameter(bias))
            if isinstance(block, SeparableBlock):
                assert block.pointwise.bias is not None
                self.mixes.append(_parameter(block.pointwise.weight[:, :, 0].T))
                self.mix_biases.append(_parameter(block.pointwise.bias))
        heads = (net.motion_head, net.pose_head, net.speech_head, net.articulation_head)
        self.heads = _parameter(torch.cat([head.weight[:, :, 0] for head in heads]).T)
        biases = [head.bias for head in heads if head.bias is not None]
        self.head_bias = _parameter(torch.cat(biases))
        self.pose_bounds = _parameter(net.pose_bounds)

    def forward(self, energy: Tensor, memory: Tensor) -> tuple[FaceOutput, Tensor]:
        """Map mel energies (B, n, 80) and memory to what the net says and the next memory."""
        stream, memory = self.advance(self.enter(energy), memory)
        return self.read(stream), memory

    def enter(self, energy: Tensor) -> Tensor:
        """Map mel energies (B, n, 80) to the residual stream (B, n, C)."""
        low, high = (10 ** (level / 10) for level in front.DECIBEL_RANGE)
        return torch.log(torch.clamp(energy, min=low, max=high)) @ self.entry + self.entry_bias

    def advance(self, stream: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Pass all blocks; return the stream behind them and the next memory."""
        pasts = memory.reshape(-1, sum(self.memories), self.channels)
        kept, begin = [], 0
        for number, length in enumerate(self.memories):
            extended = torch.cat([pasts[:, begin : begin + length], stream], dim=1)
            begin += length
            middle = extended[:, length // 2 : -(length // 2)]
            inner = self._inner(number, extended[:, :-length], middle, stream)
            stream = (middle if self.centred else stream) + inner
            kept.append(extended[:, -length:].flatten(1))
        return stream, torch.cat(kept, dim=1)

    def read(self, stream: Tensor) -> FaceOutput:
        """Read what the net says from the stream."""
        said = stream @ self.heads + self.head_bias
        speech = WEIGHTS + len(POSE)
        return FaceOutput(
            motion=said[:, :, :WEIGHTS],
            pose=torch.tanh(said[:, :, WEIGHTS:speech]) * self.pose_bounds,
            speech=said[:, :, speech],
            articulation=said[:, :, speech + 1 :],
        )

    def _inner(self, number: int, first: Tensor, second: Tensor, third: Tensor) -> Tensor:
        """Return what block `number` adds, from the streams at its three taps."""
        taps, bias = self.taps[number], self.tap_biases[number]
        if self.separable:
            inner = first * taps[0] + second * taps[1]
            inner = self.activation(inner + third * taps[2] + bias)
            return torch.add(inner @ self.mixes[number], self.mix_biases[number])
        inner = first @ taps[0] + second @ taps[1] + third @ taps[2]
        return self.activation(inner + bias)  # type: ignore[no-any-return]


def fold(net: FaceNet, condition: Tensor | None = None) -> nn.Module:
    """Return the fast equal of a net that is told one thing (K,) for good.

    It maps mel energies (B, n, 80) and memory to what the net says and the next memory.
    """
    if isinstance(net, PrunedTCN):
        from voxface.training.shrink.graph import FoldedPrunedTCN  # noqa: PLC0415  (it extends ours)

        return FoldedPrunedTCN(net)
    # Nets that add to it, such as the hybrid, run as they are.
    if type(net) is CausalTCN and net.config.kernel == 3:
        return FoldedTCN(net, condition)
    return WholeNet(net, condition)


class FaceWeights(nn.Module):
    """From what a net says to blendshape weights (B, T, 52): scale, then lips as they are heard."""

    def __init__(self, scale: CanonicalScale, thresholds: LipThresholds = HEDGING) -> None:
        super().__init__()
        self.scale = scale
        self.lips = SpokenLips(thresholds)

    def forward(self, face: FaceOutput) -> Tensor:
        """Map motion and articulation to weights."""
        heard = [torch.sigmoid(face.articulation[:, :, column]) for column in _HEARD]
        placed: Tensor = self.lips(self.scale(face.motion), *heard)
        return placed


def lip_thresholds(about: Mapping[str, Any]) -> LipThresholds:
    """Return the thresholds that suit a net, given what is noted of its run."""
    losses = (about.get("recipe") or {}).get("losses") or {}
    return DECIDED if losses.get("meeting") else HEDGING


class Runner(nn.Module):
    """``(pcm, state) -> (frames, speech, next_state)``."""

    def __init__(
        self,
        net: FaceNet,
        scale: CanonicalScale,
        condition: Tensor | None = None,
        thresholds: LipThresholds = HEDGING,
    ) -> None:
        super().__init__()
        self.spectrum = FoldedSpectrum()
        self.net = fold(net, condition)
        self.weights = FaceWeights(scale, thresholds)
        self.state_size = TAIL + net.state_size
        """Numbers in the state: the front end's tail, then the net's memory."""

    def forward(self, pcm: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Advance by n hops of sound."""
        energy, tail = self.spectrum(pcm, state[:, :TAIL])
        face, memory = self.net(energy, state[:, TAIL:])
        frames = torch.cat([self.weights(face), face.pose], dim=2)
        return frames, torch.sigmoid(face.speech), torch.cat([tail, memory], dim=1)


def _parameter(values: Tensor) -> nn.Parameter:
    return nn.Parameter(values.detach().clone().contiguous(), requires_grad=False)
