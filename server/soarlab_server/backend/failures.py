"""Failures in words for the sender of the request."""

from __future__ import annotations

import torch

from ..request_error import RequestError


def out_of_memory(error: Exception) -> bool:
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and "allocate memory" in str(error)
    )


def describe(error: Exception) -> Exception:
    """Explains running out of memory; returns any other failure unchanged."""
    if out_of_memory(error):
        return RequestError("out of memory: send less at once, or shorter sequences")
    return error
