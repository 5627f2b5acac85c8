"""Where results are written: whole or not at all, and never over what is read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from attncalc.cli import files
from attncalc.cli.files import NoFileError, write_file
from tests.conftest import COMMAND, SAMPLES, Attncalc

CAT = (SAMPLES / "cat.yaml").read_text()
WOVEN = "```attncalc\nfile=cat.yaml\n```\n"

WRITER = """
import os, sys, time
from pathlib import Path
from attncalc.cli.files import write_file

replace = os.replace

def slowly(*names):
    print("ready", flush=True)
    time.sleep(float(sys.argv[2]))
    replace(*names)

os.replace = slowly
write_file(b"theirs", Path(sys.argv[1]))
"""


def _writer(target: Path, seconds: float) -> subprocess.Popen[bytes]:
    """Another process that has written its temporary file, and waits before it replaces."""
    command = [sys.executable, "-c", WRITER, str(target), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _temporary(folder: Path) -> list[str]:
    return [name for name in _names(folder) if name.startswith(".attncalc-")]


INPUTS: list[list[str]] = [
    ["explain", "FILE", "-f", "text"],
    ["explain", "FILE", "--json"],
    ["check", "FILE", "-f", "junit"],
    ["check", "other.yaml", "--claims", "FILE", "-f", "text"],
    ["compare", "FILE", "--vary", "scale=none", "-f", "html"],
    ["compare", "other.yaml", "FILE", "-f", "md"],
    ["graph", "FILE", "-f", "dot"],
    ["graph", "FILE", "-f", "svg", "--kind", "pipeline"],
    ["weave", "FILE"],
]


@pytest.mark.own
@pytest.mark.parametrize("arguments", INPUTS, ids=" ".join)
@pytest.mark.parametrize("named", ["itself", "relative", "link", "hard link"])
def test_input_is_never_overwritten(
    arguments: list[str],
    named: str,
    attncalc: Attncalc,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the output file is called: if it is one that is read, it stays as it is."""
    monkeypatch.chdir(tmp_path)
    text = WOVEN if arguments[0] == "weave" else CAT
    file, other = tmp_path / "input.md", tmp_path / "again.md"
    file.write_text(text)
    (tmp_path / "other.yaml").write_text(CAT)
    (tmp_path / "cat.yaml").write_text(CAT)
    match named:
        case "itself":
            output = "input.md"
        case "relative":
            output = f"../{tmp_path.name}/./input.md"
        case "link":
            output = "again.md"
            other.symlink_to("input.md")
        case _:
            output = "again.md"
            os.link(file, other)
    words = [word.replace("FILE", "input.md") for word in arguments]
    result = attncalc(*words, "-o", output)
    which = "" if named == "itself" else " input.md"
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(
        f"--output: {output} is the input{which}; expected another file\n  hint: "
    )
    assert file.read_text() == text


def test_what_is_no_file_is_no_input(attncalc: Attncalc, tmp_path: Path) -> None:
    """Devices, standard input and files that are not there are not overwritten."""
    assert attncalc("explain", "-", "-f", "text", "-o", os.devnull, stdin=CAT).code == 0
    assert not files.same_file(os.devnull, os.devnull)
    assert not files.same_file(str(tmp_path / "none"), str(tmp_path / "none"))
    assert not files.same_file("\0", "\0")


@pytest.mark.parametrize("length", [1, 200, 240, 254, 255])
def test_long_names(length: int, tmp_path: Path) -> None:
    """A name as long as the file system takes is written to, whole as any other."""
    target = tmp_path / ("n" * length)
    for content in (b"old", b"new"):
        write_file(content, target)
        assert target.read_bytes() == content
    assert _names(tmp_path) == [target.name]


def test_link_to_no_file_yet(attncalc: Attncalc, tmp_path: Path) -> None:
    """A link is written through, as by a shell's >, and stays a link."""
    link = tmp_path / "latest.txt"
    link.symlink_to("today.txt")
    for _ in range(2):
        assert attncalc("explain", SAMPLES / "cat.yaml", "-o", link).code == 0
        assert link.readlink() == Path("today.txt")
        assert (tmp_path / "today.txt").is_file()
    assert _names(tmp_path) == ["latest.txt", "today.txt"]


@pytest.mark.parametrize(
    ("leads_to", "message"),
    [
        ("none/today.txt", "there is no directory {tmp_path}/none"),
        ("latest.txt", "{tmp_path}/latest.txt is a link that leads back to itself"),
        (".", "{tmp_path}/latest.txt is a directory"),
    ],
)
def test_links_to_where_no_file_can_be(leads_to: str, message: str, tmp_path: Path) -> None:
    """What is wrong with a link is told, and the link stays."""
    link = tmp_path / "latest.txt"
    link.symlink_to(leads_to)
    with pytest.raises(NoFileError) as error:
        write_file(b"", link)
    assert str(error.value) == message.format(tmp_path=tmp_path)
    assert link.is_symlink()
    assert _names(tmp_path) == ["latest.txt"]


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o000])
def test_permissions(mask: int, tmp_path: Path) -> None:
    """A new file has what the user's mask leaves, a replaced one what it had."""
    before = os.umask(mask)
    try:
        new, old = tmp_path / "new", tmp_path / "old"
        old.touch()
        old.chmod(0o604)
        for target in (new, old):
            write_file(b"x", target)
    finally:
        os.umask(before)
    assert new.stat().st_mode & 0o777 == 0o666 & ~mask
    assert old.stat().st_mode & 0o777 == 0o604


def test_killed_writer_is_swept(tmp_path: Path) -> None:
    """What a writer left that was killed goes at the next write of that name, and nothing else."""
    target, another = tmp_path / "page.txt", tmp_path / "another.txt"
    for each in (target, another):
        writer = _writer(each, 60)
        writer.kill()
        writer.communicate()
    (tmp_path / ".attncalc-notes").touch()
    assert len(_temporary(tmp_path)) == 3
    write_file(b"ours", target)
    assert target.read_bytes() == b"ours"
    assert len(_temporary(tmp_path)) == 2
    write_file(b"ours", another)
    assert _names(tmp_path) == [".attncalc-notes", "another.txt", "page.txt"]


def test_living_writer_is_not_swept(tmp_path: Path) -> None:
    """Of two who write at once, neither takes the other's file away; the last one's stays."""
    target = tmp_path / "page.txt"
    writer = _writer(target, 1.5)
    write_file(b"ours", target)
    assert target.read_bytes() == b"ours"
    assert len(_temporary(tmp_path)) == 1
    assert writer.communicate() == (b"", b"")
    assert target.read_bytes() == b"theirs"
    assert _names(tmp_path) == ["page.txt"]


def test_swept_before_it_was_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary file that was swept in its first moment is made once more."""
    target, lock = tmp_path / "page.txt", files._lock
    swept: list[str] = []

    def late(descriptor: int, *, wait: bool) -> None:
        if not swept:
            swept.extend(_temporary(tmp_path))
            os.unlink(tmp_path / swept[0])
        lock(descriptor, wait=wait)

    monkeypatch.setattr(files, "_lock", late)
    write_file(b"ours", target)
    assert len(swept) == 1
    assert target.read_bytes() == b"ours"
    assert _names(tmp_path) == ["page.txt"]


def test_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can say who is alive, files are written, and nothing is swept."""
    abandoned = tmp_path / f"{files._beginning(tmp_path / 'page.txt')}0"
    abandoned.touch()

    def no_locks(_descriptor: int, *, wait: bool) -> None:
        raise OSError(f"no locks, whether one waits ({wait}) or not")

    monkeypatch.setattr(files, "_lock", no_locks)
    write_file(b"ours", tmp_path / "page.txt")
    assert _names(tmp_path) == [abandoned.name, "page.txt"]
    monkeypatch.undo()
    monkeypatch.setattr(files, "fcntl", None)
    write_file(b"ours", tmp_path / "page.txt")
    assert _names(tmp_path) == ["page.txt"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_leave_nothing_behind(name: str, tmp_path: Path) -> None:
    """Whoever is ended while writing leaves the old file, and no other."""
    target = tmp_path / "page.txt"
    target.write_bytes(b"old")
    writer = _writer(target, 60)
    writer.send_signal(getattr(signal, name))
    _, err = writer.communicate(timeout=20)
    assert target.read_bytes() == b"old"
    assert _names(tmp_path) == ["page.txt"]
    if name == "SIGINT":
        assert err.rstrip().endswith(b"KeyboardInterrupt")
    else:
        assert (writer.returncode, err) == (128 + getattr(signal, name), b"")


def test_signals_end_in_exit_codes() -> None:
    """While a file is written, a signal is an exit that can be cleaned up after."""
    with pytest.raises(SystemExit) as leaving, files._ended_by_signals():
        signal.raise_signal(signal.SIGTERM)
    assert leaving.value.code == 143


def test_ignored_signals_stay_ignored() -> None:
    """A run that nohup began goes on when its terminal is closed."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with files._ended_by_signals():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


SLOW = """
import os, sys, time

replace = os.replace

def slowly(*names):
    print("ready", file=sys.stderr, flush=True)
    time.sleep(60)

os.replace = slowly
from attncalc.cli import run
sys.argv[0] = "attncalc"
run()
"""


@pytest.mark.own
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
@pytest.mark.parametrize("command", [["explain", "-f", "pdf"], ["graph"], ["check", "-f", "md"]])
def test_ended_commands(name: str, code: int, command: list[str], tmp_path: Path) -> None:
    """A command that is ended while it writes says nothing, and leaves nothing behind."""
    if COMMAND:
        pytest.skip("its os.replace cannot be slowed down")
    words = [command[0], str(SAMPLES / "cat.yaml"), *command[1:], "-o", str(tmp_path / "x.mmd")]
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    assert process.stderr.readline() == b"ready\n"
    process.send_signal(getattr(signal, name))
    assert process.communicate(timeout=20) == (b"", b"")
    assert (process.returncode, _names(tmp_path)) == (code, [])


@pytest.mark.own
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.6, 1.0])
def test_ended_at_any_time(name: str, seconds: float, tmp_path: Path) -> None:
    """Whenever a command is ended, there is no traceback and no half of a file."""
    code = "from attncalc.cli import run; print('ready', flush=True); run()"
    file = tmp_path / "page.html"
    words = ["explain", str(SAMPLES / "animal.yaml"), "--all-queries", "-o", str(file)]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(getattr(signal, name))
    _, err = process.communicate(timeout=20)
    assert b"Traceback" not in err
    assert process.returncode in (0, 130, 143, -15)
    assert _names(tmp_path) in ([], ["page.html"])


@pytest.mark.parametrize("epoch", ["-1", "1e9", "today", "٣", "253402300800", "9" * 5000])
@pytest.mark.parametrize("kind", ["typ", "pdf"])
def test_epoch_that_is_no_time(
    epoch: str, kind: str, attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sets SOURCE_DATE_EPOCH relies on it; formats without a date do not ask for it."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    result = attncalc("explain", SAMPLES / "cat.yaml", "-f", kind)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"SOURCE_DATE_EPOCH: “{epoch[:40]}{'…' if len(epoch) > 40 else ''}”; expected the seconds "
        "since 1970, at most 253402300799\n  hint: date +%s prints them; or unset it\n"
    )
    assert attncalc("explain", SAMPLES / "cat.yaml", "-f", "html").code == 0


@pytest.mark.parametrize(("epoch", "year"), [("0", 1970), ("253402300799", 9999)])
def test_epochs(epoch: str, year: int, attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first and the last second there are."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert f"year: {year}" in attncalc("explain", SAMPLES / "cat.yaml", "-f", "typ").out
