"""What is said while a sheet is practised: what is asked, how it is worked, and how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import assert_never

from attncalc.document.document import (
    Align,
    Block,
    Column,
    Document,
    Equation,
    Heading,
    Inlines,
    Judgement,
    Paragraph,
    Row,
    Section,
    Standing,
    Table,
    Words,
)
from attncalc.document.expressions import Expression, Number, Product, Relation, Sign, Sum, Symbol
from attncalc.document.style import NumberStyle
from attncalc.document.wording import listing, sentences, term, term_in_full, words
from attncalc.names import STAGES
from attncalc.selection import Selection
from attncalc.sheet import Blank, Sheet
from attncalc.steps.stages import OF_GROUPS
from attncalc.walkthrough.entries import entry_called
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.order import told
from attncalc.walkthrough.tasks import Asked, Task
from attncalc.walkthrough.worksheet import worksheet
from attncalc.worksheet.judgements import mistake_told, worked_out
from attncalc.worksheet.judging import Judged
from attncalc.worksheet.practising import End, Practice, Reply, counted, to_practise_next

_COMMANDS = "hint, show, skip, quit"


def opening(sheet: Sheet, number: int | None) -> Document:
    """What is given, and what can be typed. number: of the problem, where there are several."""
    given = worksheet(sheet, filled=False).sections[0]
    title = sheet.trace.problem.title
    called = (Words(title),) if title else words("Attention, step by step")
    if number is not None:
        called = words("Problem {number}: {title}", number=number, title=called)
    how = words(
        "Type a number, with {decimals} decimals or more; or one of {commands}.",
        decimals=sheet.decimals,
        commands=_COMMANDS,
    )
    return Document(Section(Heading(None, called), (Paragraph(how),)), (given,))


def question(practice: Practice, blank: Blank, level: int) -> Document:
    """What is asked. level: 1 tells what is to be done, and shows the terms; 2 tells; 3 neither."""
    sheet = practice.sheet
    called = words(
        "{place} of {all}: {number}",
        place=practice.at + 1,
        all=len(sheet.blanks),
        number=entry_called(sheet.trace, blank.stage, blank.index),
    )
    blocks: list[Block] = []
    if level < 3:
        blocks.append(Paragraph(_task(sheet, blank).said))
    if level == 1:
        blocks.append(Equation(_open(sheet, blank, 1)))
    return _said(called, *blocks)


def hint(sheet: Sheet, blank: Blank) -> Document:
    """The terms, worked out as far as they go without their sum."""
    return _said(words("The terms:"), Equation(_open(sheet, blank, None)))


def shown(sheet: Sheet, blank: Blank) -> Document:
    """The number, worked out."""
    return _said(words("Worked out:"), Equation(worked_out(sheet, blank)))


def reply(said: Reply, typed: str) -> Document:
    """What became of an answer."""
    match said.verdict:
        case Judged.RIGHT:
            return _said((Judgement(Standing.RIGHT, _text(words("Correct."))),))
        case Judged.FOLLOWS:
            return _said((Judgement(Standing.CARRIED, _text(_follows(said))),))
        case Judged.SLIP:
            near = words("Nearly: digits are cut off, or too few. Give it once more, or show.")
            return _said((Judgement(Standing.NEAR, _text(near)),))
        case Judged.NONE:
            return _said(
                words(
                    "“{typed}” is no number; expected one, or {commands}.",
                    typed=typed,
                    commands=_COMMANDS,
                )
            )
        case Judged.WRONG:
            return _said((Judgement(Standing.WRONG, _text(_wrong(said))),))
        case _:
            assert_never(said.verdict)


def _follows(said: Reply) -> Inlines:
    if not said.follows_from:
        return words("It follows from what was before it.")
    numbers: list[Inlines] = [(Words(each),) for each in said.follows_from[:3]]
    return words("It follows from your {numbers}.", numbers=listing(numbers))


def _wrong(said: Reply) -> Inlines:
    parts = [words("Not so.")]
    if said.mistake is not None:
        what = mistake_told(said.mistake)
        parts.append(words("One mistake would explain it: {what}.", what=what))
    parts.append(words("Again? Or hint, show; skip goes on with your number."))
    return sentences(*parts)


def closing(practices: Sequence[Practice]) -> Document:
    """How it went, and what to practise next."""
    ends = counted([*practices])
    if not ends:
        return _said(words("No number was answered."))
    order = sorted(ends, key=STAGES.index)
    columns = (
        Column(words("step")),
        Column(words("at first try"), Align.RIGHT),
        Column(words("with help"), Align.RIGHT),
        Column(words("shown"), Align.RIGHT),
        Column(words("skipped"), Align.RIGHT),
    )
    rows = tuple(Row(((Words(term_in_full(stage)),), *_counts(ends[stage]))) for stage in order)
    following = to_practise_next({stage: ends[stage] for stage in order})
    told = words("All of it was right at first try.")
    if following:
        stages = listing([(Words(term(stage)),) for stage in following[:2]])
        told = words("To practise next: {stages}.", stages=stages)
    return _said(words("How it went"), Table(columns, rows), Paragraph(told))


def _counts(counts: Counter[End]) -> list[Inlines]:
    return [(Words(str(counts[end])),) for end in End]


def _said(title: Inlines, *blocks: Block) -> Document:
    return Document(Section(Heading(None, title), blocks), ())


def _text(inlines: Inlines) -> str:
    return "".join(part.text for part in inlines if isinstance(part, Words))


def _task(sheet: Sheet, blank: Blank) -> Task:
    """What is to be done for one number."""
    problem = sheet.trace.problem
    style = NumberStyle(sheet.decimals)
    head, place = sheet.trace.within_head(blank.stage, blank.index)
    if head is not None and blank.stage in OF_GROUPS:  # any query head of the group sees it
        head *= (problem.heads or 1) // (problem.kv_heads or 1)
    page = Page.of(sheet.trace, Selection((sheet.query,), style=style, full=True)).of_head(head)
    made = told(page.trace, blank.stage).task
    assert made is not None  # of all that can be asked for
    return made(page, Asked(blank.stage, (place,), sheet.stages))


def _open(sheet: Sheet, blank: Blank, most: int | None) -> Relation:
    """How a number is worked, without the number. most: sides that are shown; None for all."""
    relation = worked_out(sheet, blank)
    sides, signs = [*relation.sides[:-1]], [*relation.signs[:-1]]
    if most is not None:
        sides, signs = sides[: most + 1], signs[:most]
    elif (worked := _worked(sides[-1], sheet.decimals)) is not None:
        sides.append(worked[0])
        signs.append(worked[1])
    return Relation((*sides, Symbol("?")), (*signs, Sign.EXACT))


def _worked(side: Expression, decimals: int) -> tuple[Expression, Sign] | None:
    """A sum of products with each of them worked out; None for anything else."""
    if not isinstance(side, Sum):
        return None
    found: list[Decimal] = []
    exact = True
    for each in side.terms:
        factors = each.factors if isinstance(each, Product) else ()
        if len(factors) < 2 or not all(isinstance(factor, Number) for factor in factors):
            return None
        product = Decimal(1)
        for factor in factors:
            assert isinstance(factor, Number)
            product *= Decimal(factor.digits)
        rounded = round(product, decimals)
        exact = exact and rounded == product
        found.append(rounded)
    terms = tuple(Number(f"{each.normalize() + 0:f}") for each in found)
    return Sum(terms), Sign.EXACT if exact else Sign.ROUNDED
