"""AdamW over a flat buffer of float32 weights."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..commands import AdamParams
from ..request_error import RequestError


class Adam:
    """Moments of one model, allocated by the first step: models that only sample or load
    cost nothing."""

    def __init__(self) -> None:
        self.steps = 0
        self.mean: Tensor | None = None
        """[size] exponential average of the gradient"""
        self.square: Tensor | None = None
        """[size] exponential average of its square"""

    @torch.no_grad()
    def step(self, weights: Tensor, gradient: Tensor, params: AdamParams) -> float:
        """Changes `weights` and `gradient` in place; returns the norm before clipping.

        A gradient of NaN or infinite norm is refused before anything is changed.
        """
        norm = gradient.norm().item()
        if not math.isfinite(norm):
            raise RequestError(
                f"the gradient's norm is {norm}: the weights stay as they were and the gradient is "
                "cleared; look for advantages or log-probabilities that are far out"
            )
        if self.mean is None or self.square is None:
            self.mean, self.square = torch.zeros_like(weights), torch.zeros_like(weights)
        if 0 < params.grad_clip_norm < norm:
            gradient.mul_(params.grad_clip_norm / norm)
        self.steps += 1
        self.mean.lerp_(gradient, 1 - params.beta1)
        self.square.mul_(params.beta2).addcmul_(gradient, gradient, value=1 - params.beta2)
        if params.weight_decay:
            weights.mul_(1 - params.learning_rate * params.weight_decay)
        # gradient's buffer is free now: it is cleared after the step anyway.
        denominator = torch.div(self.square, 1 - params.beta2**self.steps, out=gradient)
        denominator.sqrt_().add_(params.eps)
        rate = params.learning_rate / (1 - params.beta1**self.steps)
        weights.addcdiv_(self.mean, denominator, value=-rate)
        return norm
