"""Refusals: every error body is `{"detail": ...}`, as FastAPI's own."""

from __future__ import annotations

from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError


def field_error(location: tuple[str | int, ...], message: str) -> RequestValidationError:
    """422 that names the field, in the form of pydantic's own."""
    return RequestValidationError(
        [{"type": "value_error", "loc": ("body", *location), "msg": message}]
    )


def body_errors(error: ValidationError) -> RequestValidationError:
    """422 with every field that is wrong."""
    issues = error.errors(include_url=False, include_context=False, include_input=False)
    return RequestValidationError([{**issue, "loc": ("body", *issue["loc"])} for issue in issues])


def not_found(what: str) -> HTTPException:
    return HTTPException(404, what)
