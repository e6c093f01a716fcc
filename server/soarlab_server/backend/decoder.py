"""The forward pass of Llama-family decoders, for rows that belong to different models.

A batch is rows sorted by model: `Rows` has the number of rows per model. What the models share
(attention, activations, and the base's matmuls under LoRA) runs once over all rows; what they do
not share runs per model on its own rows. A single model is a batch of one segment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from .model_config import ModelConfig, rope_frequencies
from .stacked_lora import StackedLora, stackable
from .weights import Layer, Projection, Weights, linear

Attend = Callable[[int, Tensor, Tensor, Tensor], Tensor]
"""(layer, q, k, v as [rows, T, heads, head_dim]) -> [rows, T, heads * head_dim]"""


@dataclass(frozen=True, slots=True)
class Rows:
    """Which weights the rows of a batch use: `sizes[i]` rows of `models[i]`, one after another."""

    models: list[Weights]
    sizes: list[int]
    stacked: StackedLora | None = None
    """Runs the models' adapters in one batched matmul, where that is faster (on a GPU)."""

    def embed(self, tokens: Tensor) -> Tensor:
        tables = [m.embedding for m in self.models]
        if all_same(tables):
            return F.embedding(tokens, tables[0])
        parts = tokens.split(self.sizes)
        return torch.cat([F.embedding(t, w) for t, w in zip(parts, tables, strict=True)])

    def project(self, x: Tensor, projections: list[Projection]) -> Tensor:
        """[rows, ..., in] -> [rows, ..., out], each row by its own model's projection."""
        first = projections[0]
        if len(projections) == 1:
            return first(x)
        parts = x.split(self.sizes)
        if not all_same([p.weight for p in projections]):
            return torch.cat([p(part) for p, part in zip(projections, parts, strict=True)])
        y = linear(x, first.weight, first.bias)
        loras = [p.lora for p in projections]
        if all(lora is None for lora in loras):
            return y
        if self.stacked is not None and (alike := stackable(loras)):
            return y + self.stacked(x, alike)
        zero = y.new_zeros(()).expand(y.shape)
        changes = [
            zero[: len(part)] if lora is None else lora(part)
            for lora, part in zip(loras, parts, strict=True)
        ]
        return y + torch.cat(changes)

    def norm(self, x: Tensor, weights: list[Tensor], eps: float) -> Tensor:
        """RMS norm over the last dimension, each row by its own model's weight."""
        if all_same(weights):
            return F.rms_norm(x, x.shape[-1:], weights[0].to(x.dtype), eps)
        normed = F.rms_norm(x, x.shape[-1:], None, eps)
        parts = normed.split(self.sizes)
        return torch.cat([p * w.to(x.dtype) for p, w in zip(parts, weights, strict=True)])


def all_same(tensors: list[Tensor]) -> bool:
    return all(t is tensors[0] for t in tensors)


class Decoder:
    """The computation of one architecture; the weights come with each call."""

    def __init__(self, config: ModelConfig, device: torch.device, dtype: torch.dtype):
        self.config = config
        self.device = device
        self.dtype = dtype
        self._frequencies = torch.tensor(rope_frequencies(config), device=device)
        self.cos, self.sin = self._rotations(config.max_positions)

    def _rotations(self, positions: int) -> tuple[Tensor, Tensor]:
        """[positions, head_dim / 2] each."""
        angles = torch.arange(positions, device=self.device)[:, None] * self._frequencies
        return angles.cos().to(self.dtype), angles.sin().to(self.dtype)

    def sequences(
        self,
        rows: Rows,
        tokens: Tensor,
        *,
        recompute: bool = False,
        keep: Callable[[int, Tensor, Tensor], None] | None = None,
    ) -> Tensor:
        """Whole sequences, padded on the right: [R, T] tokens -> [R, T, width] final hidden states.

        `recompute` keeps only each layer's input for the backward pass and computes the rest anew.
        `keep(layer, k, v)` is handed the keys and values, [R, T, kv_heads, head_dim].
        """
        length = tokens.shape[1]
        cos, sin = self.cos[:length, None], self.sin[:length, None]

        def attend(i: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            if keep is not None:
                keep(i, k, v)
            # Padding comes after the sequence, so causality already hides it.
            q, k, v = (t.transpose(1, 2) for t in (q, k, v))
            grouped = self.config.heads != self.config.kv_heads
            a = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=grouped)
            return a.transpose(1, 2).flatten(2)

        x = rows.embed(tokens).to(self.dtype)
        return self._final_norm(rows, self._layers(rows, x, cos, sin, attend, recompute))

    def step(
        self,
        rows: Rows,
        tokens: Tensor,
        positions: Tensor,
        attend: Attend,
        *,
        recompute: bool = False,
    ) -> Tensor:
        """One token for each row, against the keys and values that `attend` knows:
        [R] tokens at [R] positions -> [R, width]. `recompute` as in `sequences`."""
        cos, sin = self.cos[positions][:, None, None], self.sin[positions][:, None, None]
        x = rows.embed(tokens[:, None]).to(self.dtype)
        return self._final_norm(rows, self._layers(rows, x, cos, sin, attend, recompute))[:, 0]

    def _final_norm(self, rows: Rows, x: Tensor) -> Tensor:
        return rows.norm(x, [m.final_norm for m in rows.models], self.config.norm_eps)

    def _layers(
        self, rows: Rows, x: Tensor, cos: Tensor, sin: Tensor, attend: Attend, recompute: bool
    ) -> Tensor:
        for i in range(self.config.layers):
            if recompute:
                x = checkpoint(self._layer, rows, i, x, cos, sin, attend, use_reentrant=False)
            else:
                x = self._layer(rows, i, x, cos, sin, attend)
        return x

    def _layer(
        self, rows: Rows, i: int, x: Tensor, cos: Tensor, sin: Tensor, attend: Attend
    ) -> Tensor:
        c = self.config
        layers = [m.layers[i] for m in rows.models]
        h = rows.norm(x, [w.attention_norm for w in layers], c.norm_eps)
        qkv = rows.project(h, [w.qkv for w in layers]).unflatten(-1, (-1, c.head_dim))
        qk, v = qkv.split([c.heads + c.kv_heads, c.kv_heads], dim=2)
        if c.qk_norm:
            qk = self._qk_norm(rows, layers, qk)
        q, k = rotate(qk, cos, sin).split([c.heads, c.kv_heads], dim=2)
        x = x + rows.project(attend(i, q, k, v), [w.o for w in layers])
        h = rows.norm(x, [w.mlp_norm for w in layers], c.norm_eps)
        gate, up = rows.project(h, [w.gate_up for w in layers]).chunk(2, dim=-1)
        return x + rows.project(F.silu(gate) * up, [w.down for w in layers])

    def _qk_norm(self, rows: Rows, layers: list[Layer], qk: Tensor) -> Tensor:
        q, k = qk.split([self.config.heads, self.config.kv_heads], dim=2)
        q = rows.norm(q, [w.q_norm for w in layers if w.q_norm is not None], self.config.norm_eps)
        k = rows.norm(k, [w.k_norm for w in layers if w.k_norm is not None], self.config.norm_eps)
        return torch.cat([q, k], dim=2)

    def logits(self, rows: Rows, hidden: Tensor) -> Tensor:
        """[R, ..., width] -> [R, ..., vocabulary] float32"""
        return rows.project(hidden, [m.head for m in rows.models]).float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary embedding in the two-halves form: [..., heads, head_dim] by [..., 1, half]."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], dim=-1)
