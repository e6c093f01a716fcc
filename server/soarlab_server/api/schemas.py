"""Bodies of the API's requests. Unknown fields are ignored, as clients are newer than servers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema

from ..commands import LossName
from .errors import NotSupported


class Body(BaseModel):
    model_config = ConfigDict(extra="ignore", protected_namespaces=())


NonNegative = Annotated[int, Field(ge=0)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
NonEmpty = Annotated[str, Field(min_length=1)]


TextsOrTokens = str | list[str] | list[int] | list[list[int]]


def _refuse(value: object, info: ValidationInfo) -> None:
    if value not in (None, False, 0, "", [], {}):
        raise NotSupported(str(info.field_name))


Absent = Annotated[None, BeforeValidator(_refuse), WithJsonSchema({"type": "null"})]
"""A field of the API that this server does not have. Asking for it is an error rather than an
answer without it; its neutral values are taken."""


class Anything(Body):
    """A body that is not read."""


class CreateSession(Body):
    tags: list[str] = []
    user_metadata: dict[str, Any] | None = None
    display_name: str | None = None
    sdk_version: str = ""


class Heartbeat(Body):
    session_id: str


class LoraConfig(Body):
    rank: Annotated[int, Field(ge=0, le=4096)] = 32
    seed: Annotated[int, Field(ge=-(2**63), lt=2**64)] | None = None
    train_attn: bool = True
    train_mlp: bool = True
    train_unembed: bool = True


class CreateModel(Body):
    session_id: str
    model_seq_id: NonNegative | None = None
    base_model: str
    lora_config: LoraConfig | None = None
    user_metadata: dict[str, Any] | None = None


class ModelRequest(Body):
    model_id: str
    seq_id: NonNegative | None = None


class Chunk(Body):
    type: Literal["encoded_text"] = "encoded_text"
    tokens: list[int]


class ModelInput(Body):
    chunks: list[Chunk]


class TensorData(Body):
    data: list[Finite]
    sparse_crow_indices: None = None
    sparse_col_indices: None = None


class LossInputs(Body):
    target_tokens: TensorData
    weights: TensorData | None = None
    logprobs: TensorData | None = None
    advantages: TensorData | None = None
    sequence_ratio_mask: TensorData | None = None


class Datum(Body):
    model_input: ModelInput
    loss_fn_inputs: LossInputs


def _refuse_loss(value: object) -> object:
    if value in ("stable_reinforce", "custom"):
        raise NotSupported(f"the loss {value}")
    return value


class ForwardBackwardInput(Body):
    data: Annotated[list[Datum], Field(min_length=1)]
    loss_fn: Annotated[LossName, BeforeValidator(_refuse_loss)]
    loss_fn_config: dict[str, Finite] | None = None


class ForwardBackward(ModelRequest):
    forward_backward_input: ForwardBackwardInput


class Forward(ModelRequest):
    forward_input: ForwardBackwardInput


class AdamParams(Body):
    learning_rate: Annotated[Finite, Field(ge=0)] = 1e-4
    beta1: Annotated[float, Field(ge=0, lt=1)] = 0.9
    beta2: Annotated[float, Field(ge=0, lt=1)] = 0.95
    eps: Annotated[Finite, Field(gt=0)] = 1e-12
    weight_decay: Annotated[Finite, Field(ge=0)] = 0.0
    grad_clip_norm: Annotated[Finite, Field(ge=0)] = 0.0


class OptimStep(ModelRequest):
    adam_params: AdamParams


TTL = Annotated[int, Field(ge=1, le=10 * 366 * 24 * 3600)]
"""Seconds until a checkpoint is deleted."""


class SaveWeights(ModelRequest):
    """`overwrite`: false fails if there is one of that name; absent replaces it."""

    path: str | None = None
    ttl_seconds: TTL | None = None
    overwrite: bool | None = None


class SaveWeightsForSampler(ModelRequest):
    path: str | None = None
    sampling_session_seq_id: NonNegative | None = None
    ttl_seconds: TTL | None = None


class CheckpointTtl(Body):
    """null = never."""

    ttl_seconds: TTL | None


class LoadWeights(Body):
    """Into a model (`model_id`), or as a new one (`session_id` and `model_seq_id`)."""

    model_id: str | None = None
    seq_id: NonNegative | None = None
    session_id: str | None = None
    model_seq_id: NonNegative | None = None
    path: str
    optimizer: bool = False


class CreateSamplingSession(Body):
    session_id: str
    sampling_session_seq_id: NonNegative | None = None
    base_model: str | None = None
    model_path: str | None = None


class SamplingParams(Body):
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    seed: int | None = None
    stop: NonEmpty | list[int] | list[NonEmpty] | None = None
    temperature: Annotated[Finite, Field(ge=0)] = 1.0
    top_k: Annotated[int, Field(ge=-1)] = -1
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0


class Sample(Body):
    prompt: ModelInput
    num_samples: Annotated[int, Field(ge=1, le=4096)] = 1
    sampling_params: SamplingParams
    sampling_session_id: str | None = None
    seq_id: NonNegative | None = None
    base_model: str | None = None
    model_path: str | None = None
    prompt_logprobs: bool | None = None
    topk_prompt_logprobs: Absent = None
    topk_sample_logprobs: Absent = None
    prompt_alt_tokens_k: Absent = None
    target_prompt_logprobs: Absent = None
    prompt_logprobs_last_n: Absent = None
    record_stability_info: Absent = None


class Embeddings(Body):
    """OpenAI's call: a text, texts, a token list or token lists."""

    input: TextsOrTokens
    model: str | None = None
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Absent = None


class ContentPart(Body):
    type: Literal["text"] = "text"
    text: str


class ChatMessage(Body):
    role: str
    content: str | list[ContentPart]

    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        return "".join(part.text for part in self.content)


class ResponseFormat(Body):
    type: Literal["text"]


class StreamOptions(Body):
    include_usage: bool = False


class ChatCompletions(Body):
    """OpenAI's call; `model` may also be a `tinker://` path of sampler weights."""

    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    model: str
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[Finite, Field(ge=0)] = 1.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    seed: int | None = None
    stop: str | list[NonEmpty] | None = None
    n: Annotated[int, Field(ge=1, le=128)] = 1
    response_format: ResponseFormat | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    logprobs: Absent = None
    tools: Absent = None
    tool_choice: Absent = None
    functions: Absent = None
    logit_bias: Absent = None
    presence_penalty: Absent = None
    frequency_penalty: Absent = None


class Completions(Body):
    """OpenAI's call, with vLLM's `top_k`, `stop_token_ids` and `return_token_ids`; `model` as in
    chat. `logprobs`: those of the tokens themselves, whatever the number; there are no others."""

    prompt: TextsOrTokens
    model: str
    max_tokens: Annotated[int, Field(ge=0)] = 16
    temperature: Annotated[Finite, Field(ge=0)] = 1.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    top_k: Annotated[int, Field(ge=-1)] = -1
    n: Annotated[int, Field(ge=1, le=4096)] = 1
    seed: int | None = None
    stop: str | list[NonEmpty] | None = None
    stop_token_ids: list[int] | None = None
    echo: bool = False
    logprobs: Annotated[int, Field(ge=0, le=1)] | None = None
    return_token_ids: bool = False
    stream: bool = False
    stream_options: StreamOptions | None = None
    best_of: Absent = None
    suffix: Absent = None
    logit_bias: Absent = None
    presence_penalty: Absent = None
    frequency_penalty: Absent = None


class RetrieveFuture(Body):
    request_id: str


class ModelId(Body):
    model_id: str


class WeightsInfo(Body):
    tinker_path: str
