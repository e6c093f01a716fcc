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
from .stacked_lora import StackedLora
from .trainable import TrainableModel


@dataclass(frozen=True, slots=True)
class TrainJob:
    model: TrainableModel
    command: ForwardBackward


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds memory in training; none changes a gradient beyond rounding."""

    batch_tokens: int
    """Padded tokens of one forward and backward pass."""
    logit_cells: int
    """Logits that exist at once: tokens times vocabulary."""
    recompute: bool
    """Whether a layer's activations are computed anew in the backward pass."""
    stack: bool = False
    """Whether the adapters of a batch's models run as one matmul."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One datum of one job."""

    job: int
    index: int
    datum: Datum


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
        for batch in _batches(jobs, limits.batch_tokens):
            for item, values, loss in _pass(decoder, jobs, batch, limits, backward):
                logprobs[item.job][item.index] = values
                losses[item.job] += loss
    for job in jobs:
        job.model.has_gradient |= backward
    return [
        TrainResult(values, {"loss:sum": loss})
        for values, loss in zip(logprobs, losses, strict=True)
    ]


def _batches(jobs: list[TrainJob], budget: int) -> Iterator[list[_Item]]:
    """Data of like length together, at most `budget` padded tokens a batch, each batch sorted by
    model. Depends on the jobs alone, so a job run by itself always gives the same bits."""
    items = [
        _Item(j, i, datum) for j, job in enumerate(jobs) for i, datum in enumerate(job.command.data)
    ]
    items.sort(key=lambda item: len(item.datum.tokens))
    batch: list[_Item] = []
    for item in items:
        if batch and (len(batch) + 1) * len(item.datum.tokens) > budget:
            yield sorted(batch, key=lambda b: b.job)
            batch = []
        batch.append(item)
    if batch:
        yield sorted(batch, key=lambda b: b.job)


def _pass(
    decoder: Decoder, jobs: list[TrainJob], batch: list[_Item], limits: Limits, backward: bool
) -> list[tuple[_Item, np.ndarray, float]]:
    device = decoder.device
    lengths = [len(item.datum.tokens) for item in batch]
    tokens = np.zeros((len(batch), max(lengths)), dtype=np.int64)
    for row, item in zip(tokens, batch, strict=True):
        row[: len(item.datum.tokens)] = item.datum.tokens
    present = sorted({item.job for item in batch})
    sizes = [sum(item.job == j for item in batch) for j in present]
    models = [jobs[j].model.weights for j in present]

    stacked = StackedLora(sizes, device) if limits.stack and len(models) > 1 else None
    hidden = decoder.sequences(
        Rows(models, sizes, stacked),
        torch.from_numpy(tokens).to(device),
        recompute=limits.recompute,
    )
    real = np.arange(tokens.shape[1]) < np.array(lengths)[:, None]
    hidden = hidden[torch.from_numpy(real).to(device)]  # [N, width], N = all real tokens
    targets = torch.from_numpy(np.concatenate([item.datum.targets for item in batch])).to(device)
    counts = [
        sum(n for n, item in zip(lengths, batch, strict=True) if item.job == j) for j in present
    ]
    rows = Rows(models, counts)
    logprobs = _target_logprobs(decoder, rows, hidden, targets, limits.logit_cells)

    losses = _losses(jobs, batch, present, logprobs.split(counts))
    if backward:
        torch.stack(losses).sum().backward()
    values = np.split(logprobs.detach().cpu().numpy(), np.cumsum(lengths)[:-1])
    by_job = dict(zip(present, torch.stack(losses).tolist(), strict=True))
    # A job's loss is counted once, with its first datum of the batch.
    return [(item, v, by_job.pop(item.job, 0.0)) for item, v in zip(batch, values, strict=True)]


def _losses(
    jobs: list[TrainJob], batch: list[_Item], present: list[int], logprobs: tuple[Tensor, ...]
) -> list[Tensor]:
    """Each present job's loss over its tokens of the batch."""
    losses = []
    for j, values in zip(present, logprobs, strict=True):
        data = [item.datum for item in batch if item.job == j]
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
        )
        losses.append(LOSSES[command.loss](values, inputs, command.loss_config))
    return losses


def _target_logprobs(
    decoder: Decoder, rows: Rows, hidden: Tensor, targets: Tensor, logit_cells: int
) -> Tensor:
    """[N, width], [N] -> [N] float32 log-probabilities, a bounded number of logits at a time."""
    chunk = max(1, logit_cells // decoder.config.vocab_size)
    if len(targets) <= chunk:
        return _chunk_logprobs(decoder, rows, hidden, targets)
    parts = []
    for model, h, t in zip(
        rows.models, hidden.split(rows.sizes), targets.split(rows.sizes), strict=True
    ):
        for start in range(0, len(t), chunk):
            piece = h[start : start + chunk], t[start : start + chunk]
            one = Rows([model], [len(piece[1])])
            # The logits are computed anew in the backward pass rather than kept.
            parts.append(checkpoint(_chunk_logprobs, decoder, one, *piece, use_reentrant=False))
    return torch.cat(parts)


def _chunk_logprobs(decoder: Decoder, rows: Rows, hidden: Tensor, targets: Tensor) -> Tensor:
    logits = decoder.logits(rows, hidden)
    return logits.gather(1, targets[:, None])[:, 0] - logits.logsumexp(-1)
