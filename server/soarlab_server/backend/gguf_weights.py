"""The weights of a GGUF file under their Hugging Face names, in float32."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np

from .model_config import ModelConfig, ModelError, read_config, read_json, rope_frequencies
from .weights import full_layout

PLAIN_TYPES = {"F32", "F16", "BF16"}
SUFFIXES = (".weight", ".bias")
# GGUF files keep only what this divides each frequency by, as rope_freqs.weight.
LLAMA3_SCALING = {
    "rope_type": "llama3",
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}


def read_gguf(file: Path, folder: Path) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """The tensors that the model of `folder`'s config.json needs, and how many tensors the file
    stores as each type, the most frequent first. Completes config.json."""
    try:
        stored = {t.name: t for t in gguf.GGUFReader(file).tensors}
    except Exception as error:  # any error that a truncated file causes
        raise ModelError(f"{file} cannot be read: {error}") from error
    types = Counter(tensor.tensor_type.name for tensor in stored.values())
    config = _complete_config(file, folder, stored, quantised=not PLAIN_TYPES.issuperset(types))
    # All architectures that get here name their tensors alike.
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN3, config.layers)
    tensors = {}
    for name in full_layout(config).shapes:
        own = names.get_name(name, try_suffixes=SUFFIXES)
        if own not in stored:
            raise ModelError(f"{file} has no tensor {own}")
        tensors[name] = _tensor(config, name, stored[own])
    return tensors, dict(types.most_common())


def _complete_config(file: Path, folder: Path, stored: dict, *, quantised: bool) -> ModelConfig:
    """Adds to config.json what only the tensors show."""
    config_file = folder / "config.json"
    raw = read_json(config_file)
    if quantised:
        # Dequantised values are kept in full precision; on a GPU half of the bits are enough.
        raw["dtype"] = "bfloat16"
    if "rope_freqs.weight" in stored:
        raw["rope_parameters"] = {**raw["rope_parameters"], **LLAMA3_SCALING}
        raw["rope_parameters"]["factor"] = float(stored["rope_freqs.weight"].data.max())
    config_file.write_text(json.dumps(raw, indent=2) + "\n")
    config = read_config(folder)
    if config is None:
        raise ModelError(
            f"{file}: of GGUF files the server reads llama, mistral, qwen2 and qwen3 models, not "
            f"{raw.get('model_type')}; save it as a Hugging Face folder, and give that"
        )
    if "rope_freqs.weight" in stored:
        plain = np.array(rope_frequencies(replace(config, rope_scaling=None)))
        divided = plain / stored["rope_freqs.weight"].data
        if not np.allclose(divided, rope_frequencies(config), rtol=1e-3):
            raise ModelError(f"{file}: its rope_freqs.weight are not the scaling of Llama 3")
    return config


def _tensor(config: ModelConfig, name: str, stored: gguf.ReaderTensor) -> np.ndarray:
    tensor = gguf.dequantize(stored.data, stored.tensor_type).astype(np.float32)
    if config.model_type in ("llama", "mistral"):
        if ".q_proj." in name:
            tensor = _halves(tensor, config.heads)
        if ".k_proj." in name:
            tensor = _halves(tensor, config.kv_heads)
    return np.ascontiguousarray(tensor)


def _halves(tensor: np.ndarray, heads: int) -> np.ndarray:
    """Rows of each head from pairs of neighbours, as GGUF files of the llama architecture rotate
    them, to two halves."""
    pairs = tensor.reshape(heads, -1, 2, *tensor.shape[1:])
    return pairs.swapaxes(1, 2).reshape(tensor.shape)
