"""What came out, in a few sentences, from the numbers alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from attncalc.document.document import Block, Heading, Inline, Paragraph, Section, Words
from attncalc.document.expressions import Relation, Sign, Symbol
from attncalc.document.numerals import percentage, percentage_of_row, rounded, sunk_percentage
from attncalc.document.style import NumberStyle
from attncalc.document.wording import words
from attncalc.numbers import measures
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.interface import Explanation, Part, Place
from attncalc.walkthrough.sources import sources

_NEARLY_EVEN = 0.9
_CONCENTRATED = 0.5
_MOST_NAMED = 6


def meaning(page: Page, number: int) -> Section:
    """For each focused query: to what it attends most, how spread out, and what became of it."""
    told = [
        part
        for own in map(page.of_head, page.heads)
        for part in own.of_each_query(partial(_paragraph, own))
    ]
    return Section(Heading(number, words("In words")), tuple(told), topic="words")


def _paragraph(page: Page, query: int) -> Iterator[Block]:
    yield Paragraph(tuple(_sentences(page, query)))


def _sentences(page: Page, query: int) -> Iterator[Inline]:
    trace = page.trace
    weights = trace["weights"][query]
    if trace.head is not None:
        yield Words(f"In head {trace.head + 1}, ")
    yield page.query_token(query, focused=True)
    used = [key for key in range(len(weights)) if weights[key] != 0]
    if not used:
        result = "output" if trace.attended == "output" else "weighted sum"
        yield Words(f" attends to nothing: all its weights are 0, and so is its {result}.")
        return
    yield from _most(page, query, weights, used)
    yield from _spread(page, weights, used)
    yield from _moved(page, query)


def _most(page: Page, query: int, weights: Any, used: list[int]) -> Iterator[Inline]:
    ranked = sorted(used, key=lambda key: weights[key], reverse=True)
    top = [key for key in ranked if weights[key] == weights[ranked[0]]]
    if len(used) == 1:
        yield Words(" attends to ")
        yield from _named(page, query, used[0])
        yield Words(" alone. ")
        return
    if len(top) == len(used):
        yield Words(f" attends to {_how_many(len(used), len(weights))}")
        yield Words(f" equally, {percentage(weights[top[0]])} each. ")
        return
    yield Words(" attends most to ")
    if len(top) > 1:
        yield from _joined(page, query, top)
        yield Words(f", equally ({percentage(weights[top[0]])} each). ")
        return
    yield from _named(page, query, top[0])
    yield Words(f" ({percentage_of_row(weights[top[0]], weights)})")
    for joint, key in zip((", then to ", " and "), ranked[1:3], strict=False):
        yield Words(joint)
        yield from _named(page, query, key)
        yield Words(f" ({percentage(weights[key])})")
    yield Words(". ")


def _how_many(used: int, there: int) -> str:
    if used < there:
        return f"{used} of {there} keys"
    return f"all {used} keys" if used > 2 else "both keys"


def _joined(page: Page, query: int, keys: list[int]) -> Iterator[Inline]:
    named, more = keys[:_MOST_NAMED], len(keys) - _MOST_NAMED
    for place, key in enumerate(named):
        if place:
            yield Words(" and " if place == len(keys) - 1 else ", ")
        yield from _named(page, query, key)
    if more > 0:
        yield Words(f" and {more} more")


def _named(page: Page, query: int, key: int) -> Iterator[Inline]:
    if page.is_own(query, key):
        yield Words("itself")
    else:
        yield page.key_token(key)


def _spread(page: Page, weights: Any, used: list[int]) -> Iterator[Inline]:
    trace = page.trace
    with trace.arithmetic():
        total = weights.sum()
        among = "The weights are"
        given = trace.problem.weights is not None
        if given and (total != 1 or any(weight < 0 for weight in weights)):
            yield Words(
                "The given weights are no shares of 1, so how spread out they are is not measured. "
            )
            return
        if trace.by_products.get("sink_powers") is not None:
            yield Words(f"The sink takes {sunk_percentage(total)}. ")
            among = "Among the keys, the weights are"
            with trace.rounding():
                weights = weights / total
        bits = measures.entropy(weights)
        effective = measures.effective_number(bits)
    if len(used) == 1:
        return
    one_decimal = NumberStyle(1, page.style.rounding)
    as_many = rounded(effective, one_decimal).number.digits
    share = float(effective) / len(used)
    manner = (
        "nearly even"
        if share > _NEARLY_EVEN
        else "concentrated"
        if share < _CONCENTRATED
        else "uneven"
    )
    if len({str(weights[key]) for key in used}) == 1:
        manner, as_many = "even", f"{len(used)}"
    shown_bits = rounded(bits, NumberStyle(2, page.style.rounding)).number.digits
    if as_many == "1.0":
        yield Words(f"Nearly all of it is on one key (entropy {shown_bits} bits). ")
        return
    yield Words(
        f"{among} {manner}: as spread out as {as_many} equal ones, of {len(used)} "
        f"(entropy {shown_bits} bits). "
    )


def _moved(page: Page, query: int) -> Iterator[Inline]:
    trace = page.trace
    if trace.attended not in trace:
        return
    output = page.stage(trace.attended, [query])[0]
    sign = Sign.EXACT if all(entry.exact for entry in output) else Sign.ROUNDED
    yield Words("Its output is " if trace.attended == "output" else "Its weighted sum is ")
    yield Relation((Symbol("o", (page.query_name(query),)), page.vector(output)), (sign,))
    if not trace.problem.self_attention:
        yield Words(".")
        return
    _, values = sources(trace, trace.attended)
    with trace.arithmetic():
        moved = measures.distance(trace[trace.attended][query], trace[values][page.offset + query])
    if moved == 0 and sign is Sign.EXACT:
        yield Words(", exactly its own value.")
        return
    distance = rounded(moved, page.style).number.digits
    yield Words(f", a distance of {distance} from its own value.")


EXPLANATION = Explanation(parts=(Part(Place.AFTER_HEADS, meaning),))
