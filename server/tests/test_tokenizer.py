"""Chat templates of the forms in use, against what transformers makes of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from soarlab_server.backend.model_config import eos_tokens, read_json
from soarlab_server.request_error import RequestError
from soarlab_server.tokenizer import Tokenizer

FOLDER = Path(__file__).parents[2] / "test/fixtures/chat-models"
REFERENCES = json.loads((FOLDER / "references.json").read_text())
"""Made by scripts/references/chat-models.py."""


@pytest.mark.parametrize("name", ["qwen-2.5", "qwen-3", "gemma"])
def test_chat_templates(name: str) -> None:
    tokenizer = Tokenizer(FOLDER / name)
    for chat in REFERENCES[name]["chats"]:
        if "variables" in chat or "template" in chat:
            continue
        if "refused" in chat:
            with pytest.raises(RequestError, match="System role not supported"):
                tokenizer.encode_chat(chat["messages"])
        else:
            assert tokenizer.encode_chat(chat["messages"]) == chat["tokens"]


@pytest.mark.parametrize("name", ["llama-3", "qwen-2.5", "qwen-3", "gemma", "base"])
def test_texts(name: str) -> None:
    tokenizer = Tokenizer(FOLDER / name)
    for text in REFERENCES[name]["texts"]:
        assert tokenizer.encode(text["text"]) == text["prompt"]
        assert tokenizer.decode(text["prompt"], skip_special_tokens=True) == text["decoded"]


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("llama-3", ["<|end_of_text|>", "<|eot_id|>"]),
        ("qwen-2.5", ["<|endoftext|>", "<|im_end|>"]),
        ("qwen-3", ["<|im_end|>", "<|endoftext|>"]),
        ("gemma", ["<eos>", "<end_of_turn>"]),
        ("base", []),
    ],
)
def test_end_tokens(name: str, ends: list[str]) -> None:
    folder = FOLDER / name
    stated = eos_tokens(folder, read_json(folder / "config.json"))
    tokenizer = Tokenizer(folder)
    found = tokenizer.end_tokens(stated)
    assert [tokenizer.decode([token]) for token in found] == ends
