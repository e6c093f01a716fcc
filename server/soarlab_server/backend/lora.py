"""Low-rank adapters over a frozen base: their layout, first values, and how they join it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from ..commands import LoraSpec
from .layout import Layout
from .model_config import ModelConfig
from .weights import (
    Lora,
    Projection,
    Weights,
    attention_names,
    mlp_names,
    projection_shapes,
)

# Adapters add (ALPHA / rank) * B A: with a fixed alpha the best learning rate hardly moves with
# rank (Schulman et al., "LoRA Without Regret", 2025).
ALPHA = 32


def adapter_layout(config: ModelConfig, spec: LoraSpec) -> Layout:
    """Names as in PEFT files. The A of projections that share their input are neighbours."""
    shapes: dict[str, tuple[int, ...]] = {}

    def add(names: list[str], sizes: dict[str, tuple[int, int]]) -> None:
        shapes.update({f"{n}.lora_A.weight": (spec.rank, sizes[n][1]) for n in names})
        shapes.update({f"{n}.lora_B.weight": (sizes[n][0], spec.rank) for n in names})

    for i in range(config.layers):
        sizes = projection_shapes(config, i)
        if spec.train_attn:
            add(attention_names(i), sizes)
            add([f"model.layers.{i}.self_attn.o_proj"], sizes)
        if spec.train_mlp:
            add(mlp_names(i), sizes)
            add([f"model.layers.{i}.mlp.down_proj"], sizes)
    if spec.train_unembed:
        add(["lm_head"], {"lm_head": (config.vocab_size, config.width)})
    return Layout(shapes)


def initialise(layout: Layout, flat: Tensor, seed: int) -> None:
    """A uniform in ±1/sqrt(in), B zero: a new model is exactly the base."""
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in layout.tensors(flat).items():
        if name.endswith("lora_A.weight"):
            bound = 1 / math.sqrt(tensor.shape[1])
            tensor.copy_(torch.rand(tensor.shape, generator=generator) * (2 * bound) - bound)
        else:
            tensor.zero_()


def join(
    config: ModelConfig, base: Weights, spec: LoraSpec, tensor: Callable[..., Tensor]
) -> Weights:
    """The base's weights with adapters beside them; `tensor(*names)` as in `build_weights`."""

    def adapted(projection: Projection, names: list[str]) -> Projection:
        a = tensor(*(f"{n}.lora_A.weight" for n in names))
        b = [tensor(f"{n}.lora_B.weight") for n in names]
        return replace(projection, lora=Lora(a, b, ALPHA / spec.rank))

    layers = []
    for i, layer in enumerate(base.layers):
        if spec.train_attn:
            o = adapted(layer.o, [f"model.layers.{i}.self_attn.o_proj"])
            layer = replace(layer, qkv=adapted(layer.qkv, attention_names(i)), o=o)
        if spec.train_mlp:
            down = adapted(layer.down, [f"model.layers.{i}.mlp.down_proj"])
            layer = replace(layer, gate_up=adapted(layer.gate_up, mlp_names(i)), down=down)
        layers.append(layer)
    head = adapted(base.head, ["lm_head"]) if spec.train_unembed else base.head
    return replace(base, layers=layers, head=head)
