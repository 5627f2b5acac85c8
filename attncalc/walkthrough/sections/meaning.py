"""What came out, in a few sentences, from the numbers alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.document.document import Block, Heading, Inlines, OfQuery, Paragraph, Section
from attncalc.document.expressions import (
    Apply,
    Expression,
    Fraction,
    Number,
    Product,
    Relation,
    SumOver,
    Symbol,
)
from attncalc.document.numerals import (
    percentage,
    percentage_of_row,
    rounded,
    shown,
    sunk_percentage,
)
from attncalc.document.style import NumberStyle
from attncalc.document.wording import counted_words, listing, listing_of_first, sentences, words
from attncalc.names import NAMES
from attncalc.numbers import measures
from attncalc.numbers.arithmetic import transcendental_context
from attncalc.walkthrough.page import Page, lesson
from attncalc.walkthrough.sections.interface import Explanation, Part, Place
from attncalc.walkthrough.sources import source_of, sources

_MOST_NAMED = 6
_MOST_HEADS = 8


def meaning(page: Page, number: int) -> Section:
    """For each focused query: to what it attends most, and what became of it."""
    content: list[Block | OfQuery] = [*page.of_each_query(lambda query: _told(page, query))]
    content += [Paragraph(said) for said in _twins(page)]
    return Section(Heading(number, words("In words")), tuple(content), topic="words")


def _told(page: Page, query: int) -> Iterator[Block]:
    """One query: of each head what it attends to, and what came out of all of them."""
    if not page.trace.has_heads:
        yield Paragraph(sentences(_attended(page, query), *_result(page, query)))
        yield from _what_for(page, query)
        yield from _measured(page, query)
        return
    told = page.told_heads if page.full else page.told_heads[:_MOST_HEADS]
    for head in told:
        own = page.of_head(head)
        said = words("Head {head}: {told}", head=_number(own), told=_attended(own, query))
        if head in page.heads:
            said = sentences(said, *_mixed(own, query))
        yield Paragraph(said)
        if head in page.heads:
            yield from _measured(own, query)
    left = len(page.told_heads) - len(told)
    if left:
        yield Paragraph(counted_words("… 1 more head", "… {count} more heads", left))
    if "output" in page.trace:
        yield Paragraph(sentences(_together(page, query), *_before(page, query)))
        yield from _what_for(page, query)


def _together(page: Page, query: int) -> Inlines:
    token, output = page.query_token(query, focused=True), _output(page, query)
    if page.trace.problem.heads == 1:
        return words(
            "After the last step the output of {query} is {output}.", query=token, output=output
        )
    return words(
        "Put together, the results of all heads give {query} its output {output}.",
        query=token,
        output=output,
    )


def _number(page: Page) -> int:
    assert page.trace.head is not None  # of a head
    return page.trace.head + 1


def _attended(page: Page, query: int) -> Inlines:
    """To what a query attends, and how much."""
    weights = page.trace.row("weights", query)
    token = page.query_token(query, focused=True)
    used = [key for key in range(len(weights)) if weights[key] != 0]
    if not used:
        if "V" not in page.trace:
            return words("{query} attends to nothing: all its weights are 0.", query=token)
        if page.trace.attended == "output":
            return words(
                "{query} attends to nothing: all its weights are 0, and so is its output.",
                query=token,
            )
        return words(
            "{query} attends to nothing: all its weights are 0, and so is its weighted sum.",
            query=token,
        )
    return sentences(_most(page, query, weights, used), *_sunk(page, weights))


def _most(page: Page, query: int, weights: Any, used: list[int]) -> Inlines:
    token = page.query_token(query, focused=True)
    ranked = sorted(used, key=lambda key: weights[key], reverse=True)
    top = [key for key in ranked if weights[key] == weights[ranked[0]]]
    if len(used) == 1:
        return words(
            "{query} attends to {key} alone.", query=token, key=_named(page, query, top[0])
        )
    share = percentage(weights[top[0]])
    if len(top) == len(used):
        return _equally(page, query, used, len(weights), share)
    if len(top) > 1:
        return words(
            "{query} attends most to {keys}, equally ({share} each).",
            query=token,
            keys=_all_named(page, query, top),
            share=share,
        )
    first = _with_share(page, query, top[0], percentage_of_row(weights[top[0]], weights))
    then = [_with_share(page, query, key, percentage(weights[key])) for key in ranked[1:3]]
    return words(
        "{query} attends most to {first}, then to {others}.",
        query=token,
        first=first,
        others=listing(then),
    )


def _equally(page: Page, query: int, used: list[int], there: int, share: str) -> Inlines:
    """Where all keys that are seen have the same weight."""
    token = page.query_token(query, focused=True)
    if len(used) < there:
        return words(
            "{query} attends to {count} of {every} keys equally, {share} each.",
            query=token,
            count=len(used),
            every=there,
            share=share,
        )
    if len(used) == 2:
        return words(
            "{query} attends to both keys equally, {share} each.", query=token, share=share
        )
    return words(
        "{query} attends to all {count} keys equally, {share} each.",
        query=token,
        count=len(used),
        share=share,
    )


def _with_share(page: Page, query: int, key: int, share: str) -> Inlines:
    return words("{key} ({share})", key=_named(page, query, key), share=share)


def _all_named(page: Page, query: int, keys: list[int]) -> Inlines:
    return listing_of_first([_named(page, query, key) for key in keys], _MOST_NAMED)


def _named(page: Page, query: int, key: int) -> Inlines:
    return words("itself") if page.is_own(query, key) else (page.key_token(key),)


def _sunk(page: Page, weights: Any) -> Iterator[Inlines]:
    """What a sink takes."""
    if page.trace.by_products.get("sink_powers") is not None:
        with page.trace.arithmetic():
            share = sunk_percentage(weights.sum())
        yield words("The sink takes {share}.", share=share)


def _result(page: Page, query: int) -> Iterator[Inlines]:
    """What came of it where there are no heads, and what was there before."""
    trace = page.trace
    yield from _mixed(page, query)
    if "output" not in trace:
        return
    if trace.attended != "output":
        yield words("After the last step its output is {output}.", output=_output(page, query))
    yield from _before(page, query)


def _mixed(page: Page, query: int) -> Iterator[Inlines]:
    """The weighted sum; and whether it is the query's own value."""
    trace = page.trace
    if trace.attended not in trace or not any(trace.row("weights", query) != 0):
        return
    row = page.stage(trace.attended, [query])[0]
    name = Symbol(NAMES[trace.attended].letter, (page.query_name(query),))
    mixed = page.named(name, row)
    if trace.attended == "output":
        yield words(
            "All values, each times its weight, add up to its output {output}.", output=mixed
        )
    else:
        yield words("All values, each times its weight, add up to {result}.", result=mixed)
    if _is_its_own(page, query):
        yield words("That is exactly its own value.")


def _output(page: Page, query: int) -> Relation:
    """The output of the last step, under the name that it has on the page."""
    trace = page.trace
    row = page.stage("output", [query])[0]
    projected = trace.problem.W_O is not None
    letter = "y" if projected else NAMES[source_of(trace, "output")].letter
    return page.named(Symbol(letter, (page.query_name(query),)), row)


def _before(page: Page, query: int) -> Iterator[Inlines]:
    """What the query's token was before anything was added to it."""
    if "X" in page.trace:
        row = page.stage("X", [query])[0]
        x = page.named(Symbol("x", (page.query_name(query),)), row)
        yield words("Before attention it was {embedding}.", embedding=x)
    elif page.trace.attended == "output" and _moved(page, query):
        _, values = sources(page.trace, "output")
        row = page.stage(values, [page.offset + query])[0]
        name = Symbol(NAMES[values].letter, (page.query_name(query),))
        own = page.named(name, row)
        yield words(
            "Attending to itself alone, it would have kept its own value, {value}.", value=own
        )


def _what_for(page: Page, query: int) -> Iterator[Block]:
    """What an output is good for: for the lesson."""
    if "output" in page.trace and any(page.trace.stages["weights"][..., query, :].values.flat):
        yield lesson(
            words(
                "This output is the new vector of {query}: whatever comes after attention works "
                "with it.",
                query=page.query_token(query, focused=True),
            )
        )


def _moved(page: Page, query: int) -> Any | None:
    """How far the weighted sum lies from the query's own value; None where it has none."""
    trace = page.trace
    if trace.attended not in trace or not trace.problem.self_attention:
        return None
    _, values = sources(trace, trace.attended)
    with trace.arithmetic():
        own = trace[values][page.offset + query]
        return measures.distance(trace.row(trace.attended, query), own)


def _is_its_own(page: Page, query: int) -> bool:
    """Whether the weighted sum is the query's own value, and known to be."""
    exact = page.trace.stages[page.trace.attended][query].exact.all()
    return bool(exact) and _moved(page, query) == 0


def _twins(page: Page) -> Iterator[Inlines]:
    """Tokens that are the same and came in as the same vector: whether they still are."""
    trace = page.trace
    if "X" not in trace or "output" not in trace:
        return
    tokens, X = [token.casefold() for token in trace.problem.tokens], trace["X"]
    told: set[int] = set()
    for query in page.queries:
        alike = [
            other
            for other in range(len(tokens))
            if tokens[other] == tokens[query] and np.array_equal(X[other], X[query])
        ]
        if len(alike) > 1 and query not in told:
            told.update(alike)
            yield _told_apart(page, alike)


def _told_apart(page: Page, alike: list[int]) -> Inlines:
    """What became of some queries that came in as the same vector."""
    trace, first = page.trace, alike[0]
    before = page.vector(page.stage("X", [first])[0])
    with trace.arithmetic():
        apart = any(
            measures.distance(trace.row("output", first), trace.row("output", other)) != 0
            for other in alike[1:]
        )
    tokens = _tokens_named(page, alike)
    if not apart:
        return words(
            "{tokens} came in as the same vector, {before}, and come out the same: nothing told "
            "them apart.",
            tokens=tokens,
            before=before,
        )
    after = [(page.vector(row),) for row in page.stage("output", alike[:_MOST_NAMED])]
    said = words(
        "{tokens} came in as the same vector, {before}, and come out as {after}.",
        tokens=tokens,
        before=before,
        after=listing(after),
    )
    biased = trace.bias is not None or "biased_scores" in trace
    if biased or "X_positioned" in trace or "Q_rotated" in trace:
        why = words("The context, and their places in it, told them apart.")
    else:
        why = words("The context told them apart.")
    return sentences(said, why)


def _tokens_named(page: Page, queries: list[int]) -> Inlines:
    return listing_of_first([(page.query_token(query),) for query in queries], _MOST_NAMED)


def _measured(page: Page, query: int) -> Iterator[Block]:
    """How spread out the weights are, and how far the output is from the query's own value."""
    said = [*_spread(page, query), *_distance(page, query)]
    if said:
        yield Paragraph(sentences(*said), topic="measures")


def _distance(page: Page, query: int) -> Iterator[Inlines]:
    """How far the weighted sum is from the query's own value, and how long that is."""
    moved = _moved(page, query)
    if moved is None or _is_its_own(page, query):
        return
    if moved == 0:
        yield words("Its weighted sum is its own value in every digit that is certain.")
        return
    trace = page.trace
    _, values = sources(trace, trace.attended)
    with trace.arithmetic():
        own = trace[values][page.offset + query]
        length = measures.distance(own, own * 0)
    yield words(
        "Its weighted sum is about {distance} away from its own value, a vector of the length "
        "{length}: so far has attention moved it.",
        distance=rounded(moved, page.style).number,
        length=shown([length], [not length], page.style)[0].number,
    )


def _spread(page: Page, query: int) -> Iterator[Inlines]:
    """Entropy and effective number of a query's weights."""
    trace = page.trace
    weights = trace.row("weights", query)
    used = sum(weight != 0 for weight in weights)
    with trace.arithmetic():
        total = weights.sum()
        given = trace.problem.weights is not None
        if given and (total != 1 or any(weight < 0 for weight in weights)):
            yield words(
                "The given weights are no shares of 1, so how spread out they are is not measured."
            )
            return
        if used < 2:
            return
        if trace.by_products.get("sink_powers") is not None:
            with trace.rounding():
                weights = weights / total
        bits = measures.entropy(weights)
        effective = measures.effective_number(bits)
    context = transcendental_context()
    most = context.divide(context.ln(Decimal(int(used))), context.ln(Decimal(2)))
    sunk = trace.by_products.get("sink_powers") is not None
    if len({weight for weight in weights if weight != 0}) == 1:
        yield words(
            "The entropy of its weights says how evenly they are spread: about {bits} bits, the "
            "most there can be for {count} keys, since all of them have the same weight.",
            bits=_in_decimals(page, bits, 2),
            count=int(used),
        )
        if sunk:
            yield words("It is that of the keys alone, without the sink.")
        return
    if not sunk:
        yield words(
            "If all {count} keys that it attends to had the same weight, each would have {share}.",
            count=int(used),
            share=percentage(context.divide(Decimal(1), Decimal(int(used)))),
        )
    doublings = int(used).bit_length() - 1
    if 2**doublings == used:
        yield words(
            "The entropy of its weights says how evenly they are spread: about {bits} bits. It "
            "would be 0 if one key had everything, and {most} if all {count} had the same, since 2 "
            "to the power of {most} is {count}.",
            bits=_in_decimals(page, bits, 2),
            most=doublings,
            count=int(used),
        )
    else:
        yield words(
            "The entropy of its weights says how evenly they are spread: about {bits} bits. It "
            "would be 0 if one key had everything, and about {most} if all {count} had the same, "
            "since 2 to the power of {most} is about {count}.",
            bits=_in_decimals(page, bits, 2),
            most=_in_decimals(page, most, 2),
            count=int(used),
        )
    if not sunk:
        yield words(
            "As a formula, it is {formula}; a key with the weight 0 adds nothing.",
            formula=_entropy(),
        )
    yield words(
        "The effective number of keys is 2 to the power of the entropy, about {number}: the "
        "weights are as spread out as {number} equal ones.",
        number=_in_decimals(page, effective, 1),
    )
    if sunk:
        yield words("Both are of the keys alone, without the sink.")


def _entropy() -> Expression:
    """Σ_j α_ij log₂(1/α_ij), with the logarithm that calculators have."""
    weight = Symbol("α", ("i", "j"))
    doublings = Fraction(Apply("ln", (Fraction(Number("1"), weight),)), Apply("ln", (Number("2"),)))
    return SumOver("j", Product((weight, doublings)))


def _in_decimals(page: Page, value: Any, decimals: int) -> Number:
    """A number with so many decimals; with more where these would show less than two digits."""
    return rounded(value, NumberStyle(decimals, page.style.rounding)).number


EXPLANATION = Explanation(parts=(Part(Place.AFTER_HEADS, meaning),))
