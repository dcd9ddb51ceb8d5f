"""Clips as pictures and video: a head with sound, on a machine without a screen."""

from voxface.render.backdrop import BACKGROUNDS, parse_colour
from voxface.render.camera import Camera
from voxface.render.film import Shooting, render_still, render_video, sound_file
from voxface.render.mesh_film import mesh_film, mesh_picture
from voxface.render.mesh_projection import Orthographic, project
from voxface.render.options import choose_captions, choose_output, parse_size
from voxface.render.performance import Performance, perform
from voxface.render.pose_images import draw_pose, pose_images
from voxface.render.renderer import Renderer
from voxface.render.sheet import Shot, draw_sheet, save_picture

__all__ = [
    "BACKGROUNDS",
    "Camera",
    "Orthographic",
    "Performance",
    "Renderer",
    "Shooting",
    "Shot",
    "choose_captions",
    "choose_output",
    "draw_pose",
    "draw_sheet",
    "mesh_film",
    "mesh_picture",
    "parse_colour",
    "parse_size",
    "perform",
    "pose_images",
    "project",
    "render_still",
    "render_video",
    "save_picture",
    "sound_file",
]
