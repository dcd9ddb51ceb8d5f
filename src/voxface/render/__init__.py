"""Clips as pictures and video: a head with sound, on a machine without a screen."""

from voxface.render.camera import Camera
from voxface.render.renderer import Renderer
from voxface.render.sheet import Shot, draw_sheet, save_picture

__all__ = ["Camera", "Renderer", "Shot", "draw_sheet", "save_picture"]
