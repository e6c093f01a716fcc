"""Losses, gradients and optimizer steps against plain PyTorch over transformers' model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from conftest import Driver
from transformers import AutoModelForCausalLM

from soarlab_server.commands import (
    AdamParams,
    CreateModel,
    Datum,
    ForwardBackward,
    LoraSpec,
    OptimStep,
)
from soarlab_server.request_error import RequestError

CONFIG = {"clip_low_threshold": 0.7, "clip_high_threshold": 1.1, "beta": 0.3}
ADAM = AdamParams(0.01, 0.9, 0.95, 1e-8, 0.1, 1.0)


def random_data(seed: int, count: int = 5) -> list[Datum]:
    rng = np.random.default_rng(seed)
    data = []
    for length in rng.integers(2, 40, count):
        ids = rng.integers(2, 50, length + 1)
        columns = rng.normal(size=(3, length)).astype(np.float32)
        mask = (np.arange(length) >= length // 2).astype(np.float32)
        data.append(Datum(ids[:-1], ids[1:], columns[0], columns[1] - 4, columns[2], mask))
    return data


def reference_loss(model, data: list[Datum], loss: str) -> torch.Tensor:
    total = torch.zeros(())
    for d in data:
        logits = model(torch.from_numpy(d.tokens)[None]).logits[0]
        logp = F.log_softmax(logits, -1)[torch.arange(len(d.targets)), torch.from_numpy(d.targets)]
        if loss == "cross_entropy":
            total = total - (torch.from_numpy(d.weights) * logp).sum()
            continue
        ratio = (logp - torch.from_numpy(d.sampler_logprobs)).exp()
        advantages = torch.from_numpy(d.advantages)
        match loss:
            case "importance_sampling":
                total = total - (ratio * advantages).sum()
            case "cispo":
                total = total - (ratio.clamp(0.7, 1.1).detach() * logp * advantages).sum()
            case "dro":
                total = total - (logp * advantages - 0.15 * ratio.log() ** 2).sum()
            case "gspo":
                marked = torch.from_numpy(d.ratio_mask) != 0
                sequence = ratio.log()[marked].mean().exp().detach()
                total = total - clipped_objective(sequence * logp.exp() / logp.exp().detach(), d)
            case "ppo":
                total = total - clipped_objective(ratio, d)
    return total


def clipped_objective(ratio: torch.Tensor, datum: Datum) -> torch.Tensor:
    advantages = torch.from_numpy(datum.advantages)
    return torch.minimum(ratio * advantages, ratio.clamp(0.7, 1.1) * advantages).sum()


LOSSES = ["cross_entropy", "importance_sampling", "ppo", "cispo", "dro", "gspo"]


@pytest.mark.parametrize("loss", LOSSES)
def test_full_gradients_and_steps_agree_with_pytorch(loss: str, gym: Path, driver: Driver) -> None:
    theirs = AutoModelForCausalLM.from_pretrained(gym)
    optimizer = torch.optim.AdamW(
        theirs.parameters(), 0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1
    )
    driver.run("m", CreateModel(LoraSpec(0)))
    model = driver.backend.models["m"]
    for step in range(2):
        data = random_data(step)
        expected = reference_loss(theirs, data, loss)
        optimizer.zero_grad()
        expected.backward()
        # In two parts: gradients accumulate until the step.
        parts = [
            driver.run("m", ForwardBackward(part, loss, CONFIG, True))
            for part in (data[:2], data[2:])
        ]
        actual = sum(part.metrics["loss:sum"] for part in parts)
        assert actual == pytest.approx(expected.item(), rel=1e-4)
        gradients = model.layout.tensors(model.gradient)
        scale = max(p.grad.abs().max().item() for p in theirs.parameters())
        for name, parameter in theirs.named_parameters():
            difference = (gradients[name] - parameter.grad).abs().max().item()
            assert difference <= 1e-5 * max(1.0, scale), name
        norm = torch.nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
        optimizer.step()
        stepped = driver.run("m", OptimStep(ADAM))
        assert stepped.fields["metrics"]["grad_norm"] == pytest.approx(norm.item(), rel=1e-4)
        ours = model.layout.tensors(model.flat)
        for name, parameter in theirs.named_parameters():
            difference = (ours[name] - parameter.detach()).abs()
            # Adam's first step is ±rate even where the gradient is nothing but rounding.
            assert difference.mean() < 1e-6 and difference.max() < 2 * 0.01, name
            with torch.no_grad():
                parameter.copy_(ours[name])


def test_lora_gradients_agree_with_merged_weights(gym: Path, driver: Driver) -> None:
    """The gradient of A and B follows from that of the merged weight W + s B A."""
    driver.run("m", CreateModel(LoraSpec(4, seed=3)))
    model = driver.backend.models["m"]
    with torch.no_grad():
        for name, tensor in model.layout.tensors(model.flat).items():
            if "lora_B" in name:
                tensor.copy_(torch.randn(tensor.shape, generator=torch.Generator().manual_seed(1)))
                tensor.mul_(0.02)
    adapters = model.layout.tensors(model.flat)
    theirs = AutoModelForCausalLM.from_pretrained(gym)
    scale = 32 / 4
    merged = dict(theirs.named_parameters())
    with torch.no_grad():
        for name in merged:
            prefix = name.removesuffix(".weight")
            if f"{prefix}.lora_A.weight" in adapters:
                b, a = adapters[f"{prefix}.lora_B.weight"], adapters[f"{prefix}.lora_A.weight"]
                merged[name].add_(scale * b @ a)
    data = random_data(7)
    reference_loss(theirs, data, "cross_entropy").backward()
    driver.run("m", ForwardBackward(data, "cross_entropy", {}, True))
    gradients = model.layout.tensors(model.gradient)
    for name in adapters:
        prefix, part = name.split(".lora_")
        a, b = adapters[f"{prefix}.lora_A.weight"], adapters[f"{prefix}.lora_B.weight"]
        weight = merged[f"{prefix}.weight"].grad
        expected = scale * (b.T @ weight if part.startswith("A") else weight @ a.T)
        torch.testing.assert_close(gradients[name], expected, rtol=1e-4, atol=1e-4)


def test_a_failed_pass_leaves_the_gradient_as_it_was(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.run("m", CreateModel(LoraSpec(0)))
    driver.run("m", ForwardBackward(random_data(1), "cross_entropy", {}, True))
    model = driver.backend.models["m"]
    before = model.gradient.clone()

    def fails(*_: object) -> None:
        model.gradient.add_(1)
        raise torch.OutOfMemoryError("no memory left")

    with monkeypatch.context() as patch:
        patch.setattr("soarlab_server.backend.training._run", fails)
        with pytest.raises(Exception, match="out of memory"):
            driver.run("m", ForwardBackward(random_data(2), "cross_entropy", {}, True))
    assert torch.equal(model.gradient, before)
    driver.run("m", OptimStep(ADAM))  # the model lives on


def test_a_gradient_that_is_not_finite_changes_nothing(driver: Driver) -> None:
    driver.run("m", CreateModel(LoraSpec(0)))
    driver.run("m", ForwardBackward(random_data(1), "cross_entropy", {}, True))
    driver.run("m", OptimStep(ADAM))
    model = driver.backend.models["m"]
    weights, mean = model.flat.clone(), model.adam.mean.clone()
    far = random_data(2, 1)
    far[0].sampler_logprobs[:] = -1e4  # the ratio's exponential overflows
    driver.run("m", ForwardBackward(far, "importance_sampling", {}, True))
    with pytest.raises(RequestError, match="norm is"):
        driver.run("m", OptimStep(ADAM))
    assert torch.equal(model.flat, weights) and torch.equal(model.adam.mean, mean)
    driver.run("m", ForwardBackward(random_data(3), "cross_entropy", {}, True))
    norm = driver.run("m", OptimStep(ADAM)).fields["metrics"]["grad_norm"]
    assert 0 < norm < float("inf")


def test_logits_in_chunks_change_nothing(gym: Path, driver: Driver) -> None:
    from dataclasses import replace

    results = []
    for model_id, cells in (("whole", 2**24), ("chunks", 50 * 7)):
        driver.run(model_id, CreateModel(LoraSpec(0)))
        driver.backend._limits = replace(driver.backend._limits, logit_cells=cells, recompute=True)
        result = driver.run(model_id, ForwardBackward(random_data(3), "cross_entropy", {}, True))
        results.append((result, driver.backend.models[model_id].gradient))
    (whole, gradient), (chunks, chunked) = results
    for a, b in zip(whole.logprobs, chunks.logprobs, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
    torch.testing.assert_close(gradient, chunked, rtol=1e-4, atol=1e-4)
