"""The shape of a decoder-only model of the Llama family, read from its config.json."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DECODER_TYPES = {"llama", "qwen2", "qwen3", "mistral"}


class ModelError(Exception):
    """The model cannot be served; the message says why."""


@dataclass(frozen=True)
class ModelConfig:
    model_type: str
    vocab_size: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    mlp_width: int
    norm_eps: float
    rope_theta: float
    rope_scaling: dict[str, Any] | None
    max_positions: int
    tied_embeddings: bool
    qkv_bias: bool
    o_bias: bool
    mlp_bias: bool
    qk_norm: bool
    eos_tokens: tuple[int, ...]
    dtype: str

    @property
    def query_width(self) -> int:
        return self.heads * self.head_dim

    @property
    def kv_width(self) -> int:
        return self.kv_heads * self.head_dim


def read_json(path: Path) -> dict[str, Any]:
    """Returns the object that a file holds; empty if there is no file."""
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ModelError(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise ModelError(f"{path} holds no JSON object")
    return content


def eos_tokens(folder: Path, config: dict[str, Any]) -> tuple[int, ...]:
    """The end tokens; generation_config.json takes precedence over config.json."""
    eos = read_json(folder / "generation_config.json").get("eos_token_id")
    eos = config.get("eos_token_id") if eos is None else eos
    return () if eos is None else tuple(eos) if isinstance(eos, list) else (eos,)


def read_config(folder: Path) -> ModelConfig | None:
    """Returns the folder's config, or None if our decoder does not cover the architecture."""
    try:
        return _read_config(folder)
    except KeyError as error:
        raise ModelError(f"{folder / 'config.json'} has no {error.args[0]}") from error


def _read_config(folder: Path) -> ModelConfig | None:
    c = read_json(folder / "config.json")
    kind = c.get("model_type")
    rope = c.get("rope_parameters") or c.get("rope_scaling")
    rope_type = (rope or {}).get("rope_type", (rope or {}).get("type", "default"))
    if (
        kind not in DECODER_TYPES
        or rope_type not in {"default", "linear", "llama3"}
        or c.get("hidden_act", "silu") != "silu"
        or (c.get("sliding_window") and (kind == "mistral" or c.get("use_sliding_window")))
    ):
        return None
    heads = c["num_attention_heads"]
    attention_bias = c.get("attention_bias", False)
    return ModelConfig(
        model_type=kind,
        vocab_size=c["vocab_size"],
        width=c["hidden_size"],
        layers=c["num_hidden_layers"],
        heads=heads,
        kv_heads=c.get("num_key_value_heads") or heads,
        head_dim=c.get("head_dim") or c["hidden_size"] // heads,
        mlp_width=c["intermediate_size"],
        norm_eps=c.get("rms_norm_eps", 1e-6),
        rope_theta=(rope or {}).get("rope_theta") or c.get("rope_theta", 10000.0),
        rope_scaling=None if rope_type == "default" else rope,
        max_positions=c.get("max_position_embeddings", 2048),
        tied_embeddings=c.get("tie_word_embeddings", False),
        qkv_bias=kind == "qwen2" or attention_bias,
        o_bias=attention_bias and kind != "qwen2",
        mlp_bias=c.get("mlp_bias", False),
        qk_norm=kind == "qwen3",
        eos_tokens=eos_tokens(folder, c),
        dtype=c.get("dtype") or c.get("torch_dtype") or "float32",
    )


def rope_frequencies(config: ModelConfig) -> list[float]:
    """Angle per position of each pair of a head's dimensions: [head_dim / 2], radians."""
    base = [config.rope_theta ** (-i / config.head_dim) for i in range(0, config.head_dim, 2)]
    scaling = config.rope_scaling
    if scaling is None:
        return base
    factor = scaling["factor"]
    if scaling.get("rope_type", scaling.get("type")) == "linear":
        return [f / factor for f in base]
    # Llama 3: slow rotations are slowed by `factor`, fast ones kept, those between interpolated.
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    context = scaling["original_max_position_embeddings"]

    def scaled(frequency: float) -> float:
        turns = context * frequency / (2 * math.pi)
        keep = min(1.0, max(0.0, (turns - low) / (high - low)))
        return frequency * (keep + (1 - keep) / factor)

    return [scaled(f) for f in base]
