"""What the API asks of the engine, and what comes back: plain data, no tensors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from .checkpoint_path import CheckpointPath

LossName = Literal["cross_entropy", "importance_sampling", "ppo", "cispo", "dro", "gspo"]


@dataclass(frozen=True, slots=True)
class LoraSpec:
    """What a model trains: rank 0 trains every weight, otherwise adapters on the chosen parts."""

    rank: int
    seed: int = 0
    train_attn: bool = True
    train_mlp: bool = True
    train_unembed: bool = True


@dataclass(frozen=True, slots=True)
class AdamParams:
    learning_rate: float
    beta1: float
    beta2: float
    eps: float
    weight_decay: float
    grad_clip_norm: float
    """Global gradient norm above which the gradient is scaled down; 0 = never."""


@dataclass(frozen=True, slots=True)
class Datum:
    """One sequence to train on; all arrays have its length T."""

    tokens: np.ndarray
    targets: np.ndarray
    weights: np.ndarray | None = None
    """cross_entropy only; absent = 1 everywhere."""
    sampler_logprobs: np.ndarray | None = None
    advantages: np.ndarray | None = None
    ratio_mask: np.ndarray | None = None
    """gspo only: not zero for the tokens that its ratio is taken over."""


@dataclass(frozen=True, slots=True)
class CreateModel:
    spec: LoraSpec


@dataclass(frozen=True, slots=True)
class CreateModelFromCheckpoint:
    path: str
    with_optimizer: bool


@dataclass(frozen=True, slots=True)
class ForwardBackward:
    data: list[Datum]
    loss: LossName
    loss_config: dict[str, float]
    backward: bool


@dataclass(frozen=True, slots=True)
class OptimStep:
    adam: AdamParams


@dataclass(frozen=True, slots=True)
class SaveState:
    name: str
    ttl_seconds: int | None = None
    """After so long the checkpoint is deleted; None = never."""
    overwrite: bool = True
    """Whether it may replace one of that name."""


@dataclass(frozen=True, slots=True)
class LoadState:
    path: str
    with_optimizer: bool


@dataclass(frozen=True, slots=True)
class SaveSampler:
    """Saves the weights as they are now on disk, for sampling."""

    name: str
    ttl_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class KeepSampler:
    """Keeps the weights as they are now in memory, until a few newer ones of the model replace
    them."""

    sampler_id: str


@dataclass(frozen=True, slots=True)
class UnloadModel:
    pass


ModelCommand = (
    CreateModel
    | CreateModelFromCheckpoint
    | ForwardBackward
    | OptimStep
    | SaveState
    | LoadState
    | SaveSampler
    | KeepSampler
    | UnloadModel
)
"""Commands of one model run one after another, in the order they came."""


@dataclass(frozen=True, slots=True)
class Embed:
    """Embeds texts or token lists by the base model, or texts by the sentence encoder minilm."""

    inputs: list[str | np.ndarray]
    model: Literal["base", "minilm"] = "base"


@dataclass(frozen=True, slots=True)
class KeptSampler:
    """Weights that a `KeepSampler` keeps in memory."""

    model_id: str
    sampler_id: str


SampleSource = KeptSampler | CheckpointPath | None
"""What to sample from; None is the base model."""


@dataclass(frozen=True, slots=True)
class SamplingParams:
    max_tokens: int
    temperature: float
    top_k: int
    """-1 = all."""
    top_p: float
    seed: int
    stop_tokens: tuple[int, ...]
    stop_strings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleCommand:
    source: SampleSource
    prompt: np.ndarray
    num_samples: int
    params: SamplingParams
    prompt_logprobs: bool = False


@dataclass(frozen=True, slots=True)
class CheckpointInfo:
    path: CheckpointPath
    base_model: str
    spec: LoraSpec
    optimizer_steps: int | None
    """None for weights for sampling, which are saved without an optimizer."""
    saved_at: float
    """Seconds since 1970, as the next."""
    expires_at: float | None
    size_bytes: int


@dataclass(slots=True)
class TrainResult:
    logprobs: list[np.ndarray]
    """Per datum, the log-probability of each target: [T] float32, nats."""
    metrics: dict[str, float]


@dataclass(slots=True)
class Sequence:
    tokens: np.ndarray
    """[n] int32; ends with the stop token when one was sampled."""
    logprobs: np.ndarray
    """[n] float32, nats, under the model at temperature 1."""
    stop_reason: Literal["stop", "length"]


@dataclass(slots=True)
class SampleResult:
    sequences: list[Sequence]
    prompt_logprobs: np.ndarray | None = None
    """[prompt length] float32; NaN for the first token, which nothing precedes."""


@dataclass(slots=True)
class Embeddings:
    vectors: list[np.ndarray]
    """Per input [width] float32 of length 1"""
    tokens: int


@dataclass(slots=True)
class FieldsResult:
    """A result of a few named fields, e.g. a checkpoint's path."""

    fields: dict[str, object] = field(default_factory=dict)


Result = TrainResult | SampleResult | Embeddings | FieldsResult
