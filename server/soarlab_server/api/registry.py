"""Sessions, and the models and samplers that belong to them."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from fastapi import HTTPException

from ..commands import KeptSampler, LoraSpec, SampleSource
from .errors import not_found

SESSION_SECONDS = 1800
"""After so long without a sign of life a session's models are unloaded."""


@dataclass(slots=True)
class Session:
    session_id: str
    display_name: str | None = None
    user_metadata: dict[str, Any] | None = None
    models: set[str] = field(default_factory=set)
    samplers: set[str] = field(default_factory=set)
    seen: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Model:
    model_id: str
    session: Session
    spec: LoraSpec
    user_metadata: dict[str, Any] | None = None
    used_at: float = field(default_factory=time.time)
    """Time of its last request, in seconds since 1970."""


@dataclass(slots=True)
class SamplerInfo:
    sampler_id: str
    session: Session
    source: SampleSource
    model_path: str | None = None


def canonical(model_id: str) -> str:
    """SDKs spell a model's id with colons, which a `tinker://` path's host cannot contain."""
    return model_id.replace(":", "-")


def _gone(what: str) -> HTTPException:
    minutes = SESSION_SECONDS // 60
    return not_found(
        f"there is no {what} (any more: a session ends after {minutes} silent minutes)"
    )


class Registry:
    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.models: dict[str, Model] = {}
        self.samplers: dict[str, SamplerInfo] = {}

    def create_session(
        self, display_name: str | None = None, user_metadata: dict[str, Any] | None = None
    ) -> Session:
        session = Session(uuid.uuid4().hex[:12], display_name, user_metadata)
        self.sessions[session.session_id] = session
        return session

    def session(self, session_id: str) -> Session:
        session = self.sessions.get(session_id)
        if session is None:
            raise _gone(f"session {session_id}")
        session.seen = time.monotonic()
        return session

    def model(self, model_id: str) -> Model:
        model = self.models.get(canonical(model_id))
        if model is None:
            raise _gone(f"model {model_id}")
        model.session.seen = time.monotonic()
        model.used_at = time.time()
        return model

    def sampler(self, sampler_id: str) -> SamplerInfo:
        sampler = self.samplers.get(sampler_id)
        if sampler is None:
            raise _gone(f"sampling session {sampler_id}")
        sampler.session.seen = time.monotonic()
        return sampler

    def add_model(self, model: Model) -> None:
        self.models[model.model_id] = model
        model.session.models.add(model.model_id)

    def remove_model(self, model_id: str) -> None:
        model = self.models.pop(model_id, None)
        if model is not None:
            model.session.models.discard(model_id)
            for sampler_id in list(model.session.samplers):
                source = self.samplers[sampler_id].source
                if isinstance(source, KeptSampler) and source.model_id == model_id:
                    model.session.samplers.discard(sampler_id)
                    del self.samplers[sampler_id]

    def add_sampler(self, sampler: SamplerInfo) -> None:
        self.samplers[sampler.sampler_id] = sampler
        sampler.session.samplers.add(sampler.sampler_id)

    def expire(self) -> list[Model]:
        """Removes sessions that stopped sending; returns the models they leave behind."""
        limit = time.monotonic() - SESSION_SECONDS
        silent = [s for s in self.sessions.values() if s.seen < limit]
        return [model for session in silent for model in self.end(session)]

    def end(self, session: Session) -> list[Model]:
        """Removes a session; returns the models it leaves behind."""
        self.sessions.pop(session.session_id, None)
        left = [self.models[model_id] for model_id in session.models]
        for model in left:
            self.remove_model(model.model_id)
        for sampler_id in session.samplers:
            self.samplers.pop(sampler_id, None)
        return left
