"""One queue for all models, and the workers that run it.

The commands of a model run one after another, in the order they came; different models run at the
same time, or in one pass where the backend stacks them. Each worker also decodes the rows of its
own sampler, a few steps between commands, so that neither kind of work keeps the other waiting.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from ..backend.backend import Backend
from ..backend.sample_job import SampleJob
from ..backend.sampling import Sampler
from ..backend.weights import Weights
from ..checkpoint_path import CheckpointPath
from ..commands import CheckpointInfo, ModelCommand, Result, SampleCommand, UnloadModel

logger = logging.getLogger(__name__)

Finish = Callable[[Result | Exception], None]

DECODE_STEPS = 8
"""Decode steps between two looks at the queue."""
ROWS_WORTH_SPLITTING = 128
"""A model's rows share a worker, and its matmuls, until it has so many more than another."""


@dataclass(slots=True)
class _ModelQueue:
    commands: deque[tuple[ModelCommand, Finish]] = field(default_factory=deque)
    busy: bool = False


class Engine:
    def __init__(self, backend: Backend, workers: int = 1):
        self.backend = backend
        self.text = backend.text
        self._changed = threading.Condition()
        self._queues: dict[str, _ModelQueue] = {}
        self._ready: deque[str] = deque()
        """Models with a command that may run now, the longest waiting first."""
        self._reads: deque[tuple[SampleCommand, Finish]] = deque()
        """Sample requests whose weights are on disk."""
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

    def about_checkpoint(self, path: CheckpointPath) -> CheckpointInfo:
        return self.backend.store.about(path)

    def list_checkpoints(self, model_id: str | None) -> list[tuple[CheckpointPath, float, int]]:
        """Of one model or of all: path, time saved (seconds since 1970), bytes."""
        return list(self.backend.store.list(model_id))

    def delete_checkpoint(self, path: CheckpointPath) -> bool:
        """Whether there was one."""
        return self.backend.delete_checkpoint(path)

    # Submitting: any thread -----------------------------------------------------------------------

    def submit(self, model_id: str, command: ModelCommand, finish: Finish) -> None:
        """Queues a command; `finish` is called on a worker's thread."""
        with self._changed:
            queue = self._queues.setdefault(model_id, _ModelQueue())
            queue.commands.append((command, finish))
            if not queue.busy and len(queue.commands) == 1:
                self._ready.append(model_id)
                self._changed.notify()

    def sample(self, command: SampleCommand, finish: Finish) -> None:
        """Queues a sample request. The sampler it names is looked up now: a newer one may replace
        it while the request waits."""
        try:
            if command.params.stop_strings:
                self.text.check()
            weights = self.backend.sampler_in_memory(command.source)
        except Exception as error:
            finish(error)
            return
        with self._changed:
            if weights is None:
                self._reads.append((command, finish))
            else:
                self._enqueue(command, weights, finish)
            self._changed.notify_all()

    def _enqueue(self, command: SampleCommand, weights: Weights, finish: Finish) -> None:
        sampler = min(self._samplers, key=lambda s: s.load())
        last = self._last_used.get(id(weights))
        if last is not None and last.load() < sampler.load() + ROWS_WORTH_SPLITTING:
            sampler = last
        if len(self._last_used) > 1024:
            self._last_used.clear()
        self._last_used[id(weights)] = sampler
        sampler.add(SampleJob(command, weights, finish, self.text.decode))

    # Working --------------------------------------------------------------------------------------

    def _work(self, sampler: Sampler) -> None:
        if self.backend.runs_in_parallel:
            torch.set_num_threads(1)
        while True:
            with self._changed:
                while not (self._stopping or self._ready or self._reads or sampler.busy):
                    self._changed.wait()
                if self._stopping:
                    return
                read = self._reads.popleft() if self._reads else None
                batch = self._take()
            try:
                if read is not None:
                    self._read(*read)
                if batch:
                    self._run(batch)
                sampler.run(DECODE_STEPS)
            except Exception:
                logger.exception("a worker failed outside any request")

    def _take(self) -> list[tuple[str, ModelCommand, Finish]]:
        """The next command, with all others that the backend runs in one pass with it."""
        batch: list[tuple[str, ModelCommand, Finish]] = []
        for model_id in list(self._ready):
            command, finish = self._queues[model_id].commands[0]
            if batch and not self._joins(batch[0][1], model_id, command):
                continue
            batch.append((model_id, command, finish))
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
            self.backend.stacks(model_id, command)
            and type(command) is type(first)
            and command.backward == first.backward
        )

    def _run(self, batch: list[tuple[str, ModelCommand, Finish]]) -> None:
        if len(batch) > 1:
            outcomes = self.backend.run_together([(m, command) for m, command, _ in batch])
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
        for (_, _, finish), outcome in zip(batch, outcomes, strict=True):
            finish(outcome)

    def _read(self, command: SampleCommand, finish: Finish) -> None:
        try:
            weights = self.backend.sampler_in_memory(command.source)
            if weights is None:
                weights = self.backend.sampler_from_disk(command.source)
        except Exception as error:
            finish(error)
            return
        with self._changed:
            self._enqueue(command, weights, finish)
            self._changed.notify_all()
