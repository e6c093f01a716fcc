"""The routes of the Tinker API."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from pydantic import ValidationError

from .. import commands
from ..checkpoint_path import CheckpointPath
from ..commands import LoraSpec, Result
from ..engine.engine import Engine
from . import convert, protobuf, schemas
from .calls import read_body
from .encode_result import encode_result
from .errors import body_errors, failure, field_error, not_found
from .futures import FutureStore
from .json import json
from .model_card import ModelCard
from .registry import Model, Registry, SamplerInfo, canonical

logger = logging.getLogger(__name__)

LONG_POLL_SECONDS = 30
EXPIRY_SECONDS = 60
Limit = Annotated[int, Query(ge=1, le=10_000)]
Offset = Annotated[int, Query(ge=0)]


class TinkerApi:
    def __init__(
        self, engine: Engine, card: ModelCard, futures: FutureStore, always_protobuf: bool = False
    ):
        """`always_protobuf`: whether results are protocol buffers, whatever Accept says."""
        self.always_protobuf = always_protobuf
        self.engine = engine
        self.card = card
        self.futures = futures
        self.registry = Registry()

    @asynccontextmanager
    async def lifespan(self, app: FastAPI):
        expiry = asyncio.create_task(self._expire_sessions())
        yield
        expiry.cancel()

    async def _expire_sessions(self) -> None:
        while True:
            await asyncio.sleep(EXPIRY_SECONDS)
            self._unload(self.registry.expire(), "its session is silent")
            await asyncio.to_thread(self.engine.delete_expired_checkpoints)

    def _unload(self, models: list[Model], reason: str) -> None:
        for model in models:
            logger.info("unloading %s: %s", model.model_id, reason)
            self.engine.submit(model.model_id, commands.UnloadModel(), lambda outcome: None)

    # Sessions and information ---------------------------------------------------------------------

    async def healthz(self) -> Response:
        return json({"status": "ok"})

    async def capabilities(self) -> Response:
        model = {
            "model_name": self.card.name,
            "max_context_length": self.card.max_context,
            "trainable": True,
            "sampleable": True,
        }
        return json({"supported_models": [model]})

    async def client_config(self, request: schemas.Anything) -> Response:
        # Chunks of one forward_backward must arrive in order: they run in the order of arrival.
        return json({"parallel_fwdbwd_chunks": False})

    async def dynamic_config(self, request: schemas.Anything) -> Response:
        return json({})

    async def telemetry(self, request: schemas.Anything) -> Response:
        return json({"status": "accepted"})

    async def create_session(self, request: schemas.CreateSession) -> Response:
        session = self.registry.create_session(request.display_name, request.user_metadata)
        return json({"type": "create_session", "session_id": session.session_id})

    async def heartbeat(self, request: schemas.Heartbeat) -> Response:
        self.registry.session(request.session_id)
        return json({"type": "session_heartbeat"})

    async def get_session(self, session_id: str) -> Response:
        session = self.registry.session(session_id)
        return json(
            {
                "training_run_ids": sorted(session.models),
                "sampler_ids": sorted(session.samplers),
                "user_metadata": session.user_metadata,
                "display_name": session.display_name,
            }
        )

    async def list_sessions(self, limit: Limit = 20, offset: Offset = 0) -> Response:
        """The newest first."""
        ids = [*reversed(self.registry.sessions)]
        return json({"sessions": ids[offset : offset + limit]})

    async def finish_session(self, session_id: str) -> Response:
        """Unloads the session's models; their checkpoints stay."""
        session = self.registry.session(session_id)
        self._unload(self.registry.end(session), "its session is finished")
        return json({})

    async def get_info(self, request: schemas.ModelId) -> Response:
        model = self.registry.model(request.model_id)
        return json(
            {
                "type": "get_info",
                "model_id": model.model_id,
                "model_name": self.card.name,
                "is_lora": model.spec.rank > 0,
                "lora_rank": model.spec.rank,
                "model_data": {
                    "arch": self.card.architecture,
                    "model_name": self.card.name,
                    "tokenizer_id": self.card.tokenizer,
                },
            }
        )

    # Models ---------------------------------------------------------------------------------------

    async def create_model(self, request: schemas.CreateModel) -> Response:
        self.card.check(request.base_model, "base_model")
        spec = convert.lora_spec(request.lora_config)
        model_id = self._model_id(request.session_id, request.model_seq_id)
        create = commands.CreateModel(spec)
        return self._create(
            "create_model", request.session_id, model_id, spec, create, request.user_metadata
        )

    def _model_id(self, session_id: str, sequence: int | None) -> str:
        return f"{session_id}-train-{uuid.uuid4().hex[:8] if sequence is None else sequence}"

    def _create(
        self,
        call: str,
        session_id: str,
        model_id: str,
        spec: LoraSpec,
        command: commands.ModelCommand,
        user_metadata: dict[str, Any] | None = None,
    ) -> Response:
        session = self.registry.session(session_id)
        request_id = f"{model_id}:create"
        future = self.futures.known(request_id, call)
        if future is None:
            future = self.futures.start(request_id, call)
            self.registry.add_model(Model(model_id, session, spec, user_metadata))
            self.engine.submit(model_id, command, self.futures.settle(future))
        return json({"request_id": future.request_id, "model_id": model_id})

    def _on_model(
        self,
        call: str,
        request: schemas.ModelRequest,
        command: commands.ModelCommand,
        on_success: Callable[[Result], None] | None = None,
    ) -> Response:
        """Queues a command of a model only once, however often it is sent."""
        model_id = canonical(request.model_id)
        sequence = uuid.uuid4().hex if request.seq_id is None else request.seq_id
        known = self.futures.known(f"{model_id}:{sequence}", call)
        if known is None:
            self.registry.model(model_id)  # there must be one
            known = self.futures.start(f"{model_id}:{sequence}", call)
            self.engine.submit(model_id, command, self.futures.settle(known, on_success))
        return json({"request_id": known.request_id, "model_id": model_id})

    async def unload_model(self, request: schemas.ModelRequest) -> Response:
        def forget(result: Result) -> None:
            self.registry.remove_model(canonical(request.model_id))

        return self._on_model("unload_model", request, commands.UnloadModel(), forget)

    async def forward_backward(self, request: Request) -> Response:
        forward_only = False
        if protobuf.CONTENT_TYPE in request.headers.get("content-type", ""):
            message, forward_only = protobuf.read_forward_backward(await request.body())
            try:
                parsed = schemas.ForwardBackward.model_validate(message)
            except ValidationError as error:
                raise body_errors(error) from error
        else:
            parsed = await read_body(schemas.ForwardBackward, request)
        data = parsed.forward_backward_input
        command = convert.forward_backward(
            data, self.card, "forward_backward_input", backward=not forward_only
        )
        return self._on_model("forward_backward", parsed, command)

    async def forward(self, request: schemas.Forward) -> Response:
        command = convert.forward_backward(
            request.forward_input, self.card, "forward_input", backward=False
        )
        return self._on_model("forward", request, command)

    async def optim_step(self, request: schemas.OptimStep) -> Response:
        params = commands.AdamParams(**request.adam_params.model_dump())
        return self._on_model("optim_step", request, commands.OptimStep(params))

    # Checkpoints ----------------------------------------------------------------------------------

    async def save_weights(self, request: schemas.SaveWeights) -> Response:
        name = request.path or f"checkpoint-{uuid.uuid4().hex[:8]}"
        save = commands.SaveState(name, request.ttl_seconds, request.overwrite is not False)
        return self._on_model("save_weights", request, save)

    async def save_weights_for_sampler(
        self,
        request: schemas.SaveWeightsForSampler,
    ) -> Response:
        if request.path is not None:
            save = commands.SaveSampler(request.path, request.ttl_seconds)
            return self._on_model("save_weights_for_sampler", request, save)
        sequence = request.sampling_session_seq_id
        if sequence is None:
            raise field_error(("path",), "give path, or sampling_session_seq_id for none on disk")
        model = self.registry.model(request.model_id)
        sampler_id = f"{model.model_id}-sampler-{sequence}"

        def register(result: Result) -> None:
            source = commands.KeptSampler(model.model_id, sampler_id)
            self.registry.add_sampler(SamplerInfo(sampler_id, model.session, source))

        keep = commands.KeepSampler(sampler_id)
        return self._on_model("save_weights_for_sampler", request, keep, register)

    async def load_weights(self, request: schemas.LoadWeights) -> Response:
        if request.model_id is not None:
            target = schemas.ModelRequest(model_id=request.model_id, seq_id=request.seq_id)
            load = commands.LoadState(request.path, request.optimizer)
            return self._on_model("load_weights", target, load)
        if request.session_id is None:
            raise field_error(("model_id",), "give model_id, or session_id for a new model")
        spec = self._checkpoint_info(request.path).spec
        model_id = self._model_id(request.session_id, request.model_seq_id)
        create = commands.CreateModelFromCheckpoint(request.path, request.optimizer)
        return self._create("load_weights", request.session_id, model_id, spec, create)

    def _checkpoint_info(self, path: str) -> commands.CheckpointInfo:
        return self.engine.checkpoint_info(CheckpointPath.parse(path))

    async def weights_info(self, request: schemas.WeightsInfo) -> Response:
        info = self._checkpoint_info(request.tinker_path)
        spec = info.spec
        return json(
            {
                "base_model": info.base_model,
                "is_lora": spec.rank > 0,
                "lora_rank": spec.rank,
                "train_attn": spec.train_attn,
                "train_mlp": spec.train_mlp,
                "train_unembed": spec.train_unembed,
            }
        )

    async def list_checkpoints(self, limit: Limit = 100, offset: Offset = 0) -> Response:
        """Of all models, the newest first."""
        saved = await self._saved(None)
        page = [_checkpoint(info) for info in saved[offset : offset + limit]]
        return json({"checkpoints": page, "cursor": _cursor(offset, limit, len(saved))})

    async def list_checkpoints_of_run(self, model_id: str) -> Response:
        saved = await self._saved(canonical(model_id))
        return json({"checkpoints": [_checkpoint(info) for info in saved], "cursor": None})

    async def _saved(self, model_id: str | None) -> list[commands.CheckpointInfo]:
        """The newest first."""
        saved = await asyncio.to_thread(self.engine.list_checkpoints, model_id)
        return sorted(saved, key=lambda info: info.saved_at, reverse=True)

    async def list_training_runs(self, limit: Limit = 20, offset: Offset = 0) -> Response:
        """Models that are loaded or have checkpoints, the last used first."""
        runs = self._training_runs(await self._saved(None))
        page = runs[offset : offset + limit]
        return json({"training_runs": page, "cursor": _cursor(offset, limit, len(runs))})

    async def get_training_run(self, model_id: str) -> Response:
        model_id = canonical(model_id)
        saved = await self._saved(model_id)
        for run in self._training_runs(saved):
            if run["training_run_id"] == model_id:
                return json(run)
        raise not_found(f"there is no training run {model_id}")

    def _training_runs(self, saved: list[commands.CheckpointInfo]) -> list[dict[str, Any]]:
        of_run: dict[str, list[commands.CheckpointInfo]] = {m: [] for m in self.registry.models}
        for info in saved:
            of_run.setdefault(info.path.model_id, []).append(info)

        def run(model_id: str, infos: list[commands.CheckpointInfo]) -> dict[str, Any]:
            def last(kind: str) -> dict[str, Any] | None:
                return next((_checkpoint(i) for i in infos if i.path.kind == kind), None)

            model = self.registry.models.get(model_id)
            spec = model.spec if model else infos[0].spec
            return {
                "training_run_id": model_id,
                "base_model": infos[0].base_model if infos else self.card.name,
                "model_owner": "local",
                "is_lora": spec.rank > 0,
                "lora_rank": spec.rank or None,
                "corrupted": False,
                "last_request_time": _time(model.used_at if model else infos[0].saved_at),
                "last_checkpoint": last("weights"),
                "last_sampler_checkpoint": last("sampler_weights"),
                "user_metadata": model.user_metadata if model else None,
            }

        runs = [run(*item) for item in of_run.items()]
        return sorted(runs, key=lambda r: r["last_request_time"], reverse=True)

    async def set_checkpoint_ttl(
        self, request: schemas.CheckpointTtl, model_id: str, kind: str, name: str
    ) -> Response:
        path = CheckpointPath.parse(f"tinker://{canonical(model_id)}/{kind}/{name}")
        ttl = request.ttl_seconds
        expires_at = None if ttl is None else time.time() + ttl
        await asyncio.to_thread(self.engine.set_expiry, path, expires_at)
        return json({})

    async def delete_checkpoint(self, model_id: str, kind: str, name: str) -> Response:
        path = CheckpointPath.parse(f"tinker://{canonical(model_id)}/{kind}/{name}")
        if not await asyncio.to_thread(self.engine.delete_checkpoint, path):
            raise not_found(f"there is no checkpoint {path}")
        return json({})

    # Sampling -------------------------------------------------------------------------------------

    async def create_sampling_session(
        self,
        request: schemas.CreateSamplingSession,
    ) -> Response:
        session = self.registry.session(request.session_id)
        sequence = request.sampling_session_seq_id
        suffix = uuid.uuid4().hex[:8] if sequence is None else sequence
        sampler_id = f"{session.session_id}-sample-{suffix}"
        source = self._source(request.model_path, request.base_model)
        self.registry.add_sampler(SamplerInfo(sampler_id, session, source, request.model_path))
        return json({"type": "create_sampling_session", "sampling_session_id": sampler_id})

    def _source(self, model_path: str | None, base_model: str | None) -> commands.SampleSource:
        if model_path is not None:
            self._checkpoint_info(model_path)  # there must be such a checkpoint
            return CheckpointPath.parse(model_path)
        if base_model is None:
            raise field_error(("base_model",), "give base_model or model_path")
        self.card.check(base_model, "base_model")
        return None

    async def get_sampler(self, sampler_id: str) -> Response:
        sampler = self.registry.sampler(sampler_id)
        return json(
            {
                "sampler_id": sampler.sampler_id,
                "base_model": self.card.tokenizer,
                "model_path": sampler.model_path,
            }
        )

    async def asample(self, request: schemas.Sample) -> Response:
        if request.sampling_session_id is None:
            source = self._source(request.model_path, request.base_model)
            request_id = uuid.uuid4().hex
        else:
            source = self.registry.sampler(request.sampling_session_id).source
            sequence = uuid.uuid4().hex if request.seq_id is None else request.seq_id
            request_id = f"{request.sampling_session_id}:{sequence}"
        future = self.futures.known(request_id, "asample")
        if future is None:
            command = convert.sample(
                convert.tokens(request.prompt, self.card, "prompt"),
                request.sampling_params,
                self.card,
                source,
                num_samples=request.num_samples,
                prompt_logprobs=bool(request.prompt_logprobs),
            )
            future = self.futures.start(request_id, "asample")
            self.engine.sample(command, self.futures.settle(future))
        ids = [f"{request_id}:{i}" for i in range(request.num_samples)]
        return json({"request_id": request_id, "sample_sequence_ids": ids})

    async def retrieve_future(self, request: Request) -> Response:
        asked = await read_body(schemas.RetrieveFuture, request)
        outcome = await self.futures.wait(asked.request_id, LONG_POLL_SECONDS)
        if outcome is None:
            pending = {"type": "try_again", "request_id": asked.request_id}
            return json({**pending, "queue_state": "active", "detail": "not done yet"}, 408)
        if isinstance(outcome, Exception):
            return failure(outcome)
        accept = request.headers.get("accept", "")
        return encode_result(outcome, protobuf.CONTENT_TYPE if self.always_protobuf else accept)


def _checkpoint(info: commands.CheckpointInfo) -> dict[str, Any]:
    return {
        "checkpoint_id": f"{info.path.kind}/{info.path.name}",
        "checkpoint_type": "training" if info.path.kind == "weights" else "sampler",
        "time": _time(info.saved_at),
        "tinker_path": str(info.path),
        "size_bytes": info.size_bytes,
        "public": False,
        "expires_at": None if info.expires_at is None else _time(info.expires_at),
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _cursor(offset: int, limit: int, total: int) -> dict[str, int]:
    return {"offset": offset, "limit": limit, "total_count": total}
