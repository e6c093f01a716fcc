"""What the engine asks of a backend: the contract between the server's two inner layers.

A backend holds one base model and any number of fine-tunes of it, each known by a model id. It runs
commands on them (`commands`) and makes samplers. `backend.torch_backend.TorchBackend` is built in;
another is any class with the methods of `Backend`, handed to `engine.engine.Engine`.

Order
    The engine runs a model's commands one after another, in the order they came, and never two of
    one model at once. Commands of different models may run at the same time on different threads.
    `stacks` says which commands are better run in one pass; those come through `run_together`.
Threads
    The engine has a few workers, each with one sampler of its own. A worker calls `prepare_thread`
    first, and only it calls its sampler's `run`. `Sampler.add`, `Sampler.load`, `weights_in_memory`
    and the calls about checkpoints come from any thread, at any time, and must not take long.
Weights
    What samples are drawn from is an object that only the backend can read. Once made it never
    changes: training a model leaves the weights that were kept of it before as they are. Two
    requests for the same weights get the same object.
Failures
    A method raises `RequestError` for what the sender can fix, anything else for its own fault.
    Either fails that request alone: a failed command leaves the model as it was.
Numbers
    Losses are sums over tokens; gradients add up until an `OptimStep`, which clears them. Log-
    probabilities are the model's at temperature 1, in nats. On a CPU in float32 a result does not
    depend, to the bit, on what else runs; a seed then gives the same samples every time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from .checkpoint_path import CheckpointPath
from .commands import (
    CheckpointInfo,
    Embed,
    Embeddings,
    ForwardBackward,
    ModelCommand,
    Result,
    SampleCommand,
    SampleResult,
    SampleSource,
)
from .tokenizer import Tokenizer

OnSample = Callable[[SampleResult | Exception], None]
OnProgress = Callable[[int, list[int]], None]
"""Takes the number of a sample and all its tokens so far."""


class Sampler(Protocol):
    """The sample requests of one worker, decoded a step at a time."""

    def add(
        self,
        command: SampleCommand,
        weights: Any,
        on_result: OnSample,
        on_progress: OnProgress | None = None,
    ) -> None:
        """Takes a request; `on_result` is called once, from `run`, with its result or error.
        `on_progress`, if given, is called now and then before that, for each unfinished sample."""

    @property
    def busy(self) -> bool:
        """Whether `run` has work to do."""

    def load(self) -> int:
        """Number of active or waiting sequences; an estimate is enough."""

    def run(self, steps: int) -> None:
        """Decodes up to `steps` tokens of every active sequence. Never raises for a request."""


class Backend(Protocol):
    tokenizer: Tokenizer

    @property
    def runs_in_parallel(self) -> bool:
        """Whether several workers are faster than one."""

    def prepare_thread(self) -> None:
        """Called first on the thread of each worker."""

    def new_sampler(self) -> Sampler: ...

    def run(self, model_id: str, command: ModelCommand) -> Result:
        """`CreateModel` and `CreateModelFromCheckpoint` make the model, `UnloadModel` frees it and
        what was sampled from it (and does nothing without one); any other command needs it."""

    def stacks(self, model_id: str, command: ModelCommand) -> bool:
        """Whether the command gains from running in one pass with others of its kind."""

    def run_together(self, requests: list[tuple[str, ForwardBackward]]) -> list[Result | Exception]:
        """Commands of different models that `stacks` chose, all with the same `backward`; one
        outcome for each."""

    def embed(self, command: Embed) -> Embeddings:
        """By the base model or minilm; on a worker's thread, at any time."""

    def weights_in_memory(self, source: SampleSource) -> Any | None:
        """Weights to sample from, or None if `load_weights` must read them first.

        Raises RequestError if `source` is a `KeptSampler` that is no longer kept.
        """

    def load_weights(self, path: CheckpointPath) -> Any:
        """Reads a checkpoint's weights for sampling; on a worker's thread."""

    def checkpoint_info(self, path: CheckpointPath) -> CheckpointInfo: ...

    def list_checkpoints(self, model_id: str | None) -> list[CheckpointInfo]:
        """Of one model or of all."""

    def set_expiry(self, path: CheckpointPath, expires_at: float | None) -> None:
        """`expires_at` in seconds since 1970; None = never."""

    def delete_expired_checkpoints(self) -> None: ...

    def delete_checkpoint(self, path: CheckpointPath) -> bool:
        """Returns whether there was one."""
