"""Sentence embeddings: mean-pooled, normalised last hidden states of the base model."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from ..commands import Embeddings
from ..request_error import RequestError
from ..tokenizer import Tokenizer
from .base_model import BaseModel, FrozenBase
from .decoder import Rows


@torch.inference_mode()
def embed(base: FrozenBase, tokenizer: Tokenizer, inputs: list[str | np.ndarray]) -> Embeddings:
    """One input at a time, so that a vector depends on its own input alone."""
    if not isinstance(base, BaseModel):
        raise RequestError("embeddings need an architecture that has a decoder here")
    vectors, count = [], 0
    for item in inputs:
        tokens = np.array(tokenizer.encode(item)) if isinstance(item, str) else item
        if not 0 < len(tokens) <= base.config.max_positions:
            limit = base.config.max_positions
            raise RequestError(f"an input has {len(tokens)} tokens; 1 to {limit} can be embedded")
        batch = torch.from_numpy(tokens).to(base.device, torch.long)[None]
        hidden = base.decoder.sequences(Rows([base.weights], [1]), batch)[0].float()
        vectors.append(F.normalize(hidden.mean(0), dim=0).cpu().numpy())
        count += len(tokens)
    return Embeddings(vectors, count)
