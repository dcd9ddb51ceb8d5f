"""From weights of morph targets back to channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.face.visemes import VISEMES, VOWELS
from voxface.rig.connect import Connection

FloatArray = NDArray[np.float64]


def channels_of(connection: Connection, series: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the channels that targets of a rig show: the inverse of `Connection.weights`.

    Exact where a channel has a target of its own. A target for both sides gives both channels, the
    halves of a channel their mean, and visemes the sum of their mixes.

    Parameters
    ----------
    connection : Connection
    series : mapping of str to ndarray, shape (T,)
        Weights of the targets that are known; the others are left out.

    Returns
    -------
    dict of str to ndarray, shape (T,)
        By channel; those that no known target shows are missing.
    """
    found: dict[str, list[FloatArray]] = {}
    for match in connection.matched:
        shown = _shown(connection, series, match.target)
        if shown is not None:
            for channel in match.channels:
                found.setdefault(channel, []).append(shown)
    channels = {channel: np.asarray(np.mean(all_, axis=0)) for channel, all_ in found.items()}
    table = VISEMES if connection.kind == "visemes" else VOWELS
    mixed: dict[str, Any] = {}
    for viseme, name in connection.visemes.items():
        shown = _shown(connection, series, name)
        if shown is not None:
            for channel, amount in table[viseme].items():
                mixed[channel] = mixed.get(channel, 0.0) + amount * shown
    return mixed | channels


def _shown(
    connection: Connection, series: Mapping[str, FloatArray], name: str
) -> FloatArray | None:
    """Return how far a target or an expression is seen to be on; None if that is not known."""
    if name in series:
        return series[name]
    pose = connection.expressions.get(name, {})
    if not pose or any(target not in series for target in pose):
        return None
    return np.asarray(np.mean([series[target] / amount for target, amount in pose.items()], axis=0))
