"""A case made smaller while what was found stays: words, lines, then parts of lines left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from benchmarks.fuzz.cases import Case

T = TypeVar("T")

_SEPARATORS = (b"\n", b", ")


def smaller(case: Case, still: Callable[[Case], bool], seconds: float) -> Case:
    """The smallest case found within the time of which the same holds."""
    until = time.monotonic() + seconds
    changed = True
    while changed and time.monotonic() < until:
        changed = False
        for candidate in _candidates(case):
            if time.monotonic() > until:
                break
            if still(candidate):
                case, changed = candidate, True
                break
    return case


def _candidates(case: Case) -> Iterator[Case]:
    """Cases with something less, the largest pieces first."""
    for args in _without(case.args[1:], smallest=1):
        yield replace(case, args=(case.args[0], *args))
    for name in case.files:
        if name not in case.args:
            yield replace(case, files={k: v for k, v in case.files.items() if k != name})
    for separator in _SEPARATORS:
        for name, content in case.files.items():
            for pieces in _without(content.split(separator), smallest=1):
                yield replace(case, files={**case.files, name: separator.join(pieces)})
        for pieces in _without(case.stdin.split(separator), smallest=1):
            yield replace(case, stdin=separator.join(pieces))


def _without(pieces: Sequence[T], smallest: int) -> Iterator[list[T]]:
    """The pieces without a half of them, a quarter, …, without one."""
    size = len(pieces) // 2
    while size >= smallest:
        for start in range(0, len(pieces), size):
            rest = [*pieces[:start], *pieces[start + size :]]
            if rest:
                yield rest
        size //= 2
