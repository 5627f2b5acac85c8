"""From a file to Problems, whatever the format."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from attncalc.errors import AttncalcError, InputError, InputErrors
from attncalc.problem import Problem
from attncalc.readers.fields import build, build_claims
from attncalc.readers.interface import LARGEST_TEXT, Node, RawProblem

TEXT_SUFFIXES = (".yaml", ".yml", ".json", ".csv", ".tsv")
TABLE_SUFFIXES = (".csv", ".tsv")
ARRAY_SUFFIXES = (".npz", ".safetensors")
SUFFIXES = (*TEXT_SUFFIXES, *ARRAY_SUFFIXES)


def load_all(
    path: str | os.PathLike[str],
    options: Mapping[str, str] | None = None,
    queries: Sequence[str] | None = None,
    claims: str | None = None,
    stage: str | None = None,
) -> list[Problem]:
    """Every problem of a file; "-" is standard input.

    options: texts of attention options that override the file's. queries: tokens to be written
    out, instead of the file's; all of them if it is empty. claims: a file of claims that are
    checked instead of the file's own; stage: the stage they are about, if they are a table.
    Raises InputErrors with everything that is wrong with the file.
    """
    raw_problems = read(path)
    if claims is not None:
        sheet = read_claims_of(claims, stage)
        return [located.problem for located in claimed(raw_problems, sheet, options, queries)]
    overrides = _overrides(options or {})
    return _each(raw_problems, lambda _, raw: build(raw, overrides, queries))


@dataclass(frozen=True)
class Located:
    """A problem, and where its claims were read."""

    problem: Problem
    claims: RawProblem

    @property
    def lines(self) -> dict[int, int]:
        """The line of each claim in its file, by its place among them; of standard input, none."""
        return {} if self.claims.file == "-" else _lines_of_claims(self.claims, self.problem)


def read(path: str | os.PathLike[str]) -> list[RawProblem]:
    """Every problem of a file as it was typed; "-" is standard input.

    A pipe gives its text only once: what is needed of a file more than once is read by this.
    Raises InputErrors where it cannot be read.
    """
    name = os.fspath(path)
    return _read_text(content_of_stdin(), name, "") if name == "-" else _read(Path(name))


def read_claims_of(file: str, stage: str | None = None) -> list[RawProblem]:
    """The claims of a file of their own, as they were typed: one document, or one a problem.

    stage: the stage they are about, if they are a table. Raises InputErrors.
    """
    suffix = Path(file).suffix.lower()
    if suffix not in TABLE_SUFFIXES and (stage is None or suffix in SUFFIXES):
        return read(file)
    from attncalc.readers import claims_table

    content = content_of_stdin() if file == "-" else content_of(Path(file))
    text = _decoded(content, file)
    first = text.lstrip().partition("\n")[0]
    if suffix not in TABLE_SUFFIXES and (first[:1] in "{[" or ":" in first):
        return _read_text(content, file, "")
    if stage is None:
        raise _error(file, "a table of claims; expected --stage to say of which", "--stage weights")
    return [claims_table.read(text, file, stage)]


def claimed(
    raw_problems: Sequence[RawProblem],
    claims: Sequence[RawProblem] | None = None,
    options: Mapping[str, str] | None = None,
    queries: Sequence[str] | None = None,
) -> list[Located]:
    """The problems that were read, with their own claims or, if given, those of another file.

    options, queries: as of load_all. Raises InputErrors with everything that is wrong with them.
    """
    overrides = _overrides(options or {})
    if claims is None:
        own = _each(raw_problems, lambda _, raw: build(raw, overrides, queries))
        return [Located(*each) for each in zip(own, raw_problems, strict=True)]
    if len(claims) not in (1, len(raw_problems)):
        found = f"{len(claims)} documents of claims"
        message = f"{found}; expected 1, or {len(raw_problems)}, one a problem"
        raise _error(claims[0].file, message)
    sheets = [*claims] if len(claims) > 1 else [*claims] * len(raw_problems)

    def built(number: int, raw: RawProblem) -> Problem:
        return build_claims(sheets[number], build(raw, overrides, queries, False))

    problems = _each(raw_problems, built)
    return [Located(*each) for each in zip(problems, sheets, strict=True)]


def load_text(
    text: str,
    name: str,
    options: Mapping[str, str] | None = None,
    queries: Sequence[str] | None = None,
) -> list[Problem]:
    """Every problem of a text in a format that tells itself, as load_all. name: in errors.

    Raises InputErrors with everything that is wrong with it.
    """
    overrides = _overrides(options or {})
    raw_problems = _read_text(text.encode(), name, "")
    return _each(raw_problems, lambda _, raw: build(raw, overrides, queries))


def load_variants(
    path: str | os.PathLike[str],
    variants: Sequence[Mapping[str, str]],
    queries: Sequence[str] | None = None,
) -> list[list[Problem]]:
    """Every problem of a file, once for each variant: texts of options that override the file's.

    Claims are left out, because they may be about a stage that a variant does not have.
    Raises InputErrors with everything that is wrong with the file.
    """
    raw_problems = read(path)
    return [
        [build(raw, _overrides(options), queries, False) for raw in raw_problems]
        for options in variants
    ]


def lines_of_claims_in(text: str, document: int, problem: Problem) -> dict[int, int]:
    """The line of each claim in a text that load_text has read, by its place among them."""
    documents = _read_text(text.encode(), "", "")
    return _lines_of_claims(documents[document], problem)


def _lines_of_claims(raw: RawProblem, problem: Problem) -> dict[int, int]:
    bare = 0 if "claims" in raw.fields else 1
    places = (raw.locate(claim.path[bare:], False) for claim in problem.claims.numbers)
    return {number: place[0] for number, place in enumerate(places) if place is not None}


def _each(
    raw_problems: Sequence[RawProblem], built: Callable[[int, RawProblem], Problem]
) -> list[Problem]:
    """Every problem, built; or what is wrong with any of them."""
    problems: list[Problem] = []
    errors: list[InputError] = []
    for number, raw in enumerate(raw_problems):
        try:
            problems.append(built(number, raw))
        except InputErrors as found:
            errors.extend(found.errors)
    if errors:
        raise InputErrors(tuple(errors))
    return problems


def load(path: str | os.PathLike[str] | Mapping[str, object]) -> Problem:
    """The problem of a file, or of a mapping with the same keys.

    Raises InputErrors with everything that is wrong; AttncalcError if the file has several.
    """
    if isinstance(path, Mapping):
        from attncalc.readers import mapping

        return build(mapping.read(path), {}, None)
    problems = load_all(path)
    if len(problems) > 1:
        raise AttncalcError(
            f"{os.fspath(path)} has {len(problems)} problems; use attncalc.load_all"
        )
    return problems[0]


def _overrides(options: Mapping[str, str]) -> dict[str, Node]:
    return {name: _option(name, text) for name, text in options.items()}


def _option(name: str, text: str) -> Node:
    """An option's value from the command line: rows and mappings are read as in a file."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    from attncalc.readers import events

    roots, errors = events.documents(text, f"--{name.replace('_', '-')}")
    if errors:
        raise InputErrors(tuple(errors))
    return roots[0]


def _read(path: Path) -> list[RawProblem]:
    suffix = path.suffix.lower()
    if suffix in ARRAY_SUFFIXES:
        with _naming(path):
            return _read_arrays(path, str(path), suffix)
    return _read_text(content_of(path), str(path), suffix)


def content_of(path: Path) -> bytes:
    """The bytes of a file of text. Raises InputErrors where there are none, or too many."""
    with _naming(path):
        if path.is_dir():
            message = "this is a directory; expected a file"
            raise _error(str(path), message, "give the file inside it")
        with path.open("rb") as file:
            content = file.read(LARGEST_TEXT + 1)  # a device tells no size
    if len(content) > LARGEST_TEXT:
        raise _too_large(str(path))
    return content


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Whatever goes wrong with a file is told by its name."""
    try:
        yield
    except FileNotFoundError as error:
        raise _error(str(path), "there is no such file", _nearest_file(path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _error(str(path), f"cannot be read: {reason}") from error


def _read_arrays(path: Path, file: str, suffix: str) -> list[RawProblem]:
    from attncalc.readers import arrays

    with path.open("rb"):
        pass  # a missing or forbidden file is reported like any other
    read = arrays.read_npz if suffix == ".npz" else arrays.read_safetensors
    return read(path, file)


def content_of_stdin() -> bytes:
    """The bytes of standard input. Raises InputErrors where there are too many."""
    content = sys.stdin.buffer.read(LARGEST_TEXT + 1)
    if len(content) > LARGEST_TEXT:
        raise _too_large("-")
    return content


def _read_text(content: bytes, file: str, suffix: str) -> list[RawProblem]:
    text = _decoded(content, file)
    if not text.strip():
        raise _error(
            file, "the file is empty; expected a problem", "attncalc samples lists examples"
        )
    if suffix not in (".yaml", ".yml"):
        from attncalc.readers import csv_text, json_text

        told = suffix in TEXT_SUFFIXES
        if suffix == ".json" or (not told and json_text.looks_like_json(text)):
            return json_text.read(text, file)
        if told or csv_text.looks_like_table(text):
            return csv_text.read(text, file)
    from attncalc.readers import yaml_text

    problems = yaml_text.read(text, file)
    if not problems:
        raise _error(
            file, "the file is empty; expected a problem", "attncalc samples lists examples"
        )
    return problems


def _decoded(content: bytes, file: str) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = text_of(content, file, encoding)
    if "\0" in text:
        hint = "problem files are YAML, JSON or CSV; arrays are read from .npz and .safetensors"
        raise _error(file, "this is a binary file; expected text", hint)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text_of(content: bytes, file: str, encoding: str = "utf-8") -> str:
    """Bytes as the text they are, to the last line end. Raises InputErrors where they are none."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        found = f"this is not text: the byte 0x{content[error.start]:02x}; expected UTF-8"
        problem = InputError(file, found, line=line, column=column, hint="save it as UTF-8")
        raise InputErrors((problem,)) from error


def _too_large(file: str) -> InputErrors:
    message = f"the file is larger than {LARGEST_TEXT // 1024**2} MiB"
    return _error(file, message, "give large arrays as .npz or .safetensors")


def _nearest_file(path: Path) -> str | None:
    from difflib import get_close_matches

    folder = path.parent
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    names = [name for name in names if name != path.name]  # a link that leads nowhere
    near = get_close_matches(path.name, names, 1, 0.8)
    return f"did you mean {folder / near[0]}?" if near else None


def _error(file: str, problem: str, hint: str | None = None) -> InputErrors:
    return InputErrors((InputError(file, problem, hint=hint),))
