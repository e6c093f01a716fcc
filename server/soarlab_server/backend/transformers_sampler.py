"""Sampling through transformers: one request at a time, its samples as one batch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..commands import SampleCommand, SampleResult, Sequence
from ..contract import OnProgress, OnSample
from .failures import describe
from .row_state import RowState
from .sample_job import Decode, SampleJob
from .token_choice import choose

if TYPE_CHECKING:
    from .transformers_model import ModuleWeights, TransformersDecoder


class TransformersSampler:
    """As `contract.Sampler` asks."""

    def __init__(self, decoder: TransformersDecoder, decode: Decode):
        self.decoder = decoder
        self.decode = decode
        self._inbox: deque[SampleJob] = deque()
        self._current: tuple[SampleJob, Iterator[None]] | None = None

    def add(
        self,
        command: SampleCommand,
        weights: ModuleWeights,
        on_result: OnSample,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._inbox.append(SampleJob(command, weights, on_result, on_progress))

    @property
    def busy(self) -> bool:
        return bool(self._inbox or self._current)

    def load(self) -> int:
        return sum(job.command.num_samples for job in self._inbox)

    @torch.inference_mode()
    def run(self, steps: int) -> None:
        for _ in range(steps):
            if self._current is None:
                if not self._inbox:
                    return
                job = self._inbox.popleft()
                self._current = job, self._generate(job)
            job, generation = self._current
            try:
                next(generation)
            except StopIteration:
                self._current = None
            except Exception as error:
                self._current = None
                job.finish(describe(error))

    def _generate(self, job: SampleJob) -> Iterator[None]:
        """Runs the request, pausing after each step."""
        command, device = job.command, self.decoder.device
        params, count = command.params, command.num_samples
        merged = self.decoder.merged(job.weights)
        prompt = torch.from_numpy(command.prompt).to(device, torch.long)[None]
        output = self.decoder.forward(merged, prompt, use_cache=True)
        if command.prompt_logprobs:
            logits = output.logits[0, :-1].float()
            scores = logits.gather(1, prompt[0, 1:, None])[:, 0] - logits.logsumexp(-1)
            first = np.full(1, np.nan, np.float32)
            job.prompt_logprobs = np.concatenate([first, scores.cpu().numpy()])
        cache = output.past_key_values
        cache.batch_repeat_interleave(count)
        logits = output.logits[:, -1].float().expand(count, -1)

        state = RowState(device)
        state.append(0, [(job, range(count))])
        filtered = params.top_k > 0 or params.top_p < 1
        top = (state.top_k, state.top_p) if filtered else None
        lengths = torch.zeros(count, dtype=torch.long, device=device)
        """Tokens of each sample that is finished; 0 = not yet"""
        stopped = torch.zeros(count, dtype=torch.bool, device=device)
        for step in range(params.max_tokens):
            draw = state.uniforms[:, step]
            chosen, logprobs = choose(logits, state.temperature, draw, top)
            finished = state.advance(count, chosen, logprobs) | self._stop_strings(job, state)
            newly = finished & (lengths == 0)
            stopped |= newly & state.ended
            lengths[newly] = step + 1
            if bool(lengths.all()):
                break
            if job.on_progress is not None:
                for row in (lengths == 0).nonzero()[:, 0].tolist():
                    job.on_progress(row, state.tokens[row, : step + 1].tolist())
            yield
            output = self.decoder.forward(merged, state.token[:, None], cache, use_cache=True)
            cache, logits = output.past_key_values, output.logits[:, -1].float()
        self._finish(job, state, lengths, stopped)

    def _stop_strings(self, job: SampleJob, state: RowState) -> torch.Tensor:
        """[samples] whether the text now contains a stop string; marks those as ended."""
        strings = job.command.params.stop_strings
        if strings:
            for row, steps in enumerate(state.steps.tolist()):
                text = self.decode(state.tokens[row, :steps].tolist())
                state.ended[row] |= any(s in text for s in strings)
        return state.ended

    def _finish(
        self, job: SampleJob, state: RowState, lengths: torch.Tensor, stopped: torch.Tensor
    ) -> None:
        tokens = state.tokens.to(torch.int32).cpu().numpy()
        logprobs = state.logprobs.cpu().numpy()
        sequences = [
            Sequence(tokens[i, :n].copy(), logprobs[i, :n].copy(), "stop" if end else "length")
            for i, (n, end) in enumerate(zip(lengths.tolist(), stopped.tolist(), strict=True))
        ]
        job.finish(SampleResult(sequences, job.prompt_logprobs))
