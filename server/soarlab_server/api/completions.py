"""OpenAI's text completion call: prompts to sample requests, and sequences to choices."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from itertools import accumulate
from typing import Any

import numpy as np

from ..commands import SampleCommand, SampleResult, SampleSource, Sequence
from ..tokenizer import Tokenizer
from . import convert, schemas
from .errors import NotSupported, field_error
from .model_card import ModelCard
from .stream import Sample, TextStream
from .usage import usage
from .visible_text import visible_text


def sample_commands(
    body: schemas.Completions, tokenizer: Tokenizer, card: ModelCard, source: SampleSource
) -> list[SampleCommand]:
    """One per prompt; all with the request's seed, so a prompt gets what it would get alone."""
    prompts = convert.texts_or_tokens(body.prompt)
    if body.stream and (body.echo or body.logprobs is not None or body.return_token_ids):
        raise NotSupported("stream with echo, logprobs or return_token_ids")
    if not prompts:
        raise field_error(("prompt",), "must hold at least one text or token list")
    params = schemas.SamplingParams(
        # Scoring alone still samples a token, which is left out of the answer.
        max_tokens=max(1, body.max_tokens),
        seed=body.seed,
        stop=body.stop or None,
        temperature=body.temperature,
        top_k=body.top_k,
        top_p=body.top_p,
    )

    def command(i: int, prompt: str | list[int]) -> SampleCommand:
        ids = tokenizer.encode(prompt) if isinstance(prompt, str) else prompt
        return convert.sample(
            convert.token_array(ids, card, "prompt", i),
            params,
            card,
            source,
            num_samples=body.n,
            prompt_logprobs=body.echo and (body.logprobs is not None or not body.max_tokens),
            stop_token_ids=body.stop_token_ids,
        )

    return [command(i, prompt) for i, prompt in enumerate(prompts)]


def completion(
    body: schemas.Completions,
    commands: list[SampleCommand],
    results: list[SampleResult],
    tokenizer: Tokenizer,
    card: ModelCard,
) -> dict[str, Any]:
    if not body.max_tokens:
        results = [_without_samples(result) for result in results]
    choices = [
        _choice(body, prompt, command, result, sequence, tokenizer, card)
        for prompt, command, result in zip(
            convert.texts_or_tokens(body.prompt), commands, results, strict=True
        )
        for sequence in result.sequences
    ]
    return {
        "id": f"cmpl-{uuid.uuid4().hex}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": body.model,
        "choices": [{"index": i, **choice} for i, choice in enumerate(choices)],
        "usage": usage(sum(len(command.prompt) for command in commands), results),
    }


async def chunks(
    body: schemas.Completions, stream: TextStream, sample: Sample
) -> AsyncIterator[dict[str, Any]]:
    head = {
        "id": f"cmpl-{uuid.uuid4().hex}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": body.model,
    }
    async for piece in stream.pieces(sample):
        choice = {"index": piece.choice, "text": piece.text, "logprobs": None}
        yield {**head, "choices": [{**choice, "finish_reason": piece.finish_reason}]}
    if body.stream_options is not None and body.stream_options.include_usage:
        yield {**head, "choices": [], "usage": stream.usage()}


def _without_samples(result: SampleResult) -> SampleResult:
    empty = [Sequence(s.tokens[:0], s.logprobs[:0], "length") for s in result.sequences]
    return SampleResult(empty, result.prompt_logprobs)


def _choice(
    body: schemas.Completions,
    prompt: str | list[int],
    command: SampleCommand,
    result: SampleResult,
    sequence: Sequence,
    tokenizer: Tokenizer,
    card: ModelCard,
) -> dict[str, Any]:
    text = visible_text(sequence.tokens.tolist(), body.stop, tokenizer, card)
    tokens, logprobs = sequence.tokens, sequence.logprobs
    if body.echo:
        text = (prompt if isinstance(prompt, str) else tokenizer.decode(prompt)) + text
        tokens = np.concatenate([command.prompt, tokens])
        if result.prompt_logprobs is not None:
            logprobs = np.concatenate([result.prompt_logprobs, logprobs])
    choice: dict[str, Any] = {
        "text": text,
        "logprobs": None if body.logprobs is None else _logprobs(tokens, logprobs, tokenizer),
        "finish_reason": sequence.stop_reason,
    }
    if body.return_token_ids:
        choice |= {"token_ids": sequence.tokens, "prompt_token_ids": command.prompt}
    return choice


def _logprobs(tokens: np.ndarray, logprobs: np.ndarray, tokenizer: Tokenizer) -> dict[str, Any]:
    """Of every token, an end token included."""
    texts = [tokenizer.decode([token]) for token in tokens.tolist()]
    return {
        "tokens": texts,
        "token_logprobs": logprobs,
        "top_logprobs": None,
        "text_offset": [0, *accumulate(len(text) for text in texts[:-1])] if texts else [],
    }
