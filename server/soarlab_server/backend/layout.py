"""Named tensors in one flat buffer.

One buffer makes a model one thing to copy (a snapshot is one clone), to step (Adam is a handful
of operations for any number of layers) and to clip, and lets neighbours be read as one
matrix: the q, k and v projections lie next to each other, so a single view of all their rows serves
one matmul.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import torch
from torch import Tensor


class Layout:
    """Where each named tensor lies in a flat buffer, in the order of `shapes`."""

    def __init__(self, shapes: dict[str, tuple[int, ...]]):
        self.shapes = shapes
        self.offsets: dict[str, int] = {}
        end = 0
        for name, shape in shapes.items():
            self.offsets[name] = end
            end += prod(shape)
        self.size = end

    def view(self, flat: Tensor, *names: str) -> Tensor:
        """The tensor of that name, or several neighbours as one, joined along their rows."""
        first = self.shapes[names[0]]
        rows = sum(self.shapes[name][0] for name in names)
        size = sum(prod(self.shapes[name]) for name in names)
        start = self.offsets[names[0]]
        if self.offsets[names[-1]] + prod(self.shapes[names[-1]]) != start + size:
            raise ValueError(f"not neighbours: {names}")
        return flat[start : start + size].view(rows, *first[1:])

    def tensors(self, flat: Tensor) -> dict[str, Tensor]:
        return {name: self.view(flat, name) for name in self.shapes}

    def fill(self, flat: Tensor, tensors: Mapping[str, Tensor]) -> None:
        """Copies tensors into their places; every name must be present with its shape."""
        for name, shape in self.shapes.items():
            tensor = tensors.get(name)
            if tensor is None:
                raise ValueError(f"the weights have no {name}")
            if tuple(tensor.shape) != shape:
                raise ValueError(f"{name} is {tuple(tensor.shape)}, not {shape}")
            with torch.no_grad():
                self.view(flat, name).copy_(tensor)
