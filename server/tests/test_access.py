"""Who may use the server, and for how long a connection may keep it waiting."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
import uvicorn
from support import SERVER, Server, running_server

from soarlab_server.api import timed_http
from soarlab_server.api.access import access

SESSION = "/api/v1/create_session"


def start(gym: Path, *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "soarlab_server", "--model", str(gym), "--port", "0"]
    env = {k: v for k, v in os.environ.items() if k != "SOARLAB_API_KEY"}
    return subprocess.Popen(
        [*command, "--parent-pid", str(os.getpid()), *arguments],
        cwd=SERVER,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_without_a_key_given_one_is_made_and_needed(gym: Path) -> None:
    with start(gym) as process:
        ready = json.loads(process.stdout.readline())
        assert ready["api_key"].startswith("tml-") and len(ready["api_key"]) > 30
        url = ready["url"] + SESSION
        assert httpx.post(url, json={}, timeout=60).status_code == 401
        key = {"X-API-Key": ready["api_key"]}
        assert httpx.post(url, json={}, headers=key, timeout=60).status_code == 200
        process.terminate()
        assert "no key" not in process.stderr.read()


def test_no_key_says_what_that_means(gym: Path) -> None:
    with start(gym, "--no-key") as process:
        ready = json.loads(process.stdout.readline())
        assert "api_key" not in ready
        assert httpx.post(ready["url"] + SESSION, json={}, timeout=60).status_code == 200
        process.terminate()
        assert "delete checkpoints" in process.stderr.read()


def test_other_names_and_web_pages_are_refused(gym: Path) -> None:
    page = "https://lab.example"
    options = ("--allow-host", "gpu.example", "--allow-origin", page)
    with running_server(gym, *options) as server:
        url = server.url + SESSION
        port = server.url.rpartition(":")[2]

        def status(**headers: str) -> int:
            return httpx.post(url, json={}, headers=headers, timeout=60).status_code

        for host in ("localhost", f"localhost:{port}", "127.0.0.1:1", "[::1]", "GPU.example:80"):
            assert status(Host=host) == 200, host
        for host in ("evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[", ""):
            assert status(Host=host) == 403, host
        for origin in ("https://evil.example", "null", server.url, f"{page}.evil.example"):
            assert status(Origin=origin) == 403, origin
        assert (
            "--allow-origin"
            in httpx.post(url, headers={"Origin": "null"}, timeout=60).json()["detail"]
        )
        allowed = httpx.post(url, json={}, headers={"Origin": page}, timeout=60)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == page
        asks = {"Origin": page, "Access-Control-Request-Method": "POST"}
        assert httpx.options(url, headers=asks, timeout=60).status_code == 200


def test_bodies_that_a_web_page_may_send_unasked_are_refused(server: Server) -> None:
    url = server.url + SESSION
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = httpx.post(url, content=b"{}", headers={"Content-Type": kind}, timeout=60)
        assert answer.status_code == 415, kind
        assert "application/json" in answer.json()["detail"]
    kind = {"Content-Type": "application/json; charset=utf-8"}
    assert httpx.post(url, content=b"{}", headers=kind, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("bound", "host", "admitted"),
    [
        ("0.0.0.0", "192.0.2.7:8000", True),
        ("0.0.0.0", "evil.example", False),
        ("0.0.0.0", socket.gethostname(), True),
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "localhost", False),
        ("::1", "[::1]:8000", True),
        ("localhost", "127.0.0.1", True),
    ],
)
def test_a_server_knows_its_names(bound: str, host: str, admitted: bool) -> None:
    assert access(None, bound).admits_host(host) == admitted


@pytest.fixture
def timed_server(monkeypatch: pytest.MonkeyPatch):
    """The address of a server that gives requests one second."""
    monkeypatch.setattr(timed_http, "GRACE_SECONDS", 1.0)

    async def app(scope, receive, send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        length = str(len(body)).encode()
        headers = [(b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(app, http=timed_http.TimedHttp, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()
        server.should_exit = True
        thread.join()


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", b""),
        (b"", b"\r\n"),
        (b"GET / HTTP/1.1\r\n", b"X-A: b\r\n"),
        (HEAD + b"\r\n", b""),
        (HEAD + b"\r\n", b"x"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n"),
    ],
    ids=["silent", "trickling start", "headers", "no body", "trickling body", "after an answer"],
)
def test_half_open_and_trickling_connections_end(timed_server, first: bytes, then: bytes) -> None:
    with socket.create_connection(timed_server) as connection:
        connection.settimeout(0.2)
        connection.sendall(first)
        started = time.monotonic()
        while time.monotonic() < started + 5:
            try:
                if connection.recv(1000) == b"":
                    break
            except TimeoutError:
                pass
            except OSError:
                break
            try:
                connection.sendall(then)
            except OSError:
                break
        assert 0.8 < time.monotonic() - started < 4


def test_a_slow_but_steady_body_arrives(timed_server) -> None:
    piece = b"x" * 100_000
    with socket.create_connection(timed_server) as connection:
        connection.sendall(HEAD + b"\r\n")
        for _ in range(10):
            time.sleep(0.25)
            connection.sendall(piece)
        answer = b""
        while len(answer) < 1_000_000:
            answer += connection.recv(100_000)
        assert answer.startswith(b"HTTP/1.1 200")
