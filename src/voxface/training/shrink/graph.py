"""The graph of a pruned net; see `voxface.training.graph`."""

from __future__ import annotations

import torch
from torch import Tensor

from voxface.models.pruned_tcn import PrunedTCN
from voxface.training.graph import FoldedTCN


class FoldedPrunedTCN(FoldedTCN):
    """A trained `PrunedTCN`: blocks that remember only the channels they hear."""

    def __init__(self, net: PrunedTCN) -> None:
        super().__init__(net)
        width = net.config.channels
        self.sizes = [block.state_size for block in net.each_block()]
        for number, units in enumerate(net.config.kept):
            self.register_buffer(f"kept{number}", torch.tensor(units), persistent=False)
        self.hears_all = [len(units) == width for units in net.config.kept]

    def advance(self, stream: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Take the stream (B, n, C) through all blocks; return it and the next memory."""
        kept, begin = [], 0
        for number, (size, length) in enumerate(zip(self.sizes, self.memories, strict=True)):
            # Split by slices: the exporter's own split needs a newer opset.
            past = memory[:, begin : begin + size].reshape(memory.shape[0], length, -1)
            begin += size
            heard = stream
            if not self.hears_all[number]:
                heard = stream.index_select(2, self.get_buffer(f"kept{number}"))
            extended = torch.cat([past, heard], dim=1)
            middle = extended[:, length // 2 : -(length // 2)]
            stream = stream + self._inner(number, extended[:, :-length], middle, heard)
            kept.append(extended[:, -length:].flatten(1))
        return stream, torch.cat(kept, dim=1)
