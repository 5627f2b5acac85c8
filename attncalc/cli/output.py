"""Where results go: standard output or a file, in which format, how wide, in colour or not."""

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Optional, TypeVar

import typer

from attncalc.cli.options import Color
from attncalc.errors import InputError
from attncalc.handouts import NARROWEST

WIDEST = 400

Format = TypeVar("Format", bound=str)


def chosen_format(
    wanted: Optional[Format],
    json: bool,
    output_file: Optional[str],
    suffixes: Mapping[str, Format],
    default: str = ".txt",
) -> Format:
    """--format, or --json, or what the output file's suffix says, or default: a suffix, too."""
    if json and wanted not in (None, "json"):
        raise typer.BadParameter(
            f"--json and --format {wanted} are both given", param_hint="--json"
        )
    if wanted is not None or json:
        return wanted or suffixes[".json"]
    if output_file is None or output_file == "-":
        return suffixes[default]
    return format_of(output_file, suffixes, "--output", ", or --format")


def format_of(
    file: str, suffixes: Mapping[str, Format], option: str, otherwise: str = ""
) -> Format:
    """What a file's suffix says. option: which one names the file; otherwise: what else may."""
    suffix = Path(file).suffix.lower()
    if suffix not in suffixes:
        known = ", ".join(suffixes)
        found = f"the suffix “{suffix}” names no format" if suffix else "a file without a suffix"
        message = f"{found}; use one of {known}{otherwise}"
        raise typer.BadParameter(message, param_hint=option)
    return suffixes[suffix]


def width() -> int:
    """The columns of the terminal, or COLUMNS, or 80."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, NARROWEST), WIDEST)


def in_color(color: Color, output_file: Optional[str]) -> bool:
    """Whether to write colours: https://no-color.org, https://force-color.org."""
    if color != "auto":
        return color == "always"
    if output_file not in (None, "-") or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def spare(
    inputs: Sequence[str], output_file: Optional[str], hint: str = "it would be overwritten"
) -> None:
    """Refuse to write over a file that is read, whatever it is called. Raises InputError."""
    if output_file is None:
        return
    from attncalc.cli.files import same_file

    for file in inputs:
        if file != "-" and same_file(file, output_file):
            which = "" if file == output_file else f" {file}"
            message = f"{output_file} is the input{which}; expected another file"
            raise InputError("--output", message, hint=hint)


def write(result: str | bytes, output_file: Optional[str]) -> None:
    """Write a result as write_all does."""
    write_all([result], output_file)


def write_all(pieces: Iterable[str | bytes], output_file: Optional[str]) -> None:
    """Write a result that is made piece by piece; text as UTF-8.

    A reader that has gone away is no error. Bytes are not written to a terminal. Raises InputError
    for a file that cannot be written.
    """
    if output_file is not None and output_file != "-":
        write_pieces(map(_encoded, pieces), output_file)
        return
    try:
        sys.stdout.flush()
        for piece in pieces:
            if isinstance(piece, bytes) and sys.stdout.isatty():
                message = "a terminal cannot show this format; expected a file"
                raise InputError("--output", message, hint="--output FILE, or a pipe")
            sys.stdout.buffer.write(_encoded(piece))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        pass


def _encoded(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece


def write_pieces(pieces: Iterable[bytes], file: str, option: str = "--output") -> None:
    """Write a file piece by piece. Raises InputError where it cannot be written."""
    from attncalc.cli.files import NoFileError, write_file

    try:
        write_file(pieces, Path(file))
    except NoFileError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error
    except OSError as error:
        raise InputError(file, f"cannot be written: {error.strerror or error}") from error
