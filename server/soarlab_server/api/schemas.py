"""Bodies of the API's requests. Unknown fields are ignored, as clients are newer than servers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    model_config = ConfigDict(extra="ignore", protected_namespaces=())


NonNegative = Annotated[int, Field(ge=0)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
NonEmpty = Annotated[str, Field(min_length=1)]


class CreateSession(Body):
    tags: list[str] = []
    user_metadata: dict[str, Any] | None = None
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


class Datum(Body):
    model_input: ModelInput
    loss_fn_inputs: LossInputs


class ForwardBackwardInput(Body):
    data: Annotated[list[Datum], Field(min_length=1)]
    loss_fn: Literal["cross_entropy", "importance_sampling", "ppo"]
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


class SaveWeights(ModelRequest):
    path: str | None = None


class SaveWeightsForSampler(ModelRequest):
    path: str | None = None
    sampling_session_seq_id: NonNegative | None = None


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
    # Not supported; asking for them is an error rather than an answer without them.
    topk_prompt_logprobs: Literal[0] = 0
    topk_sample_logprobs: Literal[0] = 0
    prompt_alt_tokens_k: Literal[0] = 0
    target_prompt_logprobs: None = None
    prompt_logprobs_last_n: None = None


class Embeddings(Body):
    """OpenAI's call: a text, texts, a token list or token lists."""

    input: str | list[str] | list[int] | list[list[int]]
    model: str | None = None
    # Not supported; asking for it is an error rather than vectors of another length.
    dimensions: None = None


class ChatMessage(Body):
    role: str
    content: str


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
    # Not supported; asking for them is an error rather than an answer without them.
    stream: Literal[False] | None = None
    logprobs: Literal[False] | None = None
    tools: None = None
    response_format: None = None


class RetrieveFuture(Body):
    request_id: str


class ModelId(Body):
    model_id: str


class WeightsInfo(Body):
    tinker_path: str
