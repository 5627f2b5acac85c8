"""A case run in this process: what it printed, what it wrote, how it ended."""

from __future__ import annotations

import decimal
import io
import os
import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import mpmath
import typer

from attncalc.cli import app, main
from benchmarks.fuzz.cases import Case, lay_out

ENVIRONMENT = {"COLUMNS": "80", "LINES": "24", "SOURCE_DATE_EPOCH": "1700000000"}
"""Whatever a page may depend on besides its input."""

_built = app._application

LARGEST_LEFT = 30_000_000


@dataclass(frozen=True)
class Outcome:
    """How a run ended. escaped: an exception that nothing caught. left: files, afterwards.

    context: settings of the arithmetic that were not put back.
    """

    code: int | None
    out: bytes
    err: str
    left: Mapping[str, bytes]
    escaped: str = ""
    context: str = ""
    seconds: float = 0.0


def set_up() -> None:
    """The environment of every run. A command's options are declared once, a third of its time."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT)
    app._application = _application


def _application(arguments: list[str]) -> typer.Typer:
    return _command(arguments[0] if arguments and arguments[0] in app.COMMANDS else "")


@cache
def _command(name: str) -> typer.Typer:
    return typer.main.get_command(_built([name] if name else []))  # type: ignore[return-value]


def run(case: Case, folder: Path) -> Outcome:
    """Run the case in an empty folder, and empty it again."""
    lay_out(case, folder)
    os.chdir(folder)
    printed, said = io.BytesIO(), io.BytesIO()
    out, err = _stream(printed, "strict"), _stream(said, "backslashreplace")
    given = io.TextIOWrapper(io.BytesIO(case.stdin), encoding="utf-8")
    before = _context()
    code, escaped = None, ""
    began = time.process_time()
    with _streams(given, out, err), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            code = main(list(case.args))
        except BaseException as error:  # whatever it is, it should not have come out
            escaped = f"{type(error).__name__} at {_innermost(error)}"
    seconds = time.process_time() - began
    out.flush()
    err.flush()
    after = _context()
    outcome = Outcome(
        code,
        printed.getvalue(),
        said.getvalue().decode("utf-8"),
        _left(folder),
        escaped,
        "" if after == before else f"{before} became {after}",
        seconds,
    )
    _restore()
    return outcome


def _stream(content: io.BytesIO, errors: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(content, encoding="utf-8", errors=errors, newline="")


@contextmanager
def _streams(
    given: io.TextIOWrapper, out: io.TextIOWrapper, err: io.TextIOWrapper
) -> Iterator[None]:
    old = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = given, out, err
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = old


def _innermost(error: BaseException) -> str:
    """Where an exception comes from: the last place in the package."""
    place, traceback = "?", error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if "attncalc" in code.co_filename:
            place = f"{os.path.basename(code.co_filename)}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place


def _context() -> str:
    """The settings that a run may change while it calculates, and has to put back."""
    of_decimals = decimal.getcontext()
    return f"{of_decimals.prec} {of_decimals.Emax} {mpmath.mp.prec} {mpmath.iv.prec}"


def _restore() -> None:
    decimal.setcontext(decimal.Context(prec=28))
    mpmath.mp.prec = mpmath.iv.prec = 53


def _left(folder: Path) -> dict[str, bytes]:
    """The files in the folder, which is emptied."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
            continue
        with path.open("rb") as file:
            found[str(path.relative_to(folder))] = file.read(LARGEST_LEFT)
        path.unlink()
    return found
