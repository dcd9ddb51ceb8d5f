"""The families of networks, by the name that a recipe calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voxface.errors import VoxfaceError, unknown_name
from voxface.models.attention_tcn import AttentionTCN, AttentionTCNConfig
from voxface.models.contract import FaceNet, NetConfig
from voxface.models.linear import LinearConfig, LinearNet
from voxface.models.pruned_tcn import PrunedTCN, PrunedTCNConfig
from voxface.models.recurrent import GRUNet, LSTMNet, RecurrentConfig
from voxface.models.running_level import NormalisedNet
from voxface.models.tcn import CausalTCN, TCNConfig
from voxface.models.transformer import CausalTransformer, TransformerConfig

FAMILIES: dict[str, tuple[type[NetConfig], type[FaceNet]]] = {
    "tcn": (TCNConfig, CausalTCN),
    "attention_tcn": (AttentionTCNConfig, AttentionTCN),
    "gru": (RecurrentConfig, GRUNet),
    "lstm": (RecurrentConfig, LSTMNet),
    "transformer": (TransformerConfig, CausalTransformer),
    "linear": (LinearConfig, LinearNet),
    "pruned_tcn": (PrunedTCNConfig, PrunedTCN),
}
"""Each family's sizes, and the net that is built from them."""


def config_type(values: Mapping[str, Any]) -> type[NetConfig]:
    """Return the type of the sizes that a recipe's `model` section means.

    Raises
    ------
    VoxfaceError
        If `family` is unknown.
    """
    family = values.get("family", "tcn")
    if family not in FAMILIES:
        raise unknown_name("family of model", str(family), list(FAMILIES))
    return FAMILIES[family][0]


def net_config(values: Mapping[str, Any]) -> NetConfig:
    """Build sizes from plain values, as a checkpoint holds them."""
    return config_type(values).from_dict(dict(values))


def build_net(config: NetConfig) -> FaceNet:
    """Build a net with fresh weights.

    Raises
    ------
    VoxfaceError
        If the sizes belong to no family of this name.
    """
    kind, net = FAMILIES[config.family]
    if not isinstance(config, kind):
        raise VoxfaceError(f"a {type(config).__name__} is not of the family '{config.family}'")
    built = net(config)
    return NormalisedNet(built) if config.normalisation else built
