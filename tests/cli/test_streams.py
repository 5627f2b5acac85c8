"""Every command, whatever its streams are: full, closed, or of a locale with few characters."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from attncalc.cli import main, run
from tests.conftest import COMMAND, SAMPLES

PROGRAM = [COMMAND] if COMMAND else [sys.executable, "-m", "attncalc"]

ANIMAL = str(SAMPLES / "animal.yaml")
FULL = b"attncalc: cannot write: No space left on device\n"

COMMANDS: list[tuple[int, list[str]]] = [
    (0, ["--help"]),
    (0, ["explain", ANIMAL]),
    (1, ["check", ANIMAL, "--json"]),
]

LIKE_THEM: list[tuple[int, list[str]]] = [
    (0, ["--version"]),
    (0, ["explain", "--help"]),
    (0, ["weave", "-h"]),
    (0, ["explain", ANIMAL, "-f", "npz"]),
    (0, ["compare", ANIMAL, "--vary", "scale=none"]),
    (0, ["graph", ANIMAL]),
    (0, ["samples", "animal"]),
]
"""They write as one of those does, with the same libraries, or with none."""

REFUSED = [["explain", ANIMAL, "--nothing"], []]
REFUSED_LIKE_THEM = [
    ["explain", "none.yaml"],
    ["check", "none.yaml", "none.json"],
    ["weave", "none.md"],
    ["nothing"],
]

STATES = {
    "plain": '"$@"',
    "full": '"$@" >/dev/full',
    "closed": '"$@" >&-',
    "closed stdin": '"$@" <&-',
    "closed stderr": '"$@" 2>&-',
    "full stderr": '"$@" 2>/dev/full',
    "all closed": '"$@" <&- >&- 2>&-',
    "latin-1": 'PYTHONIOENCODING=latin-1 "$@"',
    "ascii": 'PYTHONIOENCODING=ascii:strict "$@"',
    "C": 'LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 "$@"',
    "narrow": 'COLUMNS=1 "$@"',
    "odd columns": 'COLUMNS=wide TERM= "$@"',
    "endless columns": 'COLUMNS=99999999999999999999 FORCE_COLOR=1 "$@"',
    "buffered": 'PYTHONUNBUFFERED= "$@" >/dev/full',
}

ALWAYS = ("plain", "full")
"""What each command is run under; of the others, a command like another has some in its turn."""

TURN = 3


def _turn(place: int) -> tuple[str, ...]:
    """The states of the command at this place among those that are like another."""
    others = [state for state in STATES if state not in ALWAYS]
    return (*ALWAYS, *(others[(TURN * place + at) % len(others)] for at in range(TURN)))


def _all(*values: object) -> ParameterSet:
    """A case under every state."""
    return pytest.param(*values, tuple(STATES), id="-".join(map(str, values)))


def _own(place: int, *values: object) -> ParameterSet:
    """A case that no library has a say in, under some."""
    name = "-".join(map(str, values))
    return pytest.param(*values, _turn(place), marks=pytest.mark.own, id=name)


def _ends(arguments: list[str], states: Sequence[str]) -> dict[str, tuple[int, bytes, bytes]]:
    """How the command ends under each state: exit code, standard output, standard error."""
    running = {
        state: subprocess.Popen(
            ["sh", "-c", STATES[state], "sh", *PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"COLUMNS": "80", "PYTHONUNBUFFERED": "1"},
        )
        for state in states
    }
    ends = {}
    for state, process in running.items():
        out, err = process.communicate(timeout=120)
        assert b"Traceback" not in err, (state, err)
        assert b"a mistake in attncalc" not in err, (state, err)
        ends[state] = (process.returncode, out, err)
    return ends


@pytest.mark.parametrize(
    ("code", "arguments", "states"),
    [
        *(_all(*each) for each in COMMANDS),
        *(_own(place, *each) for place, each in enumerate(LIKE_THEM)),
    ],
)
def test_streams(code: int, arguments: list[str], states: Sequence[str]) -> None:
    """A result that cannot be written is told; what cannot be told is no other exit code."""
    ends = _ends(arguments, states)
    plain = ends["plain"]
    assert plain[0] == code
    for state, end in ends.items():
        match state:
            case "full" | "buffered":
                assert end == (2, b"", FULL), state
            case "narrow" | "odd columns" | "endless columns":
                assert end[0] == code, state
            case "latin-1" | "ascii" | "C":
                assert (end[0], end[2]) == (code, plain[2]), state
                assert end[1] == plain[1] or end[1] == _replaced(plain[1], state), state
            case "closed" | "all closed":
                assert end[0] == code, state
            case _:
                assert end[:2] == plain[:2], state


def _replaced(text: bytes, state: str) -> bytes:
    """What is left of a text in an encoding with fewer characters."""
    encoding = "latin-1" if state == "latin-1" else "ascii"
    return text.decode().encode(encoding, errors="replace")


@pytest.mark.parametrize(
    ("arguments", "states"),
    [*map(_all, REFUSED), *(_own(place, each) for place, each in enumerate(REFUSED_LIKE_THEM))],
)
def test_refusals(
    arguments: list[str],
    states: Sequence[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is refused is refused with exit code 2, whether that can be said or not."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(SAMPLES.parent))
    for state, (code, out, err) in _ends(arguments, states).items():
        assert (code, out) == (2, b""), state
        assert bool(err) == (state not in ("closed stderr", "full stderr", "all closed")), state


@pytest.mark.parametrize(
    ("error", "ends"),
    [(None, (0, "")), (BrokenPipeError(), (0, "")), (OSError("gone"), (2, "gone"))],
)
def test_version_that_cannot_be_printed(
    error: OSError | None,
    ends: tuple[int, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The version is answered before anything is imported, and fails as everything does."""

    class Stream:
        def write(self, _text: str) -> None:
            if error is not None:
                raise error

        def flush(self) -> None:
            pass

    monkeypatch.setattr("sys.stdout", Stream())
    code, told = ends
    assert main(["--version"]) == code
    assert capsys.readouterr().err == (f"attncalc: cannot write: {told}\n" if told else "")


def test_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where standard error fails too, the exit code is all that is left."""

    def fails(_arguments: list[str]) -> int:
        raise OSError("nothing can be written")

    codes: list[int] = []
    monkeypatch.setattr("attncalc.cli.main", fails)
    monkeypatch.setattr("os._exit", codes.append)
    run()
    assert codes == [2]
