"""Training runs, checkpoints and sessions that end: by the official SDK, its command line and plain
requests."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import httpx
import numpy as np
import pytest
import tinker
from click.testing import CliRunner
from client import Api, datum, encoded
from conftest import Driver
from support import Server, running_server
from tinker.cli.__main__ import main_cli

from soarlab_server.checkpoint_path import CheckpointPath
from soarlab_server.commands import CreateModel, LoraSpec, SaveSampler, SaveState
from soarlab_server.request_error import RequestError


@pytest.fixture(scope="module")
def own(gym: Path):
    """A server whose checkpoints no other test sees."""
    os.environ["TINKER_TELEMETRY"] = "0"
    with running_server(gym) as server:
        yield server


def test_runs_and_checkpoints_are_listed_by_the_sdk(own: Server) -> None:
    client = tinker.RestClient(base_url=own.url, api_key="tml-any")
    metadata = {"a": "b"}
    with tinker.ServiceClient(base_url=own.url, api_key="tml-any") as service:
        created = service.create_lora_training_client("gym", rank=4, user_metadata=metadata)
        model = created.result()
        state = model.save_state("one", ttl_seconds=3600).result().path
        weights = model.save_weights_for_sampler("two").result().path
        run_id = model.get_info().model_id
        run = client.get_training_run(run_id).result()
        assert (run.is_lora, run.lora_rank, run.user_metadata) == (True, 4, metadata)
        assert run.last_checkpoint.tinker_path == state
        assert run.last_sampler_checkpoint.tinker_path == weights
        with pytest.raises(ValueError, match="overwrite is false"):
            model.save_state("one").result()
        assert model.save_state("one", overwrite=True).result().path == state

        tokenizer = service.create_sampling_client(model_path=weights).get_tokenizer()
        assert tokenizer.encode("t5 t6") == [5, 6]
        assert model.get_tokenizer().encode("t7") == [7]
    # The session is finished now: its model is gone, its checkpoints are not.
    assert httpx.get(f"{own.url}/api/v1/sessions", timeout=60).json()["sessions"] == []
    listed = client.list_training_runs(limit=1).result()
    assert [r.training_run_id for r in listed.training_runs] == [run_id]
    assert listed.cursor.total_count == 1
    found = client.list_user_checkpoints().result().checkpoints
    assert {c.tinker_path for c in found} == {state, weights}
    assert [c.expires_at for c in found] == [None, None]  # saved again without a limit
    client.set_checkpoint_ttl_from_tinker_path(weights, 7200).result()
    (kept,) = [c for c in client.list_checkpoints(run_id).result().checkpoints if c.expires_at]
    assert kept.expires_at.timestamp() == pytest.approx(time.time() + 7200, abs=60)
    client.set_checkpoint_ttl_from_tinker_path(weights, None).result()
    assert client.get_weights_info_by_tinker_path(state).result().lora_rank == 4


def test_the_command_line_of_the_sdk(own: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINKER_BASE_URL", own.url)
    monkeypatch.setenv("TINKER_API_KEY", "tml-any")

    def cli(*arguments: str) -> str:
        done = CliRunner().invoke(main_cli, ["--format", "json", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    with Api(own.url) as api:
        model = api.create_model(rank=2)
        path = api.run("save_weights", {"model_id": model, "path": "cli"})["path"]
        assert model in cli("run", "list")
        assert json.loads(cli("run", "info", model))["training_run_id"] == model
        assert path in cli("checkpoint", "list", "--run-id", model)
        assert path in cli("checkpoint", "info", path)
        cli("checkpoint", "delete", path, "--yes")
        assert path not in cli("checkpoint", "list")


def test_a_finished_session_and_its_models_are_gone(own: Server) -> None:
    with Api(own.url) as api:
        model = api.create_model()
        assert api.session in api.http.get("sessions").json()["sessions"]
        assert api.post(f"sessions/{api.session}/finish", {}).status_code == 200
        assert api.http.get(f"sessions/{api.session}").status_code == 404
        assert api.post("get_info", {"model_id": model}).status_code == 404
        assert api.post("session_heartbeat", {"session_id": api.session}).status_code == 404


def test_a_checkpoint_goes_when_its_time_is_over(driver: Driver) -> None:
    driver.run("a", CreateModel(LoraSpec(2)))
    path = driver.run("a", SaveState("short", ttl_seconds=3600)).fields["path"]
    driver.run("a", SaveSampler("long"))
    store, short = driver.backend.store, CheckpointPath.parse(path)
    store.set_expiry(short, time.time() - 1)
    with pytest.raises(RequestError, match="no checkpoint"):
        store.checkpoint_info(short)
    assert [info.path.name for info in store.list()] == ["long"]
    driver.backend.delete_expired_checkpoints()
    assert not (store.folder / "a" / "weights" / "short").exists()
    assert (store.folder / "a" / "sampler_weights" / "long").exists()


@pytest.mark.parametrize("loss", ["stable_reinforce", "custom"])
def test_losses_that_are_not_there_say_so(own: Server, loss: str) -> None:
    with Api(own.url) as api:
        inputs = {"data": [datum([2, 3])], "loss_fn": loss}
        body = {"model_id": api.create_model(), "forward_backward_input": inputs}
        answer = api.post("forward_backward", body)
        assert answer.status_code == 501 and loss in answer.json()["detail"]


def test_calls_that_are_not_there_are_named(own: Server) -> None:
    for method, path in (
        ("POST", "/api/v1/training_runs/a/checkpoints/weights/b/publish"),
        ("POST", "/api/v1/create_custom_loss"),
        ("GET", "/api/v1/optim_step"),
        ("POST", "/v1/responses"),
    ):
        answer = httpx.request(method, own.url + path, json={}, timeout=60)
        assert answer.status_code == 501, path
        assert answer.json()["detail"] == f"{method} {path} is not supported by this server"
    # The SDK would repeat a 501 for five minutes.
    client = tinker.RestClient(base_url=own.url, api_key="tml-any")
    started = time.monotonic()
    with pytest.raises(tinker.APIStatusError, match="publish is not supported"):
        client.publish_checkpoint_from_tinker_path("tinker://a/weights/b").result()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("loss", "inputs", "config", "where"),
    [
        ("gspo", {}, {}, "sequence_ratio_mask"),
        ("gspo", {"sequence_ratio_mask": [0.0]}, {}, "sequence_ratio_mask"),
        ("dro", {}, {}, "beta"),
    ],
)
def test_what_a_loss_needs_is_named(
    own: Server, loss: str, inputs: dict, config: dict, where: str
) -> None:
    data = [datum([2, 3], logprobs=[-1.0], advantages=[1.0], **inputs)]
    with Api(own.url) as api:
        passed = {"data": data, "loss_fn": loss, "loss_fn_config": config}
        body = {"model_id": api.create_model(), "forward_backward_input": passed}
        answer = api.post("forward_backward", body)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"][-1] == where


def test_a_mode_that_answers_in_protocol_buffers_whatever_accept_says(gym: Path) -> None:
    from tinker.proto import tinker_public_pb2 as pb

    with running_server(gym, "--always-protobuf") as server, Api(server.url) as api:
        body = {"base_model": "gym", "prompt": encoded([2]), "sampling_params": {"max_tokens": 3}}
        answer = api.fetch(api.post("asample", body).json()["request_id"])
        assert answer.headers["content-type"] == "application/x-protobuf"
        message = pb.SampleResponse.FromString(answer.content)
        assert 1 <= len(np.frombuffer(message.sequences[0].tokens, np.int32)) <= 3
        # Requests may be JSON all the same.
        inputs = {"data": [datum([2, 3])], "loss_fn": "cross_entropy"}
        body = {"model_id": api.create_model(), "forward_backward_input": inputs}
        answer = api.fetch(api.post("forward_backward", body).json()["request_id"])
        output = pb.ForwardBackwardOutput.FromString(answer.content)
        assert output.metrics["loss:sum"] > 0
