"""Sessions that fall silent, more requests than fit, clients that hang up, results that nobody asks
for."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from client import Api, datum, encoded
from conftest import Driver
from fastapi import HTTPException
from fastapi.testclient import TestClient
from support import Server

from soarlab_server.api import futures, registry, tinker
from soarlab_server.api.access import Access
from soarlab_server.api.app import create_app
from soarlab_server.api.futures import FutureStore
from soarlab_server.api.model_card import ModelCard
from soarlab_server.api.registry import Model, Registry, SamplerInfo
from soarlab_server.commands import (
    FieldsResult,
    LoraSpec,
    Result,
    SampleResult,
    Sequence,
    TrainResult,
)
from soarlab_server.request_error import RequestError

JSON = {"Content-Type": "application/json"}
CARD = ModelCard("gym", "/models/gym", "/models/gym", "llama", 50, 48, (1,))


@contextmanager
def app(engine):
    """A client of an app in this process."""
    app = create_app(engine, CARD, access=Access(None, frozenset({"test"})))
    url = "http://test/api/v1/"
    with TestClient(app, base_url=url, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("sign", ["session", "model", "sampler"])
def test_a_session_lives_as_long_as_it_gives_signs_of_life(sign: str) -> None:
    known = Registry()
    live, silent = sessions = [known.create_session() for _ in range(2)]
    for i, session in enumerate(sessions):
        known.add_model(Model(f"m{i}", session, LoraSpec(0)))
        known.add_sampler(SamplerInfo(f"s{i}", session, None))
    assert known.expire() == []
    for session in sessions:
        session.seen -= registry.SESSION_SECONDS + 1
    {
        "session": lambda: known.session(live.session_id),
        "model": lambda: known.model("m0"),
        "sampler": lambda: known.sampler("s0"),
    }[sign]()
    assert [model.model_id for model in known.expire()] == ["m1"]
    assert known.session(live.session_id) and known.model("m0") and known.sampler("s0")
    for look in (
        lambda: known.session(silent.session_id),
        lambda: known.model("m1"),
        lambda: known.sampler("s1"),
    ):
        with pytest.raises(HTTPException) as raised:
            look()
        assert raised.value.status_code == 404
    assert known.expire() == []


def test_models_of_a_silent_session_are_unloaded(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tinker, "EXPIRY_SECONDS", 0.02)
    with app(driver.engine) as client:
        session = client.post("create_session", json={}).json()["session_id"]
        body = {"session_id": session, "base_model": "gym", "lora_config": {"rank": 0}}
        created = client.post("create_model", json=body).json()
        asked = {"request_id": created["request_id"]}
        assert client.post("retrieve_future", json=asked).status_code == 200
        assert created["model_id"] in driver.backend.models
        monkeypatch.setattr(registry, "SESSION_SECONDS", -1)
        deadline = time.monotonic() + 60
        while driver.backend.models and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not driver.backend.models
        gone = client.post("get_info", json={"model_id": created["model_id"]})
        assert gone.status_code == 404
        assert client.post("session_heartbeat", json={"session_id": session}).status_code == 404


class IdleEngine:
    """Takes requests and finishes them when told."""

    def __init__(self) -> None:
        self.waiting: list = []
        self.tokenizer = SimpleNamespace(encode_chat=lambda messages: [2])

    def submit(self, model_id: str, command: object, finish) -> None:
        self.waiting.append(finish)

    def embed(self, command: object, finish) -> None:
        self.waiting.append(finish)

    def sample(self, command: object, finish) -> None:
        self.waiting.append(finish)


def test_requests_beyond_those_that_may_wait_are_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(futures, "MAX_PENDING", 2)
    engine = IdleEngine()
    with app(engine) as client:
        session = client.post("create_session", json={}).json()["session_id"]
        new = {"session_id": session, "base_model": "gym", "model_seq_id": 0}
        first = client.post("create_model", json=new)
        model = first.json()["model_id"]
        step = {"model_id": model, "seq_id": 1, "adam_params": {}}
        second = client.post("optim_step", json=step)
        assert (first.status_code, second.status_code, len(engine.waiting)) == (200, 200, 2)

        sample = {"base_model": "gym", "prompt": encoded([2]), "sampling_params": {}}
        inputs = {"data": [datum([2, 3])], "loss_fn": "cross_entropy"}
        chat = {"model": "gym", "messages": [{"role": "user", "content": "t2"}]}
        beyond = {
            "create_model": {**new, "model_seq_id": 1},
            "asample": sample,
            "forward_backward": {"model_id": model, "forward_backward_input": inputs},
            "http://test/v1/chat/completions": chat,
            "http://test/v1/embeddings": {"input": [[2]]},
        }
        for call, body in beyond.items():
            refused = client.post(call, json=body)
            assert refused.status_code == 429, call
            assert refused.headers["retry-after"] == "1"
            assert "waiting" in refused.json()["detail"]
        assert len(engine.waiting) == 2
        # A retry of what waits already is no new request.
        assert client.post("optim_step", json=step).json() == second.json()

        engine.waiting.pop()(FieldsResult({"metrics": {}}))
        asked = {"request_id": second.json()["request_id"]}
        assert client.post("retrieve_future", json=asked).json() == {"metrics": {}}
        assert client.post("asample", json=sample).status_code == 200


def test_an_error_of_the_server_is_told_as_any_other() -> None:
    with app(SimpleNamespace(list_checkpoints=lambda model_id: 1 / 0)) as client:
        answer = client.get("checkpoints")
        assert answer.status_code == 500
        assert answer.json() == {"detail": "ZeroDivisionError: division by zero"}


def test_results_are_kept_up_to_a_number_and_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(futures, "KEPT_RESULTS", 3)

    async def use() -> None:
        store = FutureStore()

        async def finish(request_id: str) -> None:
            future = store.start(request_id, "asample")
            store.settle(future)(FieldsResult())
            await future.done.wait()

        for i in range(5):
            await finish(f"r{i}")
        kept = [i for i in range(5) if store.known(f"r{i}", "asample")]
        assert kept == [2, 3, 4]
        assert await store.wait("r2", 60) == FieldsResult()
        with pytest.raises(HTTPException, match="has been removed"):
            await store.wait("r1", 60)
        monkeypatch.setattr(futures, "KEPT_SECONDS", -1)
        await finish("last")
        assert not store._settled and not store._pending

    asyncio.run(use())


def test_results_are_kept_up_to_a_size_and_errors_without_their_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(futures, "KEPT_BYTES", 1000)

    async def use() -> None:
        store = FutureStore()

        async def finish(request_id: str, outcome: Result | Exception) -> None:
            future = store.start(request_id, "asample")
            store.settle(future)(outcome)
            await future.done.wait()

        def kept() -> list[str]:
            return [*store._settled]

        for i in range(5):  # of 400 bytes each
            await finish(f"r{i}", TrainResult([np.zeros(100, np.float32)], {}))
        assert kept() == ["r3", "r4"]
        tokens, logprobs = np.zeros(200, np.int32), np.zeros(200, np.float32)
        large = SampleResult([Sequence(tokens, logprobs, "stop")])
        await finish("large", large)
        assert kept() == ["large"] and await store.wait("large", 60) is large
        await store.answer("chat", lambda on_result: on_result(large))
        await finish("small", FieldsResult())
        assert kept()[-1] == "small" and store._bytes <= 1000

        class Activations:
            """Stands for the tensors of a request that failed."""

        def fail() -> None:
            activations = Activations()
            held.append(weakref.ref(activations))
            try:
                raise MemoryError("of the device")
            except MemoryError as error:
                raise RequestError("the pass failed") from error

        held: list[weakref.ref] = []
        try:
            fail()
        except RequestError as error:
            await finish("failed", error)
        gc.collect()
        assert str(await store.wait("failed", 60)) == "the pass failed"
        assert held[0]() is None

    asyncio.run(use())


def test_nothing_is_kept_of_a_result_that_was_answered_at_once() -> None:
    async def use() -> None:
        store = FutureStore()
        result = FieldsResult({"a": 1})
        assert await store.answer("chat", lambda on_result: on_result(result)) is result
        with pytest.raises(ValueError, match="no"):
            await store.answer("chat", lambda on_result: on_result(ValueError("no")))
        assert not store._settled and not store._pending

    asyncio.run(use())


def chat_body(**fields) -> bytes:
    messages = [{"role": "user", "content": "t2 t3"}]
    return json.dumps({"model": "gym", "messages": messages, "seed": 1, **fields}).encode()


def test_clients_that_hang_up_leave_the_server_well(server: Server, api: Api) -> None:
    url = urlsplit(server.url)
    body = chat_body(n=16)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    request = head.encode() + body
    for sent in (request, request[:-10], head.encode(), request[:20]):
        for _ in range(5):
            with socket.create_connection((url.hostname, url.port)) as connection:
                connection.sendall(sent)
    answer = httpx.post(f"{server.url}/v1/chat/completions", content=body, headers=JSON, timeout=60)
    assert answer.status_code == 200 and len(answer.json()["choices"]) == 16
    assert api.train(api.create_model(), [2, 3, 4]) > 0


def test_calls_at_the_same_time_get_the_same_answers_as_alone(server: Server) -> None:
    def say(seed: int) -> list[str]:
        body = chat_body(seed=seed, n=3, max_tokens=12)
        answer = httpx.post(
            f"{server.url}/v1/chat/completions", content=body, headers=JSON, timeout=60
        )
        return [choice["message"]["content"] for choice in answer.json()["choices"]]

    alone = [say(seed) for seed in range(16)]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(say, range(16))) == alone
