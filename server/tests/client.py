"""The plainest client of the API."""

from __future__ import annotations

import httpx


def encoded(tokens: list[int]) -> dict:
    return {"chunks": [{"type": "encoded_text", "tokens": tokens}]}


def datum(tokens: list[int], **inputs: list) -> dict:
    columns = {"target_tokens": tokens[1:], **inputs}
    return {
        "model_input": encoded(tokens[:-1]),
        "loss_fn_inputs": {name: {"data": data} for name, data in columns.items()},
    }


class Api:
    def __init__(self, url: str, **headers: str):
        self.http = httpx.Client(base_url=f"{url}/api/v1/", timeout=60, headers=headers)
        self.session = ""

    def __enter__(self) -> Api:
        self.session = self.post("create_session", {}).json()["session_id"]
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def post(self, call: str, body: dict) -> httpx.Response:
        return self.http.post(call, json=body)

    def run(self, call: str, body: dict) -> dict:
        accepted = self.post(call, body)
        assert accepted.status_code == 200, accepted.text
        answer = self.fetch(accepted.json()["request_id"])
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fetch(self, request_id: str) -> httpx.Response:
        return self.post("retrieve_future", {"request_id": request_id})

    def create_model(self, rank: int = 0) -> str:
        body = {"session_id": self.session, "base_model": "gym", "lora_config": {"rank": rank}}
        return self.run("create_model", body)["model_id"]

    def train(self, model_id: str, tokens: list[int], rate: float = 0.01, **extra) -> float:
        """One step of cross-entropy; the loss before it."""
        inputs = {"data": [datum(tokens)], "loss_fn": "cross_entropy"}
        body = {"model_id": model_id, "forward_backward_input": inputs, **extra}
        loss = self.run("forward_backward", body)["metrics"]["loss:sum"]
        self.run("optim_step", {"model_id": model_id, "adam_params": {"learning_rate": rate}})
        return loss
