"""Refusals: every error body is `{"detail": ...}`, as FastAPI's own."""

from __future__ import annotations

from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError


def field_error(location: tuple[str | int, ...], message: str, value: object = None) -> Exception:
    """422 that names the field, in the form of pydantic's own."""
    return RequestValidationError(
        [{"type": "value_error", "loc": ("body", *location), "msg": message, "input": value}]
    )


def not_found(what: str) -> HTTPException:
    return HTTPException(404, what)
