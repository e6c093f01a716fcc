"""The official SDK, unchanged, against a real server process."""

from __future__ import annotations

import time

import httpx
import numpy as np
import pytest
import tinker
from client import encoded
from support import Server
from tinker import types


@pytest.fixture
def service(server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TINKER_TELEMETRY", "0")
    return tinker.ServiceClient(base_url=server.url, api_key="tml-any")


def test_train_save_load_and_sample(service: tinker.ServiceClient) -> None:
    prompt = types.ModelInput.from_ints([2, 3, 4, 5])
    targets = [3, 4, 5, 1]
    supervised = types.Datum(
        model_input=prompt, loss_fn_inputs={"target_tokens": targets, "weights": [1.0] * 4}
    )
    model = service.create_lora_training_client("gym", rank=4, seed=1).result()
    assert model.get_info().lora_rank == 4
    losses = []
    for _ in range(40):
        passed = model.forward_backward([supervised], "cross_entropy")
        stepped = model.optim_step(types.AdamParams(learning_rate=0.005))
        losses.append(passed.result().metrics["loss:sum"])
        assert stepped.result().metrics["grad_norm"] > 0
    assert losses[-1] < losses[0] / 4

    reinforced = types.Datum(
        model_input=prompt,
        loss_fn_inputs={
            "target_tokens": targets,
            "logprobs": [-1.0] * 4,
            "advantages": [0.0, 1.0, 1.0, -1.0],
        },
    )
    output = model.forward_backward([reinforced, reinforced], "importance_sampling").result()
    logprobs = np.array(output.loss_fn_outputs[1]["logprobs"].data)
    expected = -2 * (np.exp(logprobs + 1) * [0, 1, 1, -1]).sum()
    assert output.metrics["loss:sum"] == pytest.approx(expected, rel=1e-4)
    model.optim_step(types.AdamParams(learning_rate=0.0)).result()

    path = model.save_state("sdk").result().path
    loaded = service.create_training_client_from_state_with_optimizer(path).result()
    forward = [m.forward([supervised], "cross_entropy").result() for m in (model, loaded)]
    assert forward[0].metrics == forward[1].metrics

    sampler = model.save_weights_and_get_sampling_client().result()
    params = types.SamplingParams(max_tokens=6, temperature=1.0, seed=3)
    asked = {"prompt": prompt, "num_samples": 3, "sampling_params": params}
    first, second = (sampler.sample(**asked).result() for _ in range(2))
    for a, b in zip(first.sequences, second.sequences, strict=True):
        assert a.tokens == b.tokens and a.logprobs == b.logprobs
        assert len(a.tokens) == len(a.logprobs)
    scores = sampler.compute_logprobs(prompt).result()
    assert scores[0] is None
    assert scores[1:] == pytest.approx(forward[0].loss_fn_outputs[0]["logprobs"].data[:3], abs=1e-4)


def test_a_wrong_request_says_why(service: tinker.ServiceClient) -> None:
    model = service.create_lora_training_client("gym", rank=2).result()
    datum = types.Datum(
        model_input=types.ModelInput.from_ints([2, 3]), loss_fn_inputs={"target_tokens": [3, 999]}
    )
    with pytest.raises(Exception, match="not in the vocabulary"):
        model.forward_backward([datum], "cross_entropy").result()


def test_a_loss_that_is_not_there_is_named_at_once(service: tinker.ServiceClient) -> None:
    """By a 400: the SDK would repeat a 501 for five minutes, and say nothing meanwhile."""
    model = service.create_lora_training_client("gym", rank=2).result()
    datum = types.Datum(
        model_input=types.ModelInput.from_ints([2]), loss_fn_inputs={"target_tokens": [3]}
    )
    started = time.monotonic()
    with pytest.raises(Exception, match="the loss stable_reinforce is not supported"):
        model.forward_backward([datum], "stable_reinforce").result()
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("field", ["topk_prompt_logprobs", "topk_sample_logprobs"])
def test_top_k_logprobs_are_refused_by_name(server: Server, field: str) -> None:
    sample = {"base_model": "gym", "prompt": encoded([2, 3]), "sampling_params": {"max_tokens": 1}}
    answer = httpx.post(f"{server.url}/api/v1/asample", json={**sample, field: 2}, timeout=60)
    assert answer.status_code == 501
    assert answer.json() == {"detail": f"{field} is not supported by this server"}
