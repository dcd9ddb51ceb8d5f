"""wav2vec 2.0 nets, as Hugging Face's `transformers` builds them, from files on disk."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers import Wav2Vec2Config, Wav2Vec2FeatureExtractor, Wav2Vec2Model
from transformers.models.wav2vec2.modeling_wav2vec2 import Wav2Vec2PreTrainedModel

from voxface.corpus.encoder_files import weights_file
from voxface.errors import VoxfaceError

SAMPLE_RATE = 16_000
PIECE = 30.0
"""Seconds that are heard at once: attention over a whole hour would need its square in memory."""
AROUND = 1.0
"""Seconds more at either end of a piece, whose hidden states are not used."""
DIMENSIONS = ("arousal", "dominance", "valence")
"""What an emotion model tells, in its order."""
FloatArray = NDArray[np.float32]


class EmotionNet(Wav2Vec2PreTrainedModel):  # type: ignore[misc]
    """A backbone with a head over the mean of its last hidden states.

    Wagner et al., "Dawn of the transformer era in speech emotion recognition", IEEE PAMI 2023; the
    names of its parts are those of the published weights.
    """

    def __init__(self, config: Wav2Vec2Config) -> None:
        super().__init__(config)
        self.wav2vec2 = Wav2Vec2Model(config)
        self.classifier = _Head(config)
        self.post_init()


class _Head(nn.Module):
    def __init__(self, config: Wav2Vec2Config) -> None:
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.out_proj = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, pooled: Tensor) -> Tensor:
        told: Tensor = self.out_proj(torch.tanh(self.dense(pooled)))
        return told


class Wav2Vec:
    """A net with what its sound must be made like.

    Parameters
    ----------
    folder : Path
        With the files of `voxface.corpus.encoder_files`.
    emotion : bool
        Whether it also tells arousal, dominance and valence.

    Raises
    ------
    VoxfaceError
        If the files are no such net.
    """

    def __init__(self, folder: Path, emotion: bool = False) -> None:
        self.emotion = emotion
        kind = EmotionNet if emotion else Wav2Vec2Model
        self.net, self._extractor = _loaded(folder, kind)
        config = self.net.config
        if emotion and config.num_labels != len(DIMENSIONS):
            raise VoxfaceError(
                f"{folder} tells {config.num_labels} values, not {', '.join(DIMENSIONS)}; choose "
                "an emotion model such as audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim"
            )
        self.hop = int(np.prod(config.conv_stride))
        """Samples from one hidden state to the next."""
        self.reach = 1
        """Samples that one hidden state's convolutions see."""
        for kernel, stride in zip(config.conv_kernel[::-1], config.conv_stride[::-1], strict=True):
            self.reach = (self.reach - 1) * stride + kernel
        self.columns = config.hidden_size + (len(DIMENSIONS) if emotion else 0)

    def times(self, frames: int) -> NDArray[np.float64]:
        """Return where hidden states stand in the sound, in seconds, shape (T,)."""
        return (np.arange(frames) * self.hop + (self.reach - 1) / 2) / SAMPLE_RATE

    @torch.no_grad()
    def states(self, pcm: FloatArray) -> FloatArray:
        """Map sound (N,) at 16 kHz to the last hidden states (T, C).

        Of an emotion model, arousal, dominance and valence of the whole sound follow in the last
        three columns.
        """
        sound = np.pad(pcm, (0, max(0, self.reach - len(pcm))))
        # The level of the whole take is taken out, as in training, and not that of each piece.
        heard = self._extractor(sound, sampling_rate=SAMPLE_RATE, return_tensors="pt").input_values
        backbone: Any = self.net.wav2vec2 if self.emotion else self.net
        total = (len(sound) - self.reach) // self.hop + 1
        most, more = (round(length * SAMPLE_RATE / self.hop) for length in (PIECE, AROUND))
        parts = []
        for begin in range(0, total, most):
            end = min(total, begin + most)
            first, last = max(0, begin - more), min(total, end + more)
            piece = heard[:, first * self.hop : (last - 1) * self.hop + self.reach]
            known = backbone(piece.float()).last_hidden_state[0]
            parts.append(known[begin - first : end - first])
        states = torch.cat(parts)
        if self.emotion:
            felt = self.net.classifier(states.mean(dim=0))
            states = torch.cat([states, felt.expand(len(states), -1)], dim=1)
        told: FloatArray = states.numpy().astype(np.float32)
        return told


def _loaded(folder: Path, kind: Any) -> tuple[Any, Any]:
    safe = weights_file(folder).suffix == ".safetensors"
    before = transformers.logging.get_verbosity()
    transformers.logging.set_verbosity_error()
    bar = transformers.logging.is_progress_bar_enabled()
    transformers.logging.disable_progress_bar()
    try:
        # `weights_only`: what is unpickled may hold tensors and nothing that runs.
        net, found = kind.from_pretrained(
            folder, local_files_only=True, use_safetensors=safe, weights_only=True,
            output_loading_info=True,
        )  # fmt: skip
        extractor = Wav2Vec2FeatureExtractor.from_pretrained(folder, local_files_only=True)
    except (
        OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError,
        SafetensorError, pickle.UnpicklingError,
    ) as error:  # fmt: skip
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise VoxfaceError(f"{folder} holds no wav2vec 2.0 that can be read ({reason})") from None
    finally:
        transformers.logging.set_verbosity(before)
        if bar:
            transformers.logging.enable_progress_bar()
    # transformers fills what a file lacks with random numbers and goes on.
    lacking = {str(name) for name in found["missing_keys"]} | {
        str(name[0]) for name in found.get("mismatched_keys", ())
    }
    lacking = {name for name in lacking if not name.endswith("masked_spec_embed")}
    if lacking:
        raise VoxfaceError(
            f"the weights in {folder} lack {len(lacking)} parts of {kind.__name__}, such as "
            f"{sorted(lacking)[0]}; it is another kind of model"
        )
    return net.float().eval().requires_grad_(False), extractor
