"""Checkpoints on disk: `<folder>/<model id>/weights|sampler_weights/<name>/`.

A checkpoint appears whole or not at all: it is written under a temporary name, flushed to the disk
and renamed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from ..commands import LoraSpec, RequestError
from .adam import Adam
from .layout import Layout

KINDS = ("weights", "sampler_weights")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}")
CACHED_BYTES = 512 * 2**20


@dataclass(frozen=True, slots=True)
class CheckpointPath:
    """`tinker://<model id>/<kind>/<name>`; its parts are plain names, so it stays in the folder."""

    model_id: str
    kind: str
    name: str

    @staticmethod
    def parse(path: str) -> CheckpointPath:
        parts = path.removeprefix("tinker://").split("/")
        if not path.startswith("tinker://") or len(parts) != 3 or parts[1] not in KINDS:
            raise RequestError(
                f"{path!r} is no checkpoint path: tinker://<model id>/<{'|'.join(KINDS)}>/<name>"
            )
        return CheckpointPath(check_name(parts[0]), parts[1], check_name(parts[2]))

    def __str__(self) -> str:
        return f"tinker://{self.model_id}/{self.kind}/{self.name}"


def check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise RequestError(
            f"{name!r} is no checkpoint name: letters, digits, '.', '_' and '-', at most 200"
        )
    return name


@dataclass(slots=True)
class Saved:
    """A checkpoint in memory, on the CPU."""

    spec: LoraSpec
    flat: Tensor
    """float32, by the layout of `spec`"""
    adam: Adam | None


class CheckpointStore:
    """Reads and writes checkpoints; keeps the last ones in memory, because the same state is loaded
    by many students in a row."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._recent: OrderedDict[CheckpointPath, Saved] = OrderedDict()

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
    ) -> None:
        saved = Saved(spec, flat.to("cpu", copy=True), _copy(adam) if adam else None)
        final = self._folder(path)
        temporary = final.with_name(f".{final.name}.{uuid.uuid4().hex[:8]}.tmp")
        temporary.mkdir(parents=True)
        try:
            self._write(temporary, saved, layout, base_model)
            replaced = final.with_name(f".{final.name}.{uuid.uuid4().hex[:8]}.old")
            if final.exists():
                final.rename(replaced)
            temporary.rename(final)
            _sync(final.parent)
            shutil.rmtree(replaced, ignore_errors=True)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        self._remember(path, saved)

    def _write(self, folder: Path, saved: Saved, layout: Layout, base_model: str) -> None:
        # Tensors that share memory are refused by safetensors, so each is a copy of its own.
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
        }
        (folder / "checkpoint.json").write_text(json.dumps(about, indent=2))
        for file in folder.iterdir():
            _sync(file)
        _sync(folder)

    def about(self, path: CheckpointPath) -> dict:
        """What checkpoint.json says."""
        file = self._folder(path) / "checkpoint.json"
        if not file.exists():
            raise RequestError(f"there is no checkpoint {path}")
        return json.loads(file.read_text())

    def load(self, path: CheckpointPath, layout_for) -> Saved:
        """`layout_for(spec)` gives the layout the weights have."""
        if path in self._recent and self._folder(path).exists():
            self._recent.move_to_end(path)
            return self._recent[path]
        about = self.about(path)
        spec = LoraSpec(**about["spec"])
        layout: Layout = layout_for(spec)
        flat = torch.empty(layout.size)
        folder = self._folder(path)
        with safe_open(folder / "model.safetensors", "pt") as file:
            layout.fill(flat, {name: file.get_tensor(name) for name in layout.shapes})
        adam = None
        if about["optimizer_steps"] is not None:
            adam = Adam()
            adam.steps = about["optimizer_steps"]
            if (folder / "optimizer.safetensors").exists():
                with safe_open(folder / "optimizer.safetensors", "pt") as file:
                    adam.mean, adam.square = file.get_tensor("mean"), file.get_tensor("square")
        saved = Saved(spec, flat, adam)
        self._remember(path, saved)
        return saved

    def _remember(self, path: CheckpointPath, saved: Saved) -> None:
        self._recent[path] = saved
        self._recent.move_to_end(path)
        while len(self._recent) > 1 and self._bytes() > CACHED_BYTES:
            self._recent.popitem(last=False)

    def _bytes(self) -> int:
        return sum(s.flat.nbytes * (3 if s.adam else 1) for s in self._recent.values())

    def delete(self, path: CheckpointPath) -> bool:
        """Whether there was one."""
        self._recent.pop(path, None)
        folder = self._folder(path)
        if not folder.exists():
            return False
        gone = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.old")
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
        return True

    def list(self, model_id: str | None = None) -> Iterator[tuple[CheckpointPath, float, int]]:
        """Checkpoints of one model or of all: path, time saved (seconds since 1970), bytes."""
        for kind in KINDS:
            for folder in sorted(self.folder.glob(f"{model_id or '*'}/{kind}/*")):
                if folder.name.startswith(".") or not (folder / "checkpoint.json").exists():
                    continue
                size = sum(file.stat().st_size for file in folder.iterdir())
                path = CheckpointPath(folder.parent.parent.name, kind, folder.name)
                yield path, folder.stat().st_mtime, size


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
