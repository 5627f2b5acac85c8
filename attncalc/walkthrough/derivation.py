"""One number of a stage, from its operands to its value, written out term by term."""

from __future__ import annotations

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
from attncalc.numbers.arithmetic import Typed
from attncalc.steps.stages import OF_GROUPS
from attncalc.walkthrough.page import Page, sum_of
from attncalc.walkthrough.positions import position_derivation, turned_derivation
from attncalc.walkthrough.projections import product_terms
from attncalc.walkthrough.softmax import base_of, weight_derivation

_LETTERS = {
    "positions": "p",
    "X_positioned": "x",
    "Q": "q",
    "K": "k",
    "V": "v",
    "Q_rotated": "q",
    "K_rotated": "k",
    "scores": "s",
    "scaled_scores": "z",
    "capped_scores": "t",
    "masked_scores": "m",
    "exponentials": "e",
    "sums": "Σ",
    "weights": "α",
    "weighted_values": "αv",
    "head_outputs": "o",
    "concatenated": "c",
    "output": "o",
}


def derivation(page: Page, stage: str, index: tuple[int, ...]) -> Relation:
    """A number's symbol, what it is made of, and its value."""
    symbol = Symbol(_LETTERS.get(stage, stage), page.index_names(stage, index))
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


def _operation(
    page: Page, stage: str, index: tuple[int, ...]
) -> tuple[Expression | None, list[Shown]]:
    """What a number of one head is computed by, and the numbers in it; None for a given one."""
    trace, problem = page.trace, page.trace.problem
    made_of = trace.stages[stage].made_of
    cached = "past" in made_of and index[0] < problem.past_length
    if not made_of and stage != "positions":
        return None, []
    match stage:
        case "Q" | "K" | "V":
            source = made_of[-2] if made_of[-1].startswith("W_") else ""
            row = index[0] - problem.past_length if "past" in made_of else index[0]
            own = (row, index[1])
            return _affine(page, source, own, stage) if source and not cached else (None, [])
        case "positions":
            return position_derivation(page, index)
        case "X_positioned":
            x, p = _entry(page, "X", index), _entry(page, "positions", index)
            return Sum((x.number, p.number)), [x, p]
        case "Q_rotated" | "K_rotated":
            kept = stage == "K_rotated" and index[0] < problem.past_length
            return (None, []) if kept else turned_derivation(page, stage, index)
        case "scores":
            q = page.stage(trace.asking, [index[0]])[0]
            k = page.stage(trace.answering, [index[1]])[0]
            return sum_of(product_terms(page, q, k)), [*q, *k]
        case "scaled_scores":
            return _scaled(page, index)
        case "capped_scores":
            score, cap = _entry(page, made_of[0], index), page.number(problem.attention.softcap)
            bent = Apply("tanh", (Fraction(score.number, cap.number),))
            return Product((cap.number, bent)), [score, cap]
        case "masked_scores":
            return _masked(page, index)
        case "exponentials":
            score = _entry(page, trace.scored, index)
            return Power(base_of(page), score.number), [score]
        case "sums":
            powers = page.stage("exponentials", [index[0]])[0]
            terms = tuple(
                place if isinstance(place, Omitted) else powers[place].number
                for place in page.kept_terms([power.value for power in powers])
            )
            return sum_of(terms), powers
        case "weighted_values":
            weight, value = _entry(page, "weights", index[:2]), _entry(page, "V", index[1:])
            return Product((weight.number, value.number)), [weight, value]
        case "concatenated":
            beside, place = divmod(index[1], problem.d_v or 1)
            return _entry(page.of_head(beside), "head_outputs", (index[0], place)).number, []
        case "output" if "W_O" in made_of:
            return _affine(page, made_of[0], index, "O")
        case "output" if made_of == ("concatenated",):
            return _entry(page, "concatenated", index).number, []
        case _:
            weights = page.stage("weights", [index[0]])[0]
            column = [page.stage("V", [j])[0][index[1]] for j in range(len(weights))]
            return sum_of(product_terms(page, weights, column)), [*weights, *column]


def _affine(
    page: Page, source: str, index: tuple[int, ...], letter: str
) -> tuple[Expression, list[Shown]]:
    x = page.stage(source, [index[0]])[0]
    W, b = page.projection(letter)
    assert W is not None
    w = [row[index[1]] for row in page.given(W)]
    terms, operands = product_terms(page, x, w), [*x, *w]
    if b is not None:
        bias = page.given(b)[0][index[1]]
        terms, operands = (*terms, bias.number), [*operands, bias]
    return sum_of(terms), operands


def _scaled(page: Page, index: tuple[int, ...]) -> tuple[Expression, list[Shown]]:
    trace = page.trace
    score = _entry(page, "scores", index)
    if trace.divisor is not None:
        return Fraction(score.number, Root(Number(str(trace.problem.d_k)))), [score]
    factor = page.number(trace.problem.attention.scale)
    return Product((score.number, factor.number)), [score, factor]


def _masked(page: Page, index: tuple[int, ...]) -> tuple[Expression, list[Shown]]:
    trace = page.trace
    score = _entry(page, trace.stages["masked_scores"].made_of[0], index)
    terms: list[Expression] = [score.number]
    if trace.bias is not None:
        terms.append(page.bias_row(index[0])[index[1]].number)
    if trace.mask is not None:
        terms.append(Number("0" if trace.mask[index] else "-inf"))
    return sum_of(tuple(terms)), [score]


def _entry(page: Page, stage: str, index: tuple[int, ...]) -> Shown:
    recorded = page.trace.stages[stage]
    if not recorded.made_of and isinstance(recorded.values[index], Typed):
        return page.number(recorded.values[index])
    return shown([recorded.values[index]], [bool(recorded.exact[index])], page.style)[0]
