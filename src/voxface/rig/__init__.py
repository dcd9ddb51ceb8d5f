"""Rigs: heads read from files, and which of their targets a clip moves."""

from voxface.rig.connect import Connection, connect
from voxface.rig.load import default_head, load_rig
from voxface.rig.normals import vertex_normals
from voxface.rig.write_gltf import write_glb

__all__ = [
    "Connection",
    "connect",
    "default_head",
    "load_rig",
    "vertex_normals",
    "write_glb",
]
