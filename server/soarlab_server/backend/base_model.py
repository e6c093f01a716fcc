"""The frozen base model: its folder, config and weights."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from ..commands import LoraSpec
from ..contract import Sampler
from . import lora
from .decoder import Decoder
from .layout import Layout
from .model_config import ModelConfig, ModelError, read_config, read_json
from .model_files import describe_folder, locate
from .sample_job import Decode
from .sampling import BatchedSampler
from .weights import Weights, build_weights, full_layout

logger = logging.getLogger(__name__)

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.bfloat16}


class FrozenBase(Protocol):
    """What training and sampling need of the base: `BaseModel` implements it with our own decoder,
    `transformers_model.TransformersModel` for any other architecture."""

    folder: Path
    config: Any
    decoder: Any
    layout: Layout
    flat: Tensor
    weights: Any
    parallel: bool
    """Whether several threads may run it at once."""

    @property
    def device(self) -> torch.device: ...

    @property
    def dtype(self) -> torch.dtype: ...

    def layout_for(self, spec: LoraSpec) -> Layout:
        """Returns the layout of the weights that a model of this kind trains."""

    def assemble(self, spec: LoraSpec, tensor: Callable[..., Tensor]) -> Any:
        """A model's weights from `tensor(*names)`, as in `build_weights`."""

    def new_sampler(self, cache_bytes: int, decode: Decode) -> Sampler: ...


@dataclass
class BaseModel:
    folder: Path
    config: ModelConfig
    decoder: Decoder
    layout: Layout
    flat: Tensor
    weights: Weights
    parallel: bool = True

    def layout_for(self, spec: LoraSpec) -> Layout:
        return lora.adapter_layout(self.config, spec) if spec.rank else self.layout

    def assemble(self, spec: LoraSpec, tensor: Callable[..., Tensor]) -> Weights:
        if spec.rank:
            return lora.join(self.config, self.weights, spec, tensor)
        return build_weights(self.config, tensor)

    def new_sampler(self, cache_bytes: int, decode: Decode) -> Sampler:
        return BatchedSampler(self.decoder, cache_bytes, decode)

    @property
    def device(self) -> torch.device:
        return self.decoder.device

    @property
    def dtype(self) -> torch.dtype:
        return self.decoder.dtype


def load_base(model: str, device: torch.device, dtype: str = "auto") -> FrozenBase:
    """Uses our own decoder if it covers the architecture, else transformers."""
    folder = locate(model)
    if about := describe_folder(folder):
        logger.info("%s", about)
    config = read_config(folder)
    if dtype == "auto" and device.type == "cpu":
        dtype = "float32"
    if config is None:
        from .transformers_model import load_transformers

        return load_transformers(folder, device, None if dtype == "auto" else DTYPES[dtype])
    chosen = DTYPES.get(config.dtype if dtype == "auto" else dtype, torch.float32)
    layout = full_layout(config)
    flat = torch.empty(layout.size, dtype=chosen, device=device)
    read_weights(folder, layout, flat)
    return assemble(folder, config, layout, flat)


def random_base(config: ModelConfig, device: torch.device, dtype: torch.dtype) -> BaseModel:
    """A model of that shape with random weights, for benchmarks."""
    layout = full_layout(config)
    flat = torch.empty(layout.size, dtype=dtype, device=device).normal_(std=0.02)
    for name, tensor in layout.tensors(flat).items():
        if "norm" in name:
            tensor.fill_(1)
    return assemble(Path(), config, layout, flat)


def assemble(folder: Path, config: ModelConfig, layout: Layout, flat: Tensor) -> BaseModel:
    views: dict[tuple[str, ...], Tensor] = {}

    def tensor(*names: str) -> Tensor:
        # A tied head must be the embedding's very tensor, so views are made once.
        return views.setdefault(names, layout.view(flat, *names))

    weights = build_weights(config, tensor)
    decoder = Decoder(config, flat.device, flat.dtype)
    return BaseModel(folder, config, decoder, layout, flat, weights)


def read_weights(folder: Path, layout: Layout, flat: Tensor) -> None:
    index = folder / "model.safetensors.index.json"
    if index.exists():
        files = sorted(set(read_json(index).get("weight_map", {}).values()))
    else:
        files = ["model.safetensors"]
    missing = set(layout.shapes)
    for name in files:
        if not (folder / name).exists():
            raise ModelError(f"{folder} is not a model folder: it has no {name}")
        try:
            with safe_open(folder / name, "pt") as tensors:
                for key in missing & set(tensors.keys()):
                    tensor, shape = tensors.get_tensor(key), layout.shapes[key]
                    if tuple(tensor.shape) != shape:
                        raise ModelError(f"{folder}: {key} is {tuple(tensor.shape)}, not {shape}")
                    layout.view(flat, key).copy_(tensor)
                    missing.discard(key)
        except SafetensorError as error:
            raise ModelError(f"{folder / name} cannot be read: {error}") from error
    if missing:
        raise ModelError(f"{folder}: the weights have no {min(missing)}")
