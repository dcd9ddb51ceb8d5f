"""The networks, one file each. They see features and states, never files."""

from voxface.models.contract import CanonicalScale, FaceOutput
from voxface.models.spoken_lips import SpokenLips
from voxface.models.tcn import CausalTCN, TCNConfig

__all__ = ["CanonicalScale", "CausalTCN", "FaceOutput", "SpokenLips", "TCNConfig"]
