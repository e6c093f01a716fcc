"""One queue for all models, and the workers that run it.

The commands of a model run one after another, in the order they came; different models run at the
same time, or in one pass if the backend stacks them. Each worker also decodes the rows of its
own sampler, a few steps between commands, so that neither kind of work keeps the other waiting.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..checkpoint_path import CheckpointPath
from ..commands import (
    CheckpointInfo,
    Embed,
    ForwardBackward,
    ModelCommand,
    Result,
    SampleCommand,
    UnloadModel,
)
from ..contract import Backend, OnProgress, Sampler

logger = logging.getLogger(__name__)

OnResult = Callable[[Result | Exception], None]
"""Takes a request's outcome, on a worker's thread."""

DECODE_STEPS = 8
"""Decode steps between two looks at the queue."""
ROWS_WORTH_SPLITTING = 128
"""A model's rows share a worker, and its matmuls, until it has so many more than another."""


@dataclass(slots=True)
class _ModelQueue:
    commands: deque[tuple[ModelCommand, OnResult]] = field(default_factory=deque)
    busy: bool = False


class Engine:
    def __init__(self, backend: Backend, workers: int = 1):
        self.backend = backend
        self.tokenizer = backend.tokenizer
        self._changed = threading.Condition()
        self._queues: dict[str, _ModelQueue] = {}
        self._ready: deque[str] = deque()
        """Models with a command that may run now, the longest waiting first."""
        self._tasks: deque[Callable[[], None]] = deque()
        """What no model's commands wait for: embeddings, and reading weights for sampling."""
        self._samplers = [backend.new_sampler() for _ in range(workers)]
        self._last_used: dict[int, Sampler] = {}
        """By id of weights, the sampler that their rows went to."""
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, args=(s,), name=f"worker-{i}", daemon=True)
            for i, s in enumerate(self._samplers)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=1)

    # Checkpoints on disk, answered at once: any thread --------------------------------------------

    def checkpoint_info(self, path: CheckpointPath) -> CheckpointInfo:
        return self.backend.checkpoint_info(path)

    def list_checkpoints(self, model_id: str | None) -> list[CheckpointInfo]:
        """Of one model or of all."""
        return self.backend.list_checkpoints(model_id)

    def set_expiry(self, path: CheckpointPath, expires_at: float | None) -> None:
        self.backend.set_expiry(path, expires_at)

    def delete_expired_checkpoints(self) -> None:
        self.backend.delete_expired_checkpoints()

    def delete_checkpoint(self, path: CheckpointPath) -> bool:
        """Returns whether there was one."""
        return self.backend.delete_checkpoint(path)

    # Submitting: any thread -----------------------------------------------------------------------

    def submit(self, model_id: str, command: ModelCommand, on_result: OnResult) -> None:
        """Queues a command of a model."""
        with self._changed:
            queue = self._queues.setdefault(model_id, _ModelQueue())
            queue.commands.append((command, on_result))
            if not queue.busy and len(queue.commands) == 1:
                self._ready.append(model_id)
                self._changed.notify()

    def embed(self, command: Embed, on_result: OnResult) -> None:
        def run() -> None:
            try:
                outcome: Result | Exception = self.backend.embed(command)
            except Exception as error:
                outcome = error
            on_result(outcome)

        self._add_task(run)

    def sample(
        self, command: SampleCommand, on_result: OnResult, on_progress: OnProgress | None = None
    ) -> None:
        """Queues a sample request. The sampler it names is looked up now: a newer one may replace
        it while the request waits."""
        try:
            if command.params.stop_strings:
                self.tokenizer.check()
            weights = self.backend.weights_in_memory(command.source)
        except Exception as error:
            on_result(error)
            return
        if weights is None:
            self._add_task(lambda: self._sample_from_disk(command, on_result, on_progress))
        else:
            self._add_to_sampler(command, weights, on_result, on_progress)

    def _add_task(self, task: Callable[[], None]) -> None:
        with self._changed:
            self._tasks.append(task)
            self._changed.notify()

    def _add_to_sampler(
        self,
        command: SampleCommand,
        weights: Any,
        on_result: OnResult,
        on_progress: OnProgress | None,
    ) -> None:
        with self._changed:
            sampler = min(self._samplers, key=lambda s: s.load())
            last = self._last_used.get(id(weights))
            if last is not None and last.load() < sampler.load() + ROWS_WORTH_SPLITTING:
                sampler = last
            if len(self._last_used) > 1024:
                self._last_used.clear()
            self._last_used[id(weights)] = sampler
            sampler.add(command, weights, on_result, on_progress)
            self._changed.notify_all()

    def _sample_from_disk(
        self, command: SampleCommand, on_result: OnResult, on_progress: OnProgress | None
    ) -> None:
        path = command.source
        assert isinstance(path, CheckpointPath)  # the others are in memory
        try:
            weights = self.backend.weights_in_memory(path)  # another request may have read it
            if weights is None:
                weights = self.backend.load_weights(path)
        except Exception as error:
            on_result(error)
            return
        self._add_to_sampler(command, weights, on_result, on_progress)

    # Working --------------------------------------------------------------------------------------

    def _work(self, sampler: Sampler) -> None:
        self.backend.prepare_thread()
        while True:
            with self._changed:
                while not (self._stopping or self._ready or self._tasks or sampler.busy):
                    self._changed.wait()
                if self._stopping:
                    return
                task = self._tasks.popleft() if self._tasks else None
                batch = self._take()
            try:
                if task is not None:
                    task()
                if batch:
                    self._run(batch)
                sampler.run(DECODE_STEPS)
            except Exception:
                logger.exception("a worker failed outside any request")

    def _take(self) -> list[tuple[str, ModelCommand, OnResult]]:
        """Returns the next command, with all others that the backend runs in one pass with it."""
        batch: list[tuple[str, ModelCommand, OnResult]] = []
        for model_id in list(self._ready):
            command, on_result = self._queues[model_id].commands[0]
            if batch and not self._joins(batch[0][1], model_id, command):
                continue
            batch.append((model_id, command, on_result))
            if not self.backend.stacks(model_id, command):
                break
        for model_id, _, _ in batch:
            self._ready.remove(model_id)
            queue = self._queues[model_id]
            queue.commands.popleft()
            queue.busy = True
        return batch

    def _joins(self, first: ModelCommand, model_id: str, command: ModelCommand) -> bool:
        return (
            isinstance(command, ForwardBackward)
            and isinstance(first, ForwardBackward)
            and command.backward == first.backward
            and self.backend.stacks(model_id, command)
        )

    def _run(self, batch: list[tuple[str, ModelCommand, OnResult]]) -> None:
        outcomes: list[Result | Exception]
        if len(batch) > 1:
            passes = [(m, c) for m, c, _ in batch if isinstance(c, ForwardBackward)]
            outcomes = self.backend.run_together(passes)
        else:
            (model_id, command, _) = batch[0]
            try:
                outcomes = [self.backend.run(model_id, command)]
            except Exception as error:
                outcomes = [error]
        with self._changed:
            for model_id, command, _ in batch:
                queue = self._queues[model_id]
                queue.busy = False
                if queue.commands:
                    self._ready.append(model_id)
                    self._changed.notify()
                elif isinstance(command, UnloadModel):
                    del self._queues[model_id]
        for (_, _, on_result), outcome in zip(batch, outcomes, strict=True):
            on_result(outcome)
