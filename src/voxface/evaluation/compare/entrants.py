"""What is known of the methods that are compared: where they come from and what they cost."""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict
from typing import Any

from voxface.audio.features import FRAME_RATE
from voxface.evaluation.methods import Method, ModelMethod, RunMethod
from voxface.models import FaceNet, build_net
from voxface.models.facts import facts
from voxface.training.hearing import Hearing
from voxface.training.recipe import recipe_from_dict

Values = dict[str, Any]
FRONT_END_MS = 10.0
"""Half of the analysis window that reaches past a frame, rounded up to a push."""


def about(method: Method, speed: float | None) -> Values:
    """Return what a report says of a method; None where something is not known.

    Parameters
    ----------
    method : Method
    speed : float or None
        Seconds of computing for a second of sound, as measured in this comparison.
    """
    known: Values = {
        "name": method.name,
        "kind": "rule, learnt from no take",
        "recipe": None,
        "data_sha256": {},
        "git_commit": None,
        "weights_sha256": None,
        "net": None,
        "look_ahead_ms": _finite(method.look_ahead_ms),
        "latency_ms": _finite(method.look_ahead_ms + FRONT_END_MS),
        "computing": speed,
    }
    if isinstance(method, RunMethod):
        trained = method.trained
        return known | {
            "kind": f"trained run, hears {trained.hears}"
            + (", lips placed as in the exported model" if method.lips else ""),
            "recipe": trained.about["recipe"],
            "data_sha256": dict(trained.about.get("data_sha256", {})),
            "git_commit": trained.about.get("git_commit"),
            "weights_sha256": _sha256(trained.net),
            "net": _facts(trained.net, Hearing.of_run(trained.about).rate),
        }
    if isinstance(method, ModelMethod):
        said = method.model.description
        recipe = dict(said.recipe) or None
        return known | {
            "kind": f"model file {said.name} {said.version}, from the recording",
            "recipe": recipe,
            "data_sha256": said.training_data if isinstance(said.training_data, dict) else {},
            "weights_sha256": said.weights_sha256 or None,
            "net": recipe and _facts(build_net(recipe_from_dict(recipe).model), FRAME_RATE),
        }
    return known


def _facts(net: FaceNet, rate: int) -> Values:
    found = asdict(facts(net, rate))
    return {name: _finite(value) for name, value in found.items()}


def _finite(value: float) -> float | None:
    """Return a number that JSON knows; what is without end is None."""
    return value if math.isfinite(value) else None


def _sha256(net: FaceNet) -> str:
    """Return the hash of a net's numbers, by name."""
    digest = hashlib.sha256()
    for name, part in sorted(net.state_dict().items()):
        digest.update(name.encode())
        digest.update(part.detach().cpu().numpy().tobytes())
    return digest.hexdigest()
