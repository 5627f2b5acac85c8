"""Work done in several processes at once, a few pieces ahead, so that memory stays flat."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from attncalc.errors import InputError

Work = TypeVar("Work")
Result = TypeVar("Result")

_AHEAD = 2
"""Pieces that wait for each process."""

_do: Callable[[Any], Any]


def together(works: Iterable[Work], do: Callable[[Work], Result], jobs: int) -> Iterator[Result]:
    """The result of each piece of work, in order.

    Where processes cannot be forked safely, and for a single one, the work is done here.
    Raises InputError where a process ends before its work is done.
    """
    if jobs < 2 or sys.platform != "linux":
        yield from map(do, works)
        return
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    waiting: deque[Future[Any]] = deque()
    context = get_context("fork")  # what is done is handed over as it is, and never written out
    with ProcessPoolExecutor(jobs, context, _begin, (do,)) as pool:
        try:
            for work in works:
                waiting.append(pool.submit(_done, work))
                if len(waiting) > _AHEAD * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            message = "a process that did the work was ended"
            hint = "with too little memory for several, try --jobs 1"
            raise InputError("--jobs", message, hint=hint) from error
        finally:
            for future in waiting:
                future.cancel()


def _begin(do: Callable[[Any], Any]) -> None:  # pragma: no cover - nothing is measured there
    global _do
    _do = do


def _done(work: object) -> object:  # pragma: no cover - nothing is measured there
    return _do(work)
