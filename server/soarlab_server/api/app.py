"""The app: which route answers which call, and what every request passes before."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from ..engine.engine import Engine
from ..request_error import RequestError
from . import protobuf
from .futures import FutureStore
from .middleware import Gate
from .model_card import ModelCard
from .openai import OpenAiApi
from .tinker import TinkerApi


def create_app(
    engine: Engine,
    card: ModelCard,
    *,
    api_key: str | None = None,
    max_body_bytes: int = 256 * 2**20,
) -> FastAPI:
    futures = FutureStore()
    api = TinkerApi(engine, card, futures)
    openai = OpenAiApi(engine, card, futures)
    app = FastAPI(title="soarlab training server", lifespan=api.lifespan)
    posts = {
        "client/config": api.client_config,
        "client/dynamic_config": api.dynamic_config,
        "telemetry": api.telemetry,
        "create_session": api.create_session,
        "session_heartbeat": api.heartbeat,
        "get_info": api.get_info,
        "create_model": api.create_model,
        "unload_model": api.unload_model,
        "forward_backward": api.forward_backward,
        "forward": api.forward,
        "optim_step": api.optim_step,
        "save_weights": api.save_weights,
        "save_weights_for_sampler": api.save_weights_for_sampler,
        "load_weights": api.load_weights,
        "weights_info": api.weights_info,
        "create_sampling_session": api.create_sampling_session,
        "asample": api.asample,
        "retrieve_future": api.retrieve_future,
    }
    gets = {
        "healthz": api.healthz,
        "get_server_capabilities": api.capabilities,
        "sessions/{session_id}": api.get_session,
        "samplers/{sampler_id}": api.get_sampler,
        "checkpoints": api.list_checkpoints,
        "training_runs/{model_id}/checkpoints": api.list_checkpoints,
    }
    for path, route in posts.items():
        app.post(f"/api/v1/{path}")(route)
    for path, route in gets.items():
        app.get(f"/api/v1/{path}")(route)
    app.delete("/api/v1/training_runs/{model_id}/checkpoints/{kind}/{name}")(api.delete_checkpoint)

    app.post("/v1/embeddings")(openai.embeddings)
    app.post("/v1/chat/completions")(openai.chat_completions)

    @app.exception_handler(RequestError)
    @app.exception_handler(protobuf.MalformedMessage)
    async def refuse(request: Request, error: Exception) -> Response:
        return JSONResponse({"detail": str(error)}, 400)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        return JSONResponse({"detail": error.detail}, error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> Response:
        return JSONResponse({"detail": f"{type(error).__name__}: {error}"}, 500)

    app.add_middleware(Gate, api_key=api_key, max_body_bytes=max_body_bytes)
    return app
