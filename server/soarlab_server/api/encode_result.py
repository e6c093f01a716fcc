"""Encodes results of the engine's commands as HTTP responses."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from ..commands import Embeddings, FieldsResult, Result, SampleResult, TrainResult
from . import protobuf
from .json import json


def encode_result(result: Result, accept: str) -> Response:
    """Returns the result of a future in the format that the client asked for."""
    if protobuf.CONTENT_TYPE in accept:
        if isinstance(result, TrainResult):
            return Response(protobuf.write_train_result(result), media_type=protobuf.CONTENT_TYPE)
        if isinstance(result, SampleResult):
            return Response(protobuf.write_sample_result(result), media_type=protobuf.CONTENT_TYPE)
    return json(_plain(result))


def _plain(result: Result) -> dict[str, Any]:
    match result:
        case TrainResult(logprobs, metrics):
            outputs = [
                {"logprobs": {"data": values, "dtype": "float32", "shape": [len(values)]}}
                for values in logprobs
            ]
            return {
                "loss_fn_output_type": "ArrayRecord",
                "loss_fn_outputs": outputs,
                "metrics": metrics,
            }
        case SampleResult(sequences, prompt_logprobs):
            return {
                "type": "sample",
                "sequences": [
                    {"tokens": s.tokens, "logprobs": s.logprobs, "stop_reason": s.stop_reason}
                    for s in sequences
                ],
                "prompt_logprobs": prompt_logprobs,
            }
        case FieldsResult(fields):
            return fields
        case Embeddings():
            raise TypeError("embeddings are answered by OpenAI's call alone")
