"""Checkpoints on disk: `<folder>/<model id>/weights|sampler_weights/<name>/`.

A checkpoint appears whole or not at all: it is written under a temporary name, flushed to the disk
and renamed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ..checkpoint_path import KINDS, CheckpointPath, check_name
from ..commands import CheckpointInfo, LoraSpec
from ..request_error import RequestError
from .adam import Adam
from .layout import Layout

CACHED_BYTES = 512 * 2**20


@dataclass(slots=True)
class Saved:
    """A checkpoint in memory, on the CPU."""

    spec: LoraSpec
    flat: Tensor
    """float32, by the layout of `spec`"""
    adam: Adam | None


class CheckpointStore:
    """Reads and writes checkpoints, on any thread; keeps the last ones in memory, because the same
    state is loaded by many students in a row."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._recent: OrderedDict[CheckpointPath, Saved] = OrderedDict()
        self._lock = threading.Lock()
        """Guards `_recent`."""

    def _folder(self, path: CheckpointPath) -> Path:
        return self.folder / path.model_id / path.kind / path.name

    def save(
        self,
        path: CheckpointPath,
        spec: LoraSpec,
        layout: Layout,
        flat: Tensor,
        adam: Adam | None,
        base_model: str,
        expires_at: float | None = None,
    ) -> None:
        saved = Saved(spec, flat.to("cpu", copy=True), _copy(adam) if adam else None)
        final = self._folder(path)
        temporary = final.with_name(f".{final.name}.{uuid.uuid4().hex[:8]}.tmp")
        try:
            temporary.mkdir(parents=True)
            self._write(temporary, saved, layout, base_model, expires_at)
            replaced = final.with_name(f".{final.name}.{uuid.uuid4().hex[:8]}.old")
            if final.exists():
                final.rename(replaced)
            temporary.rename(final)
            _sync(final.parent)
            shutil.rmtree(replaced, ignore_errors=True)
        except BaseException as error:
            shutil.rmtree(temporary, ignore_errors=True)
            if isinstance(error, (OSError, SafetensorError)):
                raise RequestError(f"cannot write {path} to {final}: {error}") from error
            raise
        self._remember(path, saved)

    def _write(
        self,
        folder: Path,
        saved: Saved,
        layout: Layout,
        base_model: str,
        expires_at: float | None,
    ) -> None:
        # safetensors refuses tensors that share memory, so each is a separate copy.
        tensors = {n: t.clone() for n, t in layout.tensors(saved.flat).items()}
        save_file(tensors, folder / "model.safetensors", {"format": "pt"})
        adam = saved.adam
        if adam is not None and adam.mean is not None and adam.square is not None:
            moments = {"mean": adam.mean, "square": adam.square}
            save_file(moments, folder / "optimizer.safetensors")
        about = {
            "base_model": base_model,
            "spec": asdict(saved.spec),
            "optimizer_steps": adam.steps if adam else None,
            "saved_at": time.time(),
            "expires_at": expires_at,
        }
        (folder / "checkpoint.json").write_text(json.dumps(about, indent=2))
        for file in folder.iterdir():
            _sync(file)
        _sync(folder)

    def checkpoint_info(self, path: CheckpointPath) -> CheckpointInfo:
        """What checkpoint.json and the folder say. An expired checkpoint counts as missing."""
        folder = self._folder(path)
        file = folder / "checkpoint.json"
        try:
            about = json.loads(file.read_text())
            info = CheckpointInfo(
                path=path,
                base_model=about["base_model"],
                spec=LoraSpec(**about["spec"]),
                optimizer_steps=about["optimizer_steps"],
                # Older checkpoints have neither field.
                saved_at=about.get("saved_at", folder.stat().st_mtime),
                expires_at=about.get("expires_at"),
                size_bytes=sum(f.stat().st_size for f in folder.iterdir()),
            )
            if info.expires_at is not None and info.expires_at < time.time():
                raise FileNotFoundError
            return info
        except FileNotFoundError as error:
            raise RequestError(f"there is no checkpoint {path}") from error
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise _damaged(path, file, error) from error

    def exists(self, path: CheckpointPath) -> bool:
        return (self._folder(path) / "checkpoint.json").exists()

    def load(self, path: CheckpointPath, layout_for: Callable[[LoraSpec], Layout]) -> Saved:
        """`layout_for(spec)` gives the layout the weights have."""
        with self._lock:
            saved = self._recent.get(path)
            if saved is not None and self._folder(path).exists():
                self._recent.move_to_end(path)
                return saved
        info = self.checkpoint_info(path)
        folder = self._folder(path)
        try:
            saved = _load_from_disk(folder, info, layout_for(info.spec))
        except (OSError, ValueError, SafetensorError) as error:
            raise _damaged(path, folder, error) from error
        self._remember(path, saved)
        return saved

    def _remember(self, path: CheckpointPath, saved: Saved) -> None:
        with self._lock:
            self._recent[path] = saved
            self._recent.move_to_end(path)
            while len(self._recent) > 1 and self._bytes() > CACHED_BYTES:
                self._recent.popitem(last=False)

    def _bytes(self) -> int:
        return sum(s.flat.nbytes * (3 if s.adam else 1) for s in self._recent.values())

    def delete(self, path: CheckpointPath) -> bool:
        """Returns whether there was one."""
        with self._lock:
            self._recent.pop(path, None)
        folder = self._folder(path)
        gone = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.old")
        try:
            folder.rename(gone)
        except FileNotFoundError:
            return False
        shutil.rmtree(gone, ignore_errors=True)
        return True

    def set_expiry(self, path: CheckpointPath, expires_at: float | None) -> None:
        """None = never."""
        self.checkpoint_info(path)  # there must be one
        file = self._folder(path) / "checkpoint.json"
        about = json.loads(file.read_text())
        temporary = file.with_name(f".{uuid.uuid4().hex[:8]}.tmp")
        temporary.write_text(json.dumps({**about, "expires_at": expires_at}, indent=2))
        _sync(temporary)
        temporary.rename(file)
        _sync(file.parent)

    def list(self, model_id: str | None = None) -> Iterator[CheckpointInfo]:
        """Readable checkpoints of one model or of all."""
        for path in self._paths(model_id):
            with contextlib.suppress(RequestError):  # deleted just now, or damaged
                yield self.checkpoint_info(path)

    def delete_expired(self) -> Iterator[CheckpointPath]:
        """Yields each deleted one."""
        for path in self._paths(None):
            with contextlib.suppress(OSError, ValueError):
                about = json.loads((self._folder(path) / "checkpoint.json").read_text())
                expires_at = about.get("expires_at")
                if expires_at is not None and expires_at < time.time() and self.delete(path):
                    yield path

    def _paths(self, model_id: str | None) -> Iterator[CheckpointPath]:
        models = "*" if model_id is None else check_name(model_id)
        for kind in KINDS:
            for folder in sorted(self.folder.glob(f"{models}/{kind}/*")):
                if not folder.name.startswith(".") and (folder / "checkpoint.json").exists():
                    yield CheckpointPath(folder.parent.parent.name, kind, folder.name)


def _load_from_disk(folder: Path, info: CheckpointInfo, layout: Layout) -> Saved:
    flat = torch.empty(layout.size)
    with safe_open(folder / "model.safetensors", "pt") as file:
        layout.fill(flat, {name: file.get_tensor(name) for name in layout.shapes})
    adam = None
    if info.optimizer_steps is not None:
        adam = Adam()
        adam.steps = info.optimizer_steps
        # Before its first step an optimizer has no moments.
        if adam.steps:
            with safe_open(folder / "optimizer.safetensors", "pt") as file:
                adam.mean, adam.square = file.get_tensor("mean"), file.get_tensor("square")
    return Saved(info.spec, flat, adam)


def _damaged(path: CheckpointPath, place: Path, error: Exception) -> RequestError:
    reason = f"{type(error).__name__}: {error}"
    return RequestError(f"the checkpoint {path} is damaged, {place} cannot be read: {reason}")


def _copy(adam: Adam) -> Adam:
    copy = Adam()
    copy.steps = adam.steps
    copy.mean = None if adam.mean is None else adam.mean.to("cpu", copy=True)
    copy.square = None if adam.square is None else adam.square.to("cpu", copy=True)
    return copy


def _sync(path: Path) -> None:
    """Flushes a file, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
