"""A local training server that speaks the Tinker API.

Three layers, each of which knows only the next: `api` (HTTP, validation, futures, sessions),
`engine` (the queue and its workers) and `backend` (tensors). What the engine asks of a backend is
in `contract`, what they exchange in `commands` and `checkpoint_path`.
"""

__version__ = "0.1.0"
