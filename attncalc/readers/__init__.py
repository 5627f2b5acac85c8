"""From a file to Problems, whatever the format."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from attncalc.errors import AttncalcError, InputError, InputErrors
from attncalc.problem.problem import MATRICES, VECTORS, Problem
from attncalc.readers import foreign, names, npy, other_names, parts
from attncalc.readers.arrangement import AS_IT_IS, Arrangement
from attncalc.readers.contents import (
    ARRAY_SUFFIXES,
    MARKDOWN_SUFFIXES,
    SUFFIXES,
    TABLE_SUFFIXES,
    TEXT_SUFFIXES,
    content_of,
    content_of_stdin,
    decoded,
    error_of,
    naming,
    refuse_foreign,
)
from attncalc.readers.dumped import with_stages_left_out
from attncalc.readers.fields import build, build_claims
from attncalc.readers.interface import Node, RawProblem, nowhere
from attncalc.readers.option_text import option_of
from attncalc.records import dataclass


def load_all(
    path: str | os.PathLike[str],
    options: Mapping[str, str] | None = None,
    queries: Sequence[str] | None = None,
    claims: str | None = None,
    stage: str | None = None,
    arranged: Arrangement = AS_IT_IS,
    *,
    judged: bool = True,
) -> list[Problem]:
    """Every problem of a file; "-" is standard input.

    options: texts of attention options that override the file's. queries: tokens to be written
    out, instead of the file's; all of them if it is empty. claims: a file of claims that are
    checked instead of the file's own; stage: the stage they are about, if they are a table.
    arranged: how its arrays lie. judged: whether stages that stand in it as arrays are wanted: they
    may be millions of claims.
    Raises InputErrors with everything that is wrong with the file.
    """
    raw_problems = read(path, arranged)
    if not judged:
        raw_problems = [with_stages_left_out(raw) for raw in raw_problems]
    if claims is not None:
        sheet = read_claims_of(claims, stage, arranged)
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


def read(path: str | os.PathLike[str], arranged: Arrangement = AS_IT_IS) -> list[RawProblem]:
    """Every problem of a file as it was typed; "-" is standard input. arranged: how arrays lie.

    A pipe gives its text only once: what is needed of a file more than once is read by this.
    Raises InputErrors where it cannot be read.
    """
    name = os.fspath(path)
    if isinstance(name, parts.Parts):
        raws = [parts.read(name, _part)]
    elif name == "-":
        raws = _read_content(content_of_stdin(), Path(name))
    elif Path(name).suffix.lower() in ARRAY_SUFFIXES:
        return _read_arrays(Path(name), arranged)
    else:
        raws = _read_content(content_of(Path(name), told=True), Path(name))
    return [other_names.mapped(replace(raw, arranged=arranged)) for raw in raws]


def read_claims_of(
    file: str, stage: str | None = None, arranged: Arrangement = AS_IT_IS
) -> list[RawProblem]:
    """The claims of a file of their own, as they were typed: one document, or one a problem.

    stage: the stage they are about, if they are a table, or an array without a name. Raises
    InputErrors.
    """
    suffix = Path(file).suffix.lower()
    nameless = suffix in (*TABLE_SUFFIXES, ".npy")
    if not nameless and (stage is None or suffix in SUFFIXES):
        return read(file, arranged)
    from attncalc.readers import claims_table

    if stage is None:
        what = "one array" if suffix == ".npy" else "a table"
        message = f"{what} of claims; expected --stage to say of which"
        raise error_of(file, message, "--stage weights")
    node = _part(stage, file)
    if not isinstance(node, str):
        return [RawProblem(file, {stage: node}, nowhere, arranged=arranged)]
    first = node.lstrip().partition("\n")[0]
    if not nameless and (first[:1] in "{[" or ":" in first):
        return _read_text(node.encode(), file, "")
    return [claims_table.read(node, file, stage)]


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
        raise error_of(claims[0].file, message)
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
    arranged: Arrangement = AS_IT_IS,
) -> list[list[Problem]]:
    """Every problem of a file, once for each variant: texts of options that override the file's.

    arranged: how its arrays lie. Claims are left out, because they may be about a stage that a
    variant does not have.
    Raises InputErrors with everything that is wrong with the file.
    """
    raw_problems = read(path, arranged)
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
    flags = {name: f"--{name.replace('_', '-')}" for name in options}
    return {name: option_of(text, flags[name]) for name, text in options.items()}


def _read_content(content: bytes, path: Path) -> list[RawProblem]:
    refuse_foreign(content[: foreign.HEAD], path)
    if content.startswith(npy.MAGIC):
        raise _nameless(path)
    return _read_text(content, str(path), path.suffix.lower())


def _part(name: str, file: str) -> Node:
    """What a file of its own holds of a problem: an array, or text."""
    path = Path(file)
    if path.suffix.lower() in ARRAY_SUFFIXES:
        return _named_array(path, name)
    if path.suffix.lower() == ".npy" and path.is_file():
        with naming(path), path.open("rb") as stream:
            return _array(stream, path.stat().st_size, file)
    content = content_of(path, told=True) if file != "-" else content_of_stdin()
    if content.startswith(npy.MAGIC):
        return _array(io.BytesIO(content), len(content), file)
    text = decoded(content, file)
    return _table_of(text, file) if path.suffix.lower() in MARKDOWN_SUFFIXES else text


def _named_array(path: Path, name: str) -> Node:
    """The array of this name in a file of several, or the only one."""
    from attncalc.readers import arrays

    with naming(path), path.open("rb"):
        found = arrays.arrays_of(path, str(path))
    meant = {told: found[own] for own, told in names.meanings(found, {}).items()}
    array = meant.get(name) if len(found) != 1 else next(iter(found.values()))
    if array is None:
        message = f"{len(found)} arrays and none is {name}; expected that one, or a single one"
        raise error_of(str(path), message)
    return arrays.node_of(array)


def _array(stream: IO[bytes], size: int, file: str) -> Node:
    from attncalc.readers import arrays

    return arrays.node_of(arrays.read_npy(stream, size, file))


def _nameless(path: Path) -> InputErrors:
    name = names.canonical(path.stem)
    given = f"{name}={path}" if name in (*MATRICES, *VECTORS) else f"Q={path} K=… V=…"
    message = "one array without a name; expected one that says what it is"
    return error_of(str(path), message, f"attncalc explain {given}")


def _read_arrays(path: Path, arranged: Arrangement) -> list[RawProblem]:
    from attncalc.readers import arrays

    with naming(path), path.open("rb"):
        return arrays.read(path, str(path), arranged)


def _read_text(content: bytes, file: str, suffix: str) -> list[RawProblem]:
    text = decoded(content, file)
    if not text.strip():
        raise error_of(
            file, "the file is empty; expected a problem", "attncalc samples lists examples"
        )
    if suffix not in (".yaml", ".yml"):
        from attncalc.readers import csv_text, json_text

        if suffix in MARKDOWN_SUFFIXES:
            return csv_text.read(_table_of(text, file), file)
        told = suffix in (*TEXT_SUFFIXES, *TABLE_SUFFIXES)
        if suffix == ".json" or (not told and json_text.looks_like_json(text)):
            return json_text.read(text, file)
        if told or csv_text.looks_like_table(text):
            return csv_text.read(text, file)
    from attncalc.readers import yaml_text

    problems = yaml_text.read(text, file)
    if not problems:
        raise error_of(
            file, "the file is empty; expected a problem", "attncalc samples lists examples"
        )
    return problems


def _table_of(text: str, file: str) -> str:
    from attncalc.readers import markdown_text

    return markdown_text.table_of(text, file)
