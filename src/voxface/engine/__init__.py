"""What users run: a model file turns sound into face clips, whole or as it comes."""

from voxface.engine.ahead import ahead
from voxface.engine.animate import animate, animate_blocks
from voxface.engine.animate_mesh import animate_mesh, animate_mesh_blocks
from voxface.engine.controls import Controls
from voxface.engine.description import ModelDescription
from voxface.engine.life import Life
from voxface.engine.mesh_description import MeshModelDescription
from voxface.engine.mesh_model import MeshModel, moves_mesh
from voxface.engine.mesh_stream import MeshOptions, MeshStream
from voxface.engine.model import Model
from voxface.engine.named_models import MODELS, model_path
from voxface.engine.stream import Stream
from voxface.engine.viseme_model import VisemeModel

__all__ = [
    "MODELS",
    "Controls",
    "Life",
    "MeshModel",
    "MeshModelDescription",
    "MeshOptions",
    "MeshStream",
    "Model",
    "ModelDescription",
    "Stream",
    "VisemeModel",
    "ahead",
    "animate",
    "animate_blocks",
    "animate_mesh",
    "animate_mesh_blocks",
    "model_path",
    "moves_mesh",
]
