"""Ridge regression: the best linear net for some batches, in closed form.

For each output the weighted squared error plus ``penalty`` times the squared weights is least
(Hoerl & Kennard, "Ridge regression", 1970); the bias goes free. All that is kept of the batches are
sums, so there may be any number of them.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from voxface.errors import VoxfaceError
from voxface.models.contract import POSE, WEIGHTS
from voxface.models.linear import LinearNet
from voxface.training.crops import Batch

STRIDE = 3
"""Of neighbouring frames, which hardly differ, every so manieth is taken."""
SURE = 0.95
"""Probability that stands for certainty in log-odds, which have no number for it."""


def fit_linear(net: LinearNet, batches: Iterable[Batch], penalty: float | None = None) -> None:
    """Give a linear net its best weights for some batches.

    Squared error takes the place of all losses. Frames and channels count as much as the batches'
    weights say; speech and articulation are fitted as log-odds.

    Parameters
    ----------
    net : LinearNet
        Its weights are replaced.
    batches : iterable of Batch
        A finite number; labels stand at the time of their sound.
    penalty : float, optional
        Strength of the ridge: as much as so many frames of noise at the features' usual deviation
        would add; by default what the net's sizes say.

    Raises
    ------
    VoxfaceError
        If the batches leave nothing to fit.
    """
    sums = RidgeSums(net)
    for number, batch in enumerate(batches):
        sums.add(batch, number % STRIDE)
    weights = sums.solve(net.config.penalty if penalty is None else penalty)
    taps = weights[:-1].reshape(net.config.frames, net.config.bands, -1).permute(2, 1, 0)
    with torch.no_grad():
        net.stacked.weight.copy_(taps)
        assert net.stacked.bias is not None
        net.stacked.bias.copy_(weights[-1])


class RidgeSums:
    """The sums of a weighted regression of many outputs on the same inputs.

    Outputs whose frames have had the same weights share one matrix of inputs, and part when a batch
    weighs them differently: a few matrices do for all.
    """

    def __init__(self, net: LinearNet) -> None:
        self.net = net
        size = net.config.frames * net.config.bands + 1
        outputs = net.stacked.out_channels
        self.groups: list[tuple[list[int], Tensor]] = [
            ([*range(outputs)], torch.zeros(size, size, dtype=torch.float64))
        ]
        self.cross = torch.zeros(size, outputs, dtype=torch.float64)
        self.weight = torch.zeros(outputs, dtype=torch.float64)
        self.count = torch.zeros(outputs, dtype=torch.float64)

    @torch.no_grad()
    def add(self, batch: Batch, offset: int = 0) -> None:
        """Add the frames of a batch, from `offset` on every third."""
        late, memory = self.net.look_ahead, self.net.config.frames - 1
        begin = max(late, memory) + offset
        heard = self.net.heard(batch.features).cpu()
        rows = heard.unfold(1, memory + 1, 1)[:, begin - memory :: STRIDE].transpose(2, 3)
        rows = rows.flatten(2).flatten(0, 1)
        chosen = slice(begin - late, heard.shape[1] - late, STRIDE)
        true, counts = (part[:, chosen].flatten(0, 1).cpu() for part in targets(batch))
        self._add_rows(torch.cat([rows, rows.new_ones(len(rows), 1)], dim=1), true, counts)

    def _add_rows(self, rows: Tensor, true: Tensor, counts: Tensor) -> None:
        """Add frames: inputs (N, P), outputs (N, O) and their weights (N, O)."""
        self.cross += (rows.T @ (true * counts)).double()
        self.weight += counts.sum(0).double()
        self.count += (counts > 0).sum(0).double()
        # Weights of outputs differ mostly by a factor.
        peaks = counts.amax(0)
        shapes = counts / peaks.clamp(min=1e-12)
        products: dict[bytes, Tensor] = {}
        groups = []
        for outputs, total in self.groups:
            parts: dict[tuple[bytes, float], list[int]] = {}
            for output in outputs:
                shape = (shapes[:, output] * 1e4).round().to(torch.int32).numpy().tobytes()
                parts.setdefault((shape, round(float(peaks[output]), 5)), []).append(output)
            for (shape, peak), members in parts.items():
                part = total if len(parts) == 1 else total.clone()
                if peak > 0:
                    if shape not in products:
                        share = shapes[:, members[0]]
                        held = rows[share > 0] * share[share > 0].sqrt()[:, None]
                        products[shape] = held.T @ held
                    part.add_(products[shape], alpha=peak)
                groups.append((members, part))
        self.groups = groups

    def solve(self, penalty: float) -> Tensor:
        """Return weights (P, O), the bias last; zeros for outputs that never counted.

        Raises
        ------
        VoxfaceError
            If none counted, or a penalty of 0 leaves them undetermined.
        """
        if not self.weight.any():
            raise VoxfaceError("there is nothing to fit a linear net to; give it more examples")
        solved = torch.zeros_like(self.cross)
        for outputs, total in self.groups:
            if self.weight[outputs[0]] == 0:
                continue
            mean = float(self.weight[outputs[0]] / self.count[outputs[0]])
            ridge = torch.full((len(total),), penalty * mean, dtype=torch.float64)
            ridge[-1] = 0
            factor, failed = torch.linalg.cholesky_ex(total + torch.diag(ridge))
            if failed:
                raise VoxfaceError("the linear net is not determined; give it a greater 'penalty'")
            solved[:, outputs] = torch.cholesky_solve(self.cross[:, outputs], factor)
        return solved.float()


def targets(batch: Batch) -> tuple[Tensor, Tensor]:
    """Return what a net's raw outputs should be and how much each counts, both (B, T, O).

    The outputs are in the order of `LinearNet`: motion, pose, speech, articulation.
    """
    speech = torch.logit(batch.speech[:, :, None], eps=1 - SURE)
    articulation = torch.logit(batch.articulation, eps=1 - SURE)
    motion = batch.motion[:, :, :WEIGHTS]
    target = torch.cat([motion, batch.pose, speech, articulation], dim=2)
    weight = torch.cat(
        [
            batch.weight,
            batch.pose_weight[:, :, None].expand(-1, -1, len(POSE)),
            torch.ones_like(speech),
            batch.articulation_weight[:, :, None].expand_as(articulation),
        ],
        dim=2,
    )
    return target.float(), weight.float()
