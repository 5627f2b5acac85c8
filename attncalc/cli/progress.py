"""A bar on standard error, for those who wait at a terminal for many files, or sheets."""

import sys
import time
from collections.abc import Iterator
from typing import TypeVar

PATIENCE = 1.0
"""Seconds without a bar."""

Result = TypeVar("Result")


def seen(results: Iterator[Result], total: int, done_to_them: str = "checking") -> Iterator[Result]:
    """What comes of so many files, one after another. done_to_them: what is seen to go on."""
    if total < 2 or not sys.stderr.isatty():
        yield from results
        return
    began = time.monotonic()
    done = 0
    while done < total and time.monotonic() - began < PATIENCE:
        yield next(results)
        done += 1
    if done == total:
        return

    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(done_to_them, total=total, completed=done)
        for result in results:
            yield result
            bar.advance(task)
