"""The model that the API serves."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import field_error


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the API must know about the model it serves."""

    name: str
    folder: str
    tokenizer: str
    """What transformers loads its tokenizer from: the folder or the hub id."""
    architecture: str
    vocab_size: int
    max_context: int
    """Tokens of prompt and completion together."""
    eos_tokens: tuple[int, ...]

    def check(self, name: str, field: str) -> None:
        """Refuses a request for another model; `field` is the field that names the model."""
        if name not in (self.name, self.folder):
            raise field_error((field,), f"this server has {self.name}, not {name[:200]}")
