"""Any causal language model that transformers loads, behind the interface of our own decoder.

Slower: models run one by one, requests too, and adapters are merged into the weights they change.
It makes architectures usable that our own decoder does not cover.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ..commands import LoraSpec
from ..contract import Sampler
from ..request_error import RequestError
from .decoder import Rows
from .layout import Layout
from .lora import ALPHA
from .model_config import ModelError, eos_tokens, read_json
from .sample_job import Decode
from .transformers_sampler import TransformersSampler


@dataclass(slots=True)
class ModuleWeights:
    """Parameters of the whole module, and low-rank changes of some."""

    parameters: dict[str, Tensor]
    adapters: dict[str, tuple[Tensor, Tensor]]
    """By parameter: A [rank, in] and B [out, rank]"""
    scale: float

    def merged(self, transposed: set[str], dtype: torch.dtype) -> dict[str, Tensor]:
        merged = {name: p.to(dtype) for name, p in self.parameters.items()}
        for name, (a, b) in self.adapters.items():
            change = self.scale * (b @ a).to(dtype)
            merged[name] = merged[name] + (change.T if name in transposed else change)
        return merged


class TransformersDecoder:
    """The forward pass; what our decoder calls final hidden states are logits already here."""

    def __init__(self, module: nn.Module, transposed: set[str], config: SimpleNamespace):
        self.module = module
        self.transposed = transposed
        """Weights stored as [in, out]"""
        self.config = config
        self.device = next(module.parameters()).device
        self.dtype = next(module.parameters()).dtype

    def merged(self, weights: Any) -> dict[str, Tensor]:
        return weights.merged(self.transposed, self.dtype)

    def forward(self, merged: dict[str, Tensor], tokens: Tensor, cache=None, use_cache=False):
        """[R, T] tokens -> transformers' output, with logits [R, T, vocabulary]."""
        inputs = {"input_ids": tokens, "past_key_values": cache, "use_cache": use_cache}
        return functional_call(self.module, merged, (), inputs)

    def sequences(self, rows: Rows, tokens: Tensor, *, recompute: bool = False) -> Tensor:
        """[R, T] tokens, padded on the right -> [R, T, vocabulary]."""
        parts = tokens.split(rows.sizes)
        return torch.cat(
            [
                self.forward(self.merged(m), part).logits
                for m, part in zip(rows.models, parts, strict=True)
            ]
        )

    def logits(self, rows: Rows, hidden: Tensor) -> Tensor:
        return hidden.float()


class TransformersModel:
    """The base, as `base_model.FrozenBase` asks."""

    parallel: bool = False  # a module's parameters are swapped during a call

    def __init__(self, folder: Path, module: nn.Module, config: SimpleNamespace):
        parameters = dict(module.named_parameters())
        self.folder = folder
        self.config = config
        self.layout = Layout({name: tuple(p.shape) for name, p in parameters.items()})
        self.device = next(iter(parameters.values())).device
        self.dtype = next(iter(parameters.values())).dtype
        self.flat = torch.empty(self.layout.size, device=self.device, dtype=self.dtype)
        self.layout.fill(self.flat, parameters)
        self.weights = ModuleWeights(self.layout.tensors(self.flat), {}, 0.0)
        self._projections, transposed = _projections(module)
        self.decoder = TransformersDecoder(module, transposed, config)

    def layout_for(self, spec: LoraSpec) -> Layout:
        if not spec.rank:
            return self.layout
        if not (spec.train_attn and spec.train_mlp and spec.train_unembed):
            raise RequestError(
                f"adapters of {self.config.model_type} are on all projections: "
                "train_attn, train_mlp and train_unembed must be true"
            )
        shapes: dict[str, tuple[int, ...]] = {}
        for name, (rows, columns) in self._projections.items():
            shapes[_adapter(name, "A")] = (spec.rank, columns)
            shapes[_adapter(name, "B")] = (rows, spec.rank)
        return Layout(shapes)

    def assemble(self, spec: LoraSpec, tensor: Callable[..., Tensor]) -> ModuleWeights:
        if not spec.rank:
            return ModuleWeights({name: tensor(name) for name in self.layout.shapes}, {}, 0.0)
        adapters = {
            name: (tensor(_adapter(name, "A")), tensor(_adapter(name, "B")))
            for name in self._projections
        }
        return ModuleWeights(self.weights.parameters, adapters, ALPHA / spec.rank)

    def new_sampler(self, cache_bytes: int, decode: Decode) -> Sampler:
        return TransformersSampler(self.decoder, decode)


def _adapter(parameter: str, part: str) -> str:
    return f"{parameter.removesuffix('.weight')}.lora_{part}.weight"


def _projections(module: nn.Module) -> tuple[dict[str, tuple[int, int]], set[str]]:
    """(out, in) of each weight that gets an adapter, and the names of those stored the other way
    round. A head that is tied to the embedding gets none."""
    from transformers.pytorch_utils import Conv1D

    own = dict(module.named_parameters())
    shapes: dict[str, tuple[int, int]] = {}
    transposed: set[str] = set()
    for name, part in module.named_modules():
        weight = f"{name}.weight"
        if weight not in own or not isinstance(part, (nn.Linear, Conv1D)):
            continue
        rows, columns = part.weight.shape
        if isinstance(part, Conv1D):
            rows, columns = columns, rows
            transposed.add(weight)
        shapes[weight] = (rows, columns)
    return shapes, transposed


def load_transformers(
    folder: Path, device: torch.device, dtype: torch.dtype | None
) -> TransformersModel:
    try:
        from transformers import AutoModelForCausalLM
    except ImportError as error:
        raise ModelError(f"{folder}: this architecture needs transformers installed") from error
    try:
        module = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype or "auto")
    except Exception as error:
        raise ModelError(f"{folder}: transformers cannot load it: {error}") from error
    raw = read_json(folder / "config.json")
    text = module.config.get_text_config()
    config = SimpleNamespace(
        model_type=text.model_type,
        vocab_size=text.vocab_size,
        max_positions=getattr(text, "max_position_embeddings", None) or 2048,
        eos_tokens=eos_tokens(folder, raw),
    )
    nn.Module.to(module, device)
    return TransformersModel(folder, module.eval().requires_grad_(False), config)
