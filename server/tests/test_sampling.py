from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Driver
from transformers import AutoModelForCausalLM

from soarlab_server.backend.randomness import uniforms
from soarlab_server.commands import SampleCommand, SamplingParams


def request(prompt: list[int], samples: int = 1, logprobs: bool = False, **params) -> SampleCommand:
    settings = {
        "max_tokens": 20,
        "temperature": 1.0,
        "top_k": -1,
        "top_p": 1.0,
        "seed": 0,
        "stop_tokens": (1,),
    }
    return SampleCommand(
        None, np.array(prompt), samples, SamplingParams(**(settings | params)), logprobs
    )


@pytest.fixture(scope="session")
def reference(gym: Path):
    return AutoModelForCausalLM.from_pretrained(gym)


def logprobs_of(reference, tokens: list[int]) -> torch.Tensor:
    """[T - 1] log-probability of each token but the first."""
    with torch.no_grad():
        logits = reference(torch.tensor([tokens])).logits[0, :-1]
    return logits.log_softmax(-1).gather(1, torch.tensor(tokens[1:])[:, None])[:, 0]


def test_greedy_agrees_with_transformers(driver: Driver, reference) -> None:
    for prompt in ([5], [2, 3, 4], list(range(2, 30))):
        command = request(prompt, temperature=0.0, max_tokens=18, stop_tokens=())
        sequence = driver.run(None, command).sequences[0]
        theirs = reference.generate(
            torch.tensor([prompt]), max_new_tokens=18, do_sample=False, eos_token_id=-1
        )[0, len(prompt) :]
        assert sequence.tokens.tolist() == theirs.tolist()
        assert sequence.stop_reason == "length"


def test_logprobs_are_the_models_at_temperature_one(driver: Driver, reference) -> None:
    prompt = [7, 8, 9]
    result = driver.run(None, request(prompt, 4, logprobs=True, temperature=0.7))
    expected = logprobs_of(reference, prompt)
    assert np.isnan(result.prompt_logprobs[0])
    np.testing.assert_allclose(result.prompt_logprobs[1:], expected, atol=1e-5)
    for sequence in result.sequences:
        full = logprobs_of(reference, prompt + sequence.tokens.tolist())[len(prompt) - 1 :]
        np.testing.assert_allclose(sequence.logprobs, full, atol=1e-5)


def test_samples_follow_the_distribution(driver: Driver, reference) -> None:
    draws = driver.run(None, request([4, 5], 4096, max_tokens=1, temperature=1.3, stop_tokens=()))
    counts = np.bincount([s.tokens[0] for s in draws.sequences], minlength=50)
    with torch.no_grad():
        expected = (reference(torch.tensor([[4, 5]])).logits[0, -1] / 1.3).softmax(-1).numpy()
    spread = 4.5 * np.sqrt(4096 * expected * (1 - expected)) + 1
    assert (np.abs(counts - 4096 * expected) < spread).all()


def test_top_k_and_top_p(driver: Driver, reference) -> None:
    with torch.no_grad():
        probability = reference(torch.tensor([[4, 5]])).logits[0, -1].softmax(-1)
    ranked = probability.argsort(descending=True).tolist()
    nucleus = int((probability[ranked].cumsum(0) < 0.5).sum()) + 1
    for params, allowed in (({"top_k": 3}, ranked[:3]), ({"top_p": 0.5}, ranked[:nucleus])):
        draws = driver.run(None, request([4, 5], 512, max_tokens=1, stop_tokens=(), **params))
        assert {int(s.tokens[0]) for s in draws.sequences} == set(allowed)


def test_stop_tokens_and_strings(driver: Driver) -> None:
    free = driver.run(None, request([6], 1, seed=5, stop_tokens=())).sequences[0]
    third = int(free.tokens[2])
    first_at = free.tokens.tolist().index(third)
    by_token = driver.run(None, request([6], 1, seed=5, stop_tokens=(third,))).sequences[0]
    by_text = driver.run(
        None, request([6], 1, seed=5, stop_tokens=(), stop_strings=(f"t{third}",))
    ).sequences[0]
    for stopped in (by_token, by_text):
        assert stopped.stop_reason == "stop"
        assert stopped.tokens.tolist() == free.tokens[: first_at + 1].tolist()


def test_requests_beyond_the_cache_wait_for_room(driver: Driver) -> None:
    for sampler in driver.engine._samplers:
        sampler.cache_cells = 48 * 10
    waits = [driver.start(None, request([3, 4], 16, seed=s)) for s in range(4)]
    results = [wait() for wait in waits]
    for sampler in driver.engine._samplers:
        sampler.cache_cells = 10**6
    for seed, result in enumerate(results):
        alone = driver.run(None, request([3, 4], 16, seed=seed))
        for a, b in zip(result.sequences, alone.sequences, strict=True):
            assert a.tokens.tobytes() == b.tokens.tobytes()


def test_longer_rows_take_slots_away_from_a_full_cache(driver: Driver) -> None:
    samplers = driver.engine._samplers
    for sampler in samplers:
        sampler.cache_cells = 48 * 10

    def run(prompt: list[int], **params) -> list[bytes]:
        commands = [request(prompt, 30, seed=s, stop_tokens=(), **params) for s in range(4)]
        waits = [driver.start(None, command) for command in commands]
        return [s.tokens.tobytes() for wait in waits for s in wait().sequences]

    run([3, 4], max_tokens=10)
    assert max(sampler.cache.slots for sampler in samplers) == 30
    crowded = run(list(range(2, 30)), max_tokens=18)
    for sampler in samplers:
        assert sampler.cache.slots * sampler.cache.positions <= sampler.cache_cells
        sampler.cache_cells = 10**6
    assert run(list(range(2, 30)), max_tokens=18) == crowded


def test_uniforms_are_uniform_and_apart() -> None:
    draws = uniforms(1, range(64), 256)
    assert draws.min() >= 0 and draws.max() < 1
    assert abs(draws.mean() - 0.5) < 0.01 and abs(draws.var() - 1 / 12) < 0.002
    assert abs(np.corrcoef(draws[0], draws[1])[0, 1]) < 0.25
    assert np.array_equal(uniforms(1, range(10, 20), 256), draws[10:20])
    assert not np.array_equal(uniforms(2, range(64), 256), draws)
