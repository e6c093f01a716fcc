"""The visible text of a sample."""

from __future__ import annotations

from ..tokenizer import Tokenizer
from .model_card import ModelCard


def visible_text(
    tokens: list[int], stop: str | list[str] | None, tokenizer: Tokenizer, card: ModelCard
) -> str:
    """The text before any stop string, without the end token and other special ones."""
    if tokens and tokens[-1] in card.eos_tokens:
        tokens = tokens[:-1]
    text = tokenizer.decode(tokens, skip_special_tokens=True)
    stops = [stop] if isinstance(stop, str) else stop or []
    return text[: min((at for at in map(text.find, stops) if at >= 0), default=len(text))]
