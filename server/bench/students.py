"""Eight full fine-tuning students of a tiny model: one RL-like step of all, together and one after
another, over HTTP as a client does it. Prints one JSON line.

usage: python bench/students.py [--students 8] [--threads 1] [--repeat 3]
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from support import make_llama, running_server

PROMPTS, SAMPLES, PROMPT_TOKENS, NEW_TOKENS = 8, 8, 16, 32


class Client:
    def __init__(self, url: str):
        limits = httpx.Limits(max_connections=128, max_keepalive_connections=128)
        self.http = httpx.Client(base_url=f"{url}/api/v1/", timeout=120, limits=limits)

    def post(self, call: str, body: dict) -> dict:
        answer = self.http.post(call, json=body)
        answer.raise_for_status()
        return answer.json()

    def result(self, call: str, body: dict) -> dict:
        return self.post("retrieve_future", {"request_id": self.post(call, body)["request_id"]})


def student_step(client: Client, model: str, base: int, pool: ThreadPoolExecutor) -> dict:
    """Sample, forward_backward, optim_step of one student; counts tokens."""
    seq = base * 10
    saved = client.result(
        "save_weights_for_sampler",
        {"model_id": model, "seq_id": seq, "sampling_session_seq_id": base},
    )
    rng = random.Random(base)
    prompts = [[rng.randrange(2, 50) for _ in range(PROMPT_TOKENS)] for _ in range(PROMPTS)]

    def sample(i: int) -> list[dict]:
        body = {
            "sampling_session_id": saved["sampling_session_id"],
            "seq_id": i,
            "num_samples": SAMPLES,
            "prompt": {"chunks": [{"type": "encoded_text", "tokens": prompts[i]}]},
            "sampling_params": {"max_tokens": NEW_TOKENS, "temperature": 1.0, "seed": i},
        }
        return client.result("asample", body)["sequences"]

    groups = list(pool.map(sample, range(PROMPTS)))
    data, sampled = [], 0
    for prompt, group in zip(prompts, groups, strict=True):
        for sequence in group:
            ids = prompt + sequence["tokens"]
            sampled += len(sequence["tokens"])
            padding = [0.0] * (len(prompt) - 1)
            advantage = rng.choice([-0.5, 0.5])
            inputs = {
                "target_tokens": {"data": ids[1:], "dtype": "int64"},
                "logprobs": {"data": padding + sequence["logprobs"]},
                "advantages": {"data": padding + [advantage] * len(sequence["tokens"])},
            }
            chunks = [{"type": "encoded_text", "tokens": ids[:-1]}]
            data.append({"model_input": {"chunks": chunks}, "loss_fn_inputs": inputs})
    training = client.post(
        "forward_backward",
        {
            "model_id": model,
            "seq_id": seq + 1,
            "forward_backward_input": {"data": data, "loss_fn": "importance_sampling"},
        },
    )
    client.result(
        "optim_step",
        {"model_id": model, "seq_id": seq + 2, "adam_params": {"learning_rate": 1e-5}},
    )
    client.post("retrieve_future", {"request_id": training["request_id"]})
    trained = sum(len(d["model_input"]["chunks"][0]["tokens"]) for d in data)
    return {"sampled": sampled, "trained": trained}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=8)
    parser.add_argument("--threads", type=int, default=1, help="of the server")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    count = options.students
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(count * PROMPTS) as pool:
        model = make_llama(Path(folder) / "gym")
        with running_server(model, "--threads", str(options.threads)) as server:
            client = Client(server.url)
            session = client.post("create_session", {})["session_id"]
            spec = {"session_id": session, "base_model": "gym", "lora_config": {"rank": 0}}
            models = [client.result("create_model", spec)["model_id"] for _ in range(count)]
            students = ThreadPoolExecutor(count)
            together, serial, tokens = [], [], {}
            for step in range(options.repeat + 1):
                start = time.perf_counter()
                steps = list(
                    students.map(lambda m, s=step: student_step(client, m, 2 * s, pool), models)
                )
                middle = time.perf_counter()
                for m in models:
                    student_step(client, m, 2 * step + 1, pool)
                if step:  # the first is for warming up
                    together.append(middle - start)
                    serial.append(time.perf_counter() - middle)
                tokens = {key: sum(s[key] for s in steps) for key in steps[0]}
    seconds = statistics.median(together)
    print(
        json.dumps(
            {
                "students": count,
                "together_s": round(seconds, 3),
                "serial_s": round(statistics.median(serial), 3),
                "ratio": round(seconds / statistics.median(serial), 3),
                "sampled_tokens": tokens["sampled"],
                "trained_tokens": tokens["trained"],
                "tokens_per_s": round(sum(tokens.values()) / seconds),
            }
        )
    )


if __name__ == "__main__":
    main()
