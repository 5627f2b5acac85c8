"""Difference to Document: where two dumps part, which of them is wrong, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import PurePath

import numpy as np

from attncalc.difference import TYPES, Difference, Different, Side, StageDifference, Status
from attncalc.document.document import (
    Align,
    Block,
    Cell,
    Column,
    Document,
    Equation,
    Heading,
    Inlines,
    Judgement,
    Note,
    NoteKind,
    Paragraph,
    Row,
    RowKind,
    Section,
    Standing,
    Table,
    Words,
)
from attncalc.document.expressions import Number, Relation
from attncalc.document.numerals import shown_in_digits
from attncalc.document.wording import counted_words, listing, term_in_full, words
from attncalc.language import retold, template
from attncalc.selection import Selection
from attncalc.steps.stages import tokens_along
from attncalc.steps.trace import Trace
from attncalc.walkthrough.derivation import derivation
from attncalc.walkthrough.entries import entry_called, place_called
from attncalc.walkthrough.page import Page

_DIGITS = {53: 17, 24: 9, 11: 5, 8: 4}
"""Digits that tell a number of so many binary digits from all others."""

_FINE = 10
"""Digits of doubles that are read; the difference says the rest."""

_MOST_NOTES = 8

_STATUS = {
    Status.EQUAL: (Standing.RIGHT, template("equal")),
    Status.NOISE: (Standing.NEAR, template("noise")),
    Status.DIFFERS: (Standing.WRONG, template("differs")),
    Status.SHAPE: (Standing.WRONG, template("another shape")),
}


def write_difference(difference: Difference, selection: Selection | None = None) -> Document:
    """The sentence, a table of the stages, and the first number that differs, worked out."""
    written = selection or Selection()
    parts = [
        (words("Stage by stage"), list(_stages(difference))),
        (words("The first difference"), list(_first(difference, written))),
        (words("Where they differ most"), list(_most(difference, written))),
    ]
    sections: list[Section] = []
    for heading, blocks in parts:
        if blocks:
            sections.append(Section(Heading(len(sections) + 1, heading), tuple(blocks)))
    return Document(_title(difference, written), tuple(sections))


def _title(difference: Difference, selection: Selection) -> Section:
    titles = [side.trace.problem.title for side in difference.sides if side.trace is not None]
    heading = next(((Words(title),) for title in titles if title), words("Two dumps, compared"))
    blocks: list[Block] = [
        Paragraph(listing([_called(side) for side in difference.sides], last="{first} · {last}")),
        Paragraph((Words(retold(difference.sentence)),)),
    ]
    blocks += [Paragraph((Words(retold(told)),)) for told in difference.others]
    notes = difference.notes
    shown = notes if selection.full else notes[:_MOST_NOTES]
    blocks += [Note(NoteKind.WARNING, words("{note}.", note=retold(each))) for each in shown]
    if more := len(notes) - len(shown):
        left = counted_words(
            "{count} more note is left out.", "{count} more notes are left out.", more
        )
        blocks.append(Note(NoteKind.REMARK, left))
    return Section(Heading(None, heading), tuple(blocks))


def _called(side: Side) -> Inlines:
    """A: before.npz, float32"""
    name = PurePath(side.file).name if side.file not in ("-", side.name) else ""
    if side.file == "-":
        name = retold(template("standard input"))
    kind = words("computed") if side.computed else (Words(TYPES[side.bits]),)
    if not name:
        return words("{side}: {kind}", side=side.name, kind=kind)
    return words("{side}: {file}, {kind}", side=side.name, file=name, kind=kind)


def _stages(difference: Difference) -> Iterator[Block]:
    """A row a stage that both have; then what only one has."""
    both = [each for each in difference.stages if each.status is not Status.MISSING]
    if both:
        rows = tuple(_row(difference, each) for each in both)
        yield Table(
            (
                Column(words("stage")),
                Column(words("verdict")),
                Column(words("differs by"), Align.RIGHT),
                Column(words("inherited"), Align.RIGHT),
                Column(words("added"), Align.RIGHT),
                Column(words("follows"), wraps=True),
            ),
            rows,
        )
    if any(each.added is not None for each in both):
        yield Note(
            NoteKind.REMARK,
            words(
                "Inherited: what a side's own earlier stages let the two differ by. Added: what "
                "the stage adds to that. Both are worked out in float64."
            ),
        )
    for side in difference.sides:
        alone = [
            (Words(term_in_full(each.name)),)
            for each in difference.stages
            if each.only == side.name
        ]
        if alone:
            yield Paragraph(
                words("Only in {side}: {stages}.", side=side.name, stages=listing(alone))
            )


def _row(difference: Difference, stage: StageDifference) -> Row:
    standing, told = _STATUS[stage.status]
    verdict: Inlines = (Judgement(standing, retold(told)),)
    if stage.status is Status.SHAPE:
        shapes = [(Words("×".join(map(str, each or ()))),) for each in stage.shapes]
        verdict = (*verdict, Words(" "), *words("{a} / {b}", a=shapes[0], b=shapes[1]))
        return Row(((Words(term_in_full(stage.name)),), verdict), focused=True)
    cells: tuple[Cell, ...] = (
        (Words(term_in_full(stage.name)),),
        verdict,
        _size(stage, math.inf if stage.largest is None else stage.largest),
        _size(stage, stage.inherited),
        _size(stage, stage.added),
        _followed(difference, stage),
    )
    return Row(cells, focused=difference.first is stage)


def _size(stage: StageDifference, size: float | None) -> Inlines:
    """A difference in two digits; nothing where there is none to be told."""
    if stage.status is Status.EQUAL or size is None:
        return words("–")
    return words("∞") if math.isinf(size) else (Number(_short(size)),)


def _short(size: float) -> str:
    """Two digits: 0.23, 3.1e-7."""
    if size == 0:
        return "0"
    text = f"{size:.1e}"
    mantissa, _, exponent = text.partition("e")
    power = int(exponent)
    return f"{size:.{max(0, 1 - power)}f}" if -3 <= power <= 3 else f"{mantissa}e{power}"


def _followed(difference: Difference, stage: StageDifference) -> Inlines:
    """Which sides do not follow here from their own earlier stages."""
    lost = [(Words(side.name),) for side in difference.sides if stage.name in side.lost]
    if not lost:
        return ()
    return words("not {sides}", sides=listing(lost))


def _first(difference: Difference, selection: Selection) -> Iterator[Block]:
    """The first number that differs, worked out from what each side has before it."""
    first = difference.first
    trace = _naming(difference)
    if first is None or trace is None:
        return
    number = first.numbers[0]
    bits = min(side.bits for side in difference.sides)
    slots = {
        "number": _entry(trace, first.name, number.index),
        "a": _number(number.a, bits, selection),
        "b": _number(number.b, bits, selection),
    }
    if number.ulps is None:
        yield Paragraph(words("{number} is {a} in A and {b} in B.", **slots))
    else:
        yield Paragraph(
            words(
                "{number} is {a} in A and {b} in B: {ulps} units in the last place of {type} "
                "apart.",
                ulps=Number(_short(number.ulps)),
                type=TYPES[bits],
                **slots,
            )
        )
    yield from _worked_out(difference, first.name, number, selection)


def _entry(trace: Trace, stage: str, index: tuple[int, ...]) -> Inlines:
    """The number at a place, as the subject of a sentence at its beginning."""
    told = entry_called(trace, stage, index)
    head = told[0]
    assert isinstance(head, Words)  # every such sentence begins with the stage
    return (Words(head.text[:1].upper() + head.text[1:]), *told[1:])


def _worked_out(
    difference: Difference, stage: str, number: Different, selection: Selection
) -> Iterator[Block]:
    """What the number should be by what each side has before it; said once if that is the same."""
    derived: list[tuple[Side, float, Relation | None]] = []
    for side in difference.sides:
        value = _expected(side, stage, number)
        if value is not None:
            derived.append((side, value, _derived(side, stage, number, selection)))
    if len(derived) == len(difference.sides) and _is_same(derived[0][1:], derived[1][1:]):
        yield Paragraph(words("From what both have before it:"))
        if derived[0][2] is not None:
            yield Equation(derived[0][2])
        derived = [each for each in derived if _is_lost(each[0], stage, number)]
        yield from (Paragraph(_off(side, value, number, selection)) for side, value, _ in derived)
        return
    for side, value, relation in derived:
        yield Paragraph(words("From what {side} has before it:", side=side.name))
        if relation is not None:
            yield Equation(relation)
        if _is_lost(side, stage, number):
            yield Paragraph(_off(side, value, number, selection))


def _is_same(one: tuple[float, Relation | None], other: tuple[float, Relation | None]) -> bool:
    """Whether both sides lead to the same; NaN is the same as NaN here."""
    undefined = math.isnan(one[0]) and math.isnan(other[0])
    return one[1] == other[1] and (undefined or one[0] == other[0])


def _expected(side: Side, stage: str, number: Different) -> float | None:
    """What the number should be by a side's own; None where it is given, or nobody knows."""
    if side.trace is None or stage not in side.trace or stage not in side.expected:
        return None
    if side.trace.problem.arrays().get(stage) is not None:
        return None
    return float(side.expected[stage][number.index])


def _derived(side: Side, stage: str, number: Different, selection: Selection) -> Relation | None:
    """The number, worked out from what a side has before it; None where it has no value."""
    assert side.trace is not None
    expected = side.expected[stage]
    if math.isnan(expected[number.index]):
        return None
    of_stage = replace(side.trace.stages[stage], values=expected)
    shown = replace(side.trace, stages={**side.trace.stages, stage: of_stage})
    page = Page(shown, selection, (0,))
    precision = max(page.style.precision, min(_decimals(number), _FINE))
    finer = page.in_style(replace(page.style, precision=precision))
    return derivation(finer, stage, number.index)


def _decimals(number: Different) -> int:
    """How many decimals show that two numbers differ."""
    apart = _apart(number)
    return 1 - Decimal(apart).adjusted() if 0 < apart < math.inf else 0


def _is_lost(side: Side, stage: str, number: Different) -> bool:
    return stage in side.lost and bool(side.lost[stage][number.index])


def _off(side: Side, value: float, number: Different, selection: Selection) -> Inlines:
    """What a side has instead of what it should have."""
    own = number.a if side.name == "A" else number.b
    return words(
        "{side} has {own}, and it should be {value}.",
        side=side.name,
        own=_number(own, side.bits, selection),
        value=_number(value, side.bits, selection),
    )


def _naming(difference: Difference) -> Trace | None:
    """The trace whose tokens and heads say where numbers of the first stage stand, if any can."""
    first = difference.first
    traces = [side.trace for side in difference.sides if side.trace is not None]
    if first is None:
        return None
    return next((trace for trace in traces if _can_name(trace, first)), None)


def _can_name(trace: Trace, stage: StageDifference) -> bool:
    axes, shape = trace.axes(stage.name), stage.shapes[0] or ()
    tokens = [tokens_along(axis, trace.problem) for axis in axes]
    return len(axes) == len(shape) and all(
        each is None or len(each) == size for each, size in zip(tokens, shape, strict=True)
    )


def _most(difference: Difference, selection: Selection) -> Iterator[Block]:
    """The numbers of the first stage that differ most."""
    first = difference.first
    trace = _naming(difference)
    if first is None or trace is None or len(first.numbers) < 2:
        return
    bits = min(side.bits for side in difference.sides)
    numbers = sorted(first.numbers, key=lambda each: -_apart(each))
    rows = [
        Row(
            (
                place_called(trace, first.name, each.index),
                _number(each.a, bits, selection),
                _number(each.b, bits, selection),
                (Number(_short(_apart(each))),) if math.isfinite(_apart(each)) else words("–"),
                (Number(_short(each.ulps)),) if each.ulps is not None else words("–"),
            )
        )
        for each in numbers
    ]
    more = first.differing - len(numbers)
    if more > 0:
        omitted = counted_words("… {count} more differs", "… {count} more differ", more)
        rows.append(Row((omitted,), RowKind.OMITTED))
    yield Paragraph(
        words(
            "{count} of {of} numbers of the {stage} differ by more than rounding explains.",
            count=first.differing,
            of=first.of,
            stage=term_in_full(first.name),
        )
    )
    yield Table(
        (
            Column(words("of"), wraps=True),
            Column(words("A"), Align.RIGHT),
            Column(words("B"), Align.RIGHT),
            Column(words("difference"), Align.RIGHT),
            Column(words("in ulp"), Align.RIGHT, optional=True),
        ),
        tuple(rows),
    )


def _apart(number: Different) -> float:
    with np.errstate(invalid="ignore"):
        size = abs(number.a - number.b)
    return math.inf if math.isnan(size) else size


def _number(value: float, bits: int, selection: Selection) -> Inlines:
    """A number in as many digits as its type tells apart, or what it is instead of one."""
    if math.isnan(value):
        return words("NaN")
    if math.isinf(value):
        return words("−∞") if value < 0 else words("∞")
    digits = min(_DIGITS[bits], _FINE)
    whole = len(Decimal(value).normalize().as_tuple().digits) <= digits
    return (shown_in_digits(value, whole, digits, selection.style).number,)
