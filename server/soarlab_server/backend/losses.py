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


def cross_entropy(logprobs: Tensor, inputs: LossInputs, config: dict[str, float]) -> Tensor:
    return -(inputs.weights * logprobs).sum()


def importance_sampling(logprobs: Tensor, inputs: LossInputs, config: dict[str, float]) -> Tensor:
    return -((logprobs - inputs.sampler_logprobs).exp() * inputs.advantages).sum()


def ppo(logprobs: Tensor, inputs: LossInputs, config: dict[str, float]) -> Tensor:
    low = config.get("clip_low_threshold", 0.8)
    high = config.get("clip_high_threshold", 1.2)
    ratio = (logprobs - inputs.sampler_logprobs).exp()
    clipped = ratio.clamp(low, high)
    return -torch.minimum(ratio * inputs.advantages, clipped * inputs.advantages).sum()


LOSSES: dict[LossName, Callable[[Tensor, LossInputs, dict[str, float]], Tensor]] = {
    "cross_entropy": cross_entropy,
    "importance_sampling": importance_sampling,
    "ppo": ppo,
}
