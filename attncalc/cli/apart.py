"""Work done in another process, so that a piece at which it dies takes none of the others along.

Arithmetic libraries can end a process without an exception, and so can a machine without memory.
"""

import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import IO, TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")


def apart(
    works: Sequence[Work],
    do: Callable[[Work], Result],
    died: Callable[[Work, int], Result],
) -> Iterator[Result]:
    """The result of each piece of work, in order.

    died: what stands for the result of a piece at which the process ended; its second argument is
    the exit code, or the signal with a minus sign. Where processes cannot be forked safely, and
    for a single piece, the work is done here.
    """
    if len(works) < 2 or sys.platform != "linux":
        yield from map(do, works)
        return
    done = 0
    while done < len(works):
        for result in _results(works[done:], do):
            yield died(works[done], result.code) if isinstance(result, _Ended) else result
            done += 1


class _Ended:
    """Stands where the process ended instead of giving a result."""

    def __init__(self, code: int) -> None:
        self.code = code


def _results(works: Sequence[Work], do: Callable[[Work], Result]) -> Iterator[Result | _Ended]:
    """The results of one process, and how it ended if that was before the last."""
    out, into = os.pipe()
    child = _fork()
    if child == 0:  # pragma: no cover - nothing is measured there
        try:
            os.close(out)
            with open(into, "wb") as pipe:
                serve(works, do, pipe)
        finally:
            os._exit(1)
    os.close(into)
    try:
        with open(out, "rb") as pipe:
            for _ in works:
                try:
                    result = pickle.load(pipe)  # noqa: S301 - our own process writes it
                except (EOFError, pickle.UnpicklingError):
                    break
                yield result
            else:
                return
    except BaseException:  # whoever asked has gone
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    yield _Ended(code)


def serve(works: Sequence[Work], do: Callable[[Work], Result], pipe: IO[bytes]) -> None:
    """Do the work, and write each result as soon as it is there."""
    for work in works:
        pipe.write(pickle.dumps(do(work)))
        pipe.flush()


def _fork() -> int:
    with warnings.catch_warnings():  # the child goes on with one thread, and waits for no other
        warnings.simplefilter("ignore")
        return os.fork()
