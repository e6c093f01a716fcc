"""An architecture without a decoder of our own: a tiny GPT-2."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import CPU, Driver
from support import save
from test_sampling import logprobs_of, request
from test_training import ADAM, random_data, reference_loss
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel

from soarlab_server.backend.base_model import load_base
from soarlab_server.backend.torch_backend import open_backend
from soarlab_server.commands import (
    CreateModel,
    ForwardBackward,
    LoadState,
    LoraSpec,
    OptimStep,
    SaveState,
)
from soarlab_server.request_error import RequestError


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = GPT2Config(
        vocab_size=50,
        n_positions=64,
        n_embd=32,
        n_layer=2,
        n_head=2,
        initializer_range=0.2,
        bos_token_id=None,
        eos_token_id=1,
    )
    return save(tmp_path_factory.mktemp("models") / "gpt2", GPT2LMHeadModel, config)


@pytest.fixture
def driver(gpt2: Path, tmp_path: Path):
    driver = Driver(open_backend(load_base(str(gpt2), CPU), tmp_path, "gpt2"), 1)
    yield driver
    driver.engine.stop()


def test_gradients_agree_with_pytorch(driver: Driver, gpt2: Path) -> None:
    theirs = AutoModelForCausalLM.from_pretrained(gpt2).eval()
    data = random_data(1)
    reference_loss(theirs, data, "importance_sampling").backward()
    driver.run("m", CreateModel(LoraSpec(0)))
    driver.run("m", ForwardBackward(data, "importance_sampling", {}, True))
    model = driver.backend.models["m"]
    gradients = model.layout.tensors(model.gradient)
    for name, parameter in theirs.named_parameters():
        torch.testing.assert_close(gradients[name], parameter.grad, rtol=1e-3, atol=1e-3)


def test_adapters_on_some_parts_alone_are_refused(driver: Driver) -> None:
    with pytest.raises(RequestError, match="train_mlp"):
        driver.run("m", CreateModel(LoraSpec(4, train_mlp=False)))


def test_lora_trains_saves_and_loads(driver: Driver) -> None:
    driver.run("m", CreateModel(LoraSpec(4)))
    losses = []
    for _ in range(10):
        passed = driver.run("m", ForwardBackward(random_data(2), "cross_entropy", {}, True))
        losses.append(passed.metrics["loss:sum"])
        driver.run("m", OptimStep(ADAM))
    assert losses[-1] < losses[0]
    path = driver.run("m", SaveState("x")).fields["path"]
    driver.run("n", CreateModel(LoraSpec(4, seed=1)))
    driver.run("n", LoadState(path, True))
    assert torch.equal(driver.backend.models["m"].flat, driver.backend.models["n"].flat)


def test_sampling(driver: Driver, gpt2: Path) -> None:
    reference = AutoModelForCausalLM.from_pretrained(gpt2).eval()
    prompt = [5, 6, 7]
    result = driver.run(None, request(prompt, 4, logprobs=True))
    np.testing.assert_allclose(
        result.prompt_logprobs[1:], logprobs_of(reference, prompt), atol=1e-5
    )
    for sequence in result.sequences:
        full = logprobs_of(reference, prompt + sequence.tokens.tolist())[len(prompt) - 1 :]
        np.testing.assert_allclose(sequence.logprobs, full, atol=1e-5)
        assert (sequence.tokens[-1] == 1) == (sequence.stop_reason == "stop")
