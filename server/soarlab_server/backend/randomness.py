"""Counter-based random numbers: a draw depends on (seed, sample, position) alone, so a request
gives the same tokens whatever else is being sampled."""

from __future__ import annotations

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mix(x: np.ndarray) -> np.ndarray:
    """The finaliser of splitmix64: a bijection of 64-bit words that passes statistical tests."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def uniforms(seed: int, samples: range, length: int) -> np.ndarray:
    """[samples, length] float32 in [0, 1)."""
    with np.errstate(over="ignore"):
        key = _mix(np.array([seed & 0xFFFFFFFFFFFFFFFF], dtype=np.uint64) + _GOLDEN)
        rows = _mix(key + np.arange(samples.start, samples.stop, dtype=np.uint64) * _GOLDEN)
        words = _mix(rows[:, None] + np.arange(1, length + 1, dtype=np.uint64) * _GOLDEN)
    return (words >> np.uint64(40)).astype(np.float32) * np.float32(2**-24)
