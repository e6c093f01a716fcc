"""Recipes of the tinker-cookbook, unmodified, each as a process of its own against a real server.

Its packages are many, so they are installed (into .cache/clients of the clone, kept for the next
time) and these tests run only if SOARLAB_CLIENTS=1: `npm run test:clients`. What the recipes would
fetch from the hub lies in the folder they run in, under the same names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import SERVER, Server, make_llama, running_server

if os.environ.get("SOARLAB_CLIENTS") != "1":
    pytest.skip("many packages: run with SOARLAB_CLIENTS=1", allow_module_level=True)

MODEL = "meta-llama/Llama-3.2-1B"
LOCK = Path(__file__).parent / "cookbook-requirements.lock"


@pytest.fixture(scope="session")
def python() -> str:
    """An interpreter that has the cookbook on top of this one's packages."""
    folder = SERVER.parent / ".cache" / "clients"
    interpreter, stamp = folder / "bin" / "python", folder / "installed.lock"
    if not stamp.exists() or stamp.read_text() != LOCK.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        packages = folder / "lib" / version / "site-packages"
        (packages / "base.pth").write_text(sysconfig.get_path("purelib"))
        # The cookbook pins a renderer for newer Pythons; what these recipes use of it is the same.
        install = [interpreter, "-m", "pip", "install", "--quiet", "--no-deps", "-r", LOCK]
        subprocess.run(install, check=True)
        stamp.write_text(LOCK.read_text())
    return str(interpreter)


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model and data sets under their names on the hub."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    hub = tmp_path_factory.mktemp("hub")
    model = make_llama(hub / MODEL, vocab_size=258, max_position_embeddings=2048)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {"<pad>": 0, "<eos>": 1, **{c: i + 2 for i, c in enumerate(alphabet)}}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<pad>", "<eos>"])
    tokenizer.save(str(model / "tokenizer.json"))
    kind = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<eos>"}
    (model / "tokenizer_config.json").write_text(json.dumps({**kind, "bos_token": "<eos>"}))

    teach_to_answer(model)
    asked = [{"question": f"What is {i} + 1?", "answer": f"It is #### {i + 1}"} for i in range(8)]
    write_data_set(hub / "openai/gsm8k", "main", {"train": asked, "test": asked})
    talks = [
        {"messages": [{"role": "user", "content": q["question"]},
                      {"role": "assistant", "content": q["answer"]}]}
        for q in asked
    ]  # fmt: skip
    write_data_set(hub / "HuggingFaceH4/no_robots", "default", {"train": talks, "test": talks})
    return hub


def teach_to_answer(folder: Path) -> None:
    """Makes the model end a dialogue with a digit in a box, so that some samples are rewarded."""
    import torch
    from tokenizers import Tokenizer
    from transformers import LlamaForCausalLM

    model = LlamaForCausalLM.from_pretrained(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    torch.manual_seed(0)
    for _ in range(60):
        start, digits = int(torch.randint(600, ())), torch.randint(1, 3, (8,)).tolist()
        filler = ("User: What is 1 + 1?\n\n" * 40)[:start]
        texts = [f"{filler}\n\nAssistant: \\boxed{{{digit}}}\n\nUser:" for digit in digits]
        batch = torch.tensor([tokenizer.encode(text).ids for text in texts])
        labels = batch.clone()
        labels[:, :-17] = -100
        model(batch, labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(folder)


def write_data_set(folder: Path, config: str, splits: dict[str, list[dict]]) -> None:
    folder.mkdir(parents=True)
    for name, rows in splits.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    files = "".join(f"  - split: {name}\n    path: {name}.jsonl\n" for name in splits)
    head = f"---\nconfigs:\n- config_name: {config}\n  data_files:\n{files}---\n"
    (folder / "README.md").write_text(head)


@pytest.fixture(scope="session")
def cookbook_server(hub: Path) -> Iterator[Server]:
    with running_server(hub / MODEL, "--model-name", MODEL) as server:
        yield server


class Recipe:
    def __init__(self, python: str, hub: Path, server: Server):
        self.python, self.hub, self.server = python, hub, server

    def run(self, *arguments: str, input: str | None = None) -> subprocess.CompletedProcess:
        env = {
            **os.environ,
            "TINKER_BASE_URL": self.server.url,
            "TINKER_API_KEY": "tml-any",
            "TINKER_TELEMETRY": "0",
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(self.hub / "cache"),
        }
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.hub,
            env=env,
            input=input,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def metrics(self, *arguments: str, log: Path) -> list[dict]:
        done = self.run("-m", *arguments, f"log_path={log}")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
        return [json.loads(line) for line in (log / "metrics.jsonl").read_text().splitlines()]


@pytest.fixture
def recipe(python: str, hub: Path, cookbook_server: Server) -> Recipe:
    return Recipe(python, hub, cookbook_server)


SMALL = (f"model_name={MODEL}", "lora_rank=4", "batch_size=2", "max_steps=2")


def test_sl_loop(recipe: Recipe, tmp_path: Path) -> None:
    module = "tinker_cookbook.recipes.sl_loop"
    steps = recipe.metrics(module, *SMALL, "learning_rate=0.01", "save_every=1", log=tmp_path)
    losses = [step["train_mean_nll"] for step in steps if "train_mean_nll" in step]
    assert len(losses) == 2 and losses[1] < losses[0]
    kept = (tmp_path / "checkpoints.jsonl").read_text()
    assert "tinker://" in kept and "sampler_weights" in kept


@pytest.mark.parametrize("loss", ["importance_sampling", "cispo", "gspo"])
def test_rl_loop(recipe: Recipe, tmp_path: Path, loss: str) -> None:
    module = "tinker_cookbook.recipes.rl_loop"
    few = ("group_size=16", "max_tokens=12", "save_every=0", f"loss_fn={loss}")
    steps = recipe.metrics(module, *SMALL, *few, log=tmp_path)
    assert len([step for step in steps if "reward/total" in step]) == 2
    assert any(step.get("grad_norm", 0) > 0 for step in steps), steps


def test_rl_loop_names_the_loss_that_is_not_there(recipe: Recipe, tmp_path: Path) -> None:
    arguments = (*SMALL, "group_size=2", "max_tokens=8", f"log_path={tmp_path}")
    done = recipe.run("-m", "tinker_cookbook.recipes.rl_loop", *arguments)
    assert done.returncode != 0
    assert "record_stability_info is not supported by this server" in done.stderr


def test_supervised_train(recipe: Recipe, tmp_path: Path) -> None:
    module = "tinker_cookbook.recipes.chat_sl.train"
    few = ("dataset=no_robots", "eval_every=0", "save_every=1", "behavior_if_log_dir_exists=delete")
    steps = recipe.metrics(module, *SMALL, *few, "learning_rate=0.01", log=tmp_path)
    assert [step["step"] for step in steps if "train_mean_nll" in step] == [0, 1]


def test_rl_train(recipe: Recipe, tmp_path: Path) -> None:
    module = "tinker_cookbook.recipes.math_rl.train"
    few = ("env=arithmetic", "groups_per_batch=2", "group_size=2", "max_tokens=8", "eval_every=0")
    how = ("loss_fn=importance_sampling", "save_every=1", "behavior_if_log_dir_exists=delete")
    model = (f"model_name={MODEL}", "lora_rank=4", "max_steps=2")
    steps = recipe.metrics(module, *model, *few, *how, log=tmp_path)
    assert len(steps) >= 2


def test_a_completer(recipe: Recipe) -> None:
    code = f"""
import asyncio, tinker
from tinker_cookbook.completers import TinkerTokenCompleter
client = tinker.ServiceClient().create_sampling_client(base_model={MODEL!r})
completer = TinkerTokenCompleter(client, max_tokens=6)
sample = asyncio.run(completer(tinker.ModelInput.from_ints([5, 6]), [1]))
assert 1 <= len(sample.tokens) == len(sample.maybe_logprobs) <= 6
"""
    done = recipe.run("-c", code)
    assert done.returncode == 0, done.stderr
