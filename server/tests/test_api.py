"""The wire, against a real server process."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from client import Api, datum, encoded
from support import Server, running_server


def test_capabilities(api: Api) -> None:
    assert api.http.get("healthz").json() == {"status": "ok"}
    models = api.http.get("get_server_capabilities").json()["supported_models"]
    assert [m["model_name"] for m in models] == ["gym"]


@pytest.mark.parametrize("rank", [0, 4])
def test_train_save_load_sample_delete(api: Api, rank: int) -> None:
    model = api.create_model(rank)
    losses = [api.train(model, [2, 3, 4, 5, 1], 0.003) for _ in range(60)]
    assert losses[-1] < losses[0] / 10
    path = api.run("save_weights", {"model_id": model, "path": "x"})["path"]
    again = api.create_model(rank)
    api.run("load_weights", {"model_id": again, "path": path, "optimizer": True})
    inputs = {"data": [datum([2, 3, 4, 5, 1])], "loss_fn": "cross_entropy"}
    bodies = [{"model_id": m, "forward_input": inputs} for m in (model, again)]
    one, two = (api.run("forward", body) for body in bodies)
    assert one == two
    assert len(one["loss_fn_outputs"][0]["logprobs"]["data"]) == 4

    body = {"model_id": model, "sampling_session_seq_id": 0}
    ephemeral = api.run("save_weights_for_sampler", body)["sampling_session_id"]
    saved = api.run("save_weights_for_sampler", {"model_id": model, "path": "s"})["path"]
    session = {"session_id": api.session, "model_path": saved}
    named = api.post("create_sampling_session", session).json()["sampling_session_id"]
    asked = {"prompt": encoded([2]), "sampling_params": {"temperature": 0, "max_tokens": 8}}
    results = [
        api.run("asample", {**asked, "sampling_session_id": s, "seq_id": 0})
        for s in (ephemeral, named)
    ]
    assert results[0] == results[1]
    sequence = results[0]["sequences"][0]
    assert (sequence["tokens"], sequence["stop_reason"]) == ([3, 4, 5, 1], "stop")

    checkpoint = f"training_runs/{model}/checkpoints/weights/x"
    listed = api.http.get(f"training_runs/{model}/checkpoints").json()["checkpoints"]
    assert {c["tinker_path"] for c in listed} == {path, saved}
    assert api.http.delete(checkpoint).status_code == 200
    assert api.http.delete(checkpoint).status_code == 404
    api.run("unload_model", {"model_id": model})
    assert api.post("get_info", {"model_id": model}).status_code == 404


def test_a_retry_does_not_run_twice(api: Api) -> None:
    model = api.create_model()
    inputs = {"data": [datum([2, 3, 4])], "loss_fn": "cross_entropy"}
    body = {"model_id": model, "seq_id": 1, "forward_backward_input": inputs}
    first, second = (api.post("forward_backward", body).json() for _ in range(2))
    assert first == second
    step = {"model_id": model, "seq_id": 2, "adam_params": {"learning_rate": 0}}
    norm = api.run("optim_step", step)["metrics"]["grad_norm"]
    other = api.create_model()
    api.run("forward_backward", {**body, "model_id": other})
    assert norm == api.run("optim_step", {**step, "model_id": other})["metrics"]["grad_norm"]
    clash = api.post("optim_step", {**step, "seq_id": 1})
    assert clash.status_code == 409 and "forward" in clash.json()["detail"].lower()


def test_wrong_fields_are_named(api: Api) -> None:
    model = api.create_model()

    def loc(call: str, body: dict) -> list:
        answer = api.post(call, body)
        assert answer.status_code == 422, answer.text
        return answer.json()["detail"][0]["loc"]

    def training(loss: str, **inputs: list) -> dict:
        data = {"data": [datum([2, 3, 4], **inputs)], "loss_fn": loss}
        return {"model_id": model, "forward_backward_input": data}

    where = ["body", "forward_backward_input"]
    assert loc("forward_backward", training("nonsense")) == [*where, "loss_fn"]
    inner = [*where, "data", 0, "loss_fn_inputs"]
    assert loc("forward_backward", training("ppo")) == [*inner, "logprobs"]
    short = training("cross_entropy", weights=[1.0])
    assert loc("forward_backward", short) == [*inner, "weights"]
    for target in (99, 3.5, -1, 2**70):
        far = training("cross_entropy", target_tokens=[3, target])
        assert loc("forward_backward", far) == [*inner, "target_tokens"]
    huge = training("cross_entropy", weights=[1.0, 1e300])
    assert loc("forward_backward", huge) == [*inner, "weights"]
    sample = {"base_model": "gym", "prompt": encoded([2]), "sampling_params": {"top_p": 0}}
    assert loc("asample", sample) == ["body", "sampling_params", "top_p"]
    for prompt in ([2] * 49, [2, 50], [2**70], []):
        wrong = {"base_model": "gym", "prompt": encoded(prompt), "sampling_params": {}}
        assert loc("asample", wrong) == ["body", "prompt", "chunks"]
    other = {"session_id": api.session, "base_model": "gpt"}
    assert loc("create_model", other) == ["body", "base_model"]
    nothing = {"train_attn": False, "train_mlp": False, "train_unembed": False}
    idle = {"session_id": api.session, "base_model": "gym", "lora_config": nothing}
    assert loc("create_model", idle) == ["body", "lora_config"]


def test_numbers_beyond_their_range_do_no_harm(api: Api) -> None:
    """To the request nor to others that are sampled with it."""
    params = {"temperature": 0, "max_tokens": 4}
    plain = {"base_model": "gym", "prompt": encoded([2]), "sampling_params": params}
    odd = {**params, "max_tokens": 2**70, "top_k": 2**70, "seed": -(2**70), "stop": [2**70, -1]}
    answer = api.run("asample", {**plain, "sampling_params": odd})["sequences"][0]
    assert len(answer["tokens"]) == 47
    assert answer["tokens"][:4] == api.run("asample", plain)["sequences"][0]["tokens"]


def test_a_failed_request_fails_alone(api: Api) -> None:
    model = api.create_model()
    missing = {"model_id": model, "path": "tinker://a/weights/b", "optimizer": False}
    failed = api.fetch(api.post("load_weights", missing).json()["request_id"])
    assert failed.status_code == 400
    assert failed.json()["detail"] == "there is no checkpoint tinker://a/weights/b"
    assert api.train(model, [2, 3, 4]) > 0
    assert api.fetch("nonsense").status_code == 404
    assert api.post("optim_step", {"model_id": "no", "adam_params": {}}).status_code == 404


def test_bodies_are_bounded(server: Server, api: Api) -> None:
    answer = api.post("create_session", {"tags": ["x" * 2**20]})
    assert answer.status_code == 413
    assert "limit" in answer.json()["detail"]


def test_a_key_is_wanted_when_set(gym: Path) -> None:
    with running_server(gym, env={"SOARLAB_API_KEY": "secret"}) as server:
        http = Api(server.url).http
        assert http.get("healthz").status_code == 200
        assert http.get("get_server_capabilities").status_code == 401
        http.headers["X-API-Key"] = "secret"
        assert http.get("get_server_capabilities").status_code == 200


def test_a_result_wakes_its_poll_at_once(api: Api) -> None:
    model = api.create_model()
    api.train(model, [2, 3, 4])
    start = time.perf_counter()
    for _ in range(10):
        api.train(model, [2, 3, 4])
    assert time.perf_counter() - start < 10  # a poll that is not woken takes 30 s


def test_embeddings(server: Server) -> None:
    url = f"{server.url}/v1/embeddings"

    def embed(given: object) -> list[list[float]]:
        answer = httpx.post(url, json={"input": given, "model": "gym"})
        assert answer.status_code == 200, answer.text
        return [item["embedding"] for item in answer.json()["data"]]

    texts = embed(["t2 t3 t4", "t5"])
    assert texts == embed([[2, 3, 4], [5]])
    assert embed("t5") == embed([5]) == texts[1:]
    assert sum(x * x for x in texts[0]) == pytest.approx(1, abs=1e-5)
    unsupported = httpx.post(url, json={"input": "t5", "dimensions": 8})
    assert unsupported.status_code == 501 and "dimensions" in unsupported.json()["detail"]
    wrong = ({"input": []}, {"input": "t5", "model": "gpt"})
    for body in (*wrong, {"input": [[2], [2**70]]}):
        assert httpx.post(url, json=body).status_code == 422, body
