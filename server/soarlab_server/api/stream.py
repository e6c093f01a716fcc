"""OpenAI's calls with `stream`: the text as it is sampled, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from fastapi.responses import StreamingResponse

from ..commands import SampleCommand, SampleResult
from ..contract import OnProgress
from ..tokenizer import Tokenizer
from .model_card import ModelCard
from .usage import usage
from .visible_text import visible_text


@dataclass(slots=True)
class Piece:
    choice: int
    text: str
    """What came to the choice's text since its last piece."""
    finish_reason: str | None


Sample = Callable[[SampleCommand, OnProgress], Any]
"""Samples; awaited for the result."""


class TextStream:
    """The texts of all choices of one request, piece by piece."""

    def __init__(
        self,
        commands: list[SampleCommand],
        stop: str | list[str] | None,
        tokenizer: Tokenizer,
        card: ModelCard,
    ):
        self.commands = commands
        self.results: list[SampleResult] = []
        self._stop = stop
        self._tokenizer = tokenizer
        self._card = card
        self._sent: dict[int, int] = {}
        """By choice, the characters that were sent."""
        stops = [stop] if isinstance(stop, str) else stop or []
        self._held_back = max((len(text) - 1 for text in stops), default=0)
        """Characters at the end that may be the start of a stop string."""

    async def pieces(self, sample: Sample) -> AsyncIterator[Piece]:
        """Raises the error of a failed request."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[tuple[int, list[int]] | None] = asyncio.Queue()

        def progress(first: int, number: int, tokens: list[int]) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, (first + number, tokens))

        firsts = [sum(c.num_samples for c in self.commands[:i]) for i in range(len(self.commands))]
        tasks = [
            asyncio.ensure_future(sample(command, partial(progress, first)))
            for command, first in zip(self.commands, firsts, strict=True)
        ]
        whole = asyncio.gather(*tasks)
        whole.add_done_callback(lambda _: queue.put_nowait(None))
        while (item := await queue.get()) is not None:
            choice, tokens = item
            text = self._text(tokens)
            # A character may span several tokens.
            safe = len(text.rstrip("\ufffd")) - self._held_back
            if safe > self._sent.get(choice, 0):
                yield self._piece(choice, text[:safe])
        self.results = await whole
        sequences = [sequence for result in self.results for sequence in result.sequences]
        for choice, sequence in enumerate(sequences):
            text = self._text(sequence.tokens.tolist())
            yield self._piece(choice, text, sequence.stop_reason)

    def _text(self, tokens: list[int]) -> str:
        return visible_text(tokens, self._stop, self._tokenizer, self._card)

    def _piece(self, choice: int, text: str, finish_reason: str | None = None) -> Piece:
        sent = self._sent.get(choice, 0)
        self._sent[choice] = len(text)
        return Piece(choice, text[sent:], finish_reason)

    def usage(self) -> dict[str, int]:
        return usage(sum(len(command.prompt) for command in self.commands), self.results)


def event_stream(chunks: AsyncIterator[dict[str, Any]]) -> StreamingResponse:
    async def lines() -> AsyncIterator[bytes]:
        try:
            async for chunk in chunks:
                yield b"data: " + orjson.dumps(chunk) + b"\n\n"
        except Exception as error:  # the status is sent already
            reason = {"message": str(error), "type": "server_error", "param": None, "code": None}
            yield b"data: " + orjson.dumps({"error": reason}) + b"\n\n"
        yield b"data: [DONE]\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream")
