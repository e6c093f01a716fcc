"""How checkpoints are named on the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .request_error import RequestError

KINDS = ("weights", "sampler_weights")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}")


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
                f"{path[:500]!r} is not a checkpoint path: "
                f"tinker://<model id>/<{'|'.join(KINDS)}>/<name>"
            )
        return CheckpointPath(check_name(parts[0]), parts[1], check_name(parts[2]))

    def __str__(self) -> str:
        return f"tinker://{self.model_id}/{self.kind}/{self.name}"


def check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise RequestError(
            f"{name[:500]!r} is not a checkpoint name: "
            "expected letters, digits, '.', '_' and '-', at most 200"
        )
    return name
