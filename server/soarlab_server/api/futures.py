"""Pending requests and their results, until they are fetched or expire."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import HTTPException

from ..commands import Result, SampleResult, TrainResult
from ..engine.engine import OnResult
from ..request_error import RequestError
from .errors import not_found

logger = logging.getLogger(__name__)

KEPT_SECONDS = 1800
KEPT_RESULTS = 20_000
KEPT_BYTES = 2**30
"""Of all results together; the newest is kept whatever its size."""
MAX_PENDING = 20_000


@dataclass(slots=True)
class Future:
    request_id: str
    call: str
    """Which of the API's calls made it."""
    outcome: Result | Exception | None = None
    settled_at: float = 0.0
    done: asyncio.Event = field(default_factory=asyncio.Event)


class FutureStore:
    """Used only on the event loop's thread; workers pass results through `settle`."""

    def __init__(self) -> None:
        self._pending: dict[str, Future] = {}
        self._settled: OrderedDict[str, Future] = OrderedDict()
        self._bytes = 0
        """Of the settled results."""

    def known(self, request_id: str, call: str) -> Future | None:
        """The future of an earlier try of the same request."""
        future = self._pending.get(request_id) or self._settled.get(request_id)
        if future is not None and future.call != call:
            raise HTTPException(409, f"request {request_id} was a {future.call}; this is a {call}")
        return future

    def start(self, request_id: str, call: str) -> Future:
        """The future of a new request."""
        if len(self._pending) >= MAX_PENDING:
            raise HTTPException(
                429, f"{MAX_PENDING} requests are waiting already", headers={"Retry-After": "1"}
            )
        self._pending[request_id] = future = Future(request_id, call)
        return future

    async def answer(self, call: str, submit: Callable[[OnResult], None]) -> Result:
        """The result of a request whose client stays on the line, or its error raised; nothing of
        it is kept."""
        future = self.start(uuid.uuid4().hex, call)
        submit(self.settle(future))
        await future.done.wait()
        if self._settled.pop(future.request_id, None) is not None:
            self._bytes -= _bytes_of(future.outcome)
        if isinstance(future.outcome, Exception):
            raise future.outcome
        assert future.outcome is not None
        return future.outcome

    def settle(
        self, future: Future, on_success: Callable[[Result], None] | None = None
    ) -> OnResult:
        """A function that takes the outcome on any thread; `on_success` sees a result
        first, on the loop's."""
        loop = asyncio.get_running_loop()

        def on_loop(outcome: Result | Exception) -> None:
            if on_success is not None and not isinstance(outcome, Exception):
                on_success(outcome)
            if isinstance(outcome, Exception):
                _release_frames(outcome)
            future.outcome = outcome
            future.settled_at = time.monotonic()
            self._pending.pop(future.request_id, None)
            self._settled[future.request_id] = future
            self._bytes += _bytes_of(outcome)
            future.done.set()
            self._forget()

        def from_any_thread(outcome: Result | Exception) -> None:
            loop.call_soon_threadsafe(on_loop, outcome)

        return from_any_thread

    def _forget(self) -> None:
        oldest_kept = time.monotonic() - KEPT_SECONDS
        while self._settled:
            first = next(iter(self._settled.values()))
            too_much = len(self._settled) > 1 and self._bytes > KEPT_BYTES
            too_many = len(self._settled) > KEPT_RESULTS
            if not (too_much or too_many) and first.settled_at > oldest_kept:
                break
            self._settled.popitem(last=False)
            self._bytes -= _bytes_of(first.outcome)

    async def wait(self, request_id: str, seconds: float) -> Result | Exception | None:
        """Returns the outcome as soon as it is there; None if that takes longer."""
        future = self._pending.get(request_id) or self._settled.get(request_id)
        if future is None:
            raise not_found(f"there is no request {request_id}, or its result has been removed")
        if future.outcome is None:
            try:
                async with asyncio.timeout(seconds):
                    await future.done.wait()
            except TimeoutError:
                return None
        return future.outcome


def _release_frames(error: Exception) -> None:
    """Logs where a fault of the server came from, and lets go of it: frames hold tensors."""
    if not isinstance(error, RequestError):
        logger.error("a request failed", exc_info=error)
    error.__traceback__ = error.__cause__ = error.__context__ = None


def _bytes_of(outcome: Result | Exception | None) -> int:
    """Of the arrays; the rest is small."""
    match outcome:
        case TrainResult(logprobs):
            return sum(values.nbytes for values in logprobs)
        case SampleResult(sequences, prompt_logprobs):
            prompt = 0 if prompt_logprobs is None else prompt_logprobs.nbytes
            return prompt + sum(s.tokens.nbytes + s.logprobs.nbytes for s in sequences)
    return 0
