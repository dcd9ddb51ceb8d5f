"""What a MeshTalk run's latent space holds, by group of takes that it did not learn from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from voxface.engine import MeshOptions
from voxface.errors import VoxfaceError
from voxface.evaluation.disentanglement import explained_motion, modality_shares
from voxface.evaluation.latent_use import diversity, latent_use, prior_perplexity
from voxface.evaluation.mesh_report import groups_of
from voxface.models.mesh.meshtalk import MeshTalkNet
from voxface.training.mesh.checkpoint import load_mesh_run
from voxface.training.mesh.data import Heard, whole_take
from voxface.training.mesh.split import mesh_data, split_meshes
from voxface.training.mesh.train import load_sets


def latent_report(folder: Path, *, takes: int = 8, samples: int = 4) -> dict[str, dict[str, Any]]:
    """Return figures of a run's latents for each group of takes not learned from.

    Parameters
    ----------
    folder : Path
        Of a MeshTalk run.
    takes : int
        Takes of each group, at least 2; every pair is crossed.
    samples : int
        Performances of one take, for diversity at temperature 1.

    Raises
    ------
    VoxfaceError
        If the folder holds another net, or its data are gone.
    """
    trained = load_mesh_run(folder)
    net = trained.net
    if not isinstance(net, MeshTalkNet):
        raise VoxfaceError(f"'{folder}' holds no MeshTalk net, so it has no latents")
    data = mesh_data(trained.about["recipe"]["data"])
    held = load_sets(data.sets)
    split = split_meshes(held.examples, data)
    found = {}
    torch.manual_seed(0)
    for group, chosen in groups_of(split.test, split.strangers, takes).items():
        if len(chosen) < 2:
            continue
        rate = net.config.rate
        batches = [whole_take(Heard.of(take, rate), net.look_ahead) for take in chosen]
        use = latent_use(net, batches)
        found[group] = {
            "explained": explained_motion(net, batches, held.topology),
            "shares": modality_shares(net, batches, held.topology),
            "classes": [float(value) for value in use.classes],
            "dead": [int(value) for value in use.dead],
            "perplexity": [float(value) for value in prior_perplexity(net, batches)],
            "diversity_mm": diversity(
                net, batches[0], held.topology, MeshOptions(temperature=1.0), samples
            ),
        }
    return found


def latent_table(report: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a report as Markdown."""
    rows = ["| | " + " | ".join(report) + " |", "|" + "---|" * (1 + len(report))]

    def row(title: str, cell: Any) -> None:
        rows.append(f"| {title} | " + " | ".join(cell(found) for found in report.values()) + " |")

    for region in ("mouth", "upper"):
        row(
            f"R² of motion, {region}: both, sound, expression",
            lambda found, region=region: ", ".join(
                f"{found['explained'][region][name]:.2f}"
                for name in ("both", "sound", "expression")
            ),
        )
        row(
            f"variance decoded, {region}: by sound, by expression",
            lambda found, region=region: ", ".join(
                f"{found['shares'][region][name]:.0%}" for name in ("sound", "expression")
            ),
        )
    row("classes used of a head, mean (least)", lambda found: _mean_and_least(found["classes"]))
    row("classes never used, all heads", lambda found: f"{sum(found['dead'])}")
    row("perplexity of the prior, mean", lambda found: f"{np.mean(found['perplexity']):.2f}")
    row(
        "diversity at temperature 1, mouth, upper, mm",
        lambda found: ", ".join(
            f"{found['diversity_mm'][name]:.2f}" for name in ("mouth", "upper")
        ),
    )
    return "\n".join(rows)


def _mean_and_least(values: list[float]) -> str:
    return f"{np.mean(values):.1f} ({min(values):.1f})"
