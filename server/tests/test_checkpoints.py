from __future__ import annotations

import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from conftest import CPU, Driver
from test_sampling import request
from test_training import ADAM, random_data

from soarlab_server.backend import checkpoints
from soarlab_server.backend.base_model import load_base
from soarlab_server.backend.torch_backend import open_backend
from soarlab_server.checkpoint_path import CheckpointPath
from soarlab_server.commands import (
    CreateModel,
    CreateModelFromCheckpoint,
    ForwardBackward,
    LoadState,
    LoraSpec,
    OptimStep,
    SampleCommand,
    SaveSampler,
    SaveState,
)
from soarlab_server.request_error import RequestError


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


@pytest.mark.parametrize("model_id", ["..", "*", "[", "a/b"])
def test_a_listing_stays_inside_the_folder(model_id: str, driver: Driver) -> None:
    with pytest.raises(RequestError, match="not a checkpoint name"):
        driver.engine.list_checkpoints(model_id)


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
    assert [str(info.path) for info in store.list()] == ["tinker://a/weights/x"]
    assert sorted(p.name for p in (store.folder / "a" / "weights").iterdir()) == ["x"]


def test_a_full_disk_is_named_and_leaves_nothing_behind(driver: Driver) -> None:
    driver.run("a", CreateModel(LoraSpec(0)))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(RequestError, match=r"cannot write tinker://a/weights/x to /.*large"):
            driver.run("a", SaveState("x"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list((driver.backend.store.folder / "a" / "weights").iterdir())
    driver.run("a", SaveState("x"))


@pytest.mark.parametrize("file", ["checkpoint.json", "model.safetensors", "optimizer.safetensors"])
@pytest.mark.parametrize("rest", [0, 100, None])
def test_a_checkpoint_cut_short_is_refused(
    file: str, rest: int | None, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "CACHED_BYTES", 0)
    driver.run("a", CreateModel(LoraSpec(0)))
    train(driver, "a", 1)
    path = driver.run("a", SaveState("x")).fields["path"]
    driver.run("a", SaveState("y"))  # the last one alone is kept in memory
    damaged = driver.backend.store.folder / "a" / "weights" / "x" / file
    if rest is None:
        damaged.unlink()
    else:
        damaged.write_bytes(damaged.read_bytes()[:rest])
    gone = file == "checkpoint.json" and rest is None
    with pytest.raises(RequestError, match="no checkpoint" if gone else f"{path} is damaged, /"):
        driver.run("b", CreateModelFromCheckpoint(path, True))
    assert "b" not in driver.backend.models


def test_a_model_is_made_of_a_checkpoint_or_not_at_all(driver: Driver) -> None:
    driver.run("a", CreateModel(LoraSpec(0)))
    path = driver.run("a", SaveSampler("x")).fields["path"]
    with pytest.raises(RequestError, match="no optimizer state"):
        driver.run("b", CreateModelFromCheckpoint(path, True))
    assert "b" not in driver.backend.models


def test_many_threads_share_a_store(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    driver.run("a", CreateModel(LoraSpec(1)))
    model, store = driver.backend.models["a"], driver.backend.store
    monkeypatch.setattr(checkpoints, "CACHED_BYTES", 8 * model.flat.nbytes)
    monkeypatch.setattr(checkpoints, "_sync", lambda _: None)

    def use(i: int) -> None:
        for j in range(20):
            path = CheckpointPath("a", "weights", f"{i}-{j}")
            store.save(path, model.spec, model.layout, model.flat, None, "gym")
            assert torch.equal(store.load(path, driver.backend.base.layout_for).flat, model.flat)
            list(store.list())
            assert store.delete(path)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(8)))


def test_a_deleted_checkpoint_is_no_longer_sampled(driver: Driver) -> None:
    driver.run("a", CreateModel(LoraSpec(0)))
    path = driver.run("a", SaveSampler("x")).fields["path"]
    asked = request([2, 3])
    command = SampleCommand(CheckpointPath.parse(path), asked.prompt, 1, asked.params)
    driver.run(None, command)
    assert driver.backend.delete_checkpoint(CheckpointPath.parse(path))
    with pytest.raises(RequestError, match="no checkpoint"):
        driver.run(None, command)


def test_a_checkpoint_of_another_shape_is_refused(driver: Driver) -> None:
    driver.run("a", CreateModel(LoraSpec(0)))
    path = driver.run("a", SaveState("x")).fields["path"]
    driver.run("b", CreateModel(LoraSpec(4)))
    with pytest.raises(RequestError, match="rank"):
        driver.run("b", LoadState(path, False))
    with pytest.raises(RequestError, match="no checkpoint"):
        driver.run("b", LoadState("tinker://a/weights/y", False))
