"""The networks, one file each. They see features and states, never files."""

from voxface.models.contract import CanonicalScale, FaceNet, FaceOutput, NetConfig
from voxface.models.family import FAMILIES, build_net, net_config
from voxface.models.spoken_lips import SpokenLips
from voxface.models.tcn import CausalTCN, TCNConfig

__all__ = [
    "FAMILIES",
    "CanonicalScale",
    "CausalTCN",
    "FaceNet",
    "FaceOutput",
    "NetConfig",
    "SpokenLips",
    "TCNConfig",
    "build_net",
    "net_config",
]
