"""Refusals: every error body is `{"detail": ...}`, as FastAPI's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from ..request_error import RequestError
from .json import json


def field_error(location: tuple[str | int, ...], message: str) -> RequestValidationError:
    """422 that names the field, in the form of pydantic's own."""
    return RequestValidationError(
        [{"type": "value_error", "loc": ("body", *location), "msg": message}]
    )


def body_errors(error: ValidationError) -> RequestValidationError:
    """422 with every field that is wrong."""
    issues = error.errors(include_url=False, include_context=False, include_input=False)
    return RequestValidationError([{**issue, "loc": ("body", *issue["loc"])} for issue in issues])


class NotSupported(HTTPException):
    """501 with the name of the part of the API that this server does not have."""

    def __init__(self, name: str):
        super().__init__(501, f"{name} is not supported by this server")


def refusal(
    path: str, status: int, detail: Any, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """`detail` says why. OpenAI's calls also get it in that API's form."""
    body = {"detail": detail}
    if path.startswith("/v1/"):
        issue = detail[0] if isinstance(detail, list) else {"msg": detail, "loc": []}
        param = ".".join(str(part) for part in issue["loc"][1:]) or None
        kind = "invalid_request_error" if status < 500 else "server_error"
        message = f"{param}: {issue['msg']}" if param else issue["msg"]
        body["error"] = {"message": message, "type": kind, "param": param, "code": None}
    return JSONResponse(body, status, headers)


def not_found(what: str) -> HTTPException:
    return HTTPException(404, what)


def failure(error: Exception) -> Response:
    """400 with the reason."""
    if isinstance(error, RequestError):
        return json({"detail": str(error), "error": str(error), "category": "user"}, 400)
    reason = f"{type(error).__name__}: {error}"
    return json({"detail": reason, "error": reason, "category": "server"}, 400)
