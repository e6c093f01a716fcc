"""Checks on every request before it is read: who asks, from where, with what."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import protobuf
from .access import Access
from .decompress import UndecodableBody, decompress
from .errors import refusal

OPEN_PATHS = {"/api/v1/healthz"}
"""Answered without a key."""


class Gate:
    """Refuses requests to another name, from web pages, without the key, and with a body above the
    limit or of a type that a web page may send without asking first."""

    def __init__(self, app: ASGIApp, *, access: Access, max_body_bytes: int):
        self.app = app
        self.access = access
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        refused = self._refusal(scope, headers)
        body = None if refused else await self._read(headers, receive)
        if refused is None and body and not _is_data(headers):
            refused = 415, "the body must be JSON, with Content-Type: application/json"
        if refused is None and body:
            try:
                coding = headers.get(b"content-encoding", b"").decode("latin-1")
                body = await decompress(body, coding, self.max_body_bytes)
            except UndecodableBody as error:
                refused = error.status, str(error)
        if refused is None and body is None:
            refused = 413, f"the body is larger than the limit of {self.max_body_bytes} bytes"
        if refused is not None:
            status, detail = refused
            await refusal(scope["path"], status, detail)(scope, receive, send)
            return

        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        host = headers.get(b"host", b"").decode("latin-1")
        if not self.access.admits_host(host):
            return 403, (
                f"the Host header says {host[:200]!r}, which is not this server: "
                "start it with --allow-host to serve it under another name"
            )
        origin = headers.get(b"origin")
        if origin is not None:
            page = origin.decode("latin-1")
            if page not in self.access.origins:
                return 403, (
                    f"web pages of {page[:200]!r} may not use this server: "
                    "start it with --allow-origin to let them"
                )
            if scope["method"] == "OPTIONS":  # browsers ask without the key, what they may send
                return None
        if scope["path"] not in OPEN_PATHS and not self.access.admits_key(headers):
            return 401, "the key in X-API-Key, or Authorization: Bearer, is missing or wrong"
        return None

    async def _read(self, headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
        """Returns the whole body, or None as soon as it is known to be too large."""
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self.max_body_bytes:
            return None
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b""
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.max_body_bytes:
                return None
            if not message.get("more_body", False):
                return b"".join(parts)


def _is_data(headers: dict[bytes, bytes]) -> bool:
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
    return kind in ("application/json", protobuf.CONTENT_TYPE)
