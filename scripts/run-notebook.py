"""Executes a notebook with its own kernel, cell by cell. Called by run-notebook.mjs, which says how."""

import argparse
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

parser = argparse.ArgumentParser()
parser.add_argument("source")
parser.add_argument("target")
parser.add_argument("--folder", required=True, help="working folder of the kernel")
parser.add_argument("--timeout", type=float, required=True, help="seconds that a cell may take")
arguments = parser.parse_args()

notebook = nbformat.read(arguments.source, as_version=4)
running = None


def streams(cell):
    """What a cell printed: tslab tells of an error on stderr, and of no traceback."""
    return "".join(output.text for output in cell.get("outputs", []) if output.output_type == "stream")


def fail(reason):
    # What was done until then is worth looking at, but not in place of a notebook that worked.
    if arguments.target != arguments.source:
        nbformat.write(notebook, arguments.target)
    if running is None:
        sys.exit(reason)
    index, cell = running
    sys.exit(f"cell {index + 1} {reason}\n--- cell ---\n{cell.source}\n--- output ---\n{streams(cell)}")


def on_start(cell, cell_index):
    global running
    running = (cell_index, cell)


client = NotebookClient(
    notebook,
    kernel_name=notebook.metadata.get("kernelspec", {}).get("name", "soarlab"),
    timeout=arguments.timeout,
    resources={"metadata": {"path": arguments.folder}},
    on_cell_start=on_start,
    shutdown_kernel="graceful",
)
try:
    client.execute()
except CellExecutionError:
    fail("failed")
except CellTimeoutError:
    fail(f"was not done in {arguments.timeout:.0f} s")
except DeadKernelError:
    fail("killed its kernel")
# How long which cell took says nothing to a reader, and changes with every run.
for cell in notebook.cells:
    cell.metadata.pop("execution", None)
nbformat.write(notebook, arguments.target)
