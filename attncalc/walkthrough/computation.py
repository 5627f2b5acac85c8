"""From a trace to one query's computation, drawn: each key's score, its weight, and the sum."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from attncalc.document.document import (
    Computation,
    Summed,
    Worked,
    WorkedColumn,
    WorkedKey,
)
from attncalc.document.expressions import Omitted, Relation, Symbol, Vector
from attncalc.document.numerals import Shown
from attncalc.document.style import NumberStyle
from attncalc.language import text
from attncalc.names import NAMES, ONE_A_PAIR
from attncalc.selection import Selection
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, joining
from attncalc.walkthrough.places import greatest, kept
from attncalc.walkthrough.sections.order import told
from attncalc.walkthrough.sources import met, sources

_MOST_KEYS = 8
_MOST_ENTRIES = 6
_MOST_OF_VECTOR = 5

_LARGEST = 1e300
"""Beyond it, lengths of arrows would not be numbers any more."""


def computation(trace: Trace, style: NumberStyle | None = None) -> Computation:
    """What the problem's first query, or its first token, computes; of one head."""
    (query, *_) = trace.problem.queries or (0,)
    return computation_of(Page(trace, Selection(style=style or NumberStyle()), (query,)))


def computation_of(page: Page) -> Computation:
    """The same of a page's first query."""
    trace, query = page.trace, page.queries[0]
    stages = [name for name in ONE_A_PAIR if name in trace and told(trace, name).drawn is not None]
    keys = greatest(trace.row("weights", query), _MOST_KEYS, _MOST_KEYS - 1)
    rows = {name: page.stage(name, [query])[0] for name in stages}
    shares = _shares(trace, query)
    answers = _answers(page, [key for key in keys if isinstance(key, int)])
    hidden = page.hidden_keys(query)
    return Computation(
        trace.problem.title or "Attention",
        page.query_token(query, focused=True),
        _asks(page, query),
        tuple(_column(trace, stages, place) for place in range(len(stages))),
        tuple(
            key
            if isinstance(key, Omitted)
            else WorkedKey(
                page.key_token(key, focused=page.is_own(query, key)),
                answers.get(key),
                tuple(
                    None if name == "weights" and key in hidden else _worked(rows[name][key])
                    for name in stages
                ),
                shares[key],
                key in hidden,
            )
            for key in keys
        ),
        _summed(page, query),
        "" if trace.head is None else text("head {number}", number=trace.head + 1),
    )


def _worked(number: Shown) -> Worked:
    return Worked(number.sign, number.number)


def _shares(trace: Trace, query: int) -> list[float]:
    """Of the greatest weight, from 0 to 1."""
    weights = trace.row("weights", query)
    largest = max(weights)
    if not largest > 0:
        return [0.0] * len(weights)
    with trace.rounding():
        return [max(0.0, float(weight / largest)) for weight in weights]


def _column(trace: Trace, stages: Sequence[str], place: int) -> WorkedColumn:
    """A stage and what is done to the one before it."""
    name = stages[place]
    drawn = told(trace, name).drawn
    assert drawn is not None  # only those are columns
    start = stages[place - 1] if place else next(iter(sources(trace, name)), None)
    done = "" if start is None else drawn.done(trace, start)
    if start is not None and not place:
        done = done or "q · k"
    called = text(NAMES[name].called) if drawn.called is None else drawn.called(trace)
    return WorkedColumn(called, done)


def _asks(page: Page, query: int) -> Relation | None:
    """q = [1, 0, 2], as it meets the keys."""
    vectors = met(page.trace)
    if not vectors:
        return None
    numbers = page.stage(vectors[0], [query])[0]
    symbol = Symbol("q", (page.query_name(query),))
    return Relation((symbol, _short(numbers)), (joining(numbers),))


def _answers(page: Page, keys: Sequence[int]) -> dict[int, Vector]:
    """The vectors of keys, as they meet the query."""
    vectors = met(page.trace)
    if not vectors:
        return {}
    rows = page.stage(vectors[1], keys)
    return {key: _short(row) for key, row in zip(keys, rows, strict=True)}


def _short(numbers: Sequence[Shown]) -> Vector:
    """A vector with its first and its last entries."""
    places = kept(len(numbers), _MOST_OF_VECTOR, 2)
    return Vector(
        tuple(place if isinstance(place, Omitted) else numbers[place].number for place in places)
    )


def _summed(page: Page, query: int) -> Summed | None:
    """The output, and what each key gives to it."""
    trace = page.trace
    if trace.attended not in trace:
        return None
    numbers = page.stage(trace.attended, [query])[0]
    terms = trace.weighted_values_of(query).astype(np.float64)  # (m, d_v)
    total = trace.row(trace.attended, query).astype(np.float64)
    every = [*terms.flat, *total]
    drawable = all(math.isfinite(number) and abs(number) < _LARGEST for number in every)
    entries = kept(len(numbers), _MOST_ENTRIES, _MOST_ENTRIES // 2)
    return Summed(
        text(NAMES[trace.attended].called),
        NAMES[trace.attended].letter,
        tuple(
            entry if isinstance(entry, Omitted) else _worked(numbers[entry]) for entry in entries
        ),
        tuple(page.key_token(key) for key in range(len(terms))),
        tuple(map(tuple, terms.tolist())) if drawable else (),
        tuple(total.tolist()) if drawable else (),
    )
