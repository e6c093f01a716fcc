"""OpenAI's own SDK, unchanged, against a real server process."""

from __future__ import annotations

import openai
import pytest
from client import Api, encoded
from support import Server


@pytest.fixture
def client(server: Server) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key="tml-any", max_retries=0)


def test_models(client: openai.OpenAI) -> None:
    assert "gym" in [model.id for model in client.models.list()]
    assert client.models.retrieve("gym").object == "model"


def test_chat_with_content_parts(client: openai.OpenAI) -> None:
    asked = {"model": "gym", "temperature": 0, "max_tokens": 4}
    parts = [{"type": "text", "text": "t2 "}, {"type": "text", "text": "t3"}]
    in_parts, whole = (
        client.chat.completions.create(
            messages=[{"role": "user", "content": content}],
            response_format={"type": "text"},
            tools=[],
            **asked,
        )
        for content in (parts, "t2 t3")
    )
    assert in_parts.usage.prompt_tokens == 2
    assert in_parts.choices[0].message.content == whole.choices[0].message.content != ""


def test_completions_with_logprobs(client: openai.OpenAI, api: Api) -> None:
    body = {"base_model": "gym", "prompt": encoded([2, 3]), "num_samples": 2}
    params = {"seed": 3, "max_tokens": 5}
    expected = api.run("asample", {**body, "sampling_params": params})["sequences"]
    answer = client.completions.create(
        model="gym", prompt=[2, 3], n=2, logprobs=1, extra_body={"return_token_ids": True}, **params
    )
    for choice, sequence in zip(answer.choices, expected, strict=True):
        assert choice.logprobs.token_logprobs == pytest.approx(sequence["logprobs"])
        assert choice.model_extra["token_ids"] == sequence["tokens"]
        assert choice.finish_reason == sequence["stop_reason"]
    echoed = client.completions.create(
        model="gym", prompt="t2 t3", max_tokens=0, echo=True, logprobs=0, stop=["t9"]
    )
    assert echoed.choices[0].logprobs.token_logprobs[0] is None
    assert echoed.choices[0].text == "t2 t3"


def test_embeddings(client: openai.OpenAI) -> None:
    """The SDK asks for base64 unless told otherwise."""
    coded, plain = (
        client.embeddings.create(model="gym", input=["t2 t3", "t4"], **form).data[0].embedding
        for form in ({}, {"encoding_format": "float"})
    )
    assert coded == pytest.approx(plain) and len(plain) == 64


def test_what_is_not_there_is_named(client: openai.OpenAI) -> None:
    with pytest.raises(openai.InternalServerError, match="tools is not supported") as raised:
        tool = {"type": "function", "function": {"name": "f"}}
        client.chat.completions.create(
            model="gym", messages=[{"role": "user", "content": "t2"}], tools=[tool]
        )
    assert raised.value.status_code == 501


def test_chat_streams_what_it_would_say_at_once(client: openai.OpenAI) -> None:
    asked = {
        "model": "gym",
        "messages": [{"role": "user", "content": "t2"}],
        "seed": 4,
        "max_tokens": 40,
        "n": 3,
    }
    whole = client.chat.completions.create(**asked)
    chunks = list(
        client.chat.completions.create(stream=True, stream_options={"include_usage": True}, **asked)
    )
    assert chunks[-1].usage == whole.usage
    for choice in whole.choices:
        own = [c.choices[0] for c in chunks[:-1] if c.choices[0].index == choice.index]
        assert own[0].delta.role == "assistant"
        assert "".join(c.delta.content or "" for c in own) == choice.message.content
        assert [c.finish_reason for c in own if c.finish_reason] == [choice.finish_reason]
    assert len(chunks) > 8, "in one piece"


def test_completions_stream_up_to_a_stop_string(client: openai.OpenAI) -> None:
    asked = {"model": "gym", "prompt": ["t2", "t3 t4"], "seed": 4, "max_tokens": 40}
    stop = client.completions.create(**asked).choices[0].text.split()[9]
    whole = client.completions.create(stop=stop, **asked)
    said = ["", ""]
    for chunk in client.completions.create(stop=stop, stream=True, **asked):
        said[chunk.choices[0].index] += chunk.choices[0].text
    assert said == [choice.text for choice in whole.choices]
