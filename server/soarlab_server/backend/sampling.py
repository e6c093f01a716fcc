"""Continuous batched sampling: one decode loop over the rows of all requests and models.

Rows join between steps (their prompt is read once for all samples of a request) and leave when
they finish, their slot being filled with the last row, so the batch is always dense. What a row
gets does not depend on which others share its batch: see `weights.MIN_ROWS`, `kv_cache.BLOCK` and
`randomness`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..commands import SampleCommand, SampleResult, SamplingParams, Sequence
from ..contract import OnProgress, OnSample
from .decoder import Decoder, Rows
from .failures import describe
from .kv_cache import KvCache, round_up
from .row_state import RowState
from .sample_job import Decode, SampleJob
from .stacked_lora import StackedLora
from .token_choice import choose
from .weights import Weights

PREFILL_TOKENS = 8192


@dataclass(frozen=True, slots=True)
class _Row:
    job: SampleJob
    sample: int


class BatchedSampler:
    """The rows one worker decodes. Only `add` may be called from another thread."""

    def __init__(self, decoder: Decoder, cache_bytes: int, decode: Decode):
        self.decoder = decoder
        self.decode = decode
        self.device = decoder.device
        self.cache = KvCache(decoder.config, decoder.device, decoder.dtype)
        self.cache_cells = max(1, cache_bytes // self.cache.bytes_per_position())
        self._inbox: deque[SampleJob] = deque()
        self._waiting: deque[SampleJob] = deque()
        self._rows: list[_Row] = []
        self._state = RowState(decoder.device)
        self._plan: _Plan | None = None
        self._extent = 0
        self.stack_adapters = decoder.device.type == "cuda"
        self._stacked_models: list[Weights] = []
        self._stacked_cache: dict = {}

    def add(
        self,
        command: SampleCommand,
        weights: Weights,
        on_result: OnSample,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._inbox.append(SampleJob(command, weights, on_result, on_progress))

    @property
    def busy(self) -> bool:
        return bool(self._rows or self._waiting or self._inbox)

    def load(self) -> int:
        """Number of active or waiting rows; may be read from any thread."""
        return len(self._rows) + sum(
            job.command.num_samples for job in (*self._waiting, *self._inbox)
        )

    @torch.inference_mode()
    def run(self, steps: int) -> None:
        """Runs up to that many decode steps; a failure is passed to the requests it concerns."""
        for _ in range(steps):
            if not self.busy:
                break
            self._admit()
            if self._rows:
                try:
                    self._step()
                except Exception as error:
                    self._drop({row.job for row in self._rows}, error)
        for slot, row in enumerate(self._rows):
            if row.job.on_progress is not None:
                tokens = self._state.tokens[slot, : int(self._state.steps[slot])]
                row.job.on_progress(row.sample, tokens.tolist())
        if not self._rows:
            # Releases weights that nobody samples any more.
            self._plan = None
            self._stacked_models, self._stacked_cache = [], {}

    # Admission ------------------------------------------------------------------------------------

    def _admit(self) -> None:
        while self._inbox:
            self._waiting.append(self._inbox.popleft())
        admitted: list[tuple[SampleJob, range]] = []
        taken = len(self._rows)
        positions = self.cache.positions
        while self._waiting:
            job = self._waiting[0]
            positions = max(positions, round_up(job.length))
            room = max(self.cache_cells // positions, 0 if taken else 1) - taken
            count = min(room, job.command.num_samples - job.started)
            if count <= 0:
                break
            admitted.append((job, range(job.started, job.started + count)))
            job.started += count
            taken += count
            if job.started == job.command.num_samples:
                self._waiting.popleft()
        if not admitted:
            return
        try:
            self._start(admitted, taken, max(round_up(job.length) for job, _ in admitted))
        except Exception as error:
            self._drop({job for job, _ in admitted}, error)

    def _start(self, admitted: list[tuple[SampleJob, range]], total: int, positions: int) -> None:
        live = len(self._rows)
        if total > self.cache.slots or positions > self.cache.positions:
            positions = max(positions, self.cache.positions)
            room = max(total, min(2 * self.cache.slots, self.cache_cells // positions))
            self.cache.reserve(room, positions, live)
        by_prompt: dict[tuple[int, bool], list[tuple[SampleJob, Tensor]]] = {}
        slot = live
        for job, samples in admitted:
            slots = torch.arange(slot, slot + len(samples), device=self.device)
            slot += len(samples)
            wants_logprobs = job.command.prompt_logprobs and samples.start == 0
            key = (len(job.command.prompt) - 1, wants_logprobs)
            by_prompt.setdefault(key, []).append((job, slots))
        for (length, wants_logprobs), group in by_prompt.items():
            # Prompts of one length together, so that a prompt's shapes never depend on its company.
            batch = max(1, PREFILL_TOKENS // max(1, length))
            for start in range(0, len(group), batch):
                self._read_prompts(group[start : start + batch], length, wants_logprobs)
        self._state.append(live, admitted)
        self._rows += [_Row(job, sample) for job, samples in admitted for sample in samples]
        longest = max(len(job.command.prompt) for job, _ in admitted)
        self._extent = max(self._extent, longest - 1)
        self._plan = None

    def _read_prompts(
        self, group: list[tuple[SampleJob, Tensor]], length: int, wants_logprobs: bool
    ) -> None:
        """Keys and values of all but each prompt's last token, which is every row's first step."""
        if length == 0:
            for job, _ in group:
                job.prompt_logprobs = np.full(1, np.nan, np.float32) if wants_logprobs else None
            return
        group = sorted(group, key=lambda item: id(item[0].weights))
        rows, _ = _segments([job.weights for job, _ in group])
        prompts = np.stack([job.command.prompt for job, _ in group]).astype(np.int64)
        tokens = torch.from_numpy(prompts).to(self.device)
        slots = torch.cat([s for _, s in group])
        copies = torch.tensor([len(s) for _, s in group], device=self.device)
        source = torch.arange(len(group), device=self.device).repeat_interleave(copies)

        def keep(layer: int, keys: Tensor, values: Tensor) -> None:
            self.cache.write_prompts(layer, 0, slots, keys[source])
            self.cache.write_prompts(layer, 1, slots, values[source])

        hidden = self.decoder.sequences(rows, tokens[:, :-1], keep=keep)
        if wants_logprobs:
            # One prompt at a time: logits of a large vocabulary would fill memory.
            for (job, _), h, t in zip(group, hidden, tokens, strict=True):
                logits = self.decoder.logits(Rows([job.weights], [1]), h[None])[0]
                logprobs = logits.gather(1, t[1:, None])[:, 0] - logits.logsumexp(-1)
                first = np.full(1, np.nan, np.float32)
                job.prompt_logprobs = np.concatenate([first, logprobs.cpu().numpy()])

    # Decoding -------------------------------------------------------------------------------------

    def _step(self) -> None:
        count = len(self._rows)
        if self._plan is None:
            self._plan = self._new_plan()
        plan, state = self._plan, self._state
        self._extent += 1
        extent = min(round_up(self._extent), self.cache.positions)
        positions = state.position[:count]
        attend = _decode_attention(self.cache, positions, extent, plan)
        hidden = self.decoder.step(
            plan.rows, plan.sorted(state.token[:count]), plan.sorted(positions), attend
        )
        logits = self.decoder.logits(plan.rows, hidden)
        draw = state.uniforms[:count].gather(1, state.steps[:count, None])[:, 0]
        temperature = plan.sorted(state.temperature[:count])
        top = (plan.sorted(state.top_k[:count]), plan.sorted(state.top_p[:count]))
        chosen, logprobs = choose(
            logits, temperature, plan.sorted(draw), top if plan.filtered else None
        )
        finished = state.advance(count, plan.unsorted(chosen), plan.unsorted(logprobs))
        stopped = finished | self._stop_strings(count) if plan.stop_strings else finished
        done = stopped.nonzero()[:, 0]
        if len(done):
            self._finish(done)

    def _new_plan(self) -> _Plan:
        plan = _plan(self._rows, self.device)
        models = plan.rows.models
        if self.stack_adapters and len(models) > 1:
            if [id(m) for m in models] != [id(m) for m in self._stacked_models]:
                self._stacked_models, self._stacked_cache = models, {}
            stacked = StackedLora(plan.rows.sizes, self.device, self._stacked_cache)
            plan.rows = replace(plan.rows, stacked=stacked)
        return plan

    def _stop_strings(self, count: int) -> Tensor:
        """[R] whether a row's text now contains one of its stop strings."""
        found = np.zeros(count, bool)
        for slot, row in enumerate(self._rows):
            strings = row.job.command.params.stop_strings
            if strings:
                tokens = self._state.tokens[slot, : int(self._state.steps[slot])].tolist()
                text = self.decode(tokens)
                found[slot] = any(s in text for s in strings)
        self._state.ended[:count] |= torch.from_numpy(found).to(self.device)
        return torch.from_numpy(found).to(self.device)

    def _finish(self, done: Tensor) -> None:
        state = self._state
        lengths = state.steps[done].cpu().numpy()
        longest = int(lengths.max())
        tokens = state.tokens[done, :longest].to(torch.int32).cpu().numpy()
        logprobs = state.logprobs[done, :longest].cpu().numpy()
        ended = state.ended[done].cpu().numpy()
        slots = done.tolist()
        for i, slot in enumerate(slots):
            row, n = self._rows[slot], lengths[i]
            sequence = Sequence(
                tokens[i, :n].copy(), logprobs[i, :n].copy(), "stop" if ended[i] else "length"
            )
            row.job.sequences[row.sample] = sequence
            row.job.unfinished -= 1
            if not row.job.unfinished:
                row.job.finish(SampleResult(row.job.sequences, row.job.prompt_logprobs))
        gone = set(slots)
        self._keep([slot for slot in range(len(self._rows)) if slot not in gone])

    def _keep(self, slots: list[int]) -> None:
        """Drops all other rows: the last ones move into the holes."""
        count = len(slots)
        holes = sorted(set(range(count)).difference(slots))
        movers = [slot for slot in slots if slot >= count]
        if movers:
            source = torch.tensor(movers, device=self.device)
            target = torch.tensor(holes, device=self.device)
            self.cache.move(source, target, min(round_up(self._extent), self.cache.positions))
            self._state.move(source, target)
            for slot, hole in zip(movers, holes, strict=True):
                self._rows[hole] = self._rows[slot]
        del self._rows[count:]
        self._plan = None
        # Rows only ever grow, so the extent is recounted when some leave.
        self._extent = int(self._state.position[:count].max()) if count else 0

    def _drop(self, jobs: set[SampleJob], error: Exception) -> None:
        """Ends these jobs with an error and frees their rows."""
        self._waiting = deque(job for job in self._waiting if job not in jobs)
        self._keep([slot for slot, row in enumerate(self._rows) if row.job not in jobs])
        if not self._rows:
            # After running out of memory, freeing is worth the cost of allocating again.
            self.cache = KvCache(self.decoder.config, self.device, self.decoder.dtype)
        for job in jobs:
            job.finish(describe(error))


@dataclass(slots=True)
class _Plan:
    """Per-step data that depends only on which rows are active; rebuilt when rows join or leave."""

    rows: Rows
    order: Tensor | None
    """Slots sorted by model, or None when they are already (a single model)."""
    inverse: Tensor | None
    filtered: bool
    stop_strings: bool

    def sorted(self, by_slot: Tensor) -> Tensor:
        return by_slot if self.order is None else by_slot.index_select(0, self.order)

    def unsorted(self, by_model: Tensor) -> Tensor:
        return by_model if self.inverse is None else by_model.index_select(0, self.inverse)


def _plan(rows: list[_Row], device: torch.device) -> _Plan:
    segments, order = _segments([row.job.weights for row in rows])
    params: list[SamplingParams] = [row.job.command.params for row in rows]
    slots = inverse = None
    if order is not None:
        slots = torch.from_numpy(order).to(device)
        inverse = torch.from_numpy(np.argsort(order, kind="stable")).to(device)
    return _Plan(
        rows=segments,
        order=slots,
        inverse=inverse,
        filtered=any(p.top_k > 0 or p.top_p < 1 for p in params),
        stop_strings=any(p.stop_strings for p in params),
    )


def _segments(weights: list[Weights]) -> tuple[Rows, np.ndarray | None]:
    """The models of a batch, their row counts, and the order that sorts its rows by model."""
    index: dict[int, int] = {}
    models: list[Weights] = []
    which = np.empty(len(weights), np.int64)
    for i, w in enumerate(weights):
        if id(w) not in index:
            index[id(w)] = len(models)
            models.append(w)
        which[i] = index[id(w)]
    if len(models) == 1:
        return Rows(models, [len(weights)]), None
    sizes = np.bincount(which).tolist()
    return Rows(models, sizes), np.argsort(which, kind="stable")


def _decode_attention(cache: KvCache, positions: Tensor, extent: int, plan: _Plan):
    """Attention of one new token per row over its slot's first `extent` positions."""
    count = len(positions)
    config = cache.config
    rows = torch.arange(count, device=positions.device)
    visible = torch.arange(extent, device=positions.device) <= positions[:, None]
    mask = torch.zeros(visible.shape, dtype=cache.dtype, device=positions.device)
    mask = mask.masked_fill_(~visible, float("-inf"))[:, None, None]
    on_cpu = positions.device.type == "cpu"

    def attend(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q, k, v = (plan.unsorted(t)[:, 0] for t in (q, k, v))
        # The query heads that share a key head are its queries.
        q = q.reshape(count, config.kv_heads, -1, config.head_dim)
        keys, values = cache.data[layer, 0, :count], cache.data[layer, 1, :count]
        keys[rows, :, positions] = k
        values[rows, :, positions] = v
        keys, values = keys[:, :, :extent], values[:, :, :extent]
        if on_cpu:
            # Two plain matmuls beat the fused kernel for single queries on a CPU.
            scores = (q * config.head_dim**-0.5) @ keys.transpose(-1, -2)
            a = (scores + mask).softmax(-1) @ values
        else:
            a = F.scaled_dot_product_attention(q, keys, values, attn_mask=mask)
        return plan.sorted(a.reshape(count, 1, -1))

    return attend
