"""Work done in another process, one piece after the other."""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections.abc import Iterator

import pytest

from attncalc.cli.apart import apart, serve
from attncalc.errors import InputError
from attncalc.numbers.arithmetic import parse_number


def square(number: int) -> tuple[int, int]:
    """The number's square, and the process that it was worked out in; 13 has none."""
    if number == 13:
        os._exit(7)
    return number**2, os.getpid()


def ended(number: int, code: int) -> tuple[int, int]:
    """What stands for the square of a number."""
    return -number, code


def test_apart() -> None:
    """Results come in order; one process does what another left."""
    results = list(apart([1, 2, 13, 3, 13], square, ended))
    assert [result for result, _ in results] == [1, 4, -13, 9, -13]
    _, pids = zip(*results, strict=True)
    assert pids[0] == pids[1] != pids[3]
    assert os.getpid() not in pids
    assert pids[2::2] == (7, 7)


def test_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A single piece is worked on here, and all where processes cannot be forked."""
    assert list(apart([3], square, ended)) == [(9, os.getpid())]
    monkeypatch.setattr(sys, "platform", "win32")
    assert list(apart([3, 4], square, ended)) == [(9, os.getpid()), (16, os.getpid())]


def test_left_early() -> None:
    """Whoever asks for no more leaves no process behind."""
    results: Iterator[tuple[int, int]] = apart([1, 2, 3], square, ended)
    _, child = next(results)
    results.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(child, 0)


def test_serve() -> None:
    """What is written can be read as it was, errors included."""
    pipe = io.BytesIO()
    error = InputError("a.yaml", "found; expected", line=2, column=3, field="Q", hint="try")
    serve([1, 2], lambda _: error, pipe)
    pipe.seek(0)
    for _ in range(2):
        again = pickle.load(pipe)
        assert vars(again) == vars(error)
        assert again.lines() == error.lines()


@pytest.mark.parametrize("text", ["0.60", "48%", "1e5", "-0", "1/3", "sqrt(2)"])
def test_typed_numbers(text: str) -> None:
    """A number remembers how it was typed."""
    number = parse_number(text)
    again = pickle.loads(pickle.dumps(number))
    assert type(again) is type(number)
    assert (again.as_tuple(), vars(again)) == (number.as_tuple(), vars(number))
