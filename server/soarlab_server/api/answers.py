"""The calls' responses, for the OpenAPI description. Responses are written without passing through
these models; the tests hold them to it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    model_config = ConfigDict(protected_namespaces=())


class FieldIssue(Answer):
    loc: list[str | int]
    """Where in the request: `body`, then the names and indices."""
    msg: str
    type: str


class Error(Answer):
    detail: str | list[FieldIssue]


class Empty(Answer):
    pass


# Tinker -------------------------------------------------------------------------------------------


class Health(Answer):
    status: Literal["ok"]


class SupportedModel(Answer):
    model_name: str
    max_context_length: int
    trainable: bool
    sampleable: bool


class Capabilities(Answer):
    supported_models: list[SupportedModel]


class ClientConfig(Answer):
    parallel_fwdbwd_chunks: bool


class Telemetry(Answer):
    status: Literal["accepted"]


class SessionCreated(Answer):
    type: Literal["create_session"]
    session_id: str


class Heartbeat(Answer):
    type: Literal["session_heartbeat"]


class Session(Answer):
    training_run_ids: list[str]
    sampler_ids: list[str]
    user_metadata: dict[str, Any] | None
    display_name: str | None


class Sessions(Answer):
    sessions: list[str]


class ModelData(Answer):
    arch: str
    model_name: str
    tokenizer_id: str


class ModelInfo(Answer):
    type: Literal["get_info"]
    model_id: str
    model_name: str
    is_lora: bool
    lora_rank: int
    model_data: ModelData


class ModelFuture(Answer):
    request_id: str
    model_id: str


class SampleFuture(Answer):
    request_id: str
    sample_sequence_ids: list[str]


class WeightsInfo(Answer):
    base_model: str
    is_lora: bool
    lora_rank: int
    train_attn: bool
    train_mlp: bool
    train_unembed: bool


class Checkpoint(Answer):
    checkpoint_id: str
    checkpoint_type: Literal["training", "sampler"]
    time: str
    tinker_path: str
    size_bytes: int
    public: Literal[False]
    expires_at: str | None


class Cursor(Answer):
    offset: int
    limit: int
    total_count: int


class Checkpoints(Answer):
    checkpoints: list[Checkpoint]
    cursor: Cursor | None


class TrainingRun(Answer):
    training_run_id: str
    base_model: str
    model_owner: str
    is_lora: bool
    lora_rank: int | None
    corrupted: bool
    last_request_time: str
    last_checkpoint: Checkpoint | None
    last_sampler_checkpoint: Checkpoint | None
    user_metadata: dict[str, Any] | None


class TrainingRuns(Answer):
    training_runs: list[TrainingRun]
    cursor: Cursor


class SamplingSession(Answer):
    type: Literal["create_sampling_session"]
    sampling_session_id: str


class Sampler(Answer):
    sampler_id: str
    base_model: str
    model_path: str | None


class Result(Answer):
    """Of the request: `loss_fn_outputs` and `metrics`, or `sequences`, or a path, ..."""

    model_config = ConfigDict(extra="allow")


# OpenAI -------------------------------------------------------------------------------------------


class Usage(Answer):
    prompt_tokens: int
    total_tokens: int
    completion_tokens: int | None = None


class ServedModel(Answer):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ServedModels(Answer):
    object: Literal["list"]
    data: list[ServedModel]


class Embedding(Answer):
    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class Embeddings(Answer):
    object: Literal["list"]
    model: str
    data: list[Embedding]
    usage: Usage


class ChatMessage(Answer):
    role: Literal["assistant"]
    content: str


class ChatChoice(Answer):
    index: int
    message: ChatMessage
    logprobs: dict[str, Any] | None
    finish_reason: Literal["stop", "length"]


class ChatCompletion(Answer):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChatChoice]
    usage: Usage


class CompletionLogprobs(Answer):
    tokens: list[str]
    token_logprobs: list[float | None]
    top_logprobs: None
    text_offset: list[int]


class CompletionChoice(Answer):
    index: int
    text: str
    logprobs: CompletionLogprobs | None
    finish_reason: Literal["stop", "length"]
    token_ids: list[int] | None = None
    prompt_token_ids: list[int] | None = None


class Completion(Answer):
    id: str
    object: Literal["text_completion"]
    created: int
    model: str
    choices: list[CompletionChoice]
    usage: Usage
