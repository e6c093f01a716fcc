"""OpenAI's chat call: messages to tokens, and sequences to choices."""

from __future__ import annotations

import time
import uuid
from typing import Any

import numpy as np

from ..commands import SampleCommand, SampleResult, SampleSource
from ..tokenizer import Tokenizer
from . import convert, schemas
from .errors import field_error
from .model_card import ModelCard
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
        content = visible_text(result.sequences[i], body.stop, tokenizer, card)
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


def usage(prompt_tokens: int, results: list[SampleResult]) -> dict[str, int]:
    completion_tokens = sum(len(s.tokens) for result in results for s in result.sequences)
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
