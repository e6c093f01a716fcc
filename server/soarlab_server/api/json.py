"""Answers in JSON."""

from __future__ import annotations

import orjson
from fastapi import Response


def json(content: object, status: int = 200) -> Response:
    """NaN becomes null; NumPy arrays become lists without passing through Python numbers."""
    body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, status, media_type="application/json")
