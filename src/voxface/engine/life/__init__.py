"""How a face lives beside its words: blinks, gaze, head, breath and brows. See ``docs/life.md``."""

from voxface.engine.life.loudness import Loudness
from voxface.engine.life.motion import MOTION, LifeMotion
from voxface.engine.life.settings import Life
from voxface.engine.life.stage import LifeStage, replaced

__all__ = ["MOTION", "Life", "LifeMotion", "LifeStage", "Loudness", "replaced"]
