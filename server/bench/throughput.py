"""Tokens per second of sampling and training on a random model, in process: one model, several at
once, and plain `transformers.generate` beside them. Prints one JSON line a measurement.

The defaults are a 3B Llama on one GPU; for a CPU:
    python bench/throughput.py --shape tiny --sequences 32 --tokens 32 --train-sequences 32
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))

from soarlab_server.backend.base_model import BaseModel, random_base
from soarlab_server.backend.model_config import ModelConfig
from soarlab_server.backend.torch_backend import open_backend
from soarlab_server.commands import (
    AdamParams,
    CreateModel,
    Datum,
    ForwardBackward,
    KeepSampler,
    KeptSampler,
    LoraSpec,
    OptimStep,
    SampleCommand,
    SamplingParams,
    UnloadModel,
)
from soarlab_server.engine.engine import Engine

SHAPES = {
    # vocabulary, width, layers, heads, kv heads, mlp width, positions
    "llama-3b": (128_256, 3072, 28, 24, 8, 8192, 4096),
    "llama-1b": (128_256, 2048, 16, 32, 8, 8192, 4096),
    "tiny": (512, 64, 3, 2, 2, 160, 512),
}
PROMPT_TOKENS = 64
SAMPLES_PER_PROMPT = 8


def make_config(shape: str) -> ModelConfig:
    vocabulary, width, layers, heads, kv_heads, mlp_width, positions = SHAPES[shape]
    return ModelConfig(
        model_type="llama",
        vocab_size=vocabulary,
        width=width,
        layers=layers,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=width // heads,
        mlp_width=mlp_width,
        norm_eps=1e-5,
        rope_theta=500_000.0,
        rope_scaling=None,
        max_positions=positions,
        tied_embeddings=True,
        qkv_bias=False,
        o_bias=False,
        mlp_bias=False,
        qk_norm=False,
        eos_tokens=(),
        dtype="bfloat16",
    )


class Bench:
    def __init__(self, base: BaseModel, folder: Path, options: argparse.Namespace):
        self.base = base
        self.options = options
        self.backend = open_backend(base, folder, "random")
        self.engine = Engine(self.backend, 1)
        self.rng = np.random.default_rng(0)

    def run_all(self, commands: list[tuple[str | None, object]]) -> list:
        """Submits everything at once and waits for all of it."""
        outcomes: list = [None] * len(commands)
        left = threading.Semaphore(0)
        for i, (target, command) in enumerate(commands):

            def finish(outcome, i=i) -> None:
                outcomes[i] = outcome
                left.release()

            if isinstance(command, SampleCommand):
                self.engine.sample(command, finish)
            else:
                self.engine.submit(target, command, finish)
        for _ in commands:
            left.acquire()
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
        return outcomes

    def tokens(self, count: int) -> np.ndarray:
        return self.rng.integers(0, self.base.config.vocab_size, count)

    def measure(self, models: int, rank: int) -> None:
        names = [f"m{models}-{i}" for i in range(models)]
        self.run_all([(name, CreateModel(LoraSpec(rank, seed=0))) for name in names])
        saves = [(name, KeepSampler(f"{name}-s")) for name in names]
        self.run_all(saves)
        self.sample(names, warm_up=True)
        self.sample(names)
        self.train(names, warm_up=True)
        self.train(names)
        self.run_all([(name, UnloadModel()) for name in names])

    def sample(self, names: list[str], warm_up: bool = False) -> None:
        options = self.options
        length = 8 if warm_up else options.tokens
        prompts = max(len(names), options.sequences // SAMPLES_PER_PROMPT)
        commands = [
            (
                None,
                SampleCommand(
                    KeptSampler(names[i % len(names)], f"{names[i % len(names)]}-s"),
                    self.tokens(PROMPT_TOKENS),
                    SAMPLES_PER_PROMPT,
                    SamplingParams(length, 1.0, -1, 1.0, i, ()),
                ),
            )
            for i in range(prompts)
        ]
        seconds = self.timed(lambda: self.run_all(commands))
        if not warm_up:
            self.report("sample", len(names), prompts * SAMPLES_PER_PROMPT * length, seconds)

    def train(self, names: list[str], warm_up: bool = False) -> None:
        options = self.options
        each = max(1, (1 if warm_up else options.train_sequences) // len(names))
        commands: list[tuple[str, object]] = []
        for name in names:
            data = []
            for _ in range(each):
                ids = self.tokens(PROMPT_TOKENS + options.tokens + 1)
                ones = np.ones(len(ids) - 1, np.float32)
                data.append(Datum(ids[:-1], ids[1:], None, -10 * ones, ones))
            commands.append((name, ForwardBackward(data, "importance_sampling", {}, True)))
            commands.append((name, OptimStep(AdamParams(1e-5, 0.9, 0.95, 1e-8, 0.0, 1.0))))
        seconds = self.timed(lambda: self.run_all(commands))
        if not warm_up:
            tokens = each * len(names) * (PROMPT_TOKENS + options.tokens)
            self.report("train", len(names), tokens, seconds)

    def timed(self, work) -> float:
        if self.backend.on_gpu:
            torch.cuda.reset_peak_memory_stats()
            torch.cuda.synchronize()
        start = time.perf_counter()
        work()
        if self.backend.on_gpu:
            torch.cuda.synchronize()
        return time.perf_counter() - start

    def report(self, what: str, models: int, tokens: int, seconds: float) -> None:
        peak = torch.cuda.max_memory_allocated() / 2**30 if self.backend.on_gpu else None
        line = {
            "what": what,
            "models": models,
            "tokens": tokens,
            "seconds": round(seconds, 2),
            "tokens_per_s": round(tokens / seconds),
            "peak_gib": peak and round(peak, 1),
        }
        print(json.dumps(line), flush=True)


def measure_transformers(config: ModelConfig, device: torch.device, options) -> None:
    """The same sampling by `generate`: static batch, no adapters."""
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(
        vocab_size=config.vocab_size,
        hidden_size=config.width,
        intermediate_size=config.mlp_width,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        num_key_value_heads=config.kv_heads,
        max_position_embeddings=config.max_positions,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    with torch.device(device):
        model = LlamaForCausalLM(shape).to(dtype).eval()
    prompts = torch.randint(0, config.vocab_size, (options.sequences, PROMPT_TOKENS), device=device)

    def generate(count: int) -> None:
        model.generate(prompts, max_new_tokens=count, min_new_tokens=count, do_sample=True)
        if device.type == "cuda":
            torch.cuda.synchronize()

    generate(8)
    start = time.perf_counter()
    generate(options.tokens)
    seconds = time.perf_counter() - start
    tokens = options.sequences * options.tokens
    line = {"what": "transformers.generate", "models": 1, "tokens": tokens}
    line |= {"seconds": round(seconds, 2), "tokens_per_s": round(tokens / seconds)}
    print(json.dumps(line), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--shape", choices=SHAPES, default="llama-3b")
    add("--models", type=int, nargs="+", default=[1, 8])
    add("--rank", type=int, default=32)
    add("--sequences", type=int, default=256)
    add("--tokens", type=int, default=1024, help="new tokens of each sequence")
    add("--train-sequences", type=int, default=64)
    add("--no-transformers", action="store_true")
    options = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    config = make_config(options.shape)
    name = torch.cuda.get_device_name() if device.type == "cuda" else "cpu"
    print(json.dumps({"device": name, "torch": torch.__version__, **vars(options)}), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(random_base(config, device, dtype), Path(folder), options)
        for models in options.models:
            bench.measure(models, options.rank)
        bench.engine.stop()
        del bench
    gc.collect()
    torch.cuda.empty_cache()
    if not options.no_transformers:
        measure_transformers(config, device, options)


if __name__ == "__main__":
    main()
