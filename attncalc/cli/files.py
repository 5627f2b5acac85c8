"""Files that are written whole or not at all: a reader never sees half of one."""

import os
import signal
import stat
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Optional

try:
    import fcntl
except ImportError:  # pragma: no cover - on Windows, where nobody can remove an open file
    fcntl = None  # type: ignore[assignment]

ENDING = ("SIGTERM", "SIGHUP")
"""The signals that end a program without a word, as far as the system has them."""


class NoFileError(OSError):
    """A target that no file can be written to, whatever its permissions are."""


def write_file(content: bytes | Iterable[bytes], path: Path) -> None:
    """Write a file, at once or in pieces.

    Whoever fails, or is ended on the way, leaves the old one as it was.

    A link is followed, also to a file that does not exist yet; a device or a pipe is written to.
    Raises NoFileError where the target can be no file, OSError where it cannot be written.
    """
    pieces = [content] if isinstance(content, bytes) else content
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise NoFileError(f"{path} is a link that leads back to itself")
    if target.is_dir():
        raise NoFileError(f"{path} is a directory")
    if target.exists() and not target.is_file():
        with target.open("wb") as device:  # or a pipe
            device.writelines(pieces)
        return
    if target.exists():
        target.open("ab").close()  # one that is protected is not replaced, as its folder allows
    if not target.parent.is_dir():
        folder = target.parent if path.is_symlink() else path.parent
        raise NoFileError(f"there is no directory {folder}")
    _sweep(target)
    with _ended_by_signals():
        _replace(target, pieces)


def same_file(one: str, other: str) -> bool:
    """Whether two paths lead to one and the same regular file: links, hard links, any spelling."""
    try:
        found = os.stat(one)
        return stat.S_ISREG(found.st_mode) and os.path.samestat(found, os.stat(other))
    except (OSError, ValueError):
        return False


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    descriptor, name = _created(target)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.chmod(name, _mode(target))
            os.replace(name, target)  # while it is still locked, so that nobody sweeps it
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or of a new one."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _beginning(target: Path) -> str:
    """How the names of a target's temporary files begin: short, however long its own is."""
    return f".attncalc-{zlib.crc32(os.fsencode(target.name)):08x}-"


def _created(target: Path) -> tuple[int, str]:
    """A new file beside the target, locked as long as it is open."""
    while True:
        name = str(target.parent / f"{_beginning(target)}{os.urandom(6).hex()}")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(name, flags, 0o600)
        with suppress(OSError):  # some file systems have no locks: there, nobody sweeps either
            _lock(descriptor, wait=True)
        if os.fstat(descriptor).st_nlink:
            return descriptor, name
        os.close(descriptor)  # somebody swept it before it was locked


def _sweep(target: Path) -> None:
    """Remove what writers of this target left behind that were killed; never a living one's."""
    with suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if entry.name.startswith(_beginning(target)) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    _remove_abandoned(entry.path)


def _remove_abandoned(path: str) -> None:
    """Raises OSError where its writer is alive, and holds its lock."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        _lock(descriptor, wait=False)
        os.unlink(path)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, wait: bool) -> None:
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Where a signal would end the program at once, let it clean up first; 128 + its number."""
    before = {}
    for name in ENDING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            before[number] = signal.signal(number, _leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: Optional[FrameType]) -> None:
    raise SystemExit(128 + number)
