"""Keys and values of the rows being sampled: one buffer, one slot per row, slots dense from 0."""

from __future__ import annotations

import torch
from torch import Tensor

from .model_config import ModelConfig

# Attention reads positions in whole blocks of this many; trailing ones are masked. A multiple of
# the widest vector of any CPU keeps the order of every sum, and so its bits, for any extent.
BLOCK = 16


def round_up(n: int, multiple: int = BLOCK) -> int:
    return -(-n // multiple) * multiple


class KvCache:
    """[layers, 2, slots, kv_heads, positions, head_dim]: a slot's keys of one head are contiguous,
    so the first R slots and E positions of a layer are one strided batch of matrices."""

    def __init__(self, config: ModelConfig, device: torch.device, dtype: torch.dtype):
        self.config = config
        self.device = device
        self.dtype = dtype
        self.slots = 0
        self.positions = 0
        self.data = self._allocate(0, 0)

    def _allocate(self, slots: int, positions: int) -> Tensor:
        c = self.config
        shape = (c.layers, 2, slots, c.kv_heads, positions, c.head_dim)
        # Zeros: masked positions still take part in sums, where NaNs would spread.
        return torch.zeros(shape, device=self.device, dtype=self.dtype)

    def bytes_per_position(self) -> int:
        c = self.config
        return 2 * c.layers * c.kv_heads * c.head_dim * self.dtype.itemsize

    def reserve(self, slots: int, positions: int, live: int) -> None:
        """Makes room, keeping the first `live` slots. Longer slots may be fewer than before."""
        if slots <= self.slots and positions <= self.positions:
            return
        positions = max(round_up(positions), self.positions)
        old, kept = self.data, self.positions
        if not live:
            self.data = old = self._allocate(0, 0)  # frees the old buffer before the new one
        data = self._allocate(slots, positions)
        if live:
            data[:, :, :live, :, :kept] = old[:, :, :live]
        self.data, self.slots, self.positions = data, slots, positions

    def move(self, source: Tensor, target: Tensor, extent: int) -> None:
        """Copies slots `source` over slots `target`, the first `extent` positions."""
        self.data[:, :, target, :, :extent] = self.data[:, :, source, :, :extent]

    def write_prompts(self, layer: int, which: int, slots: Tensor, values: Tensor) -> None:
        """[slots, T, kv_heads, head_dim] keys (which 0) or values (1) of positions 0..T-1."""
        self.data[layer, which, slots, :, : values.shape[1]] = values.transpose(1, 2)
