"""The bytes of files and what text they are, or why they are none and what to do instead."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attncalc.errors import InputError, InputErrors
from attncalc.readers import foreign
from attncalc.readers.interface import LARGEST_TEXT

TEXT_SUFFIXES = (".yaml", ".yml", ".json", ".csv", ".tsv")
TABLE_SUFFIXES = (".csv", ".tsv", ".tab")
ARRAY_SUFFIXES = (".npz", ".safetensors")
MARKDOWN_SUFFIXES = (".md", ".qmd", ".markdown")
SUFFIXES = (*TEXT_SUFFIXES, *ARRAY_SUFFIXES)


def content_of(path: Path, *, told: bool = False) -> bytes:
    """The bytes of a file of text. Raises InputErrors where there are none, or too many.

    told: whether to say of files of other kinds what they are and what converts them.
    """
    with naming(path):
        if path.is_dir():
            message = "this is a directory; expected a file"
            raise error_of(str(path), message, "give the file inside it")
        with path.open("rb") as file:
            content = file.read(foreign.HEAD)
            if told:
                refuse_foreign(content, path)
            content += file.read(LARGEST_TEXT + 1 - len(content))  # a device tells no size
    if len(content) > LARGEST_TEXT:
        raise _too_large(str(path))
    return content


def refuse_foreign(head: bytes, path: Path) -> None:
    """Raises InputErrors for a file of another kind, with what converts it."""
    kind = foreign.recognized(head, path)
    if kind is not None:
        expected = "expected YAML, JSON, a table, or arrays as .npz"
        raise error_of(str(path), f"this is {kind.name}; {expected}", foreign.hint(kind, path))


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Whatever goes wrong with a file is told by its name."""
    try:
        yield
    except FileNotFoundError as error:
        raise error_of(str(path), "there is no such file", _nearest_file(path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise error_of(str(path), f"cannot be read: {reason}") from error


def content_of_stdin() -> bytes:
    """The bytes of standard input. Raises InputErrors where there are too many."""
    content = sys.stdin.buffer.read(LARGEST_TEXT + 1)
    if len(content) > LARGEST_TEXT:
        raise _too_large("-")
    return content


def decoded(content: bytes, file: str) -> str:
    """Text in UTF-8 or UTF-16, with line feeds alone. Raises InputErrors where it is none."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = text_of(content, file, encoding)
    if "\0" in text:
        hint = "problem files are YAML, JSON or CSV; arrays are read from .npz and .safetensors"
        raise error_of(file, "this is a binary file; expected text", hint)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text_of(content: bytes, file: str, encoding: str = "utf-8") -> str:
    """Bytes as the text they are, to the last line end. Raises InputErrors where they are none."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        found = f"this is not text: the byte 0x{content[error.start]:02x}"
        problem = InputError(
            file, f"{found}; expected UTF-8", line=line, column=column, hint=_recoding(file)
        )
        raise InputErrors((problem,)) from error


def _recoding(file: str) -> str:
    """How to make a text of an older encoding one of UTF-8."""
    path = Path(file)
    in_excel = " (in Excel: CSV UTF-8)" if path.suffix.lower() in (*TABLE_SUFFIXES, ".txt") else ""
    if file == "-":
        return "save it as UTF-8"
    again = shlex.quote(str(path.with_stem(f"{path.stem}-utf8")))
    converted = f"iconv -f windows-1252 -t utf-8 {shlex.quote(file)} > {again}"
    return f"save it as UTF-8{in_excel}, or: {converted}"


def _too_large(file: str) -> InputErrors:
    message = f"the file is larger than {LARGEST_TEXT // 1024**2} MiB"
    return error_of(file, message, "give large arrays as .npz or .safetensors")


def _nearest_file(path: Path) -> str | None:
    """The file that may be meant, or the sample."""
    from difflib import get_close_matches

    folder = path.parent
    there = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    there = [name for name in there if name != path.name]  # a link that leads nowhere
    near = get_close_matches(path.name, there, 1, 0.8)
    return f"did you mean {folder / near[0]}?" if near else _sample_called(path)


def _sample_called(path: Path) -> str | None:
    """How to read the sample of this name: animal, animal.yaml, samples/animal.yaml."""
    from attncalc.shipped import samples

    known = samples()
    called = (str(path), path.name, f"gallery/{path.name}", path.stem, f"gallery/{path.stem}")
    name = next((each for each in called if each in known), None)
    return name and f"there is a sample of this name: attncalc samples {name} | attncalc explain -"


def error_of(file: str, problem: str, hint: str | None = None) -> InputErrors:
    """What is wrong with a file as a whole, as errors to raise."""
    return InputErrors((InputError(file, problem, hint=hint),))
