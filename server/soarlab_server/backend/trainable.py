"""A model in training: the weights it changes, their gradient and their optimizer."""

from __future__ import annotations

import torch
from torch import Tensor

from ..commands import AdamParams, LoraSpec
from . import lora
from .adam import Adam
from .base_model import FrozenBase
from .layout import Layout
from .weights import Weights


class TrainableModel:
    """Float32 master weights in one flat buffer: all of them (rank 0) or the adapters'.

    The forward pass reads leaves that are views of that buffer and whose gradients are views of one
    gradient buffer, so that autograd adds straight into what the optimizer reads.
    """

    def __init__(self, base: FrozenBase, spec: LoraSpec):
        self.base = base
        self.spec = spec
        self.layout = base.layout_for(spec)
        if spec.rank:
            self.flat = torch.empty(self.layout.size, device=base.device)
            lora.initialise(self.layout, self.flat, spec.seed)
        else:
            self.flat = base.flat.to(torch.float32, copy=True)
        self.adam = Adam()
        self.gradient: Tensor | None = None
        """[size] float32; allocated by the first backward pass"""
        self.has_gradient = False
        self.has_started = False
        """Whether anything was done with the model; a checkpoint is only loaded before that."""
        self._leaves: dict[tuple[str, ...], Tensor] = {}
        self.weights = base.assemble(spec, self._leaf)
        self._snapshot: Weights | None = None

    def _leaf(self, *names: str) -> Tensor:
        if names not in self._leaves:
            leaf = self.layout.view(self.flat, *names).detach().requires_grad_()
            self._leaves[names] = leaf
        return self._leaves[names]

    def prepare_gradient(self) -> Tensor:
        """The gradient's buffer, which the first call allocates."""
        if self.gradient is None:
            self.gradient = torch.zeros_like(self.flat)
            for names, leaf in self._leaves.items():
                leaf.grad = self.layout.view(self.gradient, *names)
        return self.gradient

    def step(self, params: AdamParams) -> float:
        """One optimizer step on the accumulated gradient, which it clears; returns its norm."""
        gradient = self.prepare_gradient()
        try:
            return self.adam.step(self.flat, gradient, params)
        finally:
            gradient.zero_()
            self.has_gradient = False
            self._snapshot = None

    def snapshot(self) -> Weights:
        """The weights as they are now, in the base's dtype, for sampling. Made once per step."""
        if self._snapshot is None:
            self._snapshot = weights_from(self.base, self.spec, self.layout, self.flat)
        return self._snapshot

    def load(self, flat: Tensor, adam: Adam | None) -> None:
        """Takes over a checkpoint's weights, and its optimizer if given."""
        self.flat.copy_(flat)
        self._snapshot = None
        if adam is not None:
            self.adam.steps = adam.steps
            if adam.mean is not None and adam.square is not None:
                self.adam.mean = adam.mean.to(self.flat.device, copy=True)
                self.adam.square = adam.square.to(self.flat.device, copy=True)


def weights_from(base: FrozenBase, spec: LoraSpec, layout: Layout, flat: Tensor) -> Weights:
    """Frozen weights from a copy of a model's flat buffer."""
    copy = flat.to(base.device, base.dtype, copy=True)
    views: dict[tuple[str, ...], Tensor] = {}

    def tensor(*names: str) -> Tensor:
        return views.setdefault(names, layout.view(copy, *names))

    return base.assemble(spec, tensor)
