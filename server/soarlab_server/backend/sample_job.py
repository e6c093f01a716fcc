"""One active sample request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..commands import SampleCommand, SampleResult, Sequence
from ..contract import OnProgress, OnSample

Decode = Callable[[list[int]], str]
"""Tokens to text, for stop strings."""


@dataclass(slots=True, eq=False)
class SampleJob:
    """One active request."""

    command: SampleCommand
    weights: Any
    """As the base model's kind of sampler reads them."""
    on_result: OnSample
    """Called once, with the result or the reason there is none."""
    on_progress: OnProgress | None = None
    started: int = 0
    sequences: list[Sequence | None] = field(default_factory=list)
    unfinished: int = 0
    prompt_logprobs: np.ndarray | None = None
    is_finished: bool = False

    def __post_init__(self) -> None:
        self.sequences = [None] * self.command.num_samples
        self.unfinished = self.command.num_samples

    @property
    def length(self) -> int:
        """Number of positions that a row may use."""
        return len(self.command.prompt) + self.command.params.max_tokens

    def finish(self, outcome: SampleResult | Exception) -> None:
        if not self.is_finished:
            self.is_finished = True
            self.on_result(outcome)
