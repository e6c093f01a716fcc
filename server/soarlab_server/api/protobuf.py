"""The three messages that newer official SDKs send or want as protocol buffers instead of JSON.

The wire format is a few lines to read and write, so no generated code is needed: a message is a run
of (field number, wire type, value).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..commands import SampleResult, TrainResult

CONTENT_TYPE = "application/x-protobuf"

_DTYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype(np.float32),
    2: np.dtype(np.int64),
    3: np.dtype(np.int32),
}
_FLOAT32 = 1
_STOP_REASONS = {"stop": 0, "length": 1}


class MalformedMessage(ValueError):
    """The body is not the expected message."""


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """Numbers as int, all else as bytes: the reader of a field must know its type."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise MalformedMessage("a number of more than 64 bits")

    while at < len(message):
        tag = varint()
        match tag & 7:
            case 0:
                yield tag >> 3, varint()
                continue
            case 1:
                size = 8
            case 2:
                size = varint()
            case 5:
                size = 4
            case wire:
                raise MalformedMessage(f"unknown wire type {wire}")
        if at + size > len(message):
            raise MalformedMessage("the message is cut short")
        yield tag >> 3, message[at : at + size]
        at += size


def _entry(message: bytes) -> tuple[str, bytes]:
    """A map's entry: its key and the bytes of its value."""
    entry = dict(_fields(message))
    return entry.get(1, b"").decode(), entry.get(2, b"")


def _tensor(message: bytes) -> dict[str, Any]:
    dtype: np.dtype[Any] | None = None
    dense, sparse = b"", False
    for number, value in _fields(message):
        if number == 1:
            dense = value
        elif number == 2:
            sparse = True
        elif number == 3:
            dtype = _DTYPES.get(value)
    if sparse or dtype is None:
        raise MalformedMessage("only dense tensors of float32, int64 or int32 are supported")
    return {"data": np.frombuffer(dense, dtype).tolist()}


def _datum(message: bytes) -> dict[str, Any]:
    chunks: list[dict[str, Any]] = []
    inputs: dict[str, dict[str, Any]] = {}
    for number, value in _fields(message):
        if number == 1:
            for kind, chunk in _fields(value):
                if kind != 1:
                    raise MalformedMessage("only text is supported in model_input")
                tokens = dict(_fields(chunk)).get(1, b"")
                tokens = np.frombuffer(tokens, np.int32).tolist()
                chunks.append({"type": "encoded_text", "tokens": tokens})
        elif number == 2:
            key, tensor = _entry(value)
            inputs[key] = _tensor(tensor)
    return {"model_input": {"chunks": chunks}, "loss_fn_inputs": inputs}


def read_forward_backward(message: bytes) -> tuple[dict[str, Any], bool]:
    """Returns the request in its JSON form, and whether it asks only for a forward pass."""
    data: list[dict[str, Any]] = []
    config: dict[str, float] = {}
    request: dict[str, Any] = {"seq_id": None}
    loss, forward_only = "", False
    try:
        for number, value in _fields(message):
            match number:
                case 1:
                    request["model_id"] = value.decode()
                case 2:
                    request["seq_id"] = value
                case 3:
                    data.append(_datum(value))
                case 4:
                    loss = value.decode()
                case 5:
                    key, number_bytes = _entry(value)
                    config[key] = struct.unpack("<d", number_bytes)[0]
                case 6:
                    forward_only = bool(value)
    except (IndexError, AttributeError, TypeError, ValueError, struct.error) as error:
        raise MalformedMessage(f"not a forward_backward message: {error}") from error
    request["forward_backward_input"] = {"data": data, "loss_fn": loss, "loss_fn_config": config}
    return request, forward_only


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _bytes(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def write_train_result(result: TrainResult) -> bytes:
    offsets = np.cumsum([0, *(4 * len(values) for values in result.logprobs)], dtype=np.int64)
    data = b"".join(values.astype(np.float32).tobytes() for values in result.logprobs)
    tensor = _bytes(1, data) + _bytes(2, offsets.tobytes()) + _number(3, _FLOAT32)
    field = _bytes(1, b"logprobs") + _bytes(2, tensor)
    record = _bytes(1, b"ArrayRecord") + _bytes(2, field) + _number(3, len(result.logprobs))
    metrics = b"".join(
        _bytes(3, _bytes(1, name.encode()) + _varint(2 << 3 | 1) + struct.pack("<d", value))
        for name, value in result.metrics.items()
    )
    return _bytes(1, b"ArrayRecord") + _bytes(2, record) + metrics


def write_sample_result(result: SampleResult) -> bytes:
    message = b""
    for sequence in result.sequences:
        message += _bytes(
            1,
            _number(1, _STOP_REASONS[sequence.stop_reason])
            + _bytes(2, sequence.tokens.astype(np.int32).tobytes())
            + _bytes(3, sequence.logprobs.astype(np.float32).tobytes()),
        )
    if result.prompt_logprobs is not None:
        message += _bytes(2, result.prompt_logprobs.astype(np.float32).tobytes())
    return message
