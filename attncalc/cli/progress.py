"""A bar on standard error, for those who wait at a terminal for many files."""

import sys
import time
from collections.abc import Iterator, Sequence

PATIENCE = 1.0
"""Seconds without a bar."""


def seen(files: Sequence[str]) -> Iterator[str]:
    """The files, one after another."""
    if len(files) < 2 or not sys.stderr.isatty():
        yield from files
        return
    began = time.monotonic()
    rest = iter(files)
    done = 0
    while done < len(files) and time.monotonic() - began < PATIENCE:
        yield next(rest)
        done += 1
    if done == len(files):
        return

    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("checking", total=len(files), completed=done)
        for file in rest:
            yield file
            bar.advance(task)
