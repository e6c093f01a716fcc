"""Bodies of requests that come compressed."""

from __future__ import annotations

import asyncio
import zlib

import zstandard


class UndecodableBody(Exception):
    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


async def decompress(body: bytes, coding: str, limit: int) -> bytes | None:
    """`coding`: of the Content-Encoding header. Returns None if the body unpacks to more than
    `limit` bytes, and unpacks no more of it than that."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return body
    if coding not in _READERS:
        known = ", ".join(_READERS)
        raise UndecodableBody(415, f"Content-Encoding: {coding[:200]!r} is not one of {known}")
    try:
        unpacked = await asyncio.to_thread(_READERS[coding], body, limit + 1)
    except (ValueError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise UndecodableBody(400, f"the body is not {coding}: {error}") from error
    return unpacked if len(unpacked) <= limit else None


def _gzip(body: bytes, most: int) -> bytes:
    reader = zlib.decompressobj(wbits=31)
    unpacked = reader.decompress(body, most)
    if len(unpacked) < most:
        _check_end(reader.eof, reader.unused_data)
    return unpacked


def _zstd(body: bytes, most: int) -> bytes:
    reader = zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj()
    unpacked = bytearray()
    at = 0
    while at < len(body) and len(unpacked) < most and not reader.eof:
        unpacked += reader.decompress(body[at : at + 1024])  # to 32 MiB at most
        at += 1024
    if len(unpacked) < most:
        _check_end(reader.eof, reader.unused_data + body[at:])
    return bytes(unpacked)


def _check_end(reached: bool, after: bytes) -> None:
    if not reached:
        raise EOFError("it is cut short")
    if after:
        raise EOFError(f"{len(after)} bytes come after its end")


_READERS = {"gzip": _gzip, "zstd": _zstd}
