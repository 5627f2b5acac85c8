"""One number of a stage, from its operands to its value, written out term by term."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from attncalc.document.expressions import (
    Apply,
    Expression,
    Fraction,
    Number,
    Omitted,
    Power,
    Product,
    Relation,
    Root,
    Sign,
    Sum,
    Symbol,
)
from attncalc.document.numerals import Shown, shown
from attncalc.names import NAMES
from attncalc.numbers.arithmetic import Typed
from attncalc.steps.stages import OF_GROUPS
from attncalc.walkthrough.page import Page, sum_of
from attncalc.walkthrough.sections.project import product_terms
from attncalc.walkthrough.sections.rotate import position_derivation, turned_derivation
from attncalc.walkthrough.sections.softmax import base_of, weight_derivation

Index: TypeAlias = tuple[int, ...]
Derived: TypeAlias = tuple[Expression | None, list[Shown]]
"""What a number is computed by, None if it is given; and the numbers in that."""

_GIVEN: Derived = (None, [])


def derivation(page: Page, stage: str, index: Index) -> Relation:
    """A number's symbol, what it is made of, and its value."""
    symbol = Symbol(NAMES[stage].letter, page.index_names(stage, index))
    head, index = page.trace.within_head(stage, index)
    if head is not None and stage in OF_GROUPS:  # any query head of the group sees it
        head *= (page.trace.problem.heads or 1) // (page.trace.problem.kv_heads or 1)
    page = page.of_head(head)
    if stage == "weights" and page.trace.problem.weights is None:
        derived = weight_derivation(page, *index)
        return Relation((symbol, *derived.sides[1:]), derived.signs)
    operation, operands = _operation(page, stage, index)
    value = _entry(page, stage, index)
    exact = all(operand.exact for operand in operands)
    first = Sign.EXACT if exact else Sign.ROUNDED
    last = Sign.EXACT if exact and value.exact else Sign.ROUNDED
    if operation is None:
        return Relation((symbol, value.number), (value.sign,))
    return Relation((symbol, operation, value.number), (first, last))


def _operation(page: Page, stage: str, index: Index) -> Derived:
    """What a number of one head is computed by, and the numbers in it; None for a given one."""
    derived = _DERIVED[stage]
    if derived is None or (not page.trace.stages[stage].made_of and stage != "positions"):
        return _GIVEN
    return derived(page, stage, index)


def _projected(page: Page, stage: str, index: Index) -> Derived:
    problem, made_of = page.trace.problem, page.trace.stages[stage].made_of
    row = index[0] - problem.past_length if "past" in made_of else index[0]
    if row < 0 or not made_of[-1].startswith("W_"):
        return _GIVEN
    return _affine(page, made_of[-2], (row, index[1]), stage)


def _position(page: Page, _stage: str, index: Index) -> Derived:
    return position_derivation(page, index)


def _positioned(page: Page, _stage: str, index: Index) -> Derived:
    x, p = _entry(page, "X", index), _entry(page, "positions", index)
    return Sum((x.number, p.number)), [x, p]


def _rotated(page: Page, stage: str, index: Index) -> Derived:
    cached = stage == "K_rotated" and index[0] < page.trace.problem.past_length
    return _GIVEN if cached else turned_derivation(page, stage, index)


def _score(page: Page, _stage: str, index: Index) -> Derived:
    q = page.stage(page.trace.asking, [index[0]])[0]
    k = page.stage(page.trace.answering, [index[1]])[0]
    return sum_of(product_terms(page, q, k)), [*q, *k]


def _scaled(page: Page, _stage: str, index: Index) -> Derived:
    trace = page.trace
    score = _entry(page, "scores", index)
    if trace.number("divisor") is not None:
        return Fraction(score.number, Root(Number(str(trace.problem.d_k)))), [score]
    factor = page.number(trace.problem.attention.scale)
    return Product((score.number, factor.number)), [score, factor]


def _capped(page: Page, stage: str, index: Index) -> Derived:
    score = _entry(page, page.trace.stages[stage].made_of[0], index)
    cap = page.number(page.trace.problem.attention.softcap)
    bent = Apply("tanh", (Fraction(score.number, cap.number),))
    return Product((cap.number, bent)), [score, cap]


def _masked(page: Page, stage: str, index: Index) -> Derived:
    trace = page.trace
    score = _entry(page, trace.stages[stage].made_of[0], index)
    terms: list[Expression] = [score.number]
    if trace.bias is not None:
        terms.append(page.bias_row(index[0])[index[1]].number)
    if trace.mask is not None:
        terms.append(Number("0" if trace.mask[index] else "-inf"))
    return sum_of(tuple(terms)), [score]


def _power(page: Page, _stage: str, index: Index) -> Derived:
    score = _entry(page, page.trace.scored, index)
    return Power(base_of(page), score.number), [score]


def _row_sum(page: Page, _stage: str, index: Index) -> Derived:
    powers = page.stage("exponentials", [index[0]])[0]
    terms = tuple(
        place if isinstance(place, Omitted) else powers[place].number
        for place in page.kept_terms([power.value for power in powers])
    )
    return sum_of(terms), powers


def _weighted_value(page: Page, _stage: str, index: Index) -> Derived:
    weight, value = _entry(page, "weights", index[:2]), _entry(page, "V", index[1:])
    return Product((weight.number, value.number)), [weight, value]


def _weighted_sum(page: Page, _stage: str, index: Index) -> Derived:
    weights = page.stage("weights", [index[0]])[0]
    column = [page.stage("V", [j])[0][index[1]] for j in range(len(weights))]
    return sum_of(product_terms(page, weights, column)), [*weights, *column]


def _beside(page: Page, _stage: str, index: Index) -> Derived:
    head, place = divmod(index[1], page.trace.problem.d_v or 1)
    return _entry(page.of_head(head), "head_outputs", (index[0], place)).number, []


def _output(page: Page, stage: str, index: Index) -> Derived:
    made_of = page.trace.stages[stage].made_of
    if "W_O" in made_of:
        return _affine(page, made_of[0], index, "O")
    if made_of == ("concatenated",):
        return _entry(page, "concatenated", index).number, []
    return _weighted_sum(page, stage, index)


_DERIVED: dict[str, Callable[[Page, str, Index], Derived] | None] = {
    "X": None,
    "X_key": None,
    "positions": _position,
    "X_positioned": _positioned,
    "Q": _projected,
    "K": _projected,
    "V": _projected,
    "Q_rotated": _rotated,
    "K_rotated": _rotated,
    "scores": _score,
    "scaled_scores": _scaled,
    "capped_scores": _capped,
    "masked_scores": _masked,
    "exponentials": _power,
    "sums": _row_sum,
    "weights": None,
    "weighted_values": _weighted_value,
    "head_outputs": _weighted_sum,
    "concatenated": _beside,
    "output": _output,
}
"""How a number of each stage comes about, where it is not given.

Weights that are made of scores have a derivation of their own.
"""


def _affine(page: Page, source: str, index: Index, letter: str) -> Derived:
    x = page.stage(source, [index[0]])[0]
    W, b = page.projection(letter)
    assert W is not None
    w = [row[index[1]] for row in page.given(W)]
    terms, operands = product_terms(page, x, w), [*x, *w]
    if b is not None:
        bias = page.given(b)[0][index[1]]
        terms, operands = (*terms, bias.number), [*operands, bias]
    return sum_of(terms), operands


def _entry(page: Page, stage: str, index: Index) -> Shown:
    recorded = page.trace.stages[stage]
    if not recorded.made_of and isinstance(recorded.values[index], Typed):
        return page.number(recorded.values[index])
    return shown([recorded.values[index]], [bool(recorded.exact[index])], page.style)[0]
