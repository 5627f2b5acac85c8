"""The commands beside explain, and how every command begins and ends."""

from __future__ import annotations

import json
import os
import re
import runpy
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

import jsonschema
import numpy as np
import pytest

import attncalc.cli
from attncalc import __version__
from attncalc.cli.app import COMMANDS
from attncalc.errors import AttncalcError
from attncalc.shipped import sample_purpose, samples
from tests.conftest import COMMAND, ROOT, SAMPLES, Attncalc, Result

pytestmark = pytest.mark.installed
PROGRAM = [COMMAND] if COMMAND else [sys.executable, "-m", "attncalc"]


def test_samples_are_listed(attncalc: Attncalc) -> None:
    """The list names every sample and says in a line what it shows."""
    result = attncalc("samples")
    ours, _, published = result.out.partition("\n\n")
    assert all(" numbers: " in line for line in published.splitlines())
    lines = ours.splitlines()
    files = [path for path in SAMPLES.iterdir() if path.is_file()]
    names = sorted(path.name.removesuffix(".yaml") for path in files)
    assert [line.split()[0] for line in lines] == names
    assert {"alibi", "animal.csv", "cat", "padding"} < {*names}
    assert all(len(line.split()) > 4 for line in lines)


def test_sample_through_a_pipe(attncalc: Attncalc) -> None:
    """attncalc samples animal | attncalc explain - is what explain says of the file."""
    sample = attncalc("samples", "animal").out
    assert sample == (SAMPLES / "animal.yaml").read_text()
    assert attncalc("explain", "-", stdin=sample) == attncalc("explain", SAMPLES / "animal.yaml")
    table = attncalc("samples", "animal.csv").out
    assert attncalc("explain", "-", stdin=table).code == 0


def test_unknown_sample(attncalc: Attncalc) -> None:
    """An unknown name is answered with the nearest."""
    result = attncalc("samples", "aple")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "attncalc samples: there is no sample “aple”; expected one of "
        f"{', '.join(samples())}\n  hint: did you mean apple?\n"
    )
    assert "hint" not in attncalc("samples", "zzz").err


def test_sample_without_purpose(tmp_path: Path) -> None:
    """A sample need not say what it shows."""
    (tmp_path / "own.yaml").write_text("tokens: [a]\n")
    assert sample_purpose(tmp_path / "own.yaml") == ""


@pytest.mark.parametrize("name", ["input", "output", "check", "compare", "diff", "worksheet"])
def test_schema(name: str, attncalc: Attncalc) -> None:
    """The printed schema is a valid schema, and the one that is checked in."""
    result = attncalc("schema", name)
    jsonschema.Draft202012Validator.check_schema(json.loads(result.out))
    assert result.out == (ROOT / f"attncalc/schemas/{name}.schema.json").read_text()


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version(flag: str, attncalc: Attncalc) -> None:
    """The version, on a line."""
    assert attncalc(flag) == Result(0, f"attncalc {__version__}\n", "")


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help(command: list[str], flag: str, attncalc: Attncalc) -> None:
    """-h works everywhere, shows examples, fits 80 columns, and is whole sentences."""
    result = attncalc(*command, flag)
    assert (result.code, result.err) == (0, "")
    assert "\n  Examples:\n    attncalc " in result.out
    assert max(map(len, result.out.splitlines())) <= 80
    # Some versions of typer write FILE... where others write {FILE}...
    assert not re.search(r"(?<!FILE)(?<!ANSWERS)(?<=\w)\.\.\.$|[^\n -~…]", result.out, re.MULTILINE)


def test_no_command(attncalc: Attncalc) -> None:
    """attncalc alone shows its help and is a usage error."""
    result = attncalc()
    assert result.code == 2
    assert "Commands:" in result.out + result.err


def test_unknown_command(attncalc: Attncalc) -> None:
    """An unknown command is a usage error."""
    result = attncalc("expalin", "x.yaml")
    assert (result.code, result.out) == (2, "")
    assert "No such command 'expalin'" in result.err


def test_completion() -> None:
    """Shell completion offers the samples' names."""
    environment = os.environ | {
        "_ATTNCALC_COMPLETE": "complete_bash",
        "COMP_WORDS": "attncalc samples an",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(PROGRAM, env=environment, capture_output=True, text=True)
    assert done.stdout.split() == ["animal", "animal-weighted-sum", "animal.csv"]


@pytest.mark.parametrize(
    "arguments",
    [["--version"], ["--help"], *([name, "--help"] for name in COMMANDS), ["compare", "-h"]],
)
def test_no_numpy_for_help(arguments: list[str]) -> None:
    """What needs no arithmetic imports no numpy; nor rich, but by a typer that does so itself."""
    older = tuple(map(int, version("typer").split(".")[:2])) < (0, 28)
    heavy = {"numpy"} if older else {"numpy", "rich"}
    code = (
        "import sys, attncalc.cli\n"
        f"attncalc.cli.main({arguments})\n"
        f"assert not {heavy} & set(sys.modules), 'imported'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_page_imports_what_it_needs() -> None:
    """The plainest page: no other format, no check, no costs."""
    others = (
        "checking comparison costs exports renderers.drawings renderers.html "
        "renderers.latex renderers.markdown renderers.typst readers.arrays readers.csv_text "
        "readers.json_text weaving walkthrough.checked walkthrough.compared walkthrough.lookup "
        "difference parting walkthrough.differing"
    )
    code = (
        "import sys, attncalc.cli\n"
        f"attncalc.cli.main(['explain', {str(SAMPLES / 'animal.yaml')!r}])\n"
        f"others = tuple(f'attncalc.{{name}}' for name in {others.split()})\n"
        "others += ('json', 'csv', 'numpy.typing')\n"
        "print(*[name for name in sys.modules if name.startswith(others)], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "\n")


def test_closed_pipe() -> None:
    """Whoever stops reading early is not told off."""
    process = subprocess.Popen(
        [*PROGRAM, "explain", str(SAMPLES / "animal.yaml"), "--all-queries"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


def test_interrupt() -> None:
    """Ctrl-C ends quietly."""
    process = subprocess.Popen(
        [*PROGRAM, "explain", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    time.sleep(1.5)  # it has read its options by then and waits for the problem
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_full_disk() -> None:
    """A result that cannot be written is an error in a sentence."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*PROGRAM, "explain", str(SAMPLES / "animal.yaml")], stdout=full, stderr=subprocess.PIPE
        )
    assert (done.returncode, done.stderr) == (
        2,
        b"attncalc: cannot write: No space left on device\n",
    )


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, ""),
        (MemoryError(), 2, "attncalc: the problem does not fit into memory\n"),
        (OSError("disk on fire"), 2, "attncalc: cannot write: disk on fire\n"),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_ends(
    error: BaseException,
    code: int,
    message: str,
    attncalc: Attncalc,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However a command ends, it ends with a code and without a traceback."""
    if COMMAND:
        pytest.skip("the installed command is another process")

    class Stream:
        def flush(self) -> None:
            raise error

        def write(self, _text: str) -> int:
            raise error

    monkeypatch.setattr("sys.stdout", Stream())
    found = attncalc("samples", "animal")
    assert (found.code, found.err) == (code, message)


@pytest.mark.parametrize("error", [None, KeyboardInterrupt(), BrokenPipeError()])
def test_console_script(error: BaseException | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The console script leaves at once, with main's code, whatever has become of stdout."""
    codes: list[int] = []

    def main(_arguments: list[str]) -> int:
        if isinstance(error, KeyboardInterrupt):
            raise error
        return 0

    class Stream:
        def flush(self) -> None:
            if error is not None:
                raise BrokenPipeError

    monkeypatch.setattr("attncalc.cli.main", main)
    monkeypatch.setattr("sys.stdout", Stream())
    monkeypatch.setattr("os._exit", codes.append)
    attncalc.cli.run()
    assert codes == [130 if isinstance(error, KeyboardInterrupt) else 0]


def test_closed_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams that were closed before the program began are no mistake of its own."""
    closed = ["sh", "-c", '"$@" <&- >&-', "sh"]
    for arguments, code in (["explain", str(SAMPLES / "cat.yaml")], 0), (["explain", "-"], 2):
        done = subprocess.run([*closed, *PROGRAM, *arguments], capture_output=True)
        assert done.returncode == code
        assert b"a mistake in attncalc" not in done.stderr
    opened: list[TextIO] = []

    def main(_arguments: list[str]) -> int:
        opened.extend((sys.stdin, sys.stdout, sys.stderr))
        return 0

    monkeypatch.setattr("attncalc.cli.main", main)
    monkeypatch.setattr("os._exit", lambda _code: None)
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    attncalc.cli.run()
    assert [stream.name for stream in opened] == [os.devnull] * 3
    for stream in opened:
        stream.close()


def test_python_m() -> None:
    """python -m attncalc is the same program."""
    if COMMAND:
        pytest.skip("the wheel's command is tested by its name")
    done = subprocess.run([*PROGRAM, "--version"], capture_output=True, text=True)
    assert done.stdout == f"attncalc {__version__}\n"


def test_sample_names_complete() -> None:
    """The names that begin as what is typed."""
    from attncalc.cli.samples import complete

    assert complete("cat") == ["cat"]
    assert complete("causa") == ["causal", "causal-padding"]


def test_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """The module runs the console script, and only when it is run."""
    codes: list[int] = []
    monkeypatch.setattr("os._exit", codes.append)
    monkeypatch.setattr("sys.argv", ["attncalc", "--version"])
    runpy.run_module("attncalc", run_name="__main__")
    runpy.run_module("attncalc", run_name="not main")
    assert codes == [0]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, ""),
        (AttncalcError("nothing to be done"), 2, "attncalc: nothing to be done\n"),
    ],
)
def test_ends_before_the_command(
    error: BaseException,
    code: int,
    message: str,
    attncalc: Attncalc,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What goes wrong while the application is built ends the same way."""
    if COMMAND:
        pytest.skip("the installed command is another process")

    def application(_arguments: list[str]) -> None:
        raise error

    monkeypatch.setattr("attncalc.cli.app._application", application)
    found = attncalc("samples")
    assert (found.code, found.err) == (code, message)


@pytest.mark.parametrize("given", [None, "3"])
def test_one_thread(
    given: str | None, attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Products are of one thread, so that numbers are the same on any machine; unless told."""
    if given is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    else:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", given)
    file = tmp_path / "large.npz"
    np.savez(file, Q=np.ones((100, 4)), K=np.ones((100, 4)))
    result = attncalc("explain", file, "--json")
    assert json.loads(result.out)["stages"]["weights"][0][0] == pytest.approx(0.01)
    if not COMMAND:  # the installed command is another process
        assert os.environ["OPENBLAS_NUM_THREADS"] == (given or "1")


def test_interrupted_import(attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is Ctrl-C where a library makes another error of it, as numpy does of its import."""
    if COMMAND:
        pytest.skip("the installed command is another process")

    def application(_arguments: list[str]) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            raise ImportError("numpy was not imported") from error

    monkeypatch.setattr("attncalc.cli.app._application", application)
    assert attncalc("samples") == Result(130, "", "")


@pytest.mark.parametrize("word", ["animal", "animal.yaml", "samples/animal.yaml"])
def test_sample_for_a_file(
    word: str, attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a sample is named instead of a file, the message says how to read it."""
    monkeypatch.chdir(tmp_path)
    hint = "there is a sample of this name: attncalc samples animal | attncalc explain -"
    for command in ("explain", "check", "graph"):
        result = attncalc(command, word)
        assert (result.code, result.out) == (2, "")
        assert result.err == f"{word}: there is no such file\n  hint: {hint}\n"
    (tmp_path / "animals.yaml").write_text("x")
    nearer = attncalc("explain", "animal.yaml").err
    assert nearer == "animal.yaml: there is no such file\n  hint: did you mean animals.yaml?\n"


def test_sample_of_the_gallery(
    attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Samples of the gallery are found by either name."""
    monkeypatch.chdir(tmp_path)
    (name, *_) = (each for each in samples() if each.startswith("gallery/"))
    for word in (name, name.removeprefix("gallery/"), f"{name}.yaml"):
        assert f"attncalc samples {name} | attncalc explain -" in attncalc("explain", word).err


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["mine.yaml"], "attncalc explain mine.yaml"),
        (["my problem.csv", "--json"], "attncalc explain 'my problem.csv' --json"),
        (["problem"], "attncalc explain problem"),
        (["Q=q.npy", "K=k.npy"], "attncalc explain Q=q.npy K=k.npy"),
        (
            ["animal"],
            "there is a sample of this name: attncalc samples animal | attncalc explain -",
        ),
    ],
)
def test_file_for_a_command(
    words: list[str],
    hint: str,
    attncalc: Attncalc,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a file stands in the command's place, the message says which command reads it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "problem").write_text("scores: [[1]]")
    result = attncalc(*words)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"attncalc: there is no command “{words[0]}”; expected one, and then the file\n"
        f"  hint: {hint}\n"
    )
    assert "No such command 'explian'" in attncalc("explian").err
