"""Converts between tokens and text, for stop strings, embeddings and chat."""

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
        # Some files ask for them; here text is tokenized as it is.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def check(self) -> None:
        """Raises RequestError if there is no tokenizer."""
        _ = self._tokenizer

    def encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text).ids

    def encode_chat(self, messages: list[dict[str, str]]) -> list[int]:
        """By the model's chat template; without one, the contents, one below the other."""
        prompt = self._render(messages, add_generation_prompt=True)
        if prompt is None:
            return self.encode("\n".join(message["content"] for message in messages))
        # The template writes the special tokens itself.
        return self._tokenizer.encode(prompt, add_special_tokens=False).ids

    def end_tokens(self, stated: tuple[int, ...]) -> tuple[int, ...]:
        """The end tokens that the model's files state, and the one that follows the assistant's
        message in its chat template: base models often name another."""
        messages = [{"role": "user", "content": "QUESTION"}, {"role": "assistant", "content": "A!"}]
        try:
            text = self._render(messages, add_generation_prompt=False) or ""
            added = self._tokenizer.get_added_tokens_decoder()
        except Exception:  # raised again when text is first asked for
            return stated
        after = text.rpartition("A!")[2].lstrip()
        ends = [i for i, t in added.items() if t.special and after.startswith(t.content)]
        return (*stated, *(i for i in ends[:1] if i not in stated))

    def _render(self, messages: list[dict[str, str]], **options: bool) -> str | None:
        """None if the model has no chat template."""
        try:
            template = self._chat_template
            if template is None:
                return None
            return template.render(
                # Templates ask whether these are none, not whether they are defined.
                {"tools": None, "documents": None, **self._special_tokens},
                messages=messages,
                **options,
            )
        except Exception as error:  # any error that a template from a hub may raise
            raise RequestError(f"the model's chat template refuses this: {error}") from error

    @property
    def _special_tokens(self) -> dict[str, str]:
        return {
            name: token["content"] if isinstance(token, dict) else token
            for name, token in self._config.items()
            if name.endswith("_token") and isinstance(token, (str, dict))
        }

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

    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser: Parser) -> list[Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def _raise(message: str) -> None:
    raise TemplateError(message)
