"""One number of a stage, from its operands to its value, written out term by term."""

from __future__ import annotations

from attncalc.expressions import (
    Expression,
    Fraction,
    Number,
    Omitted,
    Power,
    Product,
    Relation,
    Root,
    Sign,
    Symbol,
)
from attncalc.numerals import Shown, shown
from attncalc.walkthrough.page import Page, sum_of
from attncalc.walkthrough.projections import product_terms
from attncalc.walkthrough.softmax import base_of, weight_derivation

_LETTERS = {
    "Q": "q",
    "K": "k",
    "V": "v",
    "scores": "s",
    "scaled_scores": "z",
    "masked_scores": "m",
    "exponentials": "e",
    "sums": "Σ",
    "weights": "α",
    "weighted_values": "αv",
    "head_outputs": "o",
    "output": "o",
}


def derivation(page: Page, stage: str, index: tuple[int, ...]) -> Relation:
    """A number's symbol, what it is made of, and its value."""
    if stage == "weights" and page.trace.problem.weights is None:
        return weight_derivation(page, *index)
    operation, operands = _operation(page, stage, index)
    value = _entry(page, stage, index)
    exact = all(operand.exact for operand in operands)
    symbol = Symbol(_LETTERS.get(stage, stage), page.index_names(stage, index))
    first = Sign.EXACT if exact else Sign.ROUNDED
    last = Sign.EXACT if exact and value.exact else Sign.ROUNDED
    if operation is None:
        return Relation((symbol, value.number), (Sign.EXACT,))
    return Relation((symbol, operation, value.number), (first, last))


def _operation(
    page: Page, stage: str, index: tuple[int, ...]
) -> tuple[Expression | None, list[Shown]]:
    """What a number is computed by, and the numbers in it; None for one that is given."""
    trace, problem = page.trace, page.trace.problem
    if getattr(problem, stage, None) is not None or (
        problem.unprojected and stage in ("Q", "K", "V")
    ):
        return None, []
    match stage:
        case "Q" | "K" | "V":
            return _affine(page, trace.stages[stage].made_of[0], index, stage)
        case "scores":
            q, k = page.stage("Q", [index[0]])[0], page.stage("K", [index[1]])[0]
            return sum_of(product_terms(page, q, k)), [*q, *k]
        case "scaled_scores":
            return _scaled(page, index)
        case "masked_scores":
            return _masked(page, index)
        case "exponentials":
            score = _entry(page, trace.scored, index)
            return Power(base_of(page), score.number), [score]
        case "sums":
            powers = page.stage("exponentials", [index[0]])[0]
            terms = tuple(
                place if isinstance(place, Omitted) else powers[place].number
                for place in page.kept_terms(len(powers))
            )
            return sum_of(terms), powers
        case "weighted_values":
            weight, value = _entry(page, "weights", index[:2]), _entry(page, "V", index[1:])
            return Product((weight.number, value.number)), [weight, value]
        case "output" if "head_outputs" in trace:
            return _affine(page, "head_outputs", index, "O")
        case _:
            weights = page.stage("weights", [index[0]])[0]
            column = [page.stage("V", [j])[0][index[1]] for j in range(len(weights))]
            return sum_of(product_terms(page, weights, column)), [*weights, *column]


def _affine(
    page: Page, source: str, index: tuple[int, ...], letter: str
) -> tuple[Expression, list[Shown]]:
    problem = page.trace.problem
    x = page.stage(source, [index[0]])[0]
    w = [row[index[1]] for row in page.given(getattr(problem, f"W_{letter}"))]
    terms, operands = product_terms(page, x, w), [*x, *w]
    b = getattr(problem, f"b_{letter}")
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
    if getattr(page.trace.problem, stage, None) is not None:
        return page.number(recorded.values[index])
    return shown([recorded.values[index]], [bool(recorded.exact[index])], page.style)[0]
