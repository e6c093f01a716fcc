"""How OpenAI's calls count tokens."""

from __future__ import annotations

from ..commands import SampleResult


def usage(prompt_tokens: int, results: list[SampleResult]) -> dict[str, int]:
    completion_tokens = sum(len(s.tokens) for result in results for s in result.sequences)
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
