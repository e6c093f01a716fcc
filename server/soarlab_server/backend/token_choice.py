"""From logits to tokens."""

from __future__ import annotations

import torch
from torch import Tensor


def choose(
    logits: Tensor,
    temperature: Tensor,
    draw: Tensor,
    limits: tuple[Tensor, Tensor] | None = None,
) -> tuple[Tensor, Tensor]:
    """[R, vocabulary] -> each row's next token and its log-probability at temperature 1.

    `draw` is [R] uniform in [0, 1); `limits` each row's top_k and top_p, or None if no row has any.
    A row's temperature 0 takes the most probable token.
    """
    scaled = logits / temperature[:, None].clamp(min=1e-6)
    if limits is not None:
        scaled = keep_top(scaled, *limits)
    cumulative = scaled.softmax(-1).cumsum(-1)
    # Draws are scaled by the last sum, which rounding leaves short of 1.
    sampled = torch.searchsorted(cumulative, draw[:, None] * cumulative[:, -1:], right=True)[:, 0]
    sampled = sampled.clamp(max=logits.shape[1] - 1)
    chosen = torch.where(temperature > 0, sampled, logits.argmax(-1))
    logprobs = logits.gather(1, chosen[:, None])[:, 0] - logits.logsumexp(-1)
    return chosen, logprobs


def keep_top(logits: Tensor, top_k: Tensor, top_p: Tensor) -> Tensor:
    """[R, V] with all but each row's k most probable tokens, and of those all but the smallest set
    whose probability reaches p, at -inf. k < 1 and p >= 1 keep everything."""
    values, order = torch.sort(logits, dim=-1, descending=True, stable=True)
    rank = torch.arange(logits.shape[1], device=logits.device)
    drop = (rank >= top_k[:, None]) & (top_k[:, None] > 0)
    probability = values.masked_fill(drop, float("-inf")).softmax(-1)
    before = probability.cumsum(-1) - probability
    drop |= (before >= top_p[:, None]) & (top_p[:, None] < 1)
    drop[:, 0] = False
    return logits.masked_fill(torch.zeros_like(drop).scatter_(1, order, drop), float("-inf"))
