"""The models of one server and what can be done with them, as `contract.Backend` asks."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from pathlib import Path

import torch

from ..checkpoint_path import CheckpointPath, check_name
from ..commands import (
    CheckpointInfo,
    CreateModel,
    CreateModelFromCheckpoint,
    Embed,
    Embeddings,
    FieldsResult,
    ForwardBackward,
    KeepSampler,
    LoadState,
    LoraSpec,
    ModelCommand,
    OptimStep,
    Result,
    SampleSource,
    SaveSampler,
    SaveState,
    UnloadModel,
)
from ..contract import Sampler
from ..request_error import RequestError
from ..tokenizer import Tokenizer
from . import training
from .base_model import FrozenBase
from .checkpoints import CheckpointStore
from .embedding import embed
from .failures import describe
from .sentence_encoder import SentenceEncoder
from .trainable import TrainableModel, weights_from
from .training import Limits, TrainJob
from .weights import Weights

logger = logging.getLogger(__name__)

# Samplers kept per model: the newest, and a few that a client may still be using.
SAMPLERS_PER_MODEL = 4
SAMPLERS_FROM_DISK = 4
# Below this many parameters a model is too small for a matmul to occupy two threads.
SMALL_MODEL = 20_000_000


class TorchBackend:
    def __init__(self, base: FrozenBase, store: CheckpointStore, name: str):
        self.base = base
        self.store = store
        self.name = name
        self.tokenizer = Tokenizer(base.folder)
        self.models: dict[str, TrainableModel] = {}
        self._samplers: dict[str, OrderedDict[str, Weights]] = {}
        """Per model, the samplers made of it, newest last."""
        self._from_disk: OrderedDict[CheckpointPath, Weights] = OrderedDict()
        self._sentence_encoder = SentenceEncoder(base.device)
        self._lock = threading.Lock()
        self._limits = self._choose_limits()

    @property
    def on_gpu(self) -> bool:
        return self.base.device.type == "cuda"

    @property
    def is_small(self) -> bool:
        return self.base.layout.size < SMALL_MODEL

    @property
    def runs_in_parallel(self) -> bool:
        """Whether one CPU thread per model is better than all threads for one model."""
        return self.base.parallel and self.is_small and not self.on_gpu

    def _choose_limits(self) -> Limits:
        share = self.base.parallel and not self.is_small
        if self.on_gpu:
            stack = self.base.parallel
            return Limits(16_384, 2**28, not self.is_small, share_prompts=share, stack=stack)
        return Limits(4096, 2**24, recompute=False, share_prompts=share)

    def prepare_thread(self) -> None:
        if self.runs_in_parallel:
            torch.set_num_threads(1)

    def new_sampler(self) -> Sampler:
        if self.on_gpu:
            free, _ = torch.cuda.mem_get_info(self.base.device)
            cache_bytes = free // 2
        else:
            cache_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 8
        return self.base.new_sampler(cache_bytes, self.tokenizer.decode)

    # Models ---------------------------------------------------------------------------------------

    def model(self, model_id: str) -> TrainableModel:
        model = self.models.get(model_id)
        if model is None:
            raise RequestError(f"there is no model {model_id}")
        return model

    def stacks(self, model_id: str, command: ModelCommand) -> bool:
        """Whether the command is better run in one pass with others of its kind. On a CPU a model's
        pass stays its own: its gradient must not depend on which others were waiting."""
        model = self.models.get(model_id)
        return (
            self.on_gpu
            and isinstance(command, ForwardBackward)
            and model is not None
            and model.spec.rank > 0
        )

    def run(self, model_id: str, command: ModelCommand) -> Result:
        try:
            return self._run(model_id, command)
        except Exception as error:
            raise describe(error) from error

    def _run(self, model_id: str, command: ModelCommand) -> Result:
        match command:
            case CreateModel(spec):
                self.models[model_id] = TrainableModel(self.base, spec)
                return FieldsResult({"model_id": model_id})
            case CreateModelFromCheckpoint(path, with_optimizer):
                return self._create_from(model_id, path, with_optimizer)
            case UnloadModel():
                self.models.pop(model_id, None)
                with self._lock:
                    self._samplers.pop(model_id, None)
                return FieldsResult({"model_id": model_id})
        model = self.model(model_id)
        match command:
            case LoadState(path, with_optimizer):
                return self._load(model_id, model, path, with_optimizer)
            case ForwardBackward():
                model.has_started = True
                job = TrainJob(model, command)
                return training.run(self.base.decoder, [job], self._limits)[0]
            case OptimStep(adam):
                model.has_started = True
                return FieldsResult({"metrics": {"grad_norm": model.step(adam)}})
            case SaveState(name, ttl, overwrite):
                state = CheckpointPath(model_id, "weights", check_name(name))
                if not overwrite and self.store.exists(state):
                    raise RequestError(f"{state} exists, and overwrite is false")
                self._save(state, model, ttl, with_optimizer=True)
                return FieldsResult({"path": str(state)})
            case SaveSampler(name, ttl):
                weights = CheckpointPath(model_id, "sampler_weights", check_name(name))
                self._save(weights, model, ttl, with_optimizer=False)
                with self._lock:
                    self._from_disk.pop(weights, None)
                return FieldsResult({"path": str(weights)})
            case KeepSampler(sampler_id):
                self._keep_sampler(model_id, sampler_id, model.snapshot())
                return FieldsResult({"sampling_session_id": sampler_id})

    def run_together(self, requests: list[tuple[str, ForwardBackward]]) -> list[Result | Exception]:
        """One stacked pass; if it fails, each request runs alone, so that it fails alone."""
        try:
            jobs = [TrainJob(self.model(model_id), command) for model_id, command in requests]
            for job in jobs:
                job.model.has_started = True
            return list(training.run(self.base.decoder, jobs, self._limits))
        except Exception as error:
            count = len(requests)
            logger.warning("a pass of %d models failed, running each alone: %s", count, error)
        results: list[Result | Exception] = []
        for model_id, command in requests:
            try:
                results.append(self.run(model_id, command))
            except Exception as error:
                results.append(error)
        return results

    # Checkpoints ----------------------------------------------------------------------------------

    def _create_from(self, model_id: str, path: str, with_optimizer: bool) -> Result:
        saved = self.store.load(CheckpointPath.parse(path), self.base.layout_for)
        model = TrainableModel(self.base, saved.spec)
        result = self._load(model_id, model, path, with_optimizer)
        self.models[model_id] = model
        return result

    def _load(
        self, model_id: str, model: TrainableModel, path: str, with_optimizer: bool
    ) -> Result:
        if model.has_started:
            raise RequestError("load_weights must be a model's first request")
        saved = self.store.load(CheckpointPath.parse(path), self.base.layout_for)
        if _shape(saved.spec) != _shape(model.spec):
            raise RequestError(f"{path} was trained as {saved.spec}, the model is {model.spec}")
        if with_optimizer and saved.adam is None:
            raise RequestError(f"{path} has no optimizer state")
        model.load(saved.flat, saved.adam if with_optimizer else None)
        model.has_started = True
        return FieldsResult({"model_id": model_id, "path": path})

    def checkpoint_info(self, path: CheckpointPath) -> CheckpointInfo:
        return self.store.checkpoint_info(path)

    def list_checkpoints(self, model_id: str | None) -> list[CheckpointInfo]:
        return list(self.store.list(model_id))

    def set_expiry(self, path: CheckpointPath, expires_at: float | None) -> None:
        self.store.set_expiry(path, expires_at)

    def delete_expired_checkpoints(self) -> None:
        for path in self.store.delete_expired():
            logger.info("deleted %s: it expired", path)
            with self._lock:
                self._from_disk.pop(path, None)

    def delete_checkpoint(self, path: CheckpointPath) -> bool:
        with self._lock:
            self._from_disk.pop(path, None)
        return self.store.delete(path)

    def _save(
        self,
        path: CheckpointPath,
        model: TrainableModel,
        ttl_seconds: int | None,
        *,
        with_optimizer: bool,
    ) -> None:
        adam = model.adam if with_optimizer else None
        expires_at = None if ttl_seconds is None else time.time() + ttl_seconds
        self.store.save(path, model.spec, model.layout, model.flat, adam, self.name, expires_at)

    # Samplers -------------------------------------------------------------------------------------

    def _keep_sampler(self, model_id: str, sampler_id: str, weights: Weights) -> None:
        with self._lock:
            samplers = self._samplers.setdefault(model_id, OrderedDict())
            samplers[sampler_id] = weights
            while len(samplers) > SAMPLERS_PER_MODEL:
                samplers.popitem(last=False)

    def weights_in_memory(self, source: SampleSource) -> Weights | None:
        if source is None:
            return self.base.weights
        with self._lock:
            if isinstance(source, CheckpointPath):
                return self._from_disk.get(source)
            of_model = self._samplers.get(source.model_id)
            kept = of_model.get(source.sampler_id) if of_model else None
        if kept is None:
            raise RequestError(
                f"the sampler {source.sampler_id} is gone: newer ones of its model replaced it, or "
                "the model was unloaded"
            )
        return kept

    def load_weights(self, path: CheckpointPath) -> Weights:
        """Weights of a checkpoint for sampling, kept in memory for the next request."""
        saved = self.store.load(path, self.base.layout_for)
        weights = weights_from(self.base, saved.spec, self.base.layout_for(saved.spec), saved.flat)
        with self._lock:
            self._from_disk[path] = weights
            while len(self._from_disk) > SAMPLERS_FROM_DISK:
                self._from_disk.popitem(last=False)
        return weights

    # Embeddings -----------------------------------------------------------------------------------

    def embed(self, command: Embed) -> Embeddings:
        try:
            if command.model == "minilm":
                return self._sentence_encoder.embed(
                    [t for t in command.inputs if isinstance(t, str)]
                )
            return embed(self.base, self.tokenizer, command.inputs)
        except Exception as error:
            raise describe(error) from error


def _shape(spec: LoraSpec) -> tuple:
    """What must agree between a checkpoint and the model it is loaded into."""
    if not spec.rank:
        return (0,)
    return (spec.rank, spec.train_attn, spec.train_mlp, spec.train_unembed)


def open_backend(base: FrozenBase, checkpoints: Path, name: str) -> TorchBackend:
    return TorchBackend(base, CheckpointStore(checkpoints), name)
