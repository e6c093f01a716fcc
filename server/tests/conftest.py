from __future__ import annotations

import threading
from pathlib import Path

import pytest
import torch
from support import Server, make_llama, running_server

from soarlab_server.backend.base_model import load_base
from soarlab_server.backend.torch_backend import TorchBackend, open_backend
from soarlab_server.commands import ModelCommand, Result, SampleCommand
from soarlab_server.engine.engine import Engine

CPU = torch.device("cpu")


@pytest.fixture(scope="session")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_llama(tmp_path_factory.mktemp("models") / "gym")


class Driver:
    """An engine driven as the API does, but waiting for each result or all of them."""

    def __init__(self, backend: TorchBackend, workers: int):
        self.backend = backend
        self.engine = Engine(backend, workers)

    def start(self, target: str | None, command: ModelCommand | SampleCommand):
        done, outcomes = threading.Event(), []

        def finish(outcome: Result | Exception) -> None:
            outcomes.append(outcome)
            done.set()

        if isinstance(command, SampleCommand):
            self.engine.sample(command, finish)
        else:
            self.engine.submit(target, command, finish)

        def wait() -> Result:
            assert done.wait(60)
            if isinstance(outcomes[0], Exception):
                raise outcomes[0]
            return outcomes[0]

        return wait

    def run(self, target: str | None, command: ModelCommand | SampleCommand) -> Result:
        return self.start(target, command)()


@pytest.fixture
def driver(gym: Path, tmp_path: Path):
    driver = Driver(open_backend(load_base(str(gym), CPU), tmp_path / "checkpoints", "gym"), 2)
    yield driver
    driver.engine.stop()


@pytest.fixture(scope="session")
def server(gym: Path):
    with running_server(gym, "--max-body-mb", "1") as running:
        yield running


@pytest.fixture
def api(server: Server):
    from client import Api

    with Api(server.url) as api:
        yield api
