"""Bodies of requests to the engine's commands: checks that need more than one field live here."""

from __future__ import annotations

import secrets

import numpy as np

from .. import commands
from . import schemas
from .errors import field_error
from .model_card import ModelCard


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
    return token_array(ids, card, *where, "chunks")


def token_array(ids: list[int], card: ModelCard, *where: str | int) -> np.ndarray:
    """As `tokens`."""
    if not ids:
        raise field_error(where, "must hold at least one token")
    if len(ids) > card.max_context:
        raise field_error(where, f"{len(ids)} tokens; the model reads {card.max_context}")
    return _in_vocabulary(ids, card, *where)


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
    mask = column("sequence_ratio_mask", required=True) if loss == "gspo" else None
    if mask is not None and not mask.any():
        raise field_error((*where, "sequence_ratio_mask"), "marks no token")
    return commands.Datum(
        ids,
        targets,
        sampler_logprobs=column("logprobs", required=True),
        advantages=column("advantages", required=True),
        ratio_mask=mask,
    )


def forward_backward(
    body: schemas.ForwardBackwardInput, card: ModelCard, field: str, *, backward: bool
) -> commands.ForwardBackward:
    if body.loss_fn == "dro" and "beta" not in (body.loss_fn_config or {}):
        raise field_error((field, "loss_fn_config", "beta"), "dro needs it")
    data = [datum(d, card, body.loss_fn, field, "data", i) for i, d in enumerate(body.data)]
    return commands.ForwardBackward(data, body.loss_fn, body.loss_fn_config or {}, backward)


def sample(
    prompt: np.ndarray,
    params: schemas.SamplingParams,
    card: ModelCard,
    source: commands.SampleSource,
    *,
    num_samples: int,
    prompt_logprobs: bool = False,
    stop_token_ids: list[int] | None = None,
) -> commands.SampleCommand:
    """`stop_token_ids`: tokens that end a sample besides those of `params.stop`."""
    room = card.max_context - len(prompt)
    if room < 1:
        # Scoring a full context needs no room, but the API requires it to ask for a token.
        if not prompt_logprobs:
            raise field_error(("prompt",), f"leaves no room in the context of {card.max_context}")
        room = 1
    stop_tokens, stop_strings = _stops(params.stop, card)
    return commands.SampleCommand(
        source=source,
        prompt=prompt,
        num_samples=num_samples,
        params=commands.SamplingParams(
            max_tokens=min(room, params.max_tokens or room),
            temperature=params.temperature,
            top_k=min(params.top_k, card.vocab_size),
            top_p=params.top_p,
            seed=secrets.randbits(63) if params.seed is None else params.seed,
            stop_tokens=(*stop_tokens, *_in_range(stop_token_ids or [], card)),
            stop_strings=stop_strings,
        ),
        prompt_logprobs=prompt_logprobs,
    )


SENTENCE_ENCODER = "minilm"
"""The name of the embedding model that every server has beside its own."""


def embed(body: schemas.Embeddings, card: ModelCard) -> commands.Embed:
    given = texts_or_tokens(body.input)
    if not given or not all(given):
        raise field_error(("input",), "must hold at least one text or token list, none empty")
    if body.model == SENTENCE_ENCODER:
        texts = [item for item in given if isinstance(item, str)]
        if len(texts) < len(given):
            raise field_error(("input",), "must be texts: minilm has tokens of its own")
        return commands.Embed([*texts], "minilm")
    inputs = [
        item if isinstance(item, str) else _in_vocabulary(item, card, "input", i)
        for i, item in enumerate(given)
    ]
    return commands.Embed(inputs)


def texts_or_tokens(given: schemas.TextsOrTokens) -> list[str | list[int]]:
    """OpenAI's four forms (a text, texts, a token list, token lists) as one."""
    if isinstance(given, str):
        return [given]
    tokens = [item for item in given if isinstance(item, int)]
    return [tokens] if tokens else [item for item in given if not isinstance(item, int)]


def _stops(
    stop: str | list[int] | list[str] | None, card: ModelCard
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Absent: the model's end tokens. Tokens: those alone (none: never). Strings: those too."""
    if stop is None:
        return card.eos_tokens, ()
    if isinstance(stop, str):
        stop = [stop]
    strings = tuple(s for s in stop if isinstance(s, str))
    if strings:
        return card.eos_tokens, strings
    return _in_range([t for t in stop if isinstance(t, int)], card), ()


def _in_range(tokens: list[int], card: ModelCard) -> tuple[int, ...]:
    """Without those that are never sampled."""
    return tuple(token for token in tokens if 0 <= token < card.vocab_size)
