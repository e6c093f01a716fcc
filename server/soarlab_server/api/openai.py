"""The routes of OpenAI's API. Unlike Tinker's they answer with the result itself."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Depends, Response

from .. import commands
from ..checkpoint_path import CheckpointPath
from ..engine.engine import Engine
from . import chat, convert, schemas
from .body import body
from .encode_result import encode_result
from .errors import failure
from .futures import FutureStore
from .json import json
from .model_card import ModelCard


class OpenAiApi:
    def __init__(self, engine: Engine, card: ModelCard, futures: FutureStore):
        self.engine = engine
        self.card = card
        self.futures = futures

    async def embeddings(
        self, request: Annotated[schemas.Embeddings, Depends(body(schemas.Embeddings))]
    ) -> Response:
        if request.model is not None:
            self.card.check(request.model, "model")
        command = convert.embed(request, self.card)
        outcome = await self.futures.answer(
            "embeddings", lambda on_result: self.engine.embed(command, on_result)
        )
        if isinstance(outcome, Exception):
            return failure(outcome)
        return encode_result(outcome, "")

    async def chat_completions(
        self, request: Annotated[schemas.ChatCompletions, Depends(body(schemas.ChatCompletions))]
    ) -> Response:
        source = self._source(request.model)
        # Text on a thread: a long one, or a tokenizer's first use, takes a while.
        tokenizer = self.engine.tokenizer
        asked = await asyncio.to_thread(chat.sample_request, request, tokenizer, self.card)
        command = convert.sample(asked, self.card, source)
        outcome = await self.futures.answer(
            "chat_completions", lambda on_result: self.engine.sample(command, on_result)
        )
        if isinstance(outcome, Exception):
            return failure(outcome)
        length = len(command.prompt)
        reply = await asyncio.to_thread(
            chat.completion, request, length, outcome, tokenizer, self.card
        )
        return json(reply)

    def _source(self, model: str) -> commands.SampleSource:
        """The base by its name, or saved weights by their path."""
        if not model.startswith("tinker://"):
            self.card.check(model, "model")
            return None
        path = CheckpointPath.parse(model)
        self.engine.checkpoint_info(path)  # there must be one
        return path
