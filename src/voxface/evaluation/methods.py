"""Methods: whatever predicts a face for a recording, behind one protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from voxface.audio.features import FRAME_RATE, SAMPLE_RATE
from voxface.corpus.examples import Example
from voxface.corpus.labels import DEAD_CENTRE, Canonical, load_canonical
from voxface.corpus.prepare import CANONICAL
from voxface.engine import Controls, Model, animate
from voxface.errors import VoxfaceError
from voxface.evaluation.method_names import tell_apart
from voxface.evaluation.recordings import example_of_sound, of_length, recording_of
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.face.rotation import quaternion_from_rotation_vector
from voxface.training.checkpoint import ABOUT, Trained, load_trained
from voxface.training.graph import FaceWeights, lip_thresholds
from voxface.training.predict import predict
from voxface.training.recipe import Data, recipe_from_dict

BATCH_FRAMES = 20_000
"""Frames that go through a net at once, padding included."""


class Method(Protocol):
    """Predicts the face of a recording, as it is: no gate, no liveliness.

    Attributes
    ----------
    name : str
        What tables call it.
    look_ahead_ms : float
        How far beyond a frame it hears; infinite where it needs the whole recording.
    heard : Data or None
        Which captured takes it was trained on; None where it learnt from none.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def look_ahead_ms(self) -> float: ...  # noqa: D102

    @property
    def heard(self) -> Data | None: ...  # noqa: D102

    def predict(self, example: Example) -> FaceClip:
        """Return the 52 ARKit channels at 100 fps, as long as the example."""
        ...


@dataclass(frozen=True, eq=False)
class RunMethod:
    """A trained run: its net on the features stored in examples.

    Parameters
    ----------
    name : str
        What tables call it.
    trained : Trained
        The run.
    lips : bool
        Whether `SpokenLips` places the lips, as in the exported model.
    """

    name: str
    trained: Trained
    lips: bool = False

    @property
    def look_ahead_ms(self) -> float:
        """How far beyond a frame the net hears, in milliseconds."""
        return 1000 * self.trained.net.look_ahead / self.heard.rate

    @property
    def heard(self) -> Data:
        """Which captured takes the run was trained on."""
        return recipe_from_dict(self.trained.about["recipe"]).data

    def predict(self, example: Example) -> FaceClip:
        """Predict one take."""
        return next(self.predict_many([example]))

    def predict_many(self, examples: Iterable[Example]) -> Iterator[FaceClip]:
        """Predict takes in batches; padding changes nothing, as what it adds comes later."""
        batch: list[Example] = []
        longest = 0
        for example in examples:
            longest = max(longest, len(example))
            if batch and longest * (len(batch) + 1) > BATCH_FRAMES:
                yield from self._predict_batch(batch)
                batch, longest = [], len(example)
            batch.append(example)
        if batch:
            yield from self._predict_batch(batch)

    @torch.inference_mode()
    def _predict_batch(self, batch: Sequence[Example]) -> Iterator[FaceClip]:
        trained = self.trained
        dead = trained.canonical.centre <= DEAD_CENTRE
        placed = FaceWeights(trained.scale, lip_thresholds(trained.about))
        for said in predict(trained, batch):
            weights = placed(said) if self.lips else trained.scale(said.motion)
            yield _clip(weights[0].numpy(), said.pose[0].numpy(), ~dead)

    def predict_sound(self, sound: NDArray[np.float32]) -> FaceClip:
        """Predict from sound at 16 kHz that belongs to no take."""
        return self.predict(example_of_sound(sound))


@dataclass(frozen=True, eq=False)
class ModelMethod:
    """A model file on the recording itself, as users run it."""

    name: str
    model: Model

    @property
    def look_ahead_ms(self) -> float:
        """How far beyond a frame the net hears, in milliseconds."""
        return 1000 * self.model.description.look_ahead_seconds

    @property
    def heard(self) -> Data | None:
        """Which captured takes the model was trained on."""
        recipe = self.model.description.recipe
        return recipe_from_dict(recipe).data if recipe else None

    def predict(self, example: Example) -> FaceClip:
        """Predict one take from its recording."""
        return of_length(self._animate(recording_of(example)), len(example))

    def predict_sound(self, sound: NDArray[np.float32], *, gate: bool = False) -> FaceClip:
        """Predict from sound at 16 kHz, with the silence gate or without."""
        return self._animate(sound, gate=gate)

    def predict_gated(self, example: Example) -> FaceClip:
        """Predict one take with the silence gate, as users see it."""
        return of_length(self._animate(recording_of(example), gate=True), len(example))

    def _animate(self, source: Path | NDArray[np.float32], *, gate: bool = False) -> FaceClip:
        clip = animate(
            source,
            fps=FRAME_RATE,
            sample_rate=None if isinstance(source, Path) else SAMPLE_RATE,
            controls=Controls(silence_gate=gate, life=0),
            model=self.model,
        )
        return clip.select(ARKIT_CHANNELS)


@dataclass(frozen=True, eq=False)
class StillMethod:
    """The mean face of the canonical speaker, which never moves: what every method must beat."""

    canonical: Canonical
    name: str = "still"
    look_ahead_ms: float = 0.0
    heard: Data | None = None

    def predict(self, example: Example) -> FaceClip:
        """Return the mean face for as long as the take."""
        mean = self.canonical.weights(np.zeros(len(ARKIT_CHANNELS)))
        weights = np.broadcast_to(mean, (len(example), len(mean)))
        return _clip(weights, np.zeros((len(example), 6)), self.canonical.centre > DEAD_CENTRE)


def load_method(text: str, *, examples: Path, lips: bool = False) -> Method:
    """Return the method that a word or a path means.

    Parameters
    ----------
    text : str
        The folder of a run, a ``model.onnx``, ``"default"`` (the packaged model), ``"viseme"``
        (rules, told the phones of takes where they are known), ``"viseme-recognised"`` (rules that
        recognise English themselves) or ``"still"`` (a face that never moves).
    examples : Path
        Folder that ``voxface prepare`` wrote.
    lips : bool
        Whether a run's lips are placed as in the exported model.

    Raises
    ------
    VoxfaceError
        If it is none of these, or cannot be loaded.
    """
    path = Path(text)
    if text == "still":
        return StillMethod(load_canonical(examples / CANONICAL))
    if text in ("viseme", "viseme-recognised"):
        from voxface.evaluation.viseme_method import VisemeMethod  # noqa: PLC0415  (a recogniser)

        return VisemeMethod(knows_phones=text == "viseme", name=text)
    if text == "default":
        return ModelMethod("default", Model.for_recordings())
    if path.is_dir() or path.name == ABOUT:
        folder = path.parent if path.name == ABOUT else path
        return RunMethod(folder.resolve().name, load_trained(folder), lips)
    if path.suffix == ".onnx":
        return ModelMethod(path.stem, Model.for_recordings(path))
    raise VoxfaceError(
        f"'{text}' is no method; name the folder of a run, a model.onnx, or one of the words "
        "default, viseme, viseme-recognised and still"
    )


def load_methods(texts: Sequence[str], *, examples: Path, lips: bool = False) -> list[Method]:
    """Return several methods; those of one name are told apart by what was asked for."""
    found = [load_method(text, examples=examples, lips=lips) for text in texts]
    tell_apart(found, texts)
    return found


def predict_all(method: Method, examples: Sequence[Example]) -> Iterator[FaceClip]:
    """Predict many takes, in batches where the method can."""
    if isinstance(method, RunMethod):
        yield from method.predict_many(examples)
        return
    for example in examples:
        yield method.predict(example)


def _clip(
    weights: NDArray[np.floating], pose: NDArray[np.floating], moved: NDArray[np.bool_]
) -> FaceClip:
    """Return weights (T, 52) and pose (T, 6) as a clip; channels never moved are untracked."""
    head = np.concatenate([pose[:, :3], quaternion_from_rotation_vector(pose[:, 3:])], axis=1)
    return FaceClip(np.asarray(weights, np.float32), Fraction(FRAME_RATE), head=head, tracked=moved)
