"""Sentence embeddings by all-MiniLM-L6-v2, independent of the model that the server trains."""

from __future__ import annotations

import threading

import numpy as np
import torch
import torch.nn.functional as F

from ..commands import Embeddings
from ..request_error import RequestError
from ..tokenizer import Tokenizer
from .model_config import ModelError
from .model_files import package_folder

MAX_TOKENS = 256
"""Longer texts are cut, as in sentence-transformers."""
BATCH = 32


class SentenceEncoder:
    """Loaded on first use, and fetched if necessary."""

    def __init__(self, device: torch.device):
        self.device = device
        self._loaded: tuple[torch.nn.Module, Tokenizer] | None = None
        self._lock = threading.Lock()

    @torch.inference_mode()
    def embed(self, texts: list[str]) -> Embeddings:
        """Mean of the last hidden states, of length 1."""
        with self._lock:
            self._loaded = self._loaded or self._load()
        model, tokenizer = self._loaded
        inputs = [self._cut(tokenizer.encode(text)) for text in texts]
        vectors: list[np.ndarray] = [np.empty(0)] * len(texts)
        # Texts of similar length together, so that a batch has little padding.
        order = sorted(range(len(texts)), key=lambda i: len(inputs[i]))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            for i, vector in zip(
                batch, self._encode(model, [inputs[i] for i in batch]), strict=True
            ):
                vectors[i] = vector
        return Embeddings(vectors, sum(map(len, inputs)))

    def _encode(self, model: torch.nn.Module, inputs: list[list[int]]) -> np.ndarray:
        """[texts, width]"""
        tokens = torch.zeros(len(inputs), max(map(len, inputs)), dtype=torch.long)
        mask = torch.zeros_like(tokens)
        for row, ids in enumerate(inputs):
            tokens[row, : len(ids)] = torch.tensor(ids)
            mask[row, : len(ids)] = 1
        tokens, mask = tokens.to(self.device), mask.to(self.device)
        hidden = model(tokens, attention_mask=mask).last_hidden_state
        # The length is normalised, so a sum can replace the mean.
        return F.normalize((hidden * mask[..., None]).sum(1), dim=-1).cpu().numpy()

    @staticmethod
    def _cut(ids: list[int]) -> list[int]:
        return ids if len(ids) <= MAX_TOKENS else [*ids[: MAX_TOKENS - 1], ids[-1]]

    def _load(self) -> tuple[torch.nn.Module, Tokenizer]:
        try:
            from transformers import AutoModel

            folder = package_folder("minilm")
            model = AutoModel.from_pretrained(folder, dtype=torch.float32)
        except ImportError as error:
            raise RequestError(f"minilm needs the package transformers: {error}") from error
        except ModelError as error:
            raise RequestError(str(error)) from error
        torch.nn.Module.to(model, self.device)
        return model.eval(), Tokenizer(folder)
