"""OpenAI's text completion call, against a real server process."""

from __future__ import annotations

import httpx
import pytest
from client import Api, encoded
from support import Server


def complete(server: Server, prompt: object, status: int = 200, **fields) -> dict:
    body = {"model": "gym", "prompt": prompt, "temperature": 0, **fields}
    answer = httpx.post(f"{server.url}/v1/completions", json=body, timeout=60)
    assert answer.status_code == status, answer.text
    return answer.json()


def sampled(api: Api, prompt: list[int], **params) -> list[dict]:
    body = {"base_model": "gym", "prompt": encoded(prompt), **params}
    return api.run("asample", body)["sequences"]


def words(tokens: list[int]) -> str:
    return " ".join(f"t{token}" for token in tokens if token > 1)


def test_texts_and_token_lists_say_what_asample_samples(server: Server, api: Api) -> None:
    given = [[2, 3], [4]]
    params = {"temperature": 1, "seed": 7, "max_tokens": 6}
    expected = [
        sequence
        for prompt in given
        for sequence in sampled(api, prompt, num_samples=3, sampling_params=params)
    ]
    fields = {**params, "n": 3, "logprobs": 0, "return_token_ids": True}
    for prompts in (given, ["t2 t3", "t4"]):
        answer = complete(server, prompts, **fields)
        assert answer["object"] == "text_completion"
        choices = answer["choices"]
        assert [choice["index"] for choice in choices] == list(range(6))
        for i, (choice, sequence) in enumerate(zip(choices, expected, strict=True)):
            assert choice["text"] == words(sequence["tokens"])
            assert choice["token_ids"] == sequence["tokens"]
            assert choice["prompt_token_ids"] == given[i // 3]
            assert choice["logprobs"]["token_logprobs"] == sequence["logprobs"]
            assert choice["finish_reason"] == sequence["stop_reason"]
        assert answer["usage"]["prompt_tokens"] == 3
        assert answer["usage"]["completion_tokens"] == sum(len(s["tokens"]) for s in expected)
    alone = complete(server, "t4", **fields)["choices"]
    assert [c["text"] for c in alone] == [c["text"] for c in choices[3:]]


def test_echo_scores_the_prompt(server: Server, api: Api) -> None:
    scored = api.run(
        "asample",
        {
            "base_model": "gym",
            "prompt": encoded([2, 3, 4]),
            "prompt_logprobs": True,
            "sampling_params": {"temperature": 0, "max_tokens": 2, "stop": []},
        },
    )
    sequence = scored["sequences"][0]
    asked = {"echo": True, "logprobs": 1}
    answer = complete(server, "t2 t3 t4", max_tokens=2, **asked)["choices"][0]
    assert answer["text"] == "t2 t3 t4" + words(sequence["tokens"])
    logprobs = answer["logprobs"]
    assert logprobs["token_logprobs"] == scored["prompt_logprobs"] + sequence["logprobs"]
    assert logprobs["token_logprobs"][0] is None
    assert logprobs["tokens"][:3] == ["t2", "t3", "t4"]
    assert logprobs["text_offset"][:3] == [0, 2, 4]

    alone = complete(server, [[2, 3, 4], [2] * 48], max_tokens=0, **asked)
    assert alone["usage"]["completion_tokens"] == 0
    first, full = alone["choices"]
    assert first["text"] == "t2 t3 t4" and first["finish_reason"] == "length"
    assert first["logprobs"]["token_logprobs"] == scored["prompt_logprobs"]
    assert len(full["logprobs"]["tokens"]) == 48


def test_it_ends_at_stop_strings_and_stop_tokens(server: Server, api: Api) -> None:
    params = {"temperature": 1, "seed": 5, "max_tokens": 8}
    tokens = sampled(api, [6], sampling_params=params)[0]["tokens"]
    before = tokens[: tokens.index(tokens[3])]
    for stop in ({"stop": f"t{tokens[3]}"}, {"stop_token_ids": [tokens[3]]}):
        choice = complete(server, "t6", return_token_ids=True, **params, **stop)["choices"][0]
        assert choice["token_ids"] == [*before, tokens[3]]
        assert choice["finish_reason"] == "stop"
        assert choice["text"].strip() == words(before if "stop" in stop else [*before, tokens[3]])
    assert complete(server, "t6")["usage"]["completion_tokens"] <= 16


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"prompt": []}, ["prompt"]),
        ({"prompt": ""}, ["prompt", 0]),
        ({"prompt": [[2], [50]]}, ["prompt", 1]),
        ({"prompt": [2] * 49}, ["prompt", 0]),
        ({"prompt": [2] * 48}, ["prompt"]),
        ({"model": "gpt"}, ["model"]),
        ({"max_tokens": -1}, ["max_tokens"]),
        ({"logprobs": 6}, ["logprobs"]),
    ],
)
def test_wrong_fields_are_named(server: Server, fields: dict, where: list) -> None:
    issue = complete(server, **{"prompt": "t2", "status": 422, **fields})["detail"][0]
    assert issue["loc"] == ["body", *where]


@pytest.mark.parametrize("field", ["suffix", "best_of", "logit_bias"])
def test_what_is_not_there_answers_501_with_its_name(server: Server, field: str) -> None:
    assert field in complete(server, "t2", status=501, **{field: {"2": 1}})["detail"]


def test_weights_that_were_saved(server: Server, api: Api) -> None:
    model = api.create_model()
    for _ in range(60):
        api.train(model, [2, 3, 4, 5, 1], 0.003)
    path = api.run("save_weights_for_sampler", {"model_id": model, "path": "text"})["path"]
    assert complete(server, "t2", model=path)["choices"][0]["text"] == "t3 t4 t5"
    listed = httpx.get(f"{server.url}/v1/models", timeout=60).json()["data"]
    assert {"gym", path} <= {entry["id"] for entry in listed}
    assert httpx.get(f"{server.url}/v1/models/{path}", timeout=60).json()["id"] == path
    assert httpx.get(f"{server.url}/v1/models/gpt", timeout=60).status_code == 404
