"""The whole of it in a line or two: the formula everybody knows, with a problem's own options."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.expressions import Apply, Expression, Relation, Sign, Symbol
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.order import EXPLANATIONS

_ATTENTION = ("Q", "K", "V")


def formulas(page: Page) -> Iterator[Relation]:
    """What is done, from queries, keys and values on; and what is done with its results."""
    problem, trace = page.trace.problem, page.trace
    last = trace.attended if "V" in trace else "weights"
    made: Expression = Symbol("X")
    for each in EXPLANATIONS:
        stages = {} if each.step is None else each.step.shapes(problem)
        if not stages:
            continue
        made = each.formula(page, made)
        if last in stages:
            left = _left(page)
            yield Relation((left, made), (Sign.EXACT,))
            made = left
    if "output" in trace and last != "output":
        yield Relation((_whole(page), made), (Sign.EXACT,))


def _left(page: Page) -> Expression:
    """What the weighted sum is called; or the weights, where there are no values."""
    if "V" not in page.trace:
        return Symbol("A")
    if page.trace.problem.heads is not None:
        return Symbol("head", ("h",))
    return _of_all("Attention") if "Q" in page.trace else Symbol("O")


def _whole(page: Page) -> Expression:
    """What comes out at last, of all heads."""
    several = page.trace.problem.heads is not None and "Q" in page.trace
    return _of_all("MultiHead") if several else Symbol("Output")


def _of_all(function: str) -> Expression:
    return Apply(function, tuple(map(Symbol, _ATTENTION)))
