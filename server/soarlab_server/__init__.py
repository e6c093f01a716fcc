"""A local training server that speaks the Tinker API.

Three layers, each of which knows only the next: `api` (HTTP, validation, futures, sessions),
`engine` (the queue and its workers) and `backend` (tensors). What they tell each other is in
`commands` and `checkpoint_path`, tokens as text in `text`.
"""

__version__ = "0.1.0"
