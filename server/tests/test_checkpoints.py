from __future__ import annotations

from pathlib import Path

import pytest
import torch
from conftest import CPU, Driver
from test_training import ADAM, random_data

from soarlab_server.backend.backend import open_backend
from soarlab_server.backend.base_model import load_base
from soarlab_server.backend.checkpoints import CheckpointPath
from soarlab_server.commands import (
    CreateModel,
    ForwardBackward,
    LoadState,
    LoraSpec,
    OptimStep,
    RequestError,
    SaveState,
)


def train(driver: Driver, model: str, seed: int) -> None:
    driver.run(model, ForwardBackward(random_data(seed), "cross_entropy", {}, True))
    driver.run(model, OptimStep(ADAM))


@pytest.mark.parametrize("rank", [0, 4])
@pytest.mark.parametrize("restart", [False, True])
def test_a_resumed_model_ends_with_the_same_bits(
    rank: int, restart: bool, driver: Driver, gym: Path, tmp_path: Path
) -> None:
    driver.run("a", CreateModel(LoraSpec(rank)))
    train(driver, "a", 1)
    path = driver.run("a", SaveState("one")).fields["path"]
    train(driver, "a", 2)
    expected = driver.backend.models["a"].flat
    if restart:
        driver = Driver(open_backend(load_base(str(gym), CPU), tmp_path / "checkpoints", "gym"), 1)
    driver.run("b", CreateModel(LoraSpec(rank, seed=5)))
    driver.run("b", LoadState(path, True))
    train(driver, "b", 2)
    assert torch.equal(driver.backend.models["b"].flat, expected)
    driver.run("c", CreateModel(LoraSpec(rank, seed=5)))
    driver.run("c", LoadState(path, False))
    assert driver.backend.models["c"].adam.steps == 0
    with pytest.raises(RequestError, match="first request"):
        driver.run("c", LoadState(path, False))


@pytest.mark.parametrize(
    "path",
    [
        "tinker://../weights/x",
        "tinker://a/weights/../../x",
        "tinker://a/other/x",
        "tinker://a/weights/.hidden",
        "/etc/passwd",
        "tinker://a/weights/",
    ],
)
def test_paths_stay_inside_the_folder(path: str) -> None:
    with pytest.raises(RequestError):
        CheckpointPath.parse(path)


def test_a_failed_save_leaves_the_old_checkpoint(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.run("a", CreateModel(LoraSpec(0)))
    driver.run("a", SaveState("x"))
    store = driver.backend.store
    with monkeypatch.context() as patch:
        patch.setattr("soarlab_server.backend.checkpoints._sync", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            driver.run("a", SaveState("x"))
    assert [str(path) for path, _, _ in store.list()] == ["tinker://a/weights/x"]
    assert sorted(p.name for p in (store.folder / "a" / "weights").iterdir()) == ["x"]


def test_a_checkpoint_of_another_shape_is_refused(driver: Driver) -> None:
    driver.run("a", CreateModel(LoraSpec(0)))
    path = driver.run("a", SaveState("x")).fields["path"]
    driver.run("b", CreateModel(LoraSpec(4)))
    with pytest.raises(RequestError, match="rank"):
        driver.run("b", LoadState(path, False))
    with pytest.raises(RequestError, match="no checkpoint"):
        driver.run("b", LoadState("tinker://a/weights/y", False))
