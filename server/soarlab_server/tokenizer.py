"""Between tokens and text, for what needs text: stop strings, embeddings and chat."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cached_property
from pathlib import Path

from jinja2 import Template, TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.nodes import Node
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .request_error import RequestError


class Tokenizer:
    def __init__(self, folder: Path):
        self.folder = folder

    @cached_property
    def _tokenizer(self):
        import tokenizers

        file = self.folder / "tokenizer.json"
        if not file.exists():
            raise RequestError(f"text needs a tokenizer, and {self.folder} has no tokenizer.json")
        tokenizer = tokenizers.Tokenizer.from_file(str(file))
        # Some files ask for them; here a text is what it is.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def check(self) -> None:
        """Raises RequestError when there is no tokenizer."""
        _ = self._tokenizer

    def encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text).ids

    def encode_chat(self, messages: list[dict[str, str]]) -> list[int]:
        """By the model's chat template; without one, the contents, one below the other."""
        marks = {
            name: mark["content"] if isinstance(mark, dict) else mark
            for name, mark in self._config.items()
            if name in ("bos_token", "eos_token") and mark is not None
        }
        try:
            template = self._chat_template
            said = template and template.render(
                messages=messages, add_generation_prompt=True, **marks
            )
        except Exception as error:  # whatever a template from a hub may do
            raise RequestError(f"the model's chat template refuses this: {error}") from error
        if said is None:
            return self.encode("\n".join(message["content"] for message in messages))
        # The template writes the special tokens itself.
        return self._tokenizer.encode(said, add_special_tokens=False).ids

    @cached_property
    def _config(self) -> dict:
        file = self.folder / "tokenizer_config.json"
        return json.loads(file.read_text("utf-8")) if file.exists() else {}

    @cached_property
    def _chat_template(self) -> Template | None:
        file = self.folder / "chat_template.jinja"
        source = file.read_text("utf-8") if file.exists() else self._config.get("chat_template")
        if isinstance(source, list):  # several, by name
            source = {named["name"]: named["template"] for named in source}.get("default")
        if source is None:
            return None
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, _Generation]
        )
        environment.filters["tojson"] = lambda value, **options: json.dumps(
            value, ensure_ascii=False, **options
        )
        environment.globals |= {
            "raise_exception": _raise,
            "strftime_now": lambda form: datetime.now().strftime(form),
        }
        return environment.from_string(source)

    def decode(self, tokens: list[int], *, skip_special_tokens: bool = False) -> str:
        return self._tokenizer.decode(tokens, skip_special_tokens=skip_special_tokens)


class _Generation(Extension):
    """`{% generation %}`, by which templates mark what the assistant says, changes no text."""

    tags = frozenset({"generation"})

    def parse(self, parser: Parser) -> list[Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def _raise(message: str) -> None:
    raise TemplateError(message)
