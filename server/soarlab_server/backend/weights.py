"""A decoder's weights as the forward pass reads them: the base model's, a full model's, or adapters
over the base. Fused if one matmul can serve several projections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .layout import Layout
from .model_config import ModelConfig

# With fewer rows than this MKL takes a matrix-vector path that rounds differently, and a row's
# result would depend on how many rows happen to share its batch.
MIN_ROWS = 8


@dataclass(slots=True)
class Lora:
    """Low-rank change of a fused projection: the parts' A stacked, their B apart."""

    a: Tensor
    """[parts * rank, in]"""
    b: list[Tensor]
    """Per part [out_part, rank]"""
    scale: float

    def __call__(self, x: Tensor) -> Tensor:
        """[..., in] -> [..., out]"""
        h = linear(x, self.a) * self.scale
        if len(self.b) == 1:
            return linear(h, self.b[0])
        parts = h.split(self.b[0].shape[1], dim=-1)
        return torch.cat([linear(p, b) for p, b in zip(parts, self.b, strict=True)], dim=-1)


@dataclass(slots=True)
class Projection:
    weight: Tensor
    """[out, in]"""
    bias: Tensor | None = None
    lora: Lora | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """[..., in] -> [..., out]"""
        y = linear(x, self.weight, self.bias)
        return y if self.lora is None else y + self.lora(x)


@dataclass(slots=True)
class Layer:
    attention_norm: Tensor
    qkv: Projection
    q_norm: Tensor | None
    k_norm: Tensor | None
    o: Projection
    mlp_norm: Tensor
    gate_up: Projection
    down: Projection


@dataclass(slots=True)
class Weights:
    embedding: Tensor
    """[vocabulary, width]"""
    layers: list[Layer]
    final_norm: Tensor
    head: Projection


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`F.linear` whose rows do not depend on how many there are; weights may have a wider dtype."""
    weight = weight.to(x.dtype)
    bias = None if bias is None else bias.to(x.dtype)
    rows = x.numel() // x.shape[-1]
    if rows >= MIN_ROWS or x.device.type != "cpu":
        return F.linear(x, weight, bias)
    flat = F.pad(x.reshape(rows, -1), (0, 0, 0, MIN_ROWS - rows))
    return F.linear(flat, weight, bias)[:rows].view(*x.shape[:-1], -1)


def attention_names(i: int) -> list[str]:
    return [f"model.layers.{i}.self_attn.{p}_proj" for p in "qkv"]


def mlp_names(i: int) -> list[str]:
    return [f"model.layers.{i}.mlp.{p}_proj" for p in ("gate", "up")]


def head_name(config: ModelConfig) -> str:
    return "model.embed_tokens.weight" if config.tied_embeddings else "lm_head.weight"


def projection_shapes(config: ModelConfig, i: int) -> dict[str, tuple[int, int]]:
    """[out, in] of each projection of layer i, neighbours of a fused matmul side by side."""
    q, k, v = attention_names(i)
    gate, up = mlp_names(i)
    return {
        q: (config.query_width, config.width),
        k: (config.kv_width, config.width),
        v: (config.kv_width, config.width),
        f"model.layers.{i}.self_attn.o_proj": (config.width, config.query_width),
        gate: (config.mlp_width, config.width),
        up: (config.mlp_width, config.width),
        f"model.layers.{i}.mlp.down_proj": (config.width, config.mlp_width),
    }


def full_layout(config: ModelConfig) -> Layout:
    """Every weight of the model, under its Hugging Face name."""
    shapes: dict[str, tuple[int, ...]] = {
        "model.embed_tokens.weight": (config.vocab_size, config.width)
    }
    for i in range(config.layers):
        prefix = f"model.layers.{i}"
        projections = projection_shapes(config, i)
        shapes[f"{prefix}.input_layernorm.weight"] = (config.width,)
        shapes[f"{prefix}.post_attention_layernorm.weight"] = (config.width,)
        if config.qk_norm:
            shapes[f"{prefix}.self_attn.q_norm.weight"] = (config.head_dim,)
            shapes[f"{prefix}.self_attn.k_norm.weight"] = (config.head_dim,)
        shapes |= {f"{name}.weight": shape for name, shape in projections.items()}
        biased = [*attention_names(i)] if config.qkv_bias else []
        biased += [f"{prefix}.self_attn.o_proj"] if config.o_bias else []
        biased += [*mlp_names(i), f"{prefix}.mlp.down_proj"] if config.mlp_bias else []
        shapes |= {f"{name}.bias": projections[name][:1] for name in biased}
    shapes["model.norm.weight"] = (config.width,)
    if not config.tied_embeddings:
        shapes["lm_head.weight"] = (config.vocab_size, config.width)
    return Layout(shapes)


def build_weights(config: ModelConfig, tensor: Callable[..., Tensor]) -> Weights:
    """Weights from `tensor(*names)`, which returns the named tensors joined along their rows."""

    def projection(names: list[str], biased: bool) -> Projection:
        bias = tensor(*(f"{n}.bias" for n in names)) if biased else None
        return Projection(tensor(*(f"{n}.weight" for n in names)), bias)

    layers = []
    for i in range(config.layers):
        prefix = f"model.layers.{i}"
        norm = f"{prefix}.self_attn"
        layers.append(
            Layer(
                attention_norm=tensor(f"{prefix}.input_layernorm.weight"),
                qkv=projection(attention_names(i), config.qkv_bias),
                q_norm=tensor(f"{norm}.q_norm.weight") if config.qk_norm else None,
                k_norm=tensor(f"{norm}.k_norm.weight") if config.qk_norm else None,
                o=projection([f"{norm}.o_proj"], config.o_bias),
                mlp_norm=tensor(f"{prefix}.post_attention_layernorm.weight"),
                gate_up=projection(mlp_names(i), config.mlp_bias),
                down=projection([f"{prefix}.mlp.down_proj"], config.mlp_bias),
            )
        )
    return Weights(
        embedding=tensor("model.embed_tokens.weight"),
        layers=layers,
        final_norm=tensor("model.norm.weight"),
        head=Projection(tensor(head_name(config))),
    )
