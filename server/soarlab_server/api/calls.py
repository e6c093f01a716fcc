"""How calls are declared: a path, the schema of the body, the type of the answer. From that, bodies
are read and the OpenAPI description is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema

from . import answers
from .errors import body_errors

B = TypeVar("B", bound=BaseModel)

_SCHEMAS = "#/components/schemas/{model}Request"
"""Bodies have names of their own: answers of the same name stand beside them."""
_ERRORS = {
    400: "the request failed, for the reason given",
    401: "the key is missing or wrong",
    403: "the Host or the Origin is not one that is allowed",
    404: "there is no such thing, or no longer",
    409: "the seq_id was used for another call",
    413: "the body is too large",
    415: "the body is not JSON",
    422: "a field is wrong; `loc` says which",
    429: "too many requests are waiting",
    500: "an error of the server",
    501: "a part of the API that this server does not have",
}


async def read_body(schema: type[B], request: Request) -> B:
    """The body in one pass of pydantic's own JSON parser, which for long token lists is several
    times faster than parsing and validating apart."""
    try:
        return schema.model_validate_json(await request.body())
    except ValidationError as error:
        raise body_errors(error) from error


class Calls:
    """Adds calls to an app, and its description."""

    def __init__(self, app: FastAPI):
        self.app = app
        self._bodies: set[type[BaseModel]] = set()
        app.openapi = self._describe  # type: ignore[method-assign]

    def post(
        self,
        path: str,
        body: type[B],
        answer: type[BaseModel],
        handler: Callable[[B], Awaitable[Response]],
        **more: Any,
    ) -> None:
        """A call whose handler takes the body."""

        async def endpoint(request: Request) -> Response:
            return await handler(await read_body(body, request))

        endpoint.__doc__ = handler.__doc__
        self.raw("POST", path, body, answer, endpoint, **more)

    def raw(
        self,
        method: str,
        path: str,
        body: type[BaseModel],
        answer: type[BaseModel],
        endpoint: Callable[..., Awaitable[Response]],
        answers_also: dict[str, Any] | None = None,
    ) -> None:
        """A call that reads its body itself. `answers_also`: other media types of its answer."""
        self._bodies.add(body)
        schema = {"$ref": _SCHEMAS.format(model=body.__name__)}
        required = any(field.is_required() for field in body.model_fields.values())
        content = {"content": {"application/json": {"schema": schema}}, "required": required}
        self._add(method, path, answer, endpoint, {"requestBody": content}, answers_also)

    def get(self, path: str, answer: type[BaseModel], endpoint: Callable[..., Any]) -> None:
        self._add("GET", path, answer, endpoint)

    def act(
        self, method: str, path: str, answer: type[BaseModel], endpoint: Callable[..., Any]
    ) -> None:
        """A call whose only input is its path."""
        self._add(method, path, answer, endpoint)

    def _add(
        self,
        method: str,
        path: str,
        answer: type[BaseModel],
        endpoint: Callable[..., Any],
        extra: dict[str, Any] | None = None,
        answers_also: dict[str, Any] | None = None,
    ) -> None:
        responses: dict[int | str, dict[str, Any]] = {
            status: {"model": answers.Error, "description": text}
            for status, text in _ERRORS.items()
        }
        responses[200] = {"content": answers_also or {}}
        self.app.add_api_route(
            path,
            endpoint,
            methods=[method],
            response_model=answer,
            responses=responses,
            openapi_extra=extra,
            operation_id=f"{method.lower()}_{path.strip('/').replace('/', '_')}",
            summary=path,
        )

    def _describe(self) -> dict[str, Any]:
        if self.app.openapi_schema is None:
            description = get_openapi(
                title=self.app.title, version=self.app.version, routes=self.app.routes
            )
            bodies = [
                (body, "validation") for body in sorted(self._bodies, key=lambda b: b.__name__)
            ]
            _, schemas = models_json_schema(bodies, ref_template=_SCHEMAS)  # type: ignore[arg-type]
            named = {f"{name}Request": schema for name, schema in schemas["$defs"].items()}
            description["components"]["schemas"] |= named
            self.app.openapi_schema = description
        return self.app.openapi_schema
