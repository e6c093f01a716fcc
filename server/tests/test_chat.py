"""OpenAI's chat call, against a real server process."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import httpx
import pytest
import tokenizers
from client import Api, encoded
from support import Server, running_server

from soarlab_server.request_error import RequestError
from soarlab_server.tokenizer import Tokenizer

JSON = {"Content-Type": "application/json"}


def chat(server: Server, *contents: str, status: int = 200, **fields) -> dict:
    messages = [{"role": "user", "content": content} for content in contents]
    body = {"model": "gym", "messages": messages, "temperature": 0, **fields}
    answer = httpx.post(f"{server.url}/v1/chat/completions", json=body, timeout=60)
    assert answer.status_code == status, answer.text
    return answer.json()


def sampled(api: Api, prompt: list[int], **params) -> list[str]:
    """What asample says, as words without the end token."""
    settings = {"temperature": 0, "max_tokens": 8, **params}
    body = {"base_model": "gym", "prompt": encoded(prompt), "sampling_params": settings}
    tokens = api.run("asample", body)["sequences"][0]["tokens"]
    return [f"t{token}" for token in tokens if token > 1]


def test_it_says_what_asample_samples(server: Server, api: Api) -> None:
    answer = chat(server, "t2 t3", "t4", max_tokens=8)
    words = answer["choices"][0]["message"]["content"].split()
    assert words == sampled(api, [2, 3, 4])
    assert answer["object"] == "chat.completion" and answer["model"] == "gym"
    choice = answer["choices"][0]
    assert choice["message"]["role"] == "assistant"
    assert choice["finish_reason"] == ("length" if len(words) == 8 else "stop")
    used = answer["usage"]
    assert used["prompt_tokens"] == 3
    assert used["completion_tokens"] == len(words) + (choice["finish_reason"] == "stop")
    assert used["total_tokens"] == used["prompt_tokens"] + used["completion_tokens"]
    assert chat(server, "t2 t3", "t4", max_completion_tokens=8, max_tokens=2)["usage"] == used


def test_several_choices_by_seed(server: Server) -> None:
    fields = {"temperature": 1, "n": 3, "max_tokens": 8}
    one, two, other = (chat(server, "t2", seed=seed, **fields)["choices"] for seed in (1, 1, 2))
    assert [choice["index"] for choice in one] == [0, 1, 2]
    assert len({choice["message"]["content"] for choice in one}) > 1
    assert one == two != other


def test_it_ends_before_a_stop_string(server: Server, api: Api) -> None:
    words = sampled(api, [6], seed=5, temperature=1)
    free = chat(server, "t6", seed=5, temperature=1, max_tokens=8)
    assert free["choices"][0]["message"]["content"].split() == words
    for stop in (words[2], ["t0", words[2]]):
        choice = chat(server, "t6", seed=5, temperature=1, max_tokens=8, stop=stop)["choices"][0]
        assert choice["finish_reason"] == "stop"
        assert choice["message"]["content"].split() == words[: words.index(words[2])]
    assert chat(server, "t6", stop=["t3", ""], status=422)["detail"][0]["loc"][1] == "stop"


def test_weights_that_were_saved(server: Server, api: Api) -> None:
    model = api.create_model()
    for _ in range(60):
        api.train(model, [2, 3, 4, 5, 1], 0.003)
    path = api.run("save_weights_for_sampler", {"model_id": model, "path": "chat"})["path"]
    choice = chat(server, "t2", model=path, max_tokens=8)["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("t3 t4 t5", "stop")


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user"}]}, "content"),
        ({"model": "gpt"}, "model"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages"),
        ({"messages": [{"role": "user", "content": "t2 " * 48}]}, "messages"),
        ({"n": 0}, "n"),
    ],
)
def test_wrong_fields_are_named(server: Server, fields: dict, where: str) -> None:
    assert chat(server, "t2", status=422, **fields)["detail"][0]["loc"][-1] == where


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"model": "gym"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"model": "gym", "messages": [{"role": "user", "content": "\\ud800"}]}',
        b'{"model": "gym", "messages": [{"role": "user", "content": "t2"}], "seed": '
        + b"9" * 5000
        + b"}",
        b'{"model": "gym", "messages": [{"role": "user", "content": "t2"}], "temperature": NaN}',
        b'{"model": "gym", "messages": [{"role": "user", "content": "t2"}], "max_tokens": 1e400}',
        b'{"model": "gym", "messages": [{"role": "user", "content": ["t2"]}]}',
    ],
    ids=lambda body: repr(body[-40:]),
)
def test_malformed_bodies_are_refused(server: Server, body: bytes) -> None:
    answer = httpx.post(f"{server.url}/v1/chat/completions", content=body, headers=JSON, timeout=60)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


def test_any_text_is_a_text(server: Server) -> None:
    used = chat(server, "t2 \0 \U0001f600\u202e é\r\n", max_tokens=2**70)["usage"]
    assert used["prompt_tokens"] == 4 and used["total_tokens"] <= 48


def test_the_models_chat_template_and_either_header(gym: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(gym, tmp_path / "gym"))
    template = (
        "{{ bos_token }} {% for message in messages %}"
        "{% if message.role == 'robot' %}{{ raise_exception('no robots') }}{% endif %}"
        "t{{ 10 if message.role == 'user' else 11 }} {{ message.content }} {% endfor %}"
        "{% if add_generation_prompt %}t11{% endif %}"
    )
    config = {"chat_template": template, "bos_token": {"content": "t9"}}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    with running_server(folder, env={"SOARLAB_API_KEY": "secret"}) as server:
        url = f"{server.url}/v1/chat/completions"
        roles = ("user", "assistant", "user")
        messages = [{"role": role, "content": f"t{i + 2}"} for i, role in enumerate(roles)]
        body = {"model": "gym", "messages": messages, "temperature": 0, "max_tokens": 8}
        assert httpx.post(url, json=body, timeout=60).status_code == 401
        for wrong in (
            "Bearer wrong",
            "Bearer",
            "secret",
            "Basic secret",
            "Bearer secret x",
            "\xe9",
        ):
            headers = {"Authorization": wrong.encode("latin-1")}
            assert httpx.post(url, json=body, headers=headers, timeout=60).status_code == 401, wrong
        answers = [
            httpx.post(url, json=body, headers=headers, timeout=60).json()
            for headers in (
                {"Authorization": "Bearer secret"},
                {"Authorization": "bearer  secret"},
                {"X-API-Key": "secret", "Authorization": "Basic eDp5"},
            )
        ]
        with Api(server.url, **{"X-API-Key": "secret"}) as api:
            words = sampled(api, [9, 10, 2, 11, 3, 10, 4, 11])
        for answer in answers:
            assert answer["usage"]["prompt_tokens"] == 8
            assert answer["choices"][0]["message"]["content"].split() == words
        body["messages"] = [{"role": "robot", "content": "t2"}]
        refused = httpx.post(url, json=body, headers={"X-API-Key": "secret"}, timeout=60)
        assert refused.status_code == 400 and "no robots" in refused.json()["detail"]


def text_of(gym: Path, folder: Path, **config) -> Tokenizer:
    shutil.copy(gym / "tokenizer.json", folder)
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return Tokenizer(folder)


@pytest.mark.parametrize(
    ("template", "tokens"),
    [
        ("{{ bos_token }} t5 {{ messages[0].content }}", [5, 2]),
        ("t5 {% generation %}{{ messages[0].content }}{% endgeneration %}", [5, 2]),
        ("{% for message in messages %}{{ message.content }}{% break %}{% endfor %}", [2]),
    ],
)
def test_what_templates_may_say(template: str, tokens: list, gym: Path, tmp_path: Path) -> None:
    text = text_of(gym, tmp_path, chat_template=template, bos_token=None)
    assert text.encode_chat([{"role": "user", "content": "t2"}] * 2) == tokens


@pytest.mark.parametrize("template", ["{% for %}", "{{ 1 / 0 }}", "{{ messages[0].content + 1 }}"])
def test_a_template_that_fails_is_refused(template: str, gym: Path, tmp_path: Path) -> None:
    text = text_of(gym, tmp_path, chat_template=template)
    with pytest.raises(RequestError, match="chat template refuses"):
        text.encode_chat([{"role": "user", "content": "t2"}])


def test_texts_are_never_cut_nor_padded(gym: Path, tmp_path: Path) -> None:
    tokenizer = tokenizers.Tokenizer.from_file(str(gym / "tokenizer.json"))
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(length=8)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    assert Tokenizer(tmp_path).encode("t2 t3 t4 t5") == [2, 3, 4, 5]
