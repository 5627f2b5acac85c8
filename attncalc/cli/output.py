"""Where results go: standard output or a file, in which format, how wide, in colour or not."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Optional

import typer

from attncalc.cli.options import Color
from attncalc.errors import InputError
from attncalc.handouts import NARROWEST

WIDEST = 400


def chosen_format(
    wanted: Optional[str],
    json: bool,
    output_file: Optional[str],
    suffixes: dict[str, str],
    default: str = "text",
) -> str:
    """--format, or --json, or what the output file's suffix says, or the default."""
    if json and wanted not in (None, "json"):
        raise typer.BadParameter(
            f"--json and --format {wanted} are both given", param_hint="--json"
        )
    if wanted is not None or json:
        return wanted or "json"
    if output_file is None or output_file == "-":
        return default
    suffix = Path(output_file).suffix.lower()
    if suffix not in suffixes:
        known = ", ".join(suffixes)
        found = f"the suffix “{suffix}” names no format" if suffix else "a file without a suffix"
        message = f"{found}; use one of {known}, or --format"
        raise typer.BadParameter(message, param_hint="--output")
    return suffixes[suffix]


def width() -> int:
    """The columns of the terminal, or COLUMNS, or 80."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, NARROWEST), WIDEST)


def in_color(color: Color, output_file: Optional[str]) -> bool:
    """Whether to write colours: https://no-color.org, https://force-color.org."""
    if color is not Color.AUTO:
        return color is Color.ALWAYS
    if output_file not in (None, "-") or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def write(result: str | bytes, output_file: Optional[str]) -> None:
    """Write a result; text as UTF-8. A reader that has gone away is no error.

    Bytes are not written to a terminal. Raises InputError for a file that cannot be written.
    """
    content = result.encode() if isinstance(result, str) else result
    if output_file is not None and output_file != "-":
        try:
            _write_file(content, Path(output_file))
        except OSError as error:
            raise InputError(
                output_file, f"cannot be written: {error.strerror or error}"
            ) from error
        return
    if isinstance(result, bytes) and sys.stdout.isatty():
        message = "a terminal cannot show this format; expected a file"
        raise InputError("--output", message, hint="--output FILE, or a pipe")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        pass


def _write_file(content: bytes, path: Path) -> None:
    """All of it or nothing: a reader never sees half a file, and a failure leaves the old one."""
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        if target.is_dir():
            raise typer.BadParameter(f"{path} is a directory", param_hint="--output")
        target.write_bytes(content)  # a device or a pipe
        return
    if target.exists():
        target.open("ab").close()  # one that is protected is not replaced, as its folder allows
    if not target.parent.is_dir():
        message = f"there is no directory {path.parent}"
        raise typer.BadParameter(message, param_hint="--output")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or of a new one."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
