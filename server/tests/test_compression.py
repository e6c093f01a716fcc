"""Compressed request bodies."""

from __future__ import annotations

import gzip
import json
import zlib

import httpx
import pytest
import zstandard
from client import Api
from support import Server
from tinker import types
from tinker.proto.request_conv import forward_backward_request_to_proto
from tinker.types.forward_backward_request import ForwardBackwardRequest

PACK = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress}
LIMIT = 2**20  # of the server that the tests share


def post(server: Server, body: bytes, coding: str, call: str = "create_session") -> httpx.Response:
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    return httpx.post(f"{server.url}/api/v1/{call}", content=body, headers=headers, timeout=60)


@pytest.mark.parametrize("coding", PACK)
def test_bodies_may_be_compressed(server: Server, coding: str) -> None:
    body = PACK[coding](json.dumps({"user_metadata": {"a": "b" * 100_000}}).encode())
    created = post(server, body, coding)
    assert created.status_code == 200, created.text
    session = created.json()["session_id"]
    kept = httpx.get(f"{server.url}/api/v1/sessions/{session}").json()["user_metadata"]
    assert kept == {"a": "b" * 100_000}


def test_a_compressed_training_pass_is_as_a_plain_one(api: Api) -> None:
    """As the official SDK sends it where proto_compress_fwdbwd is set."""
    model, losses = api.create_model(), []
    given = types.Datum(
        model_input=types.ModelInput.from_ints([2, 3]), loss_fn_inputs={"target_tokens": [3, 4]}
    )
    passed = types.ForwardBackwardInput(data=[given], loss_fn="cross_entropy")
    for seq_id, (coding, pack) in enumerate({"identity": bytes, **PACK}.items()):
        request = ForwardBackwardRequest(
            model_id=model, seq_id=seq_id, forward_backward_input=passed
        )
        headers = {"Content-Type": "application/x-protobuf", "Content-Encoding": coding}
        body = pack(forward_backward_request_to_proto(request).SerializeToString())
        accepted = api.http.post("forward_backward", content=body, headers=headers)
        assert accepted.status_code == 200, accepted.text
        losses.append(api.fetch(accepted.json()["request_id"]).json()["metrics"]["loss:sum"])
    assert losses[0] == losses[1] == losses[2]


@pytest.mark.parametrize("coding", PACK)
def test_a_bomb_is_refused(server: Server, coding: str) -> None:
    bomb = PACK[coding](bytes(512 * 2**20))
    assert len(bomb) < LIMIT
    refused = post(server, bomb, coding)
    assert refused.status_code == 413
    assert str(LIMIT) in refused.json()["detail"]
    with open(f"/proc/{server.process.pid}/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    assert peak < 900_000, "KiB: it was not unpacked"


@pytest.mark.parametrize("coding", PACK)
def test_a_body_may_be_as_large_as_a_plain_one(server: Server, coding: str) -> None:
    for extra, status in ((0, 200), (1, 413)):
        body = b"{}" + b" " * (LIMIT - 2 + extra)
        assert post(server, PACK[coding](body), coding).status_code == status


@pytest.mark.parametrize("coding", PACK)
@pytest.mark.parametrize("damage", ["plain", "cut", "after", "changed"])
def test_a_damaged_body_is_told(server: Server, coding: str, damage: str) -> None:
    whole = PACK[coding](b'{"display_name": "abcdefghijklmnopqrstuvwxyz"}')
    body = {
        "plain": b"{}",
        "cut": whole[:-3],
        "after": whole + b"{}",
        "changed": b"\xff" + whole[1:],
    }[damage]
    refused = post(server, body, coding)
    assert refused.status_code == 400
    assert f"the body is not {coding}" in refused.json()["detail"]


def test_other_codings_are_named(server: Server) -> None:
    refused = post(server, zlib.compress(b"{}"), "deflate")
    assert refused.status_code == 415
    assert refused.json()["detail"] == "Content-Encoding: 'deflate' is not one of gzip, zstd"
