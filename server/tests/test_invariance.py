"""What a request returns must not depend, to the bit, on which others happen to run beside it:
arrival times would otherwise make a run irreproducible."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Driver
from test_sampling import request
from test_training import ADAM, random_data

from soarlab_server.commands import (
    CreateModel,
    ForwardBackward,
    LoraSpec,
    OptimStep,
    SampleCommand,
    SampleResult,
    SaveSampler,
)


def bits(result: SampleResult) -> list[bytes]:
    parts = [a.tobytes() for s in result.sequences for a in (s.tokens, s.logprobs)]
    return [*parts, b"" if result.prompt_logprobs is None else result.prompt_logprobs.tobytes()]


def from_sampler(sampler: str, seed: int) -> SampleCommand:
    rng = np.random.default_rng(seed)
    prompt = rng.integers(2, 50, rng.integers(1, 24)).tolist()
    command = request(
        prompt,
        int(rng.integers(1, 9)),
        logprobs=bool(seed % 3 == 0),
        seed=seed,
        temperature=float(rng.choice([0, 0.7, 1.0])),
        top_k=int(rng.choice([-1, 5])),
        top_p=float(rng.choice([1.0, 0.9])),
        max_tokens=int(rng.integers(1, 24)),
    )
    return SampleCommand(
        sampler, command.prompt, command.num_samples, command.params, command.prompt_logprobs
    )


@pytest.mark.parametrize("rank", [0, 4])
def test_samples_are_the_same_alone_and_in_company(rank: int, driver: Driver) -> None:
    samplers = []
    for i in range(3):
        driver.run(f"m{i}", CreateModel(LoraSpec(rank, seed=i)))
        driver.run(f"m{i}", ForwardBackward(random_data(i), "cross_entropy", {}, True))
        driver.run(f"m{i}", OptimStep(ADAM))
        driver.run(f"m{i}", SaveSampler(sampler_id=f"s{i}"))
        samplers.append(f"s{i}")
    commands = [from_sampler(samplers[seed % 3], seed) for seed in range(40)]
    company = [bits(wait()) for wait in [driver.start(None, c) for c in commands]]
    for command, together in zip(commands, company, strict=True):
        assert bits(driver.run(None, command)) == together


@pytest.mark.parametrize("rank", [0, 4])
def test_training_is_the_same_alone_and_in_company(rank: int, driver: Driver) -> None:
    def train(models: list[str]) -> dict[str, bytes]:
        for model in models:
            driver.run(model, CreateModel(LoraSpec(rank, seed=0)))
        waits = []
        for step in range(3):
            for model in models:
                data = random_data(100 * int(model[1:]) + step, 12)
                command = ForwardBackward(data, "importance_sampling", {}, True)
                waits.append(driver.start(model, command))
                waits.append(driver.start(model, OptimStep(ADAM)))
            waits.append(driver.start(None, request([2, 3, 4], 8, seed=step)))
        for wait in waits:
            wait()
        return {m: driver.backend.models[m].flat.numpy().tobytes() for m in models}

    together = train(["m0", "m1", "m2", "m3"])
    for model, weights in together.items():
        assert train([model])[model] == weights
