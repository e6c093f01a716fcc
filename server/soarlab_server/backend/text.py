"""Between tokens and text, for what needs text: stop strings and embeddings."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from ..commands import RequestError


class Text:
    def __init__(self, folder: Path):
        self.folder = folder

    @cached_property
    def _tokenizer(self):
        from tokenizers import Tokenizer

        file = self.folder / "tokenizer.json"
        if not file.exists():
            raise RequestError(f"text needs a tokenizer, and {self.folder} has no tokenizer.json")
        return Tokenizer.from_file(str(file))

    def check(self) -> None:
        """Raises RequestError when there is no tokenizer."""
        _ = self._tokenizer

    def encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text).ids

    def decode(self, tokens: list[int]) -> str:
        return self._tokenizer.decode(tokens, skip_special_tokens=False)
