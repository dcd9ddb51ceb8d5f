"""The vocabulary: channels, regions, frame rates, rotations and `FaceClip`. No files, no sound."""

from voxface.face.channels import (
    ARKIT_CHANNELS,
    HEAD_COMPONENTS,
    channel_index,
    channel_indices,
    mirrored,
)
from voxface.face.clip import REST_POSE, FaceClip
from voxface.face.frame_rate import frame_count, parse_frame_rate
from voxface.face.mesh_clip import MeshClip
from voxface.face.mesh_topology import MESH_REGIONS, MeshTopology, face_mesh, face_mesh_topology
from voxface.face.regions import HEAD, REGIONS, SPEECH_CHANNELS, region_channels
from voxface.face.rig import Material, Rig, RigPart

__all__ = [
    "ARKIT_CHANNELS",
    "HEAD",
    "HEAD_COMPONENTS",
    "MESH_REGIONS",
    "REGIONS",
    "REST_POSE",
    "SPEECH_CHANNELS",
    "FaceClip",
    "Material",
    "MeshClip",
    "MeshTopology",
    "Rig",
    "RigPart",
    "channel_index",
    "channel_indices",
    "face_mesh",
    "face_mesh_topology",
    "frame_count",
    "mirrored",
    "parse_frame_rate",
    "region_channels",
]
