"""Executes a notebook with a kernel of the running interpreter, and writes it with its outputs.

    python -m tests.executed notebook.ipynb executed.ipynb

A process of its own: the kernel's client starts an event loop, threads and sockets.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def main(source: Path, target: Path) -> None:
    """Execute every cell; a cell that raises ends it."""
    notebook = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(target.parent)}},
    )
    client.execute()
    nbformat.write(notebook, target)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
