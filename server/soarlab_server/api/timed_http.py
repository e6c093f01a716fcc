"""HTTP connections that end when a request takes too long to arrive."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

GRACE_SECONDS = 15.0
"""How long a request may take to arrive, headers and body together, ..."""
BYTES_PER_SECOND = 65_536
"""... and a second more for each so many bytes of it."""


class TimedHttp(HttpToolsProtocol):
    """uvicorn's own protocol has no such limit: connections that send nothing, or a byte now and
    then, would be kept forever."""

    _timer: asyncio.TimerHandle | None = None
    _incomplete = False
    """Whether bytes of a request have come that is not complete."""
    _since = 0.0
    _received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._incomplete = True
        self._received += len(data)
        super().data_received(data)
        if not self._incomplete:
            self._stop()
        elif self._timer is None:
            self._start()

    def on_message_begin(self) -> None:
        self._incomplete = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._incomplete = False
        super().on_message_complete()

    def _start(self) -> None:
        self._since, self._received = self.loop.time(), 0
        self._timer = self.loop.call_later(GRACE_SECONDS, self._check)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        due = self._since + GRACE_SECONDS + self._received / BYTES_PER_SECOND
        if self.loop.time() < due:
            self._timer = self.loop.call_at(due, self._check)
        else:
            self.transport.abort()
