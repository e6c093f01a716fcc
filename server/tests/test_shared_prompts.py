"""Rollouts that share their prompt are computed as if each stood alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support import make_llama

from soarlab_server.backend import training
from soarlab_server.backend.base_model import BaseModel, load_base
from soarlab_server.backend.shared_prompts import Group, find_groups
from soarlab_server.backend.trainable import TrainableModel
from soarlab_server.commands import Datum, ForwardBackward, LoraSpec


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseModel:
    folder = make_llama(tmp_path_factory.mktemp("models") / "grouped", num_key_value_heads=1)
    return load_base(str(folder), torch.device("cpu"))


def rollouts(seed: int) -> list[Datum]:
    """Groups of one to five with prompts of their own, and two sequences that nothing shares."""
    rng = np.random.default_rng(seed)
    sequences = []
    for size in (5, 1, 3):
        prompt = rng.integers(2, 50, rng.integers(9, 20))
        for _ in range(size):
            sequences.append(np.concatenate([prompt, rng.integers(2, 50, rng.integers(2, 25))]))
    sequences += [rng.integers(2, 50, 30), np.array([3, 4])]
    data = []
    for ids in sequences:
        columns = rng.normal(size=(2, len(ids) - 1)).astype(np.float32)
        data.append(Datum(ids[:-1], ids[1:], None, columns[0] - 4, columns[1]))
    return data


@pytest.mark.parametrize("rank", [0, 4])
@pytest.mark.parametrize(
    "limits",
    [
        training.Limits(4096, 2**24, recompute=False),
        training.Limits(4096, 2**24, recompute=True, stack=True),
        # Batches that cut groups, and logits of a few tokens at a time.
        training.Limits(60, 7 * 50, recompute=False),
    ],
)
def test_gradients_and_logprobs(base: BaseModel, rank: int, limits: training.Limits) -> None:
    data = [rollouts(seed) for seed in (0, 1)]
    outcomes = []
    for share in (False, True):
        models = [TrainableModel(base, LoraSpec(rank, seed=seed)) for seed in (1, 2)]
        torch.manual_seed(0)
        for model in models:  # B is zero at first: the gradient of A would be too
            model.flat.add_(torch.randn_like(model.flat) * 0.05)
        jobs = [
            training.TrainJob(model, ForwardBackward(d, "importance_sampling", {}, True))
            for model, d in zip(models, data, strict=True)
        ]
        fields = (limits.batch_tokens, limits.logit_cells, limits.recompute, share, limits.stack)
        results = training.run(base.decoder, jobs, training.Limits(*fields))
        outcomes.append((models, results))
    (models, results), (shared_models, shared_results) = outcomes
    for model, shared in zip(models, shared_models, strict=True):
        largest = model.gradient.abs().max()
        assert largest > 0.1
        assert (model.gradient - shared.gradient).abs().max() < 1e-5 * largest
    for result, shared in zip(results, shared_results, strict=True):
        assert shared.metrics["loss:sum"] == pytest.approx(result.metrics["loss:sum"], rel=1e-4)
        for one, other in zip(result.logprobs, shared.logprobs, strict=True):
            np.testing.assert_allclose(other, one, atol=1e-5)


def test_what_is_shared() -> None:
    prompt = list(range(20))
    sequences = [
        np.array(s)
        for s in (
            [*prompt, 1, 2, 3],
            [*prompt, 1, 5],  # which happens to begin as the one before
            [*prompt, 7, 8],
            [*prompt[:9], 50, 51, 52],  # which shares less than half
            [*prompt[:9], 50, 51, 52],  # the same again
            [90, *prompt],
            [4, 5],
        )
    ]
    assert find_groups(sequences, 1000) == [
        Group([0, 1, 2], 20),
        Group([3, 4], 11),
        Group([5], 21),
        Group([6], 2),
    ]
    assert find_groups(sequences[:3], 25) == [Group([0, 1], 21), Group([2], 22)]
    assert find_groups([], 10) == []
