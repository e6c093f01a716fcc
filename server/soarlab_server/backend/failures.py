"""Failures in words for the person whose request it was."""

from __future__ import annotations

import torch

from ..request_error import RequestError


def out_of_memory(error: Exception) -> bool:
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and "allocate memory" in str(error)
    )


def describe(error: Exception) -> Exception:
    """Out of memory in words that help; anything else as it is."""
    if out_of_memory(error):
        return RequestError("out of memory: send less at once, or shorter sequences")
    return error
