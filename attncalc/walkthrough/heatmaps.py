"""Numbers of pairs with a shade behind each: queries down, keys across."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.document.document import Heatmap, HeatmapRow, Inlines, Quantity, Token
from attncalc.document.expressions import Expression, Nothing, Number, Omitted
from attncalc.document.numerals import Shown
from attncalc.document.wording import words
from attncalc.language import text
from attncalc.names import NAMES
from attncalc.numbers.arithmetic import Array, transcendental_context
from attncalc.selection import Selection
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.quantities import answering, asking, weight_of


def weights_heatmap(page: Page) -> Heatmap:
    """The attention weights of all queries: of a head on the page of a head."""
    head = page.trace.head
    about = words("All queries") if head is None else words("Head {head}", head=head + 1)
    return replace(_heatmap(page, "weights", about), topic="all-queries")


def _heatmap(page: Page, stage: str, about: Inlines) -> Heatmap:
    columns = page.kept_columns()
    numbers = page.vectors(stage)
    values = _shaded(page, stage)
    with page.trace.rounding():
        ends = _ends(page, stage, numbers)
        shade = _shading(values)
        rows: list[HeatmapRow | Omitted] = []
        for row in page.kept_queries():
            if isinstance(row, Omitted):
                rows.append(row)
                continue
            own = page.trace.row(stage, row)
            hidden = page.hidden_keys(row) if stage == "weights" else ()
            cells = tuple(
                _cell(numbers[row], place, hidden) if isinstance(place, int) else place
                for place in columns
            )
            shades = tuple(
                shade(own[place]) if isinstance(place, int) else 0.0 for place in columns
            )
            token = page.query_token(row, focused=row in page.queries)
            rows.append(HeatmapRow(token, cells, shades, row, _made_of(page, row, columns)))
    headings: tuple[Token | Omitted, ...] = tuple(
        page.key_token(place) if isinstance(place, int) else place for place in columns
    )
    exact = all(n.exact for row in numbers.values() for n in row)
    caption = (
        words("{about}: row attends to column", about=about)
        if exact
        else words("{about}: row attends to column, rounded", about=about)
    )
    return Heatmap(headings, tuple(rows), caption, ends=ends)


def _cell(numbers: Sequence[Shown], key: int, hidden: Collection[int]) -> Expression:
    """A number; nothing where the key is hidden."""
    return Nothing() if key in hidden else numbers[key].number


def _ends(
    page: Page, stage: str, numbers: Mapping[int, Sequence[Shown]]
) -> tuple[Expression, Expression] | None:
    """The numbers of the lightest and of the darkest shade, as they stand in the heatmap."""
    values = _shaded(page, stage)
    lowest, highest = _span(values)
    if not 0 < highest - lowest < math.inf:
        return None

    def written(value: Any) -> Expression:
        row, key = map(int, np.argwhere(values == value)[0])
        query = row if page.trace.stages[stage].at_hand else [*numbers][row]
        shown = numbers[query][key] if query in numbers else page.entry(stage, (query, key))
        return shown.number

    return written(lowest) if lowest < 0 else Number("0"), written(highest)


def _shaded(page: Page, stage: str) -> Array:
    """The numbers that shades are measured by: all there are, or of a large problem those shown."""
    found = page.trace.stages[stage]
    if found.at_hand:
        return found.values
    return found[[row for row in page.kept_queries() if isinstance(row, int)]].values


def _made_of(
    page: Page, query: int, keys: Sequence[int | Omitted]
) -> tuple[tuple[Quantity, ...], ...]:
    """Of each pair of a query and a key: its weight, and what that is made of."""
    trace = page.trace
    ours = asking(trace, query)
    return tuple(
        (weight_of(trace, query, key), *ours, *answering(trace, key))
        if isinstance(key, int)
        else ()
        for key in keys
    )


def _shading(values: Array) -> Callable[[Any], float]:
    """How dark a number is: 0 for none at all, or the lowest if any is below 0; 1 for the most.

    All the same where there is nothing between, or more than a number holds.
    """
    lowest, highest = _span(values)
    span = highest - lowest
    spread = 0 < span < math.inf

    def shade(value: Any) -> float:
        return _share(value - lowest, span) if spread and abs(value) != math.inf else 0.0

    return shade


def _span(values: Array) -> tuple[Any, Any]:
    """The numbers of the lightest and of the darkest shade."""
    finite = values[abs(values) != math.inf]
    return (min(finite.min(), 0), finite.max()) if finite.size else (0, 0)


def _share(part: Any, whole: Any) -> float:
    """Part of whole, to as many digits as a shade can have: there may be thousands."""
    if isinstance(part, Decimal):
        return float(transcendental_context().divide(part, Decimal(whole)))
    return float(part / whole)


def heatmaps(trace: Trace, selection: Selection) -> tuple[Heatmap, ...]:
    """The chosen stages as heatmaps that stand on their own: one a stage, or one a head of each.

    They are of ONE_A_PAIR. If no heads are chosen, all are shown.
    """
    page = Page(trace, selection, selection.queries or trace.problem.queries)
    chosen = selection.heads_of(trace.problem.heads)
    shown = [head for head in page.every_head if not chosen or head in chosen]
    return tuple(
        _heatmap(own, stage, _about(own, stage))
        for stage in selection.stages
        for own in map(page.of_head, shown)
    )


def _about(page: Page, stage: str) -> Inlines:
    name = text(NAMES[stage].heading)
    if page.trace.head is None:
        return words("{stage}", stage=name)
    return words("{stage}, head {head}", stage=name, head=page.trace.head + 1)
