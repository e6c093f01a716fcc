"""What a request returns must not depend, to the bit, on which others happen to run beside it:
arrival times would otherwise make a run irreproducible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import Driver
from test_sampling import request
from test_training import ADAM, random_data

from soarlab_server.backend import training
from soarlab_server.backend.training import TrainJob
from soarlab_server.commands import (
    CreateModel,
    ForwardBackward,
    KeepSampler,
    KeptSampler,
    LoraSpec,
    OptimStep,
    SampleCommand,
    SampleResult,
)


def bits(result: SampleResult) -> list[bytes]:
    parts = [a.tobytes() for s in result.sequences for a in (s.tokens, s.logprobs)]
    return [*parts, b"" if result.prompt_logprobs is None else result.prompt_logprobs.tobytes()]


def from_sampler(sampler: KeptSampler, seed: int) -> SampleCommand:
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
        driver.run(f"m{i}", KeepSampler(f"s{i}"))
        samplers.append(KeptSampler(f"m{i}", f"s{i}"))
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


def test_stacked_adapters_give_the_same_numbers(driver: Driver) -> None:
    """What a GPU does (one batched matmul for all adapters), here on the CPU."""
    for i in range(3):
        driver.run(f"m{i}", CreateModel(LoraSpec(4, seed=i)))
        driver.run(f"m{i}", ForwardBackward(random_data(i), "cross_entropy", {}, True))
        driver.run(f"m{i}", OptimStep(ADAM))
        driver.run(f"m{i}", KeepSampler(f"s{i}"))
    models = [driver.backend.models[f"m{i}"] for i in range(3)]
    jobs = [
        TrainJob(m, ForwardBackward(random_data(9 + i, 2 + i), "cross_entropy", {}, True))
        for i, m in enumerate(models)
    ]
    limits, decoder = driver.backend._limits, driver.backend.base.decoder
    apart = [training.run(decoder, [job], limits)[0] for job in jobs]
    gradients = [m.gradient.clone() for m in models]
    for stack in (False, True):
        for model in models:
            model.gradient.zero_()
        together = training.run(decoder, jobs, replace(limits, stack=stack))
        for one, other in zip(apart, together, strict=True):
            assert one.metrics["loss:sum"] == pytest.approx(other.metrics["loss:sum"], rel=1e-4)
            for a, b in zip(one.logprobs, other.logprobs, strict=True):
                np.testing.assert_allclose(a, b, atol=1e-4)
        for gradient, model in zip(gradients, models, strict=True):
            np.testing.assert_allclose(gradient, model.gradient, rtol=1e-3, atol=1e-3)

    commands = [
        from_sampler(KeptSampler(f"m{seed % 3}", f"s{seed % 3}"), seed) for seed in range(12)
    ]
    expected = [driver.run(None, command) for command in commands]
    for sampler in driver.engine._samplers:
        sampler.stack_adapters = True
    stacked = [wait() for wait in [driver.start(None, c) for c in commands]]
    for one, other in zip(expected, stacked, strict=True):
        for a, b in zip(one.sequences, other.sequences, strict=True):
            assert a.tokens.tolist() == b.tokens.tolist()
            np.testing.assert_allclose(a.logprobs, b.logprobs, atol=1e-4)
