"""What users run: a model file turns sound into face clips, whole or as it comes."""

from voxface.engine.ahead import ahead
from voxface.engine.animate import animate, animate_blocks
from voxface.engine.controls import Controls
from voxface.engine.description import ModelDescription
from voxface.engine.life import Life
from voxface.engine.model import Model
from voxface.engine.stream import Stream
from voxface.engine.viseme_model import VisemeModel

__all__ = [
    "Controls",
    "Life",
    "Model",
    "ModelDescription",
    "Stream",
    "VisemeModel",
    "ahead",
    "animate",
    "animate_blocks",
]
