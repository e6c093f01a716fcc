"""Between the wire and the engine's commands: checks that need more than one field live here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import numpy as np
from fastapi import Response

from .. import commands
from ..commands import Done, Embeddings, Result, SampleResult, TrainResult
from . import protobuf, schemas
from .errors import field_error
from .json import json


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the API must know of the model it serves."""

    name: str
    folder: str
    architecture: str
    vocab_size: int
    max_context: int
    """Tokens of prompt and completion together."""
    eos_tokens: tuple[int, ...]

    def check(self, name: str, field: str) -> None:
        """Refuses a request that is meant for another model; `field` is where its name stands."""
        if name not in (self.name, self.folder):
            raise field_error((field,), f"this server has {self.name}, not {name[:200]}")


def lora_spec(config: schemas.LoraConfig | None) -> commands.LoraSpec:
    config = config or schemas.LoraConfig()
    if config.rank and not (config.train_attn or config.train_mlp or config.train_unembed):
        message = "trains nothing: set train_attn, train_mlp or train_unembed"
        raise field_error(("lora_config",), message)
    seed = secrets.randbits(63) if config.seed is None else config.seed
    return commands.LoraSpec(
        config.rank, seed, config.train_attn, config.train_mlp, config.train_unembed
    )


def tokens(model_input: schemas.ModelInput, card: ModelCard, *where: str | int) -> np.ndarray:
    """[T] int64; at least one token, all in the vocabulary, no more than the model reads."""
    chunks = model_input.chunks
    ids = chunks[0].tokens if len(chunks) == 1 else [t for chunk in chunks for t in chunk.tokens]
    if not ids:
        raise field_error((*where, "chunks"), "must hold at least one token")
    if len(ids) > card.max_context:
        limit = card.max_context
        raise field_error((*where, "chunks"), f"{len(ids)} tokens; the model reads {limit}")
    return _in_vocabulary(ids, card, *where, "chunks")


def _in_vocabulary(ids: list[int] | list[float], card: ModelCard, *where: str | int) -> np.ndarray:
    given = np.array(ids)
    wrong = (given < 0) | (given >= card.vocab_size) | (given % 1 != 0)
    if wrong.any():
        message = f"token {ids[wrong.argmax()]} is not in the vocabulary of {card.vocab_size}"
        raise field_error(where, message)
    return given.astype(np.int64)


def datum(datum: schemas.Datum, card: ModelCard, loss: str, *where: str | int) -> commands.Datum:
    ids = tokens(datum.model_input, card, *where, "model_input")
    inputs = datum.loss_fn_inputs
    where = (*where, "loss_fn_inputs")

    def column(name: str, required: bool) -> np.ndarray | None:
        tensor: schemas.TensorData | None = getattr(inputs, name)
        if tensor is None:
            if required:
                raise field_error((*where, name), f"{loss} needs it")
            return None
        if len(tensor.data) != len(ids):
            message = f"{len(tensor.data)} values for {len(ids)} tokens"
            raise field_error((*where, name), message)
        with np.errstate(over="ignore"):
            values = np.array(tensor.data, dtype=np.float32)
        if not np.isfinite(values).all():
            raise field_error((*where, name), "holds a number too large for float32")
        return values

    column("target_tokens", required=True)
    targets = _in_vocabulary(inputs.target_tokens.data, card, *where, "target_tokens")
    if loss == "cross_entropy":
        return commands.Datum(ids, targets, weights=column("weights", required=False))
    return commands.Datum(
        ids,
        targets,
        sampler_logprobs=column("logprobs", required=True),
        advantages=column("advantages", required=True),
    )


def forward_backward(
    body: schemas.ForwardBackwardInput, card: ModelCard, field: str, *, backward: bool
) -> commands.ForwardBackward:
    data = [datum(d, card, body.loss_fn, field, "data", i) for i, d in enumerate(body.data)]
    return commands.ForwardBackward(data, body.loss_fn, body.loss_fn_config or {}, backward)


def sample(body: schemas.Sample, card: ModelCard, source: str | None) -> commands.SampleCommand:
    prompt = tokens(body.prompt, card, "prompt")
    params = body.sampling_params
    room = card.max_context - len(prompt)
    if room < 1:
        # Scoring a full context needs no room, but asks for a token as the API has no other way.
        if not body.prompt_logprobs:
            raise field_error(("prompt",), f"leaves no room in the context of {card.max_context}")
        room = 1
    stop_tokens, stop_strings = _stops(params.stop, card)
    return commands.SampleCommand(
        source=source,
        prompt=prompt,
        num_samples=body.num_samples,
        params=commands.SamplingParams(
            max_tokens=min(room, params.max_tokens or room),
            temperature=params.temperature,
            top_k=min(params.top_k, card.vocab_size),
            top_p=params.top_p,
            seed=secrets.randbits(63) if params.seed is None else params.seed,
            stop_tokens=stop_tokens,
            stop_strings=stop_strings,
        ),
        prompt_logprobs=bool(body.prompt_logprobs),
    )


def embed(body: schemas.Embeddings, card: ModelCard) -> commands.Embed:
    given = body.input
    if isinstance(given, str):
        return commands.Embed([given])
    if given and isinstance(given[0], int):
        given = [given]
    if not given or not all(given):
        raise field_error(("input",), "must hold at least one text or token list, none empty")
    if isinstance(given[0], str):
        return commands.Embed(given)
    return commands.Embed([_in_vocabulary(ids, card, "input", i) for i, ids in enumerate(given)])


def _stops(
    stop: str | list[int] | list[str] | None, card: ModelCard
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Absent: the model's end tokens. Tokens: those alone (none: never). Strings: those too."""
    if stop is None:
        return card.eos_tokens, ()
    if isinstance(stop, str):
        stop = [stop]
    if stop and isinstance(stop[0], str):
        return card.eos_tokens, tuple(stop)
    # Others are never sampled.
    return tuple(token for token in stop if 0 <= token < card.vocab_size), ()


def result(result: Result, accept: str) -> Response:
    """The answer to a future, in the form that the client asked for."""
    if protobuf.CONTENT_TYPE in accept:
        if isinstance(result, TrainResult):
            return Response(protobuf.write_train_result(result), media_type=protobuf.CONTENT_TYPE)
        if isinstance(result, SampleResult):
            return Response(protobuf.write_sample_result(result), media_type=protobuf.CONTENT_TYPE)
    return json(_plain(result))


def _plain(result: Result) -> dict:
    match result:
        case TrainResult(logprobs, metrics):
            outputs = [
                {"logprobs": {"data": values, "dtype": "float32", "shape": [len(values)]}}
                for values in logprobs
            ]
            return {
                "loss_fn_output_type": "ArrayRecord",
                "loss_fn_outputs": outputs,
                "metrics": metrics,
            }
        case SampleResult(sequences, prompt_logprobs):
            return {
                "type": "sample",
                "sequences": [
                    {"tokens": s.tokens, "logprobs": s.logprobs, "stop_reason": s.stop_reason}
                    for s in sequences
                ],
                "prompt_logprobs": prompt_logprobs,
            }
        case Embeddings(vectors, count):
            data = [
                {"object": "embedding", "index": i, "embedding": vector}
                for i, vector in enumerate(vectors)
            ]
            usage = {"prompt_tokens": count, "total_tokens": count}
            return {"object": "list", "data": data, "usage": usage}
        case Done(fields):
            return fields
