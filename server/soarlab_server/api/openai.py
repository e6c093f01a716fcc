"""The routes of OpenAI's API. Unlike Tinker's they answer with the result itself."""

from __future__ import annotations

import asyncio
import base64
import time

from fastapi import Response

from ..checkpoint_path import CheckpointPath
from ..commands import Embeddings, SampleCommand, SampleResult, SampleSource
from ..contract import OnProgress
from ..engine.engine import Engine
from . import chat, completions, convert, schemas
from .errors import not_found
from .futures import FutureStore
from .json import json
from .model_card import ModelCard
from .stream import TextStream, event_stream


class OpenAiApi:
    def __init__(self, engine: Engine, card: ModelCard, futures: FutureStore):
        self.engine = engine
        self.card = card
        self.futures = futures
        self.started = int(time.time())

    async def models(self) -> Response:
        """The base, and the sampler weights on disk by their paths."""
        saved = await asyncio.to_thread(self.engine.list_checkpoints, None)
        ids = {self.card.name: self.started}
        ids |= {str(i.path): int(i.saved_at) for i in saved if i.path.kind == "sampler_weights"}
        return json({"object": "list", "data": [_model(*item) for item in ids.items()]})

    async def model(self, model: str) -> Response:
        if not model.startswith("tinker://") and model not in (self.card.name, self.card.folder):
            raise not_found(f"there is no model {model[:200]}")
        self._source(model)
        return json(_model(model, self.started))

    async def embeddings(self, request: schemas.Embeddings) -> Response:
        """Mean-pooled last hidden states of the base or of minilm, of length 1."""
        if request.model not in (None, convert.SENTENCE_ENCODER):
            self.card.check(request.model, "model")
        command = convert.embed(request, self.card)
        result = await self.futures.answer(
            "embeddings", lambda on_result: self.engine.embed(command, on_result)
        )
        assert isinstance(result, Embeddings)
        as_text = request.encoding_format == "base64"
        data = [
            {
                "object": "embedding",
                "index": i,
                "embedding": base64.b64encode(v.astype("<f4").tobytes()).decode() if as_text else v,
            }
            for i, v in enumerate(result.vectors)
        ]
        usage = {"prompt_tokens": result.tokens, "total_tokens": result.tokens}
        return json(
            {
                "object": "list",
                "model": request.model or self.card.name,
                "data": data,
                "usage": usage,
            }
        )

    async def chat_completions(self, request: schemas.ChatCompletions) -> Response:
        """By the model's chat template; without one, the contents one below the other."""
        source, tokenizer, card = self._source(request.model), self.engine.tokenizer, self.card
        # Text on a thread: a long one, or a tokenizer's first use, takes a while.
        command = await asyncio.to_thread(chat.sample_command, request, tokenizer, card, source)
        if request.stream:
            stream = TextStream([command], request.stop, tokenizer, card)
            return event_stream(chat.chunks(request, stream, self._sample))
        result = await self._sample(command)
        length = len(command.prompt)
        reply = await asyncio.to_thread(chat.completion, request, length, result, tokenizer, card)
        return json(reply)

    async def completions(self, request: schemas.Completions) -> Response:
        source, tokenizer, card = self._source(request.model), self.engine.tokenizer, self.card
        commands = await asyncio.to_thread(
            completions.sample_commands, request, tokenizer, card, source
        )
        if request.stream:
            stream = TextStream(commands, request.stop, tokenizer, card)
            return event_stream(completions.chunks(request, stream, self._sample))
        results = await asyncio.gather(*map(self._sample, commands))
        reply = await asyncio.to_thread(
            completions.completion, request, commands, results, tokenizer, card
        )
        return json(reply)

    async def _sample(
        self, command: SampleCommand, on_progress: OnProgress | None = None
    ) -> SampleResult:
        result = await self.futures.answer(
            "sample", lambda on_result: self.engine.sample(command, on_result, on_progress)
        )
        assert isinstance(result, SampleResult)
        return result

    def _source(self, model: str) -> SampleSource:
        """The base by its name, or saved weights by their path."""
        if not model.startswith("tinker://"):
            self.card.check(model, "model")
            return None
        path = CheckpointPath.parse(model)
        self.engine.checkpoint_info(path)  # there must be one
        return path


def _model(model: str, created: int) -> dict[str, object]:
    return {"id": model, "object": "model", "created": created, "owned_by": "soarlab"}
