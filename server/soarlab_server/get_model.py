"""`python -m soarlab_server.get_model MODEL`: prints the folder of a model, as one line of JSON,
making it first if the model is a GGUF file or comes in a package."""

from __future__ import annotations

import json
import logging
import signal
import sys

from .backend.model_config import ModelError
from .backend.model_files import describe_folder, locate


def main() -> None:
    # As an exception, so that a half-made folder is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    try:
        folder = locate(sys.argv[1])
    except ModelError as error:
        sys.exit(f"soarlab_server: {error}")
    if about := describe_folder(folder):
        logging.info(about)
    print(json.dumps({"folder": str(folder)}))


if __name__ == "__main__":
    main()
