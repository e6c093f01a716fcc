"""The adapters of many models in one batched matmul: the shape of SOAR's students on a GPU, where
eight small matmuls one after another cost eight launches."""

from __future__ import annotations

import torch
from torch import Tensor

from .weights import Lora


def stackable(loras: list[Lora | None]) -> list[Lora] | None:
    """The adapters, if every row has one and all have the same shapes and scale."""
    present = [lora for lora in loras if lora is not None]
    alike = len(present) == len(loras) and all(
        lora.a.shape == present[0].a.shape and lora.scale == present[0].scale for lora in present
    )
    return present if alike else None


class StackedLora:
    """For rows sorted by model: each model's rows are padded to the largest model's count, so that
    one `bmm` serves all. `cache` holds stacked weights from call to call; pass one only for frozen
    weights, and the same one only for the same models."""

    def __init__(self, sizes: list[int], device: torch.device, cache: dict | None = None):
        most = max(sizes)
        counts = torch.tensor(sizes)[:, None]
        starts = counts.cumsum(0) - counts
        places = torch.arange(most).expand(len(sizes), most)
        self.models = len(sizes)
        self.gather = (starts + places.minimum(counts - 1)).flatten().to(device)
        """[models * most] the row that each padded place reads"""
        self.scatter = (places < counts).flatten().nonzero()[:, 0].to(device)
        """[rows] the padded place of each row"""
        self.cache = cache

    def __call__(self, x: Tensor, loras: list[Lora]) -> Tensor:
        """[rows, ..., in] -> [rows, ..., out]"""
        a, b = self._stack(loras)
        padded = x.index_select(0, self.gather)
        h = torch.bmm(padded.view(self.models, -1, x.shape[-1]), a.to(x.dtype)) * loras[0].scale
        parts = h.split(loras[0].b[0].shape[1], dim=-1)
        y = torch.cat([torch.bmm(p, w.to(x.dtype)) for p, w in zip(parts, b, strict=True)], dim=-1)
        return y.view(*padded.shape[:-1], -1).index_select(0, self.scatter)

    def _stack(self, loras: list[Lora]) -> tuple[Tensor, list[Tensor]]:
        """A as [models, in, parts * rank], and each part's B as [models, rank, out]."""
        if self.cache is not None and id(loras[0]) in self.cache:
            return self.cache[id(loras[0])][1]
        a = torch.stack([lora.a for lora in loras]).transpose(1, 2)
        parts = zip(*(lora.b for lora in loras), strict=True)
        stacked = a, [torch.stack(part).transpose(1, 2) for part in parts]
        if self.cache is not None:
            # Holds the adapters too, so that their ids are not reused.
            self.cache[id(loras[0])] = loras, stacked
        return stacked
