"""The OpenAPI description: each call's body and answer, held to by requests made from it."""

from __future__ import annotations

import os

import httpx
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS
from support import Server

EXAMPLES = int(os.environ.get("SOARLAB_FUZZ_EXAMPLES", "5"))
"""Per call. They are the same in every run."""


def test_every_call_says_its_body_and_answer(server: Server) -> None:
    described = httpx.get(f"{server.url}/openapi.json", timeout=60).json()
    for path, calls in described["paths"].items():
        for method, call in calls.items():
            answer = call["responses"]["200"]["content"]["application/json"]["schema"]
            assert "$ref" in answer, path
            if method == "post" and "{" not in path:
                body = call["requestBody"]["content"]["application/json"]["schema"]
                name = body["$ref"].rpartition("/")[2]
                assert described["components"]["schemas"][name]["type"] == "object", path


def test_requests_made_from_the_description(server: Server) -> None:
    description = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    conforms = [CHECKS.get_one("response_schema_conformance")]
    calls = [result.ok() for result in description.get_all_operations()]
    assert len(calls) > 30
    for call in calls:

        @given(call.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def hold(case: schemathesis.Case) -> None:
            answer = case.call(timeout=60)
            assert answer.status_code < 500 or answer.status_code == 501, answer.text
            case.validate_response(answer, checks=conforms)

        hold()
