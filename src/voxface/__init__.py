"""Speech in, face animation out.

>>> import voxface
>>> voxface.animate("speech.mp3").save("speech.csv")  # doctest: +SKIP

Names load on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voxface.engine import Controls as Controls
    from voxface.engine import Life as Life
    from voxface.engine import MeshModel as MeshModel
    from voxface.engine import MeshOptions as MeshOptions
    from voxface.engine import MeshStream as MeshStream
    from voxface.engine import Model as Model
    from voxface.engine import Stream as Stream
    from voxface.engine import animate as animate
    from voxface.engine import animate_mesh as animate_mesh
    from voxface.errors import VoxfaceError as VoxfaceError
    from voxface.face import ARKIT_CHANNELS as ARKIT_CHANNELS
    from voxface.face import FaceClip as FaceClip
    from voxface.face import MeshClip as MeshClip

# Read when ONNX Runtime is loaded: since 1.31 it numbers the machine and reports to its makers.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_HOME = {
    "ARKIT_CHANNELS": "voxface.face",
    "Controls": "voxface.engine",
    "FaceClip": "voxface.face",
    "Life": "voxface.engine",
    "MeshClip": "voxface.face",
    "MeshModel": "voxface.engine",
    "MeshOptions": "voxface.engine",
    "MeshStream": "voxface.engine",
    "Model": "voxface.engine",
    "Stream": "voxface.engine",
    "VoxfaceError": "voxface.errors",
    "animate": "voxface.engine",
    "animate_mesh": "voxface.engine",
}

__version__ = "0.1.0"
__all__ = [*_HOME, "__version__"]  # noqa: PLE0604  (the keys are names)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'voxface' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
