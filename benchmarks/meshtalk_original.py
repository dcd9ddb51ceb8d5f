"""Times the original MeshTalk's own code, from a checkout, with random weights on processors.

Run: ``python benchmarks/meshtalk_original.py CHECKOUT [--seconds 20]``

``CHECKOUT`` is a clone of https://github.com/facebookresearch/meshtalk (CC BY-NC 4.0, for research
only; nothing of it is here). What its ``animate_face.py`` does between reading sound and rendering
is done: one second of sound around every frame is encoded, latents are sampled, meshes decoded. Two
of its libraries are stood in for where they are missing: torchaudio's mel spectrogram by the same
calculation in PyTorch, PyTorch3D's reader of templates by nothing, for the face is zeros.
"""

from __future__ import annotations

import argparse
import sys
import time
import types
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import torch
from common import speech
from torch import Tensor, nn

HEADS, CLASSES, VERTICES = 16, 128, 6172
"""What `animate_face.py` builds."""


class MelSpectrogram(nn.Module):
    """Torchaudio's transform of this name, as far as MeshTalk needs it."""

    def __init__(self, sample_rate: int, n_fft: int, win_length: int, hop_length: int, n_mels: int):
        super().__init__()
        self.sizes = (n_fft, hop_length, win_length)
        self.register_buffer("window", torch.hann_window(win_length))
        # Their values change nothing in how long it takes, nor do those of the nets.
        self.register_buffer("filters", torch.rand(n_fft // 2 + 1, n_mels))

    def forward(self, sound: Tensor) -> Tensor:
        """Map sound (..., N) to mel bands (..., n_mels, frames)."""
        flat = sound.reshape(-1, sound.shape[-1])
        told = torch.stft(flat, *self.sizes, window=self.window, return_complex=True)
        mel = (told.abs() ** 2).transpose(1, 2) @ self.filters
        return mel.transpose(1, 2).reshape(*sound.shape[:-1], mel.shape[2], -1)


class Original(NamedTuple):
    """The original's nets and its function that cuts sound."""

    sound: Any
    prior: Any
    decoder: Any
    cut: Any
    parameters: int


def load(checkout: Path) -> Original:
    """Build the original's nets from a checkout, with random weights."""
    if find_spec("torchaudio") is None:
        stand_in = types.ModuleType("torchaudio")
        stand_in.transforms = types.SimpleNamespace(MelSpectrogram=MelSpectrogram)
        sys.modules["torchaudio"] = stand_in
    if find_spec("pytorch3d") is None:
        reader = types.ModuleType("pytorch3d.io")
        reader.load_obj = None
        sys.modules |= {"pytorch3d": types.ModuleType("pytorch3d"), "pytorch3d.io": reader}
    sys.path.insert(0, str(checkout))
    from models.context_model import ContextModel  # noqa: PLC0415
    from models.encoders import MultimodalEncoder  # noqa: PLC0415
    from models.vertex_unet import VertexUnet  # noqa: PLC0415
    from utils.helpers import audio_chunking  # noqa: PLC0415

    torch.manual_seed(0)
    sizes = {"classes": CLASSES, "heads": HEADS}
    encoder = MultimodalEncoder(**sizes, n_vertices=VERTICES).eval()
    prior = ContextModel(**sizes).eval()
    decoder = VertexUnet(**sizes, n_vertices=VERTICES).eval()
    count = sum(part.num_trainable_parameters() for part in (encoder, prior, decoder))
    return Original(encoder.audio_encoder, prior, decoder, audio_chunking, count)


@torch.no_grad()
def animate(nets: Original, seconds: float) -> float:
    """Animate a sound of a length; return how long it took."""
    sound = torch.from_numpy(speech(seconds))[None]
    started = time.perf_counter()
    chunks = nets.cut(sound, frame_rate=30, chunk_size=16_000)
    heard = nets.sound(chunks[None])["code"]
    drawn = nets.prior.sample(heard, argmax=False)["one_hot"]
    template = torch.zeros(1, 1, VERTICES, 3).expand(-1, drawn.shape[1], -1, -1).contiguous()
    nets.decoder(template, drawn)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0)
    asked = parser.parse_args()
    nets = load(asked.checkout)
    animate(nets, 1.0)
    print(animate(nets, asked.seconds) / asked.seconds, nets.parameters)


if __name__ == "__main__":
    main()
