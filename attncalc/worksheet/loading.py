"""Sheets that are read: made of a problem file, or as they were printed as JSON."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from attncalc.errors import InputError
from attncalc.language import Sentence
from attncalc.names import STAGES
from attncalc.numbers.arithmetic import NumberError, parse_number
from attncalc.readers import json_text, read
from attncalc.readers.arrangement import AS_IT_IS, Arrangement
from attncalc.readers.contents import naming
from attncalc.readers.fields import build
from attncalc.readers.interface import RawProblem, nowhere
from attncalc.readers.option_text import option_of
from attncalc.sheet import Blank, Mistaken, Range, Sheet
from attncalc.steps.engine import explain
from attncalc.steps.trace import Trace
from attncalc.worksheet import asking
from attncalc.worksheet.carrying import Carrying
from attncalc.worksheet.making import Maker, Wanted

SCHEMA = "attncalc.worksheet/1"


def maker_of(
    path: str | os.PathLike[str],
    wanted: Wanted,
    options: Mapping[str, str] | None = None,
    queries: Sequence[str] | None = None,
    arranged: Arrangement = AS_IT_IS,
) -> Maker:
    """What makes the sheets of a problem file; "-" is standard input.

    options: texts of attention options that override the file's. queries: the token that a sheet is
    about, instead of the file's. arranged: how arrays lie. Raises InputErrors with everything that
    is wrong with the file.
    """
    return maker_of_read(read(path, arranged), os.fspath(path), wanted, options, queries)


def maker_of_read(
    raws: Sequence[RawProblem],
    name: str,
    wanted: Wanted,
    options: Mapping[str, str] | None,
    queries: Sequence[str] | None,
) -> Maker:
    """The same of a file that was read. name: in errors."""
    if len(raws) > 1:
        raise InputError(name, f"{len(raws)} problems; expected 1")
    (raw,) = raws
    overrides = {
        name: option_of(text, f"--{name.replace('_', '-')}")
        for name, text in (options or {}).items()
    }
    problem = build(raw, overrides, queries, False)
    attention = raw.fields.get("attention")
    given = attention if isinstance(attention, Mapping) else {}
    return Maker(problem, {**given, **overrides}, wanted)


def sheets_in(
    path: str | os.PathLike[str], wanted: Wanted, query: str | None = None
) -> list[Sheet]:
    """The sheets of a worksheet's JSON, a line each; or the one of a problem file's own numbers.

    wanted, query: of the sheet of a problem file. Raises InputError or InputErrors.
    """
    name = os.fspath(path)
    lines = () if name == "-" else _lines_of_json(Path(name))
    if lines:
        sheets = [sheet_of(json_text.read(line, name)[0]) for line in lines]
    else:
        raws = read(path)
        if len(raws) == 1 and is_sheet(raws[0]):
            return [sheet_of(raws[0])]
        queries = None if query is None else [query]
        return [maker_of_read(raws, name, wanted, None, queries).made(None)]
    codes = [sheet.code for sheet in sheets]
    if len(set(codes)) < len(codes):
        raise InputError(name, "sheets with the same code; expected each once")
    return sheets


def _lines_of_json(path: Path) -> list[str]:
    """The sheets of a file with one a line; nothing where it is anything else."""
    with naming(path), path.open("rb") as file:
        if not file.readline().lstrip().startswith(b'{"schema": "attncalc.worksheet'):
            return []
        file.seek(0)
        return [line.decode("utf-8", "replace") for line in file if line.strip()]


def is_sheet(raw: RawProblem) -> bool:
    """Whether a file that was read is a sheet, rather than a problem."""
    return raw.fields.get("schema") == SCHEMA


def sheet_of(raw: RawProblem) -> Sheet:
    """A sheet as it was printed. Raises InputError or InputErrors for what is none."""
    fields = raw.fields
    problem, blanks = fields.get("problem"), fields.get("blanks")
    if not isinstance(problem, Mapping) or not isinstance(blanks, list) or not blanks:
        raise InputError(raw.file, "a sheet without problem and blanks; expected both")
    title = fields.get("title")
    given: dict[str, Any] = {**problem, **({"title": title} if title else {})}
    built = build(RawProblem(raw.file, given, nowhere), {}, None, False)
    trace = explain(built, ["cost"])
    read_blanks = [_blank(raw.file, trace, number, node) for number, node in enumerate(blanks, 1)]
    decimals = _whole(raw.file, "decimals", fields.get("decimals", "4"))
    entries = [blank.entry for blank in read_blanks]
    if len(set(entries)) < len(entries):
        raise InputError(raw.file, "a blank stands in the sheet twice; expected each once")
    carrying = Carrying(trace, entries, decimals)
    finished = []
    for blank in read_blanks:
        term = carrying.term(*blank.entry)
        finished.append(replace(blank, carried=term if term.awaited else None))
    seed = fields.get("seed")
    return Sheet(
        trace,
        tuple(finished),
        decimals,
        asking.query_of(built),
        _head(trace, finished),
        carrying.depends,
        given,
        str(fields.get("code") or ""),
        None if seed in (None, "null", "") else _whole(raw.file, "seed", seed),
        _whole(raw.file, "variant", fields.get("variant", "1")),
        _whole(raw.file, "level", fields.get("level", "2")),
        tuple(Sentence(_plain(str(each))) for each in _listed(fields.get("warnings"))),
    )


def _head(trace: Trace, blanks: Sequence[Blank]) -> int | None:
    """The head of the first blank that has one; the first of all if there are heads, or none."""
    heads = (trace.within_head(*blank.entry)[0] for blank in blanks)
    found = next((head for head in heads if head is not None), None)
    return asking.focus_of(trace, found).head


def _blank(file: str, trace: Trace, number: int, node: Any) -> Blank:
    where = f"blank {number}"
    if not isinstance(node, Mapping):
        raise InputError(file, f"{where} is no mapping; expected stage, index, answer, …")
    stage, index = node.get("stage"), node.get("index")
    if stage not in STAGES or stage not in trace:
        raise InputError(file, f"{where}: no stage “{stage}”; expected one that its problem has")
    shape = trace[str(stage)].shape
    places = tuple(_whole(file, where, place) for place in index) if isinstance(index, list) else ()
    if len(places) != len(shape) or any(at >= size for at, size in zip(places, shape, strict=True)):
        found = ", ".join(map(str, index)) if isinstance(index, list) else str(index)
        sizes = " × ".join(map(str, shape))
        raise InputError(file, f"{where}: index {found}; expected one in {sizes}, from 0")
    value = trace[str(stage)][places]
    return Blank(
        str(stage),
        places,
        value,
        str(node.get("answer")),
        _whole(file, where, node.get("decimals", "4")),
        _range(file, where, node),
        tuple(_mistaken(file, where, each) for each in _listed(node.get("mistakes"))),
        None,
        _whole(file, where, node.get("points", "1")),
    )


def _listed(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def _mistaken(file: str, where: str, node: Any) -> Mistaken:
    if not isinstance(node, Mapping):
        raise InputError(
            file, f"{where}: a mistake is no mapping; expected diagnosis, lower, upper"
        )
    return Mistaken(
        Sentence(_plain(str(node.get("diagnosis")))),
        str(node.get("answer")),
        _range(file, where, node),
        _number(file, where, node.get("credit", "0")),
    )


def _plain(text: str) -> str:
    """A sentence that stands for itself: without slots."""
    return text.replace("{", "(").replace("}", ")")


def _range(file: str, where: str, node: Mapping[str, Any]) -> Range:
    lower, upper = (_number(file, where, node.get(name)) for name in ("lower", "upper"))
    if lower > upper:
        raise InputError(file, f"{where}: from {lower} to {upper}; expected lower up to upper")
    return Range(lower, upper)


def _number(file: str, where: str, node: Any) -> Decimal:
    try:
        return Decimal(parse_number(str(node)))
    except NumberError as error:
        raise InputError(file, f"{where}: {error}; expected a number") from error


def _whole(file: str, where: str, node: Any) -> int:
    if not (isinstance(node, str) and node.isdecimal() and len(node) < 19):
        raise InputError(file, f"{where}: “{node}”; expected a whole number")
    return int(node)
