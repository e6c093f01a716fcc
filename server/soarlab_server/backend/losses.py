"""The losses of the Tinker API: sums over tokens of a term in each target's log-probability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..commands import LossName


@dataclass(frozen=True, slots=True)
class LossInputs:
    """Per token, [N] float32; a field a loss does not use is empty."""

    weights: Tensor
    sampler_logprobs: Tensor
    advantages: Tensor
    ratio_mask: Tensor
    datum: Tensor
    """[N] int64, the number of the datum that the token belongs to"""


def cross_entropy(logprobs: Tensor, inputs: LossInputs, config: dict[str, float]) -> Tensor:
    return -(inputs.weights * logprobs).sum()


def importance_sampling(logprobs: Tensor, inputs: LossInputs, config: dict[str, float]) -> Tensor:
    return -((logprobs - inputs.sampler_logprobs).exp() * inputs.advantages).sum()


def ppo(logprobs: Tensor, inputs: LossInputs, config: dict[str, float]) -> Tensor:
    ratio = (logprobs - inputs.sampler_logprobs).exp()
    return _clipped(ratio, inputs, config)


def _clipped(ratio: Tensor, inputs: LossInputs, config: dict[str, float]) -> Tensor:
    clipped = _clip(ratio, config)
    return -torch.minimum(ratio * inputs.advantages, clipped * inputs.advantages).sum()


def _clip(ratio: Tensor, config: dict[str, float]) -> Tensor:
    low = config.get("clip_low_threshold", 0.8)
    return ratio.clamp(low, config.get("clip_high_threshold", 1.2))


def cispo(logprobs: Tensor, inputs: LossInputs, config: dict[str, float]) -> Tensor:
    """The clipped ratio is a weight without a gradient (arXiv 2506.13585)."""
    ratio = _clip((logprobs.detach() - inputs.sampler_logprobs).exp(), config)
    return -(ratio * logprobs * inputs.advantages).sum()


def dro(logprobs: Tensor, inputs: LossInputs, config: dict[str, float]) -> Tensor:
    """A quadratic penalty holds the policy near the sampler's (arXiv 2405.19107)."""
    penalty = config["beta"] / 2 * (logprobs - inputs.sampler_logprobs).square()
    return -(logprobs * inputs.advantages - penalty).sum()


def gspo(logprobs: Tensor, inputs: LossInputs, config: dict[str, float]) -> Tensor:
    """GSPO-token (arXiv 2507.18071): each token has the value of its sequence's ratio, which is the
    geometric mean over the marked tokens, and the gradient of its own log-probability."""
    marked = (inputs.ratio_mask != 0).to(logprobs.dtype)
    sums = logprobs.new_zeros(2, int(inputs.datum.max()) + 1)
    difference = marked * (logprobs.detach() - inputs.sampler_logprobs)
    sums.index_add_(1, inputs.datum, torch.stack([difference, marked]))
    mean = (sums[0] / sums[1])[inputs.datum]
    return _clipped((mean + logprobs - logprobs.detach()).exp(), inputs, config)


LOSSES: dict[LossName, Callable[[Tensor, LossInputs, dict[str, float]], Tensor]] = {
    "cross_entropy": cross_entropy,
    "importance_sampling": importance_sampling,
    "ppo": ppo,
    "cispo": cispo,
    "dro": dro,
    "gspo": gspo,
}
