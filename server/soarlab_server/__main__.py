"""Command line: `python -m soarlab_server --model PATH_OR_ID`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

logger = logging.getLogger("soarlab_server")


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    options = parse_arguments()
    logging.basicConfig(
        stream=sys.stderr,
        level=options.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        serve(options, bind(options.host, options.port))
    except StartError as error:
        sys.exit(f"soarlab_server: {error}")


class StartError(Exception):
    """The server cannot start; one sentence that says why."""


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "soarlab_server",
        description="A training server that speaks the Tinker API.",
        epilog="Requests need the key in X-API-Key or as a bearer token: the environment's "
        "SOARLAB_API_KEY, or one that is made at the start and printed in the ready line.",
    )
    add = parser.add_argument
    add("--model", required=True, help="model folder or hub id")
    add("--model-name", metavar="NAME", help="what clients call it (default: the folder or id)")
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=whole(0, 65_535), default=8000, help="0 = any free one (default: 8000)")
    add("--device", choices=["auto", "cpu", "cuda"], default="auto", help="auto = a GPU, else CPU")
    add(
        "--dtype",
        choices=["auto", "float32", "bfloat16"],
        default="auto",
        help="type of the base weights and of sampling; auto = the model's own on a GPU, "
        "float32 on a CPU. What is trained is float32",
    )
    add("--checkpoints", metavar="FOLDER", type=Path, help="default: a new one in the system's tmp")
    add("--threads", metavar="N", type=whole(1), default=os.cpu_count() or 1, help="CPU threads")
    add("--max-body-mb", metavar="MB", type=whole(1), default=256, help="largest request body")
    add("--log-level", choices=["debug", "info", "warning", "error"], default="info")
    add("--no-key", action="store_true", help="serve whoever reaches the server")
    add(
        "--allow-host",
        metavar="NAME",
        action="append",
        help="another name that this machine is reached by (may be repeated)",
    )
    add(
        "--allow-origin",
        metavar="URL",
        action="append",
        help="a web page that may use the server, e.g. http://localhost:3000 (may be repeated)",
    )
    add(
        "--always-protobuf",
        action="store_true",
        help="answer in protocol buffers whatever Accept says, as SkyRL 0.4 does: to test clients",
    )
    add("--parent-pid", metavar="PID", type=whole(1), help="exit when this process is gone")
    return parser.parse_args()


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Reads a whole number within bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
            bounds = f"from {least} to {most}" if most is not None else f"of at least {least}"
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number {bounds}")
        return int(text)

    return read


def bind(host: str, port: int) -> socket.socket:
    """Binds before the model is loaded, so that a taken port is known at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off Nagle's delay (40 ms per answer) only on sockets that say they are TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise StartError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


def listen(listener: socket.socket) -> None:
    """Listens once the model is loaded. Of servers that bound one port, only one may listen:
    uvloop would not tell the others."""
    try:
        listener.listen(2048)
    except OSError as error:
        host, port = listener.getsockname()[:2]
        raise StartError(f"cannot listen on {host}:{port}: {error.strerror}") from error


def serve(options: argparse.Namespace, listener: socket.socket) -> None:
    if options.parent_pid is not None:
        watch_parent(options.parent_pid)
    # Imported here, so that wrong arguments are reported before PyTorch has loaded.
    import torch
    import uvicorn

    from .api.access import access
    from .api.app import create_app
    from .api.model_card import ModelCard
    from .api.timed_http import TimedHttp
    from .backend.base_model import load_base
    from .backend.failures import out_of_memory
    from .backend.model_config import ModelError
    from .backend.torch_backend import open_backend
    from .engine.engine import Engine

    key, is_new = choose_key(no_key=options.no_key)
    device = choose_device(options.device)
    torch.set_num_threads(options.threads)
    try:
        base = load_base(options.model, device, options.dtype)
    except ModelError as error:
        raise StartError(str(error)) from error
    except Exception as error:
        if not out_of_memory(error):
            raise
        raise StartError(f"{options.model} does not fit into memory: {error}") from error
    name = options.model_name or model_name(options.model)
    checkpoints = options.checkpoints or Path(tempfile.mkdtemp(prefix="soarlab-checkpoints-"))
    try:
        backend = open_backend(base, checkpoints, name)
    except OSError as error:
        raise StartError(f"--checkpoints {checkpoints}: {error.strerror}") from error
    logger.info("checkpoints are in %s", checkpoints)
    engine = Engine(backend, options.threads if backend.runs_in_parallel else 1)
    card = ModelCard(
        name=name,
        folder=str(base.folder),
        tokenizer=str(base.folder.resolve()) if Path(options.model).exists() else options.model,
        architecture=base.config.model_type,
        vocab_size=base.config.vocab_size,
        max_context=base.config.max_positions,
        eos_tokens=backend.tokenizer.end_tokens(base.config.eos_tokens),
    )
    app = create_app(
        engine,
        card,
        access=access(key, options.host, hosts=options.allow_host, origins=options.allow_origin),
        max_body_bytes=options.max_body_mb * 2**20,
        always_protobuf=options.always_protobuf,
    )
    config = uvicorn.Config(
        app,
        http=TimedHttp,
        # Longer than clients keep theirs (Node: 4 s), or one may write as the server closes.
        timeout_keep_alive=15,
        log_level="warning",
        access_log=False,
        lifespan="on",
    )
    host = f"[{options.host}]" if ":" in options.host else options.host
    ready = {
        "event": "ready",
        "url": f"http://{host}:{listener.getsockname()[1]}",
        "model": name,
        "device": str(device),
        "dtype": str(base.dtype).removeprefix("torch."),
        **({"api_key": key} if is_new else {}),
    }

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(json.dumps(ready), flush=True)

        def handle_exit(self, sig: int, frame: object) -> None:
            # Exit at once: checkpoints are whole or absent, and nothing else needs to finish.
            os._exit(0)

    listen(listener)
    Server(config).run(sockets=[listener])


def choose_key(*, no_key: bool) -> tuple[str | None, bool]:
    """Returns the key that requests need, and whether it was generated here."""
    from .api.access import new_key

    given = os.environ.get("SOARLAB_API_KEY")
    if no_key:
        if given:
            raise StartError("--no-key, but SOARLAB_API_KEY is set: use only one of them")
        logger.warning(
            "no key: every program and user of this machine, and whoever reaches its port from "
            "elsewhere, can train models and read and delete checkpoints"
        )
        return None, False
    return (given, False) if given else (new_key(), True)


def choose_device(name: str):
    import torch

    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise StartError("--device cuda: PyTorch finds no CUDA device here")
    return torch.device("cuda" if available and name != "cpu" else "cpu")


def model_name(model: str) -> str:
    folder = Path(model)
    return folder.resolve().name if folder.is_dir() else model


def watch_parent(pid: int) -> None:
    """Ends this process when the other has ended, even if that was killed."""

    def watch() -> None:
        while True:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                os._exit(0)
            except PermissionError:
                pass  # it lives, under another user
            time.sleep(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


if __name__ == "__main__":
    main()
