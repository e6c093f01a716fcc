"""Time of a training step whose rollouts share their prompts, against the same step with each
rollout computed whole: forward, backward and optimizer, LoRA. Both in turn, the median of each.

    python bench/shared_prompts.py --model smollm2 --prompt 128 --completion 128
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))

from soarlab_server.backend import training
from soarlab_server.backend.base_model import BaseModel, load_base
from soarlab_server.backend.trainable import TrainableModel
from soarlab_server.commands import AdamParams, Datum, ForwardBackward, LoraSpec

ADAM = AdamParams(1e-4, 0.9, 0.95, 1e-8, 0.0, 1.0)


def make_data(base: BaseModel, options: argparse.Namespace) -> list[Datum]:
    rng = np.random.default_rng(0)
    data = []
    for _ in range(options.groups):
        prompt = rng.integers(0, base.config.vocab_size, options.prompt)
        for _ in range(options.rollouts):
            completion = rng.integers(0, base.config.vocab_size, options.completion)
            ids = np.concatenate([prompt, completion])
            advantages = np.zeros(len(ids) - 1, np.float32)
            advantages[options.prompt - 1 :] = rng.normal()
            data.append(Datum(ids[:-1], ids[1:], None, np.full_like(advantages, -10), advantages))
    return data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--model", default="smollm2")
    add("--groups", type=int, default=1)
    add("--rollouts", type=int, default=8, help="of each group")
    add("--prompt", type=int, default=128, help="tokens")
    add("--completion", type=int, default=128, help="tokens")
    add("--rank", type=int, default=16)
    add("--threads", type=int, default=torch.get_num_threads())
    add("--repeat", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    base = load_base(options.model, device)
    data = make_data(base, options)
    limits = training.Limits(16_384, 2**24, recompute=False)
    seconds: dict[bool, list[float]] = {False: [], True: []}
    gradients: dict[bool, torch.Tensor] = {}
    for repeat in range(options.repeat + 1):  # the first is for warming up
        for share in (False, True):
            model = TrainableModel(base, LoraSpec(options.rank, seed=0))
            job = training.TrainJob(model, ForwardBackward(data, "importance_sampling", {}, True))
            start = time.process_time() if options.threads == 1 else time.perf_counter()
            training.run(base.decoder, [job], replace(limits, share_prompts=share))
            gradients[share] = model.gradient.clone()
            model.step(ADAM)
            end = time.process_time() if options.threads == 1 else time.perf_counter()
            if repeat:
                seconds[share].append(end - start)
    whole, shared = (statistics.median(seconds[share]) for share in (False, True))
    tokens = sum(len(datum.tokens) for datum in data)
    difference = (gradients[True] - gradients[False]).abs().max() / gradients[False].abs().max()
    line = {
        **vars(options),
        "whole_s": round(whole, 3),
        "shared_s": round(shared, 3),
        "ratio": round(shared / whole, 3),
        "tokens_per_s": round(tokens / shared),
        "gradient_difference": float(f"{difference:.1e}"),
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
