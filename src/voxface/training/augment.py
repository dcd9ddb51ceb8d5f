"""Augmentation in the log-mel domain: one speaker in one room becomes many in many places.

Everything works on batches of log-mel in dB, shape (B, T, 80), with its own random draw for each
item. Tempo is changed together with the labels, when a crop is taken (`voxface.training.crops`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import lfilter
from torch import Tensor

from voxface.audio.features import DECIBEL_RANGE, MEL_BANDS, mel_centres

LOW, HIGH = DECIBEL_RANGE


@dataclass(frozen=True)
class Augmentation:
    """How strong each change is; a probability of 0 switches it off.

    Parameters
    ----------
    warp : float
        Vocal-tract length: frequencies are scaled by up to this share either way.
    equalisation, tilt : float
        Standard deviations in dB of a smooth random curve and of a slope from low to high.
    gain : tuple of float
        Range in dB added to everything.
    noise : float
        Probability of added noise, at `noise_ratio` dB of signal over noise.
    reverberation : float
        Probability of a room, of 0.1 to 0.8 s reverberation time.
    band_limit : float
        Probability of a telephone-like or otherwise limited band.
    codec : float
        Probability that what lies far under the frame's peak is lost, as in low-rate codecs.
    mask : float
        Probability of masking some bands and a short time (Park et al., "SpecAugment", 2019).
    """

    warp: float = 0.2
    equalisation: float = 4.0
    tilt: float = 5.0
    gain: tuple[float, float] = (-25.0, 12.0)
    noise: float = 0.5
    noise_ratio: tuple[float, float] = (3.0, 35.0)
    reverberation: float = 0.4
    band_limit: float = 0.2
    codec: float = 0.2
    mask: float = 0.3

    def __call__(self, mel: Tensor, noise: Tensor, speeds: Tensor) -> Tensor:
        """Change a batch (B, T, 80) in dB.

        `noise` (B, T, 80) in dB is what may be mixed in. `speeds` (B,) are the factors by which
        recordings were sped up: their formants are moved back by a random share of that.
        """
        back = speeds ** torch.rand(len(mel))
        mel = warp_frequency(mel, back * (1 + self.warp * (2 * torch.rand(len(mel)) - 1)))
        mel = mel + self._colour(len(mel))[:, None]
        if self.reverberation:
            mel = _sometimes(self.reverberation, mel, reverberate)
        if self.codec:
            mel = _sometimes(self.codec, mel, lose_quiet_bands)
        low, high = self.gain
        mel = mel + (low + (high - low) * torch.rand(len(mel), 1, 1))
        if self.noise:
            chosen = torch.rand(len(mel)) < self.noise
            if chosen.any():
                mel = mel.clone()
                mel[chosen] = mix(mel[chosen], noise[chosen], self.noise_ratio)
        if self.band_limit:
            mel = _sometimes(self.band_limit, mel, limit_band)
        if self.mask:
            mel = _sometimes(self.mask, mel, mask_parts)
        return mel.clamp(LOW, HIGH)

    def _colour(self, batch: int) -> Tensor:
        knots = self.equalisation * torch.randn(batch, 1, 7)
        curve = torch.nn.functional.interpolate(
            knots, size=MEL_BANDS, mode="linear", align_corners=True
        )[:, 0]
        return curve + self.tilt * torch.randn(batch, 1) * torch.linspace(-1, 1, MEL_BANDS)


def warp_frequency(mel: Tensor, factors: Tensor) -> Tensor:
    """Read each item's spectrum at `factors` (B,) times every frequency.

    Above 1 the spectrum moves down, as from a longer vocal tract. Jaitly & Hinton, "Vocal tract
    length perturbation improves speech recognition", ICML workshop 2013.
    """
    centres = torch.as_tensor(mel_centres())
    wanted = (factors[:, None] * centres[None]).clamp(max=float(centres[-1]))
    above = torch.searchsorted(centres, wanted).clamp(1, MEL_BANDS - 1)
    below = above - 1
    share = ((wanted - centres[below]) / (centres[above] - centres[below])).clamp(0, 1)
    shape = (-1, mel.shape[1], -1)
    first = mel.gather(2, below[:, None].expand(shape))
    second = mel.gather(2, above[:, None].expand(shape))
    return first + share[:, None] * (second - first)


def reverberate(mel: Tensor) -> Tensor:
    """Smear energy in time with an exponential decay of 0.1 to 0.8 s (60 dB)."""
    seconds = 0.1 + 0.7 * torch.rand(len(mel)) ** 1.5
    decay = 10 ** (-6 / (seconds * 100))
    direct = 10 ** (-(4 + 14 * torch.rand(len(mel))) / 10)
    power = 10 ** (mel / 10)
    gain = (1 - decay) * 6 * direct
    tails = [
        lfilter([0, item_gain], [1, -item_decay], item, axis=0)
        for item, item_gain, item_decay in zip(
            power.numpy(), gain.double().tolist(), decay.double().tolist(), strict=True
        )
    ]
    return 10 * torch.log10(power + torch.from_numpy(np.stack(tails)).to(power) + 1e-8)


def lose_quiet_bands(mel: Tensor) -> Tensor:
    """Drop what lies 25 to 50 dB under the loudest band of its frame."""
    depth = 25 + 25 * torch.rand(len(mel), 1, 1)
    return torch.where(mel < mel.amax(2, keepdim=True) - depth, mel - 25, mel)


def limit_band(mel: Tensor) -> Tensor:
    """Take away bands above 2.8 to 7 kHz and, for half of the items, below 80 to 350 Hz."""
    centres = torch.as_tensor(mel_centres())
    top = 2800 + 4200 * torch.rand(len(mel), 1, 1)
    bottom = (80 + 270 * torch.rand(len(mel), 1, 1)) * (torch.rand(len(mel), 1, 1) < 0.5)
    outside = (centres > top) | (centres < bottom)
    return torch.where(outside, mel - 50, mel)


def mask_parts(mel: Tensor) -> Tensor:
    """Blank up to 10 neighbouring bands and up to 60 ms."""
    mel = mel.clone()
    for item in mel:
        width = int(torch.randint(1, 11, ()))
        band = int(torch.randint(0, MEL_BANDS - width, ()))
        item[:, band : band + width] = LOW
        length = int(torch.randint(1, 7, ()))
        begin = int(torch.randint(0, max(1, len(item) - length), ()))
        item[begin : begin + length] = item[begin : begin + length].mean() - 20
    return mel


def mix(mel: Tensor, noise: Tensor, ratio: tuple[float, float]) -> Tensor:
    """Add noise at a random ratio in dB of the item's loud parts over the noise's mean."""
    low, high = ratio
    wanted = low + (high - low) * torch.rand(len(mel), 1, 1)
    loud = torch.quantile(_level(mel), 0.9, dim=1)[:, None, None]
    quiet = _level(noise).mean(1)[:, None, None]
    return 10 * torch.log10(10 ** (mel / 10) + 10 ** ((noise + (loud - quiet - wanted)) / 10))


def _level(mel: Tensor) -> Tensor:
    return 10 * torch.log10((10 ** (mel / 10)).sum(2) + 1e-8)


def _sometimes(probability: float, mel: Tensor, change: Callable[[Tensor], Tensor]) -> Tensor:
    chosen = torch.rand(len(mel)) < probability
    if not chosen.any():
        return mel
    mel = mel.clone()
    mel[chosen] = change(mel[chosen])
    return mel


def coloured_noise(frames: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return log-mel (frames, 80) of fluttering noise of a random colour, about -40 dB."""
    knots = np.interp(np.linspace(0, 5, MEL_BANDS), np.arange(6), rng.normal(0, 8, 6))
    slope = rng.normal(0, 10) * np.linspace(-1, 1, MEL_BANDS)
    flutter = np.cumsum(rng.normal(0, rng.uniform(0, 1.0), frames))
    flutter -= np.linspace(0, flutter[-1], frames)
    grain = 10 * np.log10(rng.gamma(rng.uniform(2, 6), 0.25, (frames, MEL_BANDS)) + 1e-6)
    mel = -40 + knots + slope + np.clip(flutter, -12, 12)[:, None] + grain
    return np.asarray(mel, np.float32)
