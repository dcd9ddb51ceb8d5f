"""Several processes that train one net together: who they are, and what they add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from lightning.pytorch.utilities import rank_zero_only
from torch import Tensor

from voxface.errors import VoxfaceError

ACCELERATORS = ("auto", "cpu", "gpu")


@dataclass(frozen=True)
class Workers:
    """How a run is spread.

    Parameters
    ----------
    devices : int
        Processes on each machine, each with a GPU of its own where there are GPUs.
    machines : int
        Machines, each of which starts the same command; see Lightning's ``MASTER_ADDR``,
        ``MASTER_PORT`` and ``NODE_RANK``.
    accelerator : str
        ``"auto"``, ``"cpu"`` or ``"gpu"``.
    loaders : int
        Further processes for each device that draw crops; 0 draws them between steps. The crops are
        the same.
    """

    devices: int = 1
    machines: int = 1
    accelerator: str = "auto"
    loaders: int = 0

    def __post_init__(self) -> None:
        if self.accelerator not in ACCELERATORS:
            raise VoxfaceError(
                f"an accelerator is one of {', '.join(ACCELERATORS)}, not '{self.accelerator}'"
            )
        if min(self.devices, self.machines) < 1 or self.loaders < 0:
            raise VoxfaceError("at least one device on one machine trains a net")
        gpus = torch.cuda.device_count()
        if self.accelerator == "gpu" and gpus < self.devices:
            raise VoxfaceError(
                f"{self.devices} GPUs are asked for and {gpus} are there; choose fewer 'devices', "
                "or the accelerator 'cpu'"
            )

    @property
    def count(self) -> int:
        """Processes in all."""
        return self.devices * self.machines

    def trainer_options(self) -> dict[str, Any]:
        """Return what Lightning's trainer must know."""
        return {
            "accelerator": self.accelerator,
            "devices": self.devices,
            "num_nodes": self.machines,
            "strategy": "ddp" if self.count > 1 else "auto",
        }


ALONE = Workers()
"""One process on this machine."""


def worker_count() -> int:
    """Return how many processes train together right now."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def is_first() -> bool:
    """Return whether this process speaks for the run; known before the workers are joined."""
    return rank_zero_only.rank in (0, None)


def worker_number() -> int:
    """Return which of the processes this one is."""
    return dist.get_rank() if worker_count() > 1 else 0


def shared_total(total: Tensor, least: float) -> Tensor:
    """Return a worker's share of a denominator, at least `least` in all.

    Gradients are averaged over workers. A worker that divides its sum by this share of the total
    over all workers does its part of the mean over the whole batch, however unevenly what is known
    is spread.
    """
    count = worker_count()
    if count == 1:
        return total.clamp(min=least)
    everywhere = total.detach().clone()
    dist.all_reduce(everywhere)
    return everywhere.clamp(min=least) / count


class _SumEverywhere(torch.autograd.Function):
    """The sum of a tensor over all workers; so is the gradient."""

    @staticmethod
    def forward(context: Any, values: Tensor) -> Tensor:
        total = values.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        total = gradient.contiguous().clone()
        dist.all_reduce(total)
        return total


def _everywhere(values: Tensor) -> Tensor:
    total: Tensor = _SumEverywhere.apply(values)  # type: ignore[no-untyped-call]
    return total


class SharedBatchNorm(torch.nn.BatchNorm1d):
    """A batch norm whose statistics are those of the whole batch over all workers.

    As PyTorch's ``SyncBatchNorm``, on any device: sums are added up by an all-reduce that gradients
    flow through. Parameters and buffers are named as in ``BatchNorm1d``.
    """

    def forward(self, values: Tensor) -> Tensor:
        """Normalise values (B, C, T) or (B, C)."""
        if not self.training or worker_count() == 1:
            return super().forward(values)
        axes = [axis for axis in range(values.ndim) if axis != 1]
        shape = [-1 if axis == 1 else 1 for axis in range(values.ndim)]
        exact = values.float()
        count = exact.new_full((1,), exact.numel() / exact.shape[1])
        sums = torch.cat([exact.sum(axes), count])
        sums = _everywhere(sums)
        mean = sums[:-1] / sums[-1]
        off = exact - mean.view(shape)
        # The sum of squares about the common mean: exact where the mean is large.
        squares = _everywhere((off * off).sum(axes))
        variance = squares / sums[-1]
        self._remember(mean.detach(), variance.detach(), sums[-1].detach())
        scaled = off * torch.rsqrt(variance + self.eps).view(shape)
        scaled = scaled * self.weight.view(shape) + self.bias.view(shape)
        return scaled.to(values.dtype)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, count: Tensor) -> None:
        assert self.running_mean is not None and self.running_var is not None
        assert self.momentum is not None and self.num_batches_tracked is not None
        self.num_batches_tracked.add_(1)
        unbiased = variance * count / (count - 1)
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(unbiased, self.momentum)


def share_norms(net: torch.nn.Module) -> None:
    """Make every batch norm of a net a `SharedBatchNorm`, in place."""
    for part in net.modules():
        if type(part) is torch.nn.BatchNorm1d:
            part.__class__ = SharedBatchNorm
