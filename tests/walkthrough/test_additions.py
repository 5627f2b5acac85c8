"""Printed terms that do not add up to the printed sum: a note says so, and never falsely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import attncalc
from attncalc.document.document import (
    Column,
    Heading,
    Note,
    Paragraph,
    Row,
    RowKind,
    Section,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Expression, Nothing, Number, Relation, Sign, Sum, Symbol
from attncalc.document.style import NumberStyle
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.additions import with_additions
from tests.conftest import SAMPLES

NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?"
"""A number as a terminal shows it."""


def lines_of(problem: Any, style: NumberStyle) -> list[str]:
    """The page of a problem, as a reader has it before them; nothing is left out."""
    trace = attncalc.explain(problem)
    heads = tuple(range(trace.problem.heads or 0))
    selection = Selection(style=style, full=True, heads=heads)
    page = TerminalRenderer(2000).render(write_walkthrough(trace, selection))
    return [line.strip() for line in page.splitlines()]


def tables(lines: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Every table: the lines from its rule to the next rule, and what is said of its sums."""
    rules = [at for at, line in enumerate(lines) if line and not line.strip("─")]
    for start, end in zip(rules, [*rules[1:], len(lines)], strict=True):
        block = lines[start + 1 : end]
        stop = next(
            (at for at, line in enumerate(block) if re.match(r"[0-9]+   ", line)), len(block)
        )
        yield block[:stop], [line for line in block[:stop] if line.startswith("The printed terms")]


def numbers(text: str) -> list[Fraction]:
    return [Fraction(each) for each in re.findall(NUMBER, text)]


def differs(terms: list[Fraction], total: Fraction, decimals: int) -> bool:
    return abs(sum(terms) - total) > Fraction(1, 2 * 10**decimals)


def off_in(block: list[str], decimals: int) -> list[Fraction]:
    """What a reader gets who adds up the numbers of a table, where it is not what is printed."""
    found: list[Fraction] = []
    for line in block:  # 0.6×0.2 + 0.5×0.1 ≈ 0.12 + 0.05   ≈ 0.17
        row = re.search(rf"[=≈] ((?:\(?{NUMBER}\)? \+ )+\(?{NUMBER}\)?)\s+[=≈] ({NUMBER})$", line)
        if row and differs(numbers(row[1]), Fraction(row[2]), decimals):
            found.append(Fraction(sum(numbers(row[1]))))
    total = next((line for line in block if re.match(r"(sum|output)  ", line)), None)
    if total is None:
        return found
    rows = block[: block.index(total)]
    rows = [line for line in rows if line]
    if total.startswith("output") or "×[" in rows[0]:
        entries = [numbers(re.split(r"\s[=≈]\s", line)[-1]) for line in rows]
        sums = numbers(re.split(r"\s[=≈]\s", total)[-1])
        columns = list(zip(*entries, strict=True))
    else:
        powers = [re.search(rf"\^\S+ [=≈] ({NUMBER})", line) for line in rows]
        weights = [re.search(rf"[=≈] ({NUMBER})(?:\s+█*)?$", line) for line in rows]
        kept = [(p, w) for p, w in zip(powers, weights, strict=True) if p]
        columns = [
            tuple(Fraction(p[1]) for p, _ in kept if p),
            tuple(
                Fraction(w[1])
                for (p, w), line in zip(kept, rows, strict=True)
                if w and not line.startswith("sink")
            ),
        ]
        sums = numbers(total)
    for column, whole in zip(columns, sums, strict=True):
        if differs(list(column), whole, decimals):
            found.append(Fraction(sum(column)))
    return found


def expect_notes(problem: Any, decimals: int) -> int:
    """Each table has the notes that its printed digits ask for; how many there are."""
    count = 0
    for block, said in tables(lines_of(problem, NumberStyle(decimals))):
        off = off_in(block, decimals)
        count += len(off)
        if not off:
            assert said == []
            continue
        (note,) = said
        named = re.findall(rf"({NUMBER}) (?:for|in column) ", note)
        assert [Fraction(each) for each in named] == off
        assert ("the sum is" in note) == (len(off) == 1)
    return count


@pytest.mark.no_cover
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_samples(path: Path) -> None:
    """Of scores, powers, weights and weighted values of the samples."""
    for problem in attncalc.load_all(path):
        expect_notes(problem, 4)


def test_a_sample_that_does_not_add_up() -> None:
    assert expect_notes(attncalc.load(SAMPLES / "animal.yaml"), 4) == 3


def row_of(terms: list[str], total: str, sign: Sign = Sign.ROUNDED) -> Row:
    """A row that adds up some numbers."""
    added = Sum(tuple(map(Number, terms)))
    return Row(((Token("a"),), (added,), (Relation((Number(total),), (sign,)),)))


def note_on(*rows: Row, full: bool = False) -> str | None:
    """What is said behind a table of these rows."""
    table = Table((Column((Words("n"),)),) * 3, rows, topic="all-queries")
    section = Section(Heading(1, (Words("S"),)), (Paragraph(()), table))
    noted = with_additions(section, Selection(full=full)).content[2:]
    if not noted:
        return None
    (note,) = noted
    assert isinstance(note, Note)
    assert note.topic == "all-queries"
    return "".join(
        part.text if isinstance(part, Words) else part.digits if isinstance(part, Number) else "a"
        for part in note.content
    )


@pytest.mark.parametrize(
    ("terms", "total", "found"),
    [
        (["0.1", "0.2"], "0.3", None),
        (["0.1", "0.2"], "0.4", "0.3"),
        (["-0.1234", "0.1235"], "0.0000", "0.0001"),
        (["0.5", "0.7071"], "1.2072", "1.2071"),
        (["0.5000", "0.25"], "0.75", None),
        (["1.0000", "0.0000061"], "1.0000", None),
        (["1.0000", "6.1e-6"], "1.0000", None),
        (["0", "0.3333", "0.3333", "0.3333"], "1", "0.9999"),
        (["0", "0"], "1", None),
        (["1e3", "1e-3"], "2e3", "1000.001"),
        (["1e400", "1"], "2", None),
        (["1/3", "0.5"], "1", None),
        (["0.5", "0.5"], "√2", None),
        (["-inf", "0.5"], "2", None),
    ],
)
def test_what_a_reader_adds_up(terms: list[str], total: str, found: str | None) -> None:
    """Only plain numbers, and only what more than rounding to the last place makes of them."""
    said = f"The printed terms add up to {found} for a; the sum is taken before rounding."
    assert note_on(row_of(terms, total)) == (said if found else None)


def test_several_sums() -> None:
    """The first three are named, or all of them."""
    rows = [row_of([f"{number}", "0.5"], "0") for number in range(1, 6)]
    named = "1.5 for a, 2.5 for a, 3.5 for a"
    assert note_on(*rows) == (
        f"The printed terms add up to {named} and 2 more; sums are taken before rounding."
    )
    assert "2 more" not in (note_on(*rows, full=True) or "")


def column_of(*cells: Expression | None, total: Expression) -> tuple[Row, ...]:
    """A column of cells above their total."""
    body = [Row(((Token("a"),), () if cell is None else (cell,))) for cell in cells]
    return (*body, Row(((Words("sum"),), (total,)), RowKind.TOTAL))


def test_columns() -> None:
    """What is no number leaves nothing to be added; what is none adds nothing."""
    one, two, off = Number("0.1"), Number("0.2"), Number("0.4")
    said = "The printed terms add up to 0.3 in column n; the sum is taken before rounding."
    assert note_on(*column_of(one, two, total=off)) == said
    assert note_on(*column_of(one, Nothing(), two, total=off)) == said
    assert note_on(*column_of(one, None, two, total=off)) is None
    assert note_on(*column_of(one, two, total=Symbol("x"))) is None
    assert note_on(*column_of(one, Symbol("x"), total=off)) is None
    short = Row((((Words("… 3 more"),)),), RowKind.OMITTED)
    assert note_on(short, *column_of(one, two, total=off)) is None


def test_no_result() -> None:
    """A sum and a number beside it, without a sign between them, are not an addition."""
    assert note_on(Row(((Token("a"),), (Sum((Number("1"), Number("2"))),), (Number("4"),)))) is None
