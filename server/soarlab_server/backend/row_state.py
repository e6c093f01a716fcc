"""What a decode step reads and writes of each row."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .randomness import uniforms
from .sample_job import SampleJob

NO_TOKEN = -1


class RowState:
    """Tensors with the row's slot first."""

    def __init__(self, device: torch.device):
        self.device = device
        self.token = torch.zeros(0, dtype=torch.long, device=device)
        """The row's last token, which the next step reads."""
        self.position = self.token.clone()
        """Where that token stands in the sequence."""
        self.steps = self.token.clone()
        """Tokens sampled so far."""
        self.limit = self.token.clone()
        self.top_k = self.token.clone()
        self.ended = torch.zeros(0, dtype=torch.bool, device=device)
        self.temperature = torch.zeros(0, device=device)
        self.top_p = torch.zeros(0, device=device)
        self.stops = torch.zeros(0, 1, dtype=torch.long, device=device)
        """[slots, stop tokens], padded with NO_TOKEN"""
        self.uniforms = torch.zeros(0, 1, device=device)
        self.tokens = torch.zeros(0, 1, dtype=torch.long, device=device)
        self.logprobs = torch.zeros(0, 1, device=device)

    def append(self, live: int, admitted: list[tuple[SampleJob, range]]) -> None:
        """Adds rows after the first `live`."""
        params = [job.command.params for job, _ in admitted]
        copies = np.array([len(samples) for _, samples in admitted])
        longest = max(p.max_tokens for p in params)
        draws = [
            np.pad(uniforms(p.seed, samples, p.max_tokens), ((0, 0), (0, longest - p.max_tokens)))
            for p, (_, samples) in zip(params, admitted, strict=True)
        ]
        most_stops = max(1, *(len(p.stop_tokens) for p in params))
        stops = [[*p.stop_tokens, *[NO_TOKEN] * (most_stops - len(p.stop_tokens))] for p in params]
        total = int(copies.sum())

        def per_row(values: list, dtype: torch.dtype) -> Tensor:
            return torch.from_numpy(np.repeat(np.array(values), copies, axis=0)).to(dtype)

        rows = {
            "token": per_row([job.command.prompt[-1] for job, _ in admitted], torch.long),
            "position": per_row([len(job.command.prompt) - 1 for job, _ in admitted], torch.long),
            "steps": torch.zeros(total, dtype=torch.long),
            "limit": per_row([p.max_tokens for p in params], torch.long),
            "top_k": per_row([p.top_k for p in params], torch.long),
            "ended": torch.zeros(total, dtype=torch.bool),
            "temperature": per_row([p.temperature for p in params], torch.float32),
            "top_p": per_row([p.top_p for p in params], torch.float32),
            "stops": per_row(stops, torch.long),
            "uniforms": torch.from_numpy(np.concatenate(draws)),
            "tokens": torch.zeros(total, longest, dtype=torch.long),
            "logprobs": torch.zeros(total, longest),
        }
        for name, new in rows.items():
            fill = NO_TOKEN if name == "stops" else 0
            setattr(self, name, _join(getattr(self, name)[:live], new.to(self.device), fill))

    def move(self, source: Tensor, target: Tensor) -> None:
        for tensor in vars(self).values():
            if isinstance(tensor, Tensor):
                tensor[target] = tensor[source]

    def advance(self, count: int, chosen: Tensor, logprobs: Tensor) -> Tensor:
        """Appends a step's tokens; returns which rows are finished, [count]."""
        steps = self.steps[:count]
        self.tokens[:count].scatter_(1, steps[:, None], chosen[:, None])
        self.logprobs[:count].scatter_(1, steps[:, None], logprobs[:, None])
        self.token[:count] = chosen
        self.position[:count] += 1
        steps += 1
        self.ended[:count] = (chosen[:, None] == self.stops[:count]).any(1)
        return self.ended[:count] | (steps >= self.limit[:count])


def _join(old: Tensor, new: Tensor, fill: int) -> Tensor:
    """Rows of both, the narrower padded on the right."""
    if old.dim() == 2 and old.shape[1] != new.shape[1]:
        width = max(old.shape[1], new.shape[1])
        old = F.pad(old, (0, width - old.shape[1]), value=fill)
        new = F.pad(new, (0, width - new.shape[1]), value=fill)
    return torch.cat([old, new])
