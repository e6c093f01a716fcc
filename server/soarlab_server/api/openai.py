"""The routes of OpenAI's API. Unlike Tinker's they answer with the result itself."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Depends, Response

from ..checkpoint_path import CheckpointPath
from ..engine.engine import Engine
from . import chat, convert, schemas
from .body import body
from .convert import ModelCard
from .errors import failure
from .futures import FutureStore
from .json import json


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
            "embeddings", lambda finish: self.engine.submit("embeddings", command, finish)
        )
        if isinstance(outcome, Exception):
            return failure(outcome)
        return convert.result(outcome, "")

    async def chat_completions(
        self, request: Annotated[schemas.ChatCompletions, Depends(body(schemas.ChatCompletions))]
    ) -> Response:
        source = request.model if request.model.startswith("tinker://") else None
        if source is None:
            self.card.check(request.model, "model")
        else:
            self.engine.about_checkpoint(CheckpointPath.parse(source))  # there must be one
        # Text on a thread: a long one, or a tokenizer's first use, takes a while.
        text = self.engine.text
        asked = await asyncio.to_thread(chat.sample_request, request, text, self.card)
        command = convert.sample(asked, self.card, source)
        outcome = await self.futures.answer(
            "chat_completions", lambda finish: self.engine.sample(command, finish)
        )
        if isinstance(outcome, Exception):
            return failure(outcome)
        length = len(command.prompt)
        said = await asyncio.to_thread(chat.completion, request, length, outcome, text, self.card)
        return json(said)
