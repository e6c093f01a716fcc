"""Our decoder against transformers, for each family."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from conftest import CPU
from support import make_llama, save
from transformers import (
    AutoModelForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from soarlab_server.backend.base_model import load_base
from soarlab_server.backend.decoder import Rows

QWEN = {
    "vocab_size": 50,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "initializer_range": 0.1,
    "eos_token_id": 1,
    "bos_token_id": None,
    "pad_token_id": 0,
}
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}


def make(family: str, folder: Path) -> Path:
    match family:
        case "llama":
            return make_llama(folder)
        case "llama3-gqa-tied":
            return make_llama(
                folder,
                num_key_value_heads=1,
                rope_parameters=LLAMA3_ROPE,
                tie_word_embeddings=True,
                attention_bias=True,
            )
        case "qwen2":
            return save(folder, Qwen2ForCausalLM, Qwen2Config(**QWEN, tie_word_embeddings=True))
        case "qwen3":
            return save(folder, Qwen3ForCausalLM, Qwen3Config(**QWEN, head_dim=32))
    raise AssertionError(family)


@pytest.mark.parametrize("family", ["llama", "llama3-gqa-tied", "qwen2", "qwen3"])
def test_logits_agree_with_transformers(family: str, tmp_path: Path) -> None:
    folder = make(family, tmp_path / family)
    base = load_base(str(folder), CPU)
    tokens = torch.randint(0, 50, (3, 40), generator=torch.Generator().manual_seed(1))
    rows = Rows([base.weights], [3])
    with torch.no_grad():
        ours = base.decoder.logits(rows, base.decoder.sequences(rows, tokens))
        theirs = AutoModelForCausalLM.from_pretrained(folder)(tokens).logits
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
