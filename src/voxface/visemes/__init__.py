"""Rules instead of a model: phones become visemes, and visemes a face."""

from voxface.visemes.face import SpokenFace, spoken_face
from voxface.visemes.of_phones import TimedViseme, timed_visemes
from voxface.visemes.rules import Rules
from voxface.visemes.said import Script, said

__all__ = ["Rules", "Script", "SpokenFace", "TimedViseme", "said", "spoken_face", "timed_visemes"]
