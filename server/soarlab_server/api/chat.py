"""OpenAI's chat call: messages to tokens, and sequences to choices."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import numpy as np

from ..commands import SampleCommand, SampleResult, SampleSource
from ..tokenizer import Tokenizer
from . import convert, schemas
from .errors import field_error
from .model_card import ModelCard
from .stream import Sample, TextStream
from .usage import usage
from .visible_text import visible_text


def sample_command(
    body: schemas.ChatCompletions, tokenizer: Tokenizer, card: ModelCard, source: SampleSource
) -> SampleCommand:
    tokens = tokenizer.encode_chat([{"role": m.role, "content": m.text()} for m in body.messages])
    most = card.max_context - 1
    if not 0 < len(tokens) <= most:
        message = f"{len(tokens)} tokens; the model answers to 1 to {most}"
        raise field_error(("messages",), message)
    params = schemas.SamplingParams(
        max_tokens=body.max_completion_tokens or body.max_tokens,
        seed=body.seed,
        stop=body.stop or None,
        temperature=body.temperature,
        top_p=body.top_p,
    )
    return convert.sample(np.array(tokens), params, card, source, num_samples=body.n)


def completion(
    body: schemas.ChatCompletions,
    prompt_tokens: int,
    result: SampleResult,
    tokenizer: Tokenizer,
    card: ModelCard,
) -> dict[str, Any]:
    def message(i: int) -> dict[str, str]:
        content = visible_text(result.sequences[i].tokens.tolist(), body.stop, tokenizer, card)
        return {"role": "assistant", "content": content}

    choices = [
        {
            "index": i,
            "message": message(i),
            "logprobs": None,
            "finish_reason": sequence.stop_reason,
        }
        for i, sequence in enumerate(result.sequences)
    ]
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": body.model,
        "choices": choices,
        "usage": usage(prompt_tokens, [result]),
    }


async def chunks(
    body: schemas.ChatCompletions, stream: TextStream, sample: Sample
) -> AsyncIterator[dict[str, Any]]:
    head = {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": body.model,
    }

    def chunk(index: int, delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}
        return {**head, "choices": [choice]}

    for index in range(body.n):
        yield chunk(index, {"role": "assistant", "content": ""})
    async for piece in stream.pieces(sample):
        delta = {"content": piece.text} if piece.text else {}
        yield chunk(piece.choice, delta, piece.finish_reason)
    if body.stream_options is not None and body.stream_options.include_usage:
        yield {**head, "choices": [], "usage": stream.usage()}
