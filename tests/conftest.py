"""What tests share: the command line, in this process or as the installed command."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from attncalc.cli import main

COMMAND = os.environ.get("ATTNCALC_COMMAND")
"""An installed attncalc, without extras, to be tested instead of this checkout's."""

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"


# Red in CI means the change that is tested, every time; elsewhere each run draws anew.
settings.register_profile("ci", derandomize=True)
# For planted faults, which are to be noticed, and not to be made small.
settings.register_profile(
    "noticing", phases=[Phase.explicit, Phase.generate], database=None, derandomize=True
)
if os.environ.get("CI"):
    settings.load_profile("ci")


# A shell that starts tests in the background has SIGINT ignored; what they run must be told of it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is drawn covers nothing, for the next draw may not; not followed, it is twice as fast.

    A third of the draws says nearly all: of the same ones in CI, and of others each time elsewhere.
    """
    exhaustive = config.getoption("--exhaustive")
    fewer: dict[str, settings] = {}
    for item in items:
        test = getattr(item, "obj", None)
        if not hasattr(test, "hypothesis"):
            continue
        item.add_marker("no_cover")
        own = getattr(test, _SETTINGS, None)
        name = item.nodeid.partition("[")[0]
        if not exhaustive and own is not None and name not in fewer:
            fewer[name] = settings(own, max_examples=max(own.max_examples // 3, _FEWEST))
            setattr(test, _SETTINGS, fewer[name])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the golden files anew")
    parser.addoption(
        "--exhaustive", action="store_true", help="all draws, and whole products instead of turns"
    )


_SETTINGS = "_hypothesis_internal_use_settings"
"""Where hypothesis keeps what a test is decorated with; it has no other way to ask."""

_FEWEST = 20


@dataclass(frozen=True)
class Result:
    """How a run ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Attncalc = Callable[..., Result]


@pytest.fixture
def attncalc(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Attncalc:
    """Runs attncalc with arguments and, if given, standard input."""
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str | Path, stdin: str | bytes = b"") -> Result:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        words = [str(argument) for argument in arguments]
        if COMMAND and any("\0" in word for word in words):
            pytest.skip("a process is given no NUL in its arguments")
        if COMMAND:
            done = subprocess.run([COMMAND, *words], input=given, capture_output=True)
            return Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        code = main(words)
        written = capsysbinary.readouterr()
        return Result(code, written.out.decode(), written.err.decode())

    return run


@pytest.fixture
def exhaustive(request: pytest.FixtureRequest) -> bool:
    """Whether a test goes through a whole product, and not through some of it in turn."""
    return bool(request.config.getoption("--exhaustive"))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compares a text with a golden file, or writes it with --update."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare
