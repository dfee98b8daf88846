"""Shard a global batch over several processes: each encodes its shard, all see the whole.

The contrast compares every frame with every text of the batch, so the loss is computed on the
gathered embeddings by every process. Gradients come out as those of one process that holds the
whole batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import torch
from accelerate import Accelerator, PartialState
from torch import Tensor, nn

_PATIENCE = timedelta(hours=6)
"""How long processes wait for the one that draws frames, validates or writes."""


def start_processes() -> PartialState:
    """Join the processes that ``accelerate launch`` or ``torchrun`` started, or run alone."""
    return PartialState(cpu=not torch.accelerator.is_available(), timeout=_PATIENCE)


class Sharding:
    """Split batches over processes and join what they computed.

    Args:
        accelerator: tells how many processes there are, and joins them.
    """

    def __init__(self, accelerator: Accelerator) -> None:
        self.accelerator = accelerator
        self.count: int = accelerator.num_processes
        self.rank: int = accelerator.process_index

    def shard(self, rows: Tensor) -> Tensor:
        """Take this process's rows of [N, ...]; the last row is repeated until shards are equal."""
        if self.count == 1:
            return rows
        size = -(-len(rows) // self.count)
        index = torch.arange(size, device=rows.device) + self.rank * size
        return rows[index.clamp(max=len(rows) - 1)]

    def gather(self, own: Tensor, total: int) -> Tensor:
        """Join all processes' rows to [total, ...]; gradients flow into this process's rows.

        They are multiplied by the number of processes, as ``average_gradients`` divides by it:
        what only the loss uses has its whole gradient in every process, what encodes has a part.
        """
        if self.count == 1:
            return own
        if own.requires_grad:
            own.register_hook(lambda gradient: gradient * self.count)
        gathered: Tensor = self.accelerator.gather(own.detach())
        start = self.rank * len(own)
        rows = [gathered[:start], own, gathered[start + len(own) :]]
        return torch.cat(rows)[:total]

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Give every process the mean of all processes' gradients."""
        if self.count == 1:
            return
        gradients = [it.grad for it in parameters if it.grad is not None]
        mean = self.accelerator.reduce(torch.cat([it.flatten() for it in gradients]), "mean")
        for own, part in zip(gradients, mean.split([it.numel() for it in gradients]), strict=True):
            own.copy_(part.view_as(own))
