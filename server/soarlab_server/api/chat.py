"""OpenAI's chat call, as one sample request: messages to tokens, and sequences to choices."""

from __future__ import annotations

import time
import uuid

from ..commands import SampleResult, Sequence
from ..tokenizer import Tokenizer
from . import schemas
from .errors import field_error
from .model_card import ModelCard


def sample_request(
    body: schemas.ChatCompletions, tokenizer: Tokenizer, card: ModelCard
) -> schemas.Sample:
    tokens = tokenizer.encode_chat([m.model_dump() for m in body.messages])
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
    prompt = schemas.ModelInput(chunks=[schemas.Chunk(tokens=tokens)])
    return schemas.Sample(prompt=prompt, num_samples=body.n, sampling_params=params)


def completion(
    body: schemas.ChatCompletions,
    prompt_tokens: int,
    result: SampleResult,
    tokenizer: Tokenizer,
    card: ModelCard,
) -> dict:
    stops = [body.stop] if isinstance(body.stop, str) else body.stop or []
    choices = [
        {
            "index": i,
            "message": {"role": "assistant", "content": _content(sequence, stops, tokenizer, card)},
            "finish_reason": sequence.stop_reason,
        }
        for i, sequence in enumerate(result.sequences)
    ]
    completion_tokens = sum(len(sequence.tokens) for sequence in result.sequences)
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": body.model,
        "choices": choices,
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }


def _content(sequence: Sequence, stops: list[str], tokenizer: Tokenizer, card: ModelCard) -> str:
    """What was said before any stop string, without the end token and other special ones."""
    tokens = sequence.tokens.tolist()
    if tokens and tokens[-1] in card.eos_tokens:
        tokens.pop()
    said = tokenizer.decode(tokens, skip_special_tokens=True)
    return said[: min((at for at in map(said.find, stops) if at >= 0), default=len(said))]
