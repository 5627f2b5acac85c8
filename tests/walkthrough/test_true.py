"""Every relation on a page is true: both sides are worked out again from the digits they show."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction as Rational
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.document import expressions as e
from attncalc.document.document import (
    Block,
    Document,
    Equation,
    Heading,
    OfQuery,
    Paragraph,
    Row,
    Section,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Expression, Relation, Sign
from attncalc.document.style import NumberStyle
from attncalc.problem.problem import address_of
from attncalc.renderers.linear import linear
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.derivation import derivation
from attncalc.walkthrough.lookup import write_lookup
from attncalc.walkthrough.page import Page
from tests import samples
from tests.conftest import SAMPLES
from tests.random_problems import TAME, problems

STYLE = NumberStyle(precision=25)
NEAR = mpmath.mpf(10) ** -12

Value = Any
"""A Fraction, an mpf, a list of these, or None for what is no number."""


def value(expression: Expression) -> Value:
    """What an expression comes to; None where it has letters, or leaves something out."""
    match expression:
        case e.Number(digits):
            if "inf" in digits:
                return None
            return _number(digits)
        case e.Symbol("e", ()):
            return mpmath.e
        case e.Sum(terms):
            return _all(terms, lambda *numbers: sum(numbers[1:], numbers[0]))
        case e.Difference(left, right):
            return _all((left, right), lambda a, b: a - b)
        case e.Product(factors):
            return _all(factors, _product)
        case e.Fraction(above, below):
            return _all((above, below), lambda a, b: None if b == 0 else a / b)
        case e.Root(radicand):
            return _all((radicand,), mpmath.sqrt)
        case e.Power(base, exponent):
            return _all((base, exponent), _power)
        case e.Apply(function, arguments) if function in ("sin", "cos", "tanh", "ln"):
            return _all(arguments, lambda x: getattr(mpmath, function)(_real(x)))
        case e.Vector(entries):
            return _all(entries, lambda *numbers: list(numbers))
        case e.Relation(sides):
            return value(sides[-1])
        case _:
            return None


def _number(digits: str) -> Value:
    """A number as it is shown or typed: 0.60, 48%, 6.1e-6, -1/sqrt(9)."""
    roots = digits.replace("√", "sqrt(")
    parts = [part.removesuffix(")").split("sqrt(") for part in roots.split("/")]
    if len(parts) == 1 and len(parts[0]) == 1:
        return Rational(digits[:-1]) / 100 if digits.endswith("%") else Rational(digits)
    numbers = []
    for sign, *root in parts:
        if root:
            numbers.append((-1 if sign == "-" else 1) * mpmath.sqrt(_real(Rational(root[0]))))
        else:
            numbers.append(_real(Rational(sign)))
    return mpmath.fdiv(*numbers) if len(numbers) == 2 else numbers[0]


def _all(parts: Any, operation: Any) -> Value:
    values = [value(part) for part in parts]
    if any(each is None for each in values):
        return None
    reals = values if all(isinstance(x, (Rational, list)) for x in values) else map(_real, values)
    return operation(*reals)


def _real(number: Value) -> Value:
    return (
        mpmath.mpf(number.numerator) / number.denominator
        if isinstance(number, Rational)
        else number
    )


def _product(*factors: Value) -> Value:
    *numbers, last = factors
    result = last
    for number in numbers:
        result = [number * entry for entry in result] if isinstance(last, list) else number * result
    return result


def _power(base: Value, exponent: Value) -> Value:
    if isinstance(base, Rational) and isinstance(exponent, Rational) and exponent.denominator == 1:
        return base**exponent.numerator if base or exponent >= 0 else None
    return mpmath.power(_real(base), _real(exponent))


def relations(document: Document) -> Iterator[tuple[Value, Sign, Value, str]]:
    """Both sides of every sign on a page, with what stands there."""
    for section in (document.title, *document.sections):
        for block in every_block(section):
            if isinstance(block, Equation):
                yield from _signs(block.expression, None)
            elif isinstance(block, Paragraph):
                for inline in block.content:
                    yield from _signs(inline, None)
            elif isinstance(block, Table):
                for row in block.rows:
                    before: Value = None
                    yield from _spread_out(row)
                    for cell in row.cells:
                        before = before if cell else None
                        for part in cell if isinstance(cell, tuple) else ():
                            yield from _signs(part, before)
                            found = value(part) if isinstance(part, Expression) else None
                            before = found if found is not None else before


def every_block(section: Section) -> Iterator[Block]:
    """All blocks of a section, also those about queries that are merely offered."""
    for part in section.content:
        yield from part.blocks if isinstance(part, OfQuery) else (part,)


def _spread_out(row: Row) -> Iterator[tuple[Value, Sign, Value, str]]:
    """A row whose sign has a cell of its own, between a vector and the cells of its entries."""
    for at, cell in enumerate(row.cells):
        if cell in ((Words("="),), (Words("≈"),)) and row.cells[at - 1]:
            left = value(row.cells[at - 1][0])  # type: ignore[arg-type, index]
            right = [value(entry[0]) for entry in row.cells[at + 1 :]]  # type: ignore[arg-type, index]
            for one, other in zip(left or (), right, strict=left is not None):
                yield one, Sign(cell[0].text), other, repr(row)


def _signs(part: Any, before: Value) -> Iterator[tuple[Value, Sign, Value, str]]:
    if not isinstance(part, Relation):
        return
    values = [value(side) for side in part.sides]
    for side in part.sides:
        yield from _signs(side, None)
    if len(part.signs) == len(part.sides):
        values.insert(0, before)
    for left, sign, right in zip(values, part.signs, values[1:], strict=False):
        if left is not None and right is not None:
            yield left, sign, right, repr(part)


def expect_true(left: Value, sign: Sign, right: Value, what: str) -> None:
    """= between what is the same, ≈ between what is near."""
    if isinstance(left, list):
        for one, other in zip(left, right, strict=True):
            expect_true(one, sign, other, what)
        return
    if sign is Sign.EXACT and isinstance(left, Rational) and isinstance(right, Rational):
        assert left == right, what
        return
    a, b = _real(left), _real(right)
    room = mpmath.mpf(10) ** -40 if sign is Sign.EXACT else NEAR
    assert abs(a - b) <= room * max(1, abs(a), abs(b)), what


def signs_on(document: Document) -> int:
    """How many signs there are on a page, each found to be true."""
    count = 0
    with mpmath.workdps(60):
        for found in relations(document):
            expect_true(*found)
            count += 1
    return count


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)))
def test_every_sign_is_true(problem: dict[str, Any]) -> None:
    """On the page of a random problem, with every head and query written out."""
    trace = attncalc.explain(attncalc.load({**problem, "query": problem.get("tokens")}))
    heads = range(trace.problem.heads or 0)
    whole: dict[str, Any] = {"detail": "lesson", "backward": True}
    selection = Selection(style=STYLE, full=True, heads=tuple(heads), **whole)
    document = write_walkthrough(trace, selection)
    signs_on(document)
    signs_on(write_lookup(trace, Selection(style=STYLE, full=True, heads=tuple(heads))))
    for section in document.sections:
        assert isinstance(section, Section)
        assert isinstance(section.heading, Heading)


def about(document: Document, query: int) -> list[OfQuery]:
    """What a page says about one query."""
    parts = [part for section in (document.title, *document.sections) for part in section.content]
    return [part for part in parts if isinstance(part, OfQuery) and part.place == query]


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)), draw=st.data())
def test_offered_queries(problem: dict[str, Any], draw: st.DataObject) -> None:
    """Of a query that is merely offered a page says what it would say if it were asked for."""
    tokens = problem["tokens"]
    asked = draw.draw(st.integers(0, len(tokens) - 1), "asked")

    def page(query: int) -> Document:
        trace = attncalc.explain(attncalc.load({**problem, "query": [tokens[query]]}))
        heads = range(trace.problem.heads or 0)
        return write_walkthrough(
            trace, Selection(style=STYLE, full=True, heads=tuple(heads), turns=True)
        )

    document = page(asked)
    signs_on(document)
    for query in range(len(tokens)):
        offered, own = about(document, query), about(page(query), query)
        assert [part.blocks for part in offered] == [part.blocks for part in own]
        assert {part.asked for part in offered} == {query == asked}


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)), draw=st.data())
def test_whose_rows(problem: dict[str, Any], draw: st.DataObject) -> None:
    """Rows that stand out are the query's that is asked for; or where one is told, its own key's.

    A row that works out a weight begins with the key that it is of.
    """
    asked = draw.draw(st.integers(0, len(problem["tokens"]) - 1), "asked")
    trace = attncalc.explain(attncalc.load({**problem, "query": [problem["tokens"][asked]]}))
    keys, past = trace.problem.key_tokens, trace.problem.past_length
    document = write_walkthrough(
        trace, Selection(style=STYLE, heads=tuple(range(trace.problem.heads or 0)), turns=True)
    )
    for part in (part for section in document.sections for part in section.content):
        if isinstance(part, Table):
            assert {row.query for row in part.rows if row.focused} <= {asked}
        elif isinstance(part, OfQuery):
            rows = [row for block in part.blocks if isinstance(block, Table) for row in block.rows]
            for row in rows:
                query, key = row.quantity.places[-2:] if row.quantity else (None, None)
                own = trace.problem.self_attention and key == past + part.place
                assert row.focused == own
                if key is not None:
                    assert query == part.place
                    assert row.cells[0] == (Token(address_of(key, keys), own),)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)))
def test_every_derivation_is_true(problem: dict[str, Any]) -> None:
    """The derivation of every entry of every stage comes to that entry."""
    expect_derivations(problem)


def expect_derivations(problem: Any) -> None:
    """The derivation of every entry of a problem's every stage comes to that entry."""
    trace = attncalc.explain(attncalc.load(problem))
    page = Page(trace, Selection(style=STYLE, full=True), (0,))
    with mpmath.workdps(60):
        for name, stage in trace.stages.items():
            for index in np.ndindex(stage.values.shape):
                relation = derivation(page, name, index)
                for found in _signs(relation, None):
                    expect_true(*found)
                end = value(relation.sides[-1])
                if end is not None:
                    number = mpmath.mpf(str(stage.values[index]))
                    assert abs(_real(end) - number) <= NEAR * max(1, abs(number)), (name, index)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_derivations_of_samples(path: Any) -> None:
    """Every entry of every sample is derived."""
    expect_derivations(path)


QK = {"tokens": list("ab"), "Q": [["1"], ["2"]], "K": [["1"], ["3"]], "V": [["1"], ["0"]]}
NOWHERE = {"tokens": list("ab"), **{name: [["0", "0"], ["1", "2"]] for name in ("Q", "K", "V")}}
"""The first query and the first key have no direction."""


@pytest.mark.parametrize(
    "options",
    [
        {"qk_norm": "l2", "past": {"tokens": ["c"], "K": [["3", "4"]], "V": [["1", "1"]]}},
        {"score": "cosine"},
        {"heads": "2", "kv_heads": "1", "qk_norm": {"rms": {"gain_q": ["2"], "gain_k": ["3"]}}},
        {"gate": [["1", "0"], ["-1", "2"]]},
    ],
    ids=lambda options: " ".join(options),
)
def test_derivations_without_direction(options: dict[str, Any]) -> None:
    """A vector of length 0 stays what it is, and a cached key is taken as it is."""
    keys = {name: [["0"], ["2"]] if "kv_heads" in options else NOWHERE[name] for name in "KV"}
    expect_derivations({**NOWHERE, **keys, "attention": options})


ROUNDED_SLOPES = {
    "tokens": list("ab"),
    **{name: [["1"] * 16, ["3"] * 16] for name in ("Q", "K", "V")},
    "attention": {"heads": 16, "scale": "none", "bias": "alibi", "mask": "causal"},
}
"""Of 16 heads, every other slope is a power of √2."""


NO_DIRECTION: dict[str, Any] = {
    "Q": [["0", "0"], ["1", "2"]],
    "K": [["1", "0"], ["3", "1"]],
    "V": [["1"], ["2"]],
    "d_output": [["1"], ["1"]],
    "attention": {"score": "cosine"},
}
"""A query of length 0, whose cosines have no slope."""


def first_signs(problem: dict[str, Any], style: NumberStyle) -> Iterator[tuple[str, Relation, Any]]:
    """Every derivation: its stage, and the number that it is of."""
    trace = attncalc.explain(attncalc.load(problem))
    page = Page(trace, Selection(style=style, full=True), (0,))
    for name, stage in trace.stages.items():
        for index in np.ndindex(stage.values.shape):
            yield name, derivation(page, name, index), stage.values[index]


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@example(problem=ROUNDED_SLOPES, precision=4)
@example(problem=NO_DIRECTION, precision=0)
@given(problem=problems(st.just(TAME)), precision=st.integers(0, 4))
def test_what_follows_a_symbol(problem: dict[str, Any], precision: int) -> None:
    """What = joins to a number's symbol is all there is of that number, in its few digits."""
    with mpmath.workdps(60):
        for stage, relation, number in first_signs(problem, NumberStyle(precision)):
            found = value(relation.sides[1])
            if relation.signs[0] is Sign.EXACT and found is not None:
                off = abs(_real(found) - mpmath.mpf(str(number)))
                assert off <= mpmath.mpf(10) ** -40 * max(1, abs(number)), (stage, relation)


def test_hidden_is_exact() -> None:
    """A sum with -inf is that, however a score or a bias in it was rounded."""
    hidden = [
        relation
        for stage, relation, number in first_signs(ROUNDED_SLOPES, NumberStyle())
        if stage == "masked_scores" and number == Decimal("-inf")
    ]
    assert len(hidden) == 16
    assert {relation.signs for relation in hidden} == {(Sign.EXACT, Sign.EXACT)}


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("concatenated", "c_a,1 = o_head 1,a,1 ≈ 0.8808"),
        ("output", "o_a,1 = c_a,1 ≈ 0.8808"),
    ],
)
def test_what_is_handed_on(stage: str, expected: str) -> None:
    """A number that is another one as it is stands behind that one's name, and not twice."""
    problem = {**QK, "Q": [["-1"], ["2"]], "attention": {"heads": 1, "scale": "none"}}
    found = [each for name, each, _ in first_signs(problem, NumberStyle()) if name == stage]
    assert linear(found[0]) == expected


@pytest.mark.no_cover
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_samples(path: Any) -> None:
    """On the page of every sample there are signs, and each is true."""
    trace, *_ = samples.traces(path)
    heads = range(trace.problem.heads or 0)
    assert (
        signs_on(write_walkthrough(trace, Selection(style=STYLE, full=True, heads=tuple(heads))))
        > 5
    )
