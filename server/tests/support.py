"""Tiny random models, and a real server process on a free loopback port."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

SERVER = Path(__file__).parent.parent
VOCABULARY = 50


def make_llama(folder: Path, **changes) -> Path:
    """A random model of the arithmetic gym's shape."""
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = {
        "vocab_size": VOCABULARY,
        "hidden_size": 64,
        "intermediate_size": 160,
        "num_hidden_layers": 3,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "max_position_embeddings": 48,
        "initializer_range": 0.1,
        "eos_token_id": 1,
        "bos_token_id": None,
        "pad_token_id": 0,
    }
    return save(folder, LlamaForCausalLM, LlamaConfig(**(shape | changes)))


def save(folder: Path, model_class, config) -> Path:
    from tokenizers import Tokenizer, models, pre_tokenizers

    torch.manual_seed(0)
    model = model_class(config)
    with torch.no_grad():  # biases start at zero, norms at one: a test would not see them
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    model.save_pretrained(folder)
    words = {"PAD": 0, "EOS": 1} | {f"t{i}": i for i in range(2, config.vocab_size)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="PAD"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@dataclass
class Server:
    url: str
    process: subprocess.Popen


@contextmanager
def running_server(
    model: Path, *arguments: str, env: dict[str, str] | None = None
) -> Iterator[Server]:
    command = [sys.executable, "-m", "soarlab_server", "--model", str(model), "--port", "0"]
    with TemporaryDirectory() as checkpoints:
        command += ["--checkpoints", checkpoints, "--device", "cpu"]
        if "SOARLAB_API_KEY" not in (env or {}):
            command.append("--no-key")
        process = subprocess.Popen(
            [*command, "--parent-pid", str(os.getpid()), *arguments],
            cwd=SERVER,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            ready = process.stdout.readline()
            if not ready:
                raise RuntimeError(f"the server ended with {process.wait()}")
            yield Server(json.loads(ready)["url"], process)
        finally:
            process.terminate()
            process.wait(10)
            process.stdout.close()
