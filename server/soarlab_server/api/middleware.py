"""What every request passes before it is read: the key, and the size of its body."""

from __future__ import annotations

import hmac

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .json import json

OPEN_PATHS = {"/api/v1/healthz"}


class Gate:
    """Refuses requests without the key (if one is set) and bodies above the limit."""

    def __init__(self, app: ASGIApp, *, api_key: str | None, max_body_bytes: int):
        self.app = app
        self.key = api_key.encode() if api_key else None
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if scope["path"] not in OPEN_PATHS and not self._admits(headers):
            detail = "the key in X-API-Key, or Authorization: Bearer, is missing or wrong"
            await json({"detail": detail}, 401)(scope, receive, send)
            return
        body = await self._read(headers, receive)
        if body is None:
            detail = f"the body is larger than the limit of {self.max_body_bytes} bytes"
            await json({"detail": detail}, 413)(scope, receive, send)
            return

        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)

    def _admits(self, headers: dict[bytes, bytes]) -> bool:
        if self.key is None:
            return True
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        bearer = token.strip() if scheme.lower() == b"bearer" else b""
        return any(
            hmac.compare_digest(given, self.key)
            for given in (headers.get(b"x-api-key", b""), bearer)
        )

    async def _read(self, headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
        """The whole body, or None as soon as it is known to be too large."""
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
