"""The app: the route of each call, and the middleware of every request."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware

from .. import __version__
from ..engine.engine import Engine
from ..request_error import RequestError
from . import answers, protobuf, schemas
from .access import Access
from .calls import Calls, read_body
from .errors import NotSupported, refusal
from .futures import FutureStore
from .middleware import Gate
from .model_card import ModelCard
from .openai import OpenAiApi
from .tinker import TinkerApi


def create_app(
    engine: Engine,
    card: ModelCard,
    *,
    access: Access,
    max_body_bytes: int = 256 * 2**20,
    always_protobuf: bool = False,
) -> FastAPI:
    futures = FutureStore()
    tinker = TinkerApi(engine, card, futures, always_protobuf)
    app = FastAPI(
        title="soarlab training server",
        version=__version__,
        lifespan=tinker.lifespan,
        docs_url=None,
        redoc_url=None,
    )
    calls = Calls(app)
    _add_tinker(calls, tinker)
    _add_openai(calls, OpenAiApi(engine, card, futures))
    _refuse_the_rest(app)

    @app.exception_handler(RequestError)
    @app.exception_handler(protobuf.MalformedMessage)
    async def refuse(request: Request, error: Exception) -> Response:
        return refusal(request.url.path, 400, str(error))

    @app.exception_handler(RequestValidationError)
    async def wrong_field(request: Request, error: RequestValidationError) -> Response:
        return refusal(request.url.path, 422, jsonable_encoder(error.errors()))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        status = error.status_code
        if isinstance(error, NotSupported) and "Tinker/Python" in request.headers.get(
            "user-agent", ""
        ):
            status = 400  # the official SDK repeats requests that get a 5xx for five minutes
        return refusal(request.url.path, status, error.detail, error.headers)

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> Response:
        return refusal(request.url.path, 500, f"{type(error).__name__}: {error}")

    app.add_middleware(
        CORSMiddleware, allow_origins=access.origins, allow_methods=["*"], allow_headers=["*"]
    )
    app.add_middleware(Gate, access=access, max_body_bytes=max_body_bytes)
    return app


def _add_tinker(calls: Calls, api: TinkerApi) -> None:
    v1 = "/api/v1"
    calls.get(f"{v1}/healthz", answers.Health, api.healthz)
    calls.get(f"{v1}/get_server_capabilities", answers.Capabilities, api.capabilities)
    calls.post(f"{v1}/client/config", schemas.Anything, answers.ClientConfig, api.client_config)
    calls.post(f"{v1}/client/dynamic_config", schemas.Anything, answers.Empty, api.dynamic_config)
    calls.post(f"{v1}/telemetry", schemas.Anything, answers.Telemetry, api.telemetry)
    calls.post(
        f"{v1}/create_session", schemas.CreateSession, answers.SessionCreated, api.create_session
    )
    calls.post(f"{v1}/session_heartbeat", schemas.Heartbeat, answers.Heartbeat, api.heartbeat)
    calls.post(f"{v1}/get_info", schemas.ModelId, answers.ModelInfo, api.get_info)
    calls.post(f"{v1}/create_model", schemas.CreateModel, answers.ModelFuture, api.create_model)
    calls.post(f"{v1}/unload_model", schemas.ModelRequest, answers.ModelFuture, api.unload_model)
    calls.post(f"{v1}/forward", schemas.Forward, answers.ModelFuture, api.forward)
    calls.post(f"{v1}/optim_step", schemas.OptimStep, answers.ModelFuture, api.optim_step)
    calls.post(f"{v1}/save_weights", schemas.SaveWeights, answers.ModelFuture, api.save_weights)
    calls.post(
        f"{v1}/save_weights_for_sampler",
        schemas.SaveWeightsForSampler,
        answers.ModelFuture,
        api.save_weights_for_sampler,
    )
    calls.post(f"{v1}/load_weights", schemas.LoadWeights, answers.ModelFuture, api.load_weights)
    calls.post(f"{v1}/weights_info", schemas.WeightsInfo, answers.WeightsInfo, api.weights_info)
    calls.post(
        f"{v1}/create_sampling_session",
        schemas.CreateSamplingSession,
        answers.SamplingSession,
        api.create_sampling_session,
    )
    calls.post(f"{v1}/asample", schemas.Sample, answers.SampleFuture, api.asample)
    calls.raw(
        "POST",
        f"{v1}/forward_backward",
        schemas.ForwardBackward,
        answers.ModelFuture,
        api.forward_backward,
    )
    calls.raw(
        "POST",
        f"{v1}/retrieve_future",
        schemas.RetrieveFuture,
        answers.Result,
        api.retrieve_future,
        answers_also={protobuf.CONTENT_TYPE: {}},
    )
    calls.get(f"{v1}/sessions", answers.Sessions, api.list_sessions)
    calls.get(f"{v1}/sessions/{{session_id}}", answers.Session, api.get_session)
    calls.act("POST", f"{v1}/sessions/{{session_id}}/finish", answers.Empty, api.finish_session)
    calls.get(f"{v1}/samplers/{{sampler_id}}", answers.Sampler, api.get_sampler)
    calls.get(f"{v1}/checkpoints", answers.Checkpoints, api.list_checkpoints)
    calls.get(f"{v1}/training_runs", answers.TrainingRuns, api.list_training_runs)
    run = f"{v1}/training_runs/{{model_id}}"
    calls.get(run, answers.TrainingRun, api.get_training_run)
    calls.get(f"{run}/checkpoints", answers.Checkpoints, api.list_checkpoints_of_run)
    checkpoint = f"{run}/checkpoints/{{kind}}/{{name}}"
    calls.act("DELETE", checkpoint, answers.Empty, api.delete_checkpoint)

    async def set_ttl(request: Request, model_id: str, kind: str, name: str) -> Response:
        body = await read_body(schemas.CheckpointTtl, request)
        return await api.set_checkpoint_ttl(body, model_id, kind, name)

    calls.raw("PUT", f"{checkpoint}/ttl", schemas.CheckpointTtl, answers.Empty, set_ttl)


def _add_openai(calls: Calls, api: OpenAiApi) -> None:
    calls.get("/v1/models", answers.ServedModels, api.models)
    calls.get("/v1/models/{model:path}", answers.ServedModel, api.model)
    calls.post("/v1/embeddings", schemas.Embeddings, answers.Embeddings, api.embeddings)
    calls.post(
        "/v1/chat/completions",
        schemas.ChatCompletions,
        answers.ChatCompletion,
        api.chat_completions,
    )
    calls.post("/v1/completions", schemas.Completions, answers.Completion, api.completions)


def _refuse_the_rest(app: FastAPI) -> None:
    """Names the calls of either API that this server does not have; there is no bare 404."""

    async def refuse(request: Request) -> Response:
        raise NotSupported(f"{request.method} {request.url.path}")

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    for path in ("/api/v1/{rest:path}", "/v1/{rest:path}"):
        app.add_api_route(path, refuse, methods=methods, include_in_schema=False)
