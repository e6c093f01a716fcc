"""Forward and backward passes over data of one or several models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from ..commands import Datum, ForwardBackward, TrainResult
from .decoder import Decoder, Rows
from .losses import LOSSES, LossInputs
from .shared_prompts import Group, PackedGroups, find_groups
from .stacked_lora import StackedLora
from .trainable import TrainableModel
from .weights import Weights


@dataclass(frozen=True, slots=True)
class TrainJob:
    model: TrainableModel
    command: ForwardBackward


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on memory in training; none changes a gradient beyond rounding."""

    batch_tokens: int
    """Padded tokens of one forward and backward pass."""
    logit_cells: int
    """Logits that exist at once: tokens times vocabulary."""
    recompute: bool
    """Whether a layer's activations are computed anew in the backward pass."""
    share_prompts: bool = False
    """Whether sequences that begin alike have their common start computed once. It pays for large
    models; gradients are equal but for rounding."""
    stack: bool = False
    """Whether the adapters of a batch's models run as one matmul."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One datum of one job."""

    job: int
    index: int
    datum: Datum


@dataclass(frozen=True, slots=True)
class _Unit:
    """Data of one job that stay together: those with a common start, or a single one."""

    items: list[_Item]
    shared: int
    """Tokens of the common start"""

    @property
    def tokens(self) -> int:
        """Distinct tokens."""
        return self.shared + sum(len(item.datum.tokens) - self.shared for item in self.items)


class _Batch:
    """What one pass computes, sorted by model."""

    def __init__(self, units: list[_Unit]):
        self.units = sorted(units, key=lambda unit: unit.items[0].job)
        self.items = [item for unit in self.units for item in unit.items]

    def groups(self) -> list[Group]:
        """The units, their members as indices of `items`."""
        firsts = np.cumsum([0, *(len(unit.items) for unit in self.units)]).tolist()
        return [
            Group(list(range(first, first + len(unit.items))), unit.shared)
            for first, unit in zip(firsts, self.units, strict=False)
        ]


def run(decoder: Decoder, jobs: list[TrainJob], limits: Limits) -> list[TrainResult]:
    """Runs the jobs' passes, all forward and backward or all forward only; gradients add to each
    model's.

    A failure leaves every model's gradient as it was.
    """
    command = jobs[0].command
    before = [_gradient_before(job.model) if command.backward else None for job in jobs]
    try:
        return _run(decoder, jobs, limits)
    except BaseException:
        if command.backward:
            for job, gradient in zip(jobs, before, strict=True):
                _restore(job.model, gradient)
        raise


def _gradient_before(model: TrainableModel) -> Tensor | None:
    """A copy to go back to, or None where the gradient is zero."""
    gradient = model.prepare_gradient()
    return gradient.clone() if model.has_gradient else None


def _restore(model: TrainableModel, before: Tensor | None) -> None:
    gradient = model.prepare_gradient()
    if before is None:
        gradient.zero_()
    else:
        gradient.copy_(before)


def _run(decoder: Decoder, jobs: list[TrainJob], limits: Limits) -> list[TrainResult]:
    logprobs = [[np.empty(0)] * len(job.command.data) for job in jobs]
    losses = [0.0] * len(jobs)
    backward = jobs[0].command.backward
    with torch.set_grad_enabled(backward):
        for batch in _batches(jobs, limits):
            for item, values, loss in _pass(decoder, jobs, batch, limits, backward):
                logprobs[item.job][item.index] = values
                losses[item.job] += loss
    for job in jobs:
        job.model.has_gradient |= backward
    return [
        TrainResult(values, {"loss:sum": loss})
        for values, loss in zip(logprobs, losses, strict=True)
    ]


def _batches(jobs: list[TrainJob], limits: Limits) -> Iterator[_Batch]:
    """Data of similar length together, at most `limits.batch_tokens` tokens per batch, each sorted
    by model. Depends only on the jobs, so a job run by itself always gives the same bits."""
    units = [
        _Unit([_Item(j, i, job.command.data[i]) for i in group.members], group.shared)
        for j, job in enumerate(jobs)
        for group in _groups(job, limits)
    ]
    units.sort(key=lambda unit: max(len(item.datum.tokens) for item in unit.items))
    batch: list[_Unit] = []
    tokens = 0
    for unit in units:
        longest = max(len(item.datum.tokens) for item in unit.items)
        # Without shared prompts all are padded to the longest, which comes last.
        tokens = tokens + unit.tokens if limits.share_prompts else (len(batch) + 1) * longest
        if batch and tokens > limits.batch_tokens:
            yield _Batch(batch)
            batch, tokens = [], unit.tokens
        batch.append(unit)
    if batch:
        yield _Batch(batch)


def _groups(job: TrainJob, limits: Limits) -> list[Group]:
    sequences = [datum.tokens for datum in job.command.data]
    if not limits.share_prompts:
        return [Group([i], len(tokens)) for i, tokens in enumerate(sequences)]
    return find_groups(sequences, limits.batch_tokens)


def _pass(
    decoder: Decoder, jobs: list[TrainJob], batch: _Batch, limits: Limits, backward: bool
) -> list[tuple[_Item, np.ndarray, float]]:
    items = batch.items
    present = sorted({item.job for item in items})
    models = [jobs[j].model.weights for j in present]
    places: Tensor | None
    if limits.share_prompts:
        hidden, counts, places = _shared_states(decoder, models, present, batch, limits)
    else:
        hidden, counts, places = _padded_states(decoder, models, present, items, limits)
    device = decoder.device
    targets = torch.from_numpy(np.concatenate([item.datum.targets for item in items])).to(device)
    logprobs = _target_logprobs(
        decoder, Rows(models, counts), hidden, places, targets, limits.logit_cells
    )

    lengths = [len(item.datum.tokens) for item in items]
    each = [
        sum(n for n, item in zip(lengths, items, strict=True) if item.job == j) for j in present
    ]
    losses = _losses(jobs, items, present, logprobs.split(each))
    if backward:
        torch.stack(losses).sum().backward()
    values = np.split(logprobs.detach().cpu().numpy(), np.cumsum(lengths)[:-1])
    by_job = dict(zip(present, torch.stack(losses).tolist(), strict=True))
    # A job's loss is counted once, with its first datum of the batch.
    return [(item, v, by_job.pop(item.job, 0.0)) for item, v in zip(items, values, strict=True)]


def _padded_states(
    decoder: Decoder, models: list[Weights], present: list[int], items: list[_Item], limits: Limits
) -> tuple[Tensor, list[int], None]:
    """Final hidden states [N, width] of all tokens one after another, and how many are each
    model's. Sequences are computed one by one, padded to the longest."""
    device = decoder.device
    lengths = [len(item.datum.tokens) for item in items]
    tokens = np.zeros((len(items), max(lengths)), dtype=np.int64)
    for row, item in zip(tokens, items, strict=True):
        row[: len(item.datum.tokens)] = item.datum.tokens
    sizes = [sum(item.job == j for item in items) for j in present]
    hidden = decoder.sequences(
        _rows(models, sizes, limits, device),
        torch.from_numpy(tokens).to(device),
        recompute=limits.recompute,
    )
    real = np.arange(tokens.shape[1]) < np.array(lengths)[:, None]
    counts = [
        sum(n for n, item in zip(lengths, items, strict=True) if item.job == j) for j in present
    ]
    return hidden[torch.from_numpy(real).to(device)], counts, None


def _shared_states(
    decoder: Decoder, models: list[Weights], present: list[int], batch: _Batch, limits: Limits
) -> tuple[Tensor, list[int], Tensor]:
    """Final hidden states [N, width] of all distinct tokens, how many are each model's, and which
    is that of each token of the data, one after another."""
    sequences = [item.datum.tokens for item in batch.items]
    packed = PackedGroups(sequences, batch.groups(), decoder.device)
    counts = [
        sum(n for n, u in zip(packed.sizes, batch.units, strict=True) if u.items[0].job == j)
        for j in present
    ]
    rows = _rows(models, counts, limits, decoder.device)
    hidden = decoder.step(
        rows, packed.tokens, packed.positions, packed.attend, recompute=limits.recompute
    )
    places = torch.from_numpy(np.concatenate(packed.places)).to(decoder.device)
    return hidden, counts, places


def _rows(models: list[Weights], sizes: list[int], limits: Limits, device: torch.device) -> Rows:
    stacked = StackedLora(sizes, device) if limits.stack and len(models) > 1 else None
    return Rows(models, sizes, stacked)


def _losses(
    jobs: list[TrainJob], items: list[_Item], present: list[int], logprobs: tuple[Tensor, ...]
) -> list[Tensor]:
    """Each present job's loss over its tokens of the batch."""
    losses = []
    for j, values in zip(present, logprobs, strict=True):
        data = [item.datum for item in items if item.job == j]
        command = jobs[j].command

        def column(arrays: list[np.ndarray | None], like: Tensor = values) -> Tensor:
            present = [a for a in arrays if a is not None]
            if len(present) < len(arrays):
                return like.new_empty(0)
            return torch.from_numpy(np.concatenate(present)).to(like.device)

        inputs = LossInputs(
            weights=column(
                [
                    np.ones(len(d.tokens), np.float32) if d.weights is None else d.weights
                    for d in data
                ]
            ),
            sampler_logprobs=column([d.sampler_logprobs for d in data]),
            advantages=column([d.advantages for d in data]),
            ratio_mask=column([d.ratio_mask for d in data]),
            datum=torch.repeat_interleave(torch.tensor([len(d.tokens) for d in data])).to(
                values.device
            ),
        )
        losses.append(LOSSES[command.loss](values, inputs, command.loss_config))
    return losses


def _target_logprobs(
    decoder: Decoder,
    rows: Rows,
    hidden: Tensor,
    places: Tensor | None,
    targets: Tensor,
    logit_cells: int,
) -> Tensor:
    """[N, width], [T] -> [T] float32 log-probabilities, a bounded number of logits at a time. The
    state that predicts a target is the one at its place; without places, the one beside it."""
    chunk = max(1, logit_cells // decoder.config.vocab_size)
    if len(hidden) <= chunk:
        return _chunk_logprobs(decoder, rows, hidden, places, targets)
    if places is None:
        order, starts = None, list(range(len(hidden) + 1))
    else:
        order = places.argsort(stable=True)
        places, targets = places[order], targets[order]
        starts = [0, *torch.bincount(places, minlength=len(hidden)).cumsum(0).tolist()]
    parts = []
    first = 0
    for model, size in zip(rows.models, rows.sizes, strict=True):
        for start in range(first, first + size, chunk):
            end = min(start + chunk, first + size)
            t = slice(starts[start], starts[end])
            piece = hidden[start:end], None if places is None else places[t] - start, targets[t]
            one = Rows([model], [end - start])
            # The logits are computed anew in the backward pass rather than kept.
            parts.append(checkpoint(_chunk_logprobs, decoder, one, *piece, use_reentrant=False))
        first += size
    sorted_logprobs = torch.cat(parts)
    return sorted_logprobs if order is None else sorted_logprobs[order.argsort()]


def _chunk_logprobs(
    decoder: Decoder, rows: Rows, hidden: Tensor, places: Tensor | None, targets: Tensor
) -> Tensor:
    logits = decoder.logits(rows, hidden)
    total = logits.logsumexp(-1)
    if places is None:
        return logits.gather(1, targets[:, None])[:, 0] - total
    return logits[places, targets] - total[places]
