"""Comparison to Document: two walkthroughs side by side, where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attncalc.comparison import Comparison, Difference, Origin
from attncalc.document.document import (
    Block,
    Document,
    Heading,
    Inlines,
    Note,
    NoteKind,
    Paragraph,
    Section,
    Table,
    Words,
)
from attncalc.document.expressions import Expression
from attncalc.document.numerals import rounded
from attncalc.document.wording import listing, sentences, term_in_full, words
from attncalc.language import retold
from attncalc.selection import Selection
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.remark import remark
from attncalc.walkthrough.side_by_side import Pair, power_of_ten, side_names, told
from attncalc.walkthrough.sources import source_of
from attncalc.walkthrough.stages_compared import parting, stages_compared
from attncalc.walkthrough.steepness import derivative, flatness, steepness


def write_comparison(
    comparison: Comparison, left: Origin, right: Origin, selection: Selection | None = None
) -> Document:
    """The stages of both; then scores, weights, measures and outputs of the compared queries.

    selection: how they are written; the comparison itself says which queries and heads there are.
    """
    names = side_names(left, right)
    queries = tuple(dict.fromkeys(each.query for each in comparison.queries))
    ours, theirs = (
        Page(trace, selection or Selection(), queries)
        for trace in (comparison.left, comparison.right)
    )
    several = len(comparison.queries) > 1
    pairs = [
        Pair(ours.of_head(each.head), theirs.of_head(each.head), names, each, several)
        for each in comparison.queries
    ]
    changes: list[Block] = []
    parts: list[tuple[Inlines, Expression | None, list[Block]]] = []
    if comparison.first_difference is not None:
        changes = [block for pair in pairs for block in _weights(pair)]
        final = _final(ours, theirs, pairs)
        sums = words("Weighted sum") if final else words("Output")
        scores = [block for pair in pairs for block in _scores(pair)]
        steep = [block for pair in pairs for block in steepness(pair)]
        parts = [
            (words("Scores, as they enter the softmax"), None, scores),
            (words("How spread out, and how steep"), derivative(pairs[0]), steep),
            (sums, None, [block for pair in pairs for block in _weighted_sum(pair)]),
            (words("Output"), None, [b for p in final for b in _vectors(p, "output", "output")]),
        ]
    changes.append(Paragraph(parting(comparison, names)))
    stages = list(stages_compared(ours, comparison, names))
    sections: list[Section] = []
    for heading, formula, blocks in (
        (words("What changes"), None, changes),
        (words("Stage by stage"), None, stages),
        *parts,
    ):
        if blocks:
            title = Heading(len(sections) + 1, heading, formula)
            sections.append(Section(title, tuple(blocks)))
    shown_heads = tuple(dict.fromkeys(each.head for each in comparison.queries))
    last = remark(
        replace(ours, heads=shown_heads), exception=words("A small measure has more decimals.")
    )
    sections[-1] = replace(sections[-1], content=(*sections[-1].content, last))
    return Document(_title(comparison, left, right, ours), tuple(sections))


def _title(comparison: Comparison, left: Origin, right: Origin, page: Page) -> Section:
    """Both titles if they differ; what is compared; the sources and warnings of both."""
    traces = (comparison.left, comparison.right)
    problems = [trace.problem for trace in traces]
    titles = dict.fromkeys(problem.title for problem in problems if problem.title)
    heading = words("Two walkthroughs, compared")
    if titles:
        told_titles: list[Inlines] = [(Words(each),) for each in titles]
        heading = listing(told_titles, last="{first} against {last}")
    asked: list[Inlines] = [(page.query_token(query, focused=True),) for query in page.queries]
    blocks: list[Block] = [
        Paragraph(
            words(
                "{sides} · for {queries}",
                sides=told(left, right),
                queries=listing(asked, last="{first}, {last}"),
            )
        )
    ]
    for source in dict.fromkeys(problem.source for problem in problems if problem.source):
        blocks.append(Paragraph(words("Source: {source}", source=source)))
    sides = list(zip(side_names(left, right), traces, strict=True))
    for warning in dict.fromkeys(warning for trace in traces for warning in trace.warnings):
        of = [name for name, trace in sides if warning in trace.warnings]
        said: Inlines = (Words(retold(warning)),)
        if len(of) == 1:
            said = words("{side}: {warning}", side=of[0], warning=retold(warning))
        blocks.append(Note(NoteKind.WARNING, said))
    return Section(Heading(None, heading), tuple(blocks))


def _scores(pair: Pair) -> list[Block]:
    """What goes into the softmax on either side; nothing where it is the same, or not known."""
    left, right = pair.left.trace, pair.right.trace
    if "exponentials" not in left or "exponentials" not in right:
        return []
    ours, theirs = (source_of(trace, "exponentials") for trace in (left, right))
    found = pair.difference(ours, theirs)
    if found is None or found.same:
        return []
    one, other = term_in_full(ours), term_in_full(theirs)
    if one == other:
        caption = words("{query}: {stage}", query=pair.owner, stage=one)
    else:
        caption = words(
            "{query}: {one} ({left}), {other} ({right})",
            query=pair.owner,
            one=one,
            left=pair.names[0],
            other=other,
            right=pair.names[1],
        )
    return [pair.table(ours, theirs, found, caption)]


def _weights(pair: Pair) -> list[Block]:
    """Whom the query attends to most on either side, and all of its weights as bars."""
    found = pair.difference("weights", "weights")
    if found is None or found.same:
        return [Paragraph(_same_weights(pair, found))]
    said = sentences(_attention(pair), flatness(pair))
    table = pair.table("weights", "weights", found, pair.caption, drawn=True)
    return [*([Paragraph(said)] if said else []), table]


def _same_weights(pair: Pair, found: Difference | None) -> Inlines:
    """That the weights agree; and how far, where that is not every digit."""
    if found is None or found.below is None:
        return words("{query} has the same weights on both sides.", query=pair.owner)
    return words(
        "The weights of {query} differ by less than {bound}.",
        query=pair.owner,
        bound=power_of_ten(found.below),
    )


def _attention(pair: Pair) -> Inlines:
    """The largest weight of either side, and its key where no other has the same."""
    keys, numbers = zip(*(pair.largest(page) for page in (pair.left, pair.right)), strict=True)
    slots = {
        "query": pair.owner,
        "left": numbers[0].number,
        "right": numbers[1].number,
        "one": pair.names[0],
        "other": pair.names[1],
    }
    if None in keys:
        return words(
            "The largest weight of {query} is {left} ({one}), and {right} ({other}).", **slots
        )
    if keys[0] == keys[1]:
        return words(
            "{query} attends most to {key} on both sides: {left} ({one}), {right} ({other}).",
            key=pair.left.key_token(keys[0]),
            **slots,
        )
    return words(
        "{query} attends most to {left_key} ({one}: {left}), and to {right_key} ({other}: "
        "{right}).",
        left_key=pair.left.key_token(keys[0]),
        right_key=pair.left.key_token(keys[1]),
        **slots,
    )


def _weighted_sum(pair: Pair) -> list[Block]:
    """Σ α v of either side, where both have values of one width, and how far they are apart."""
    left, right = pair.left.trace, pair.right.trace
    if left.attended not in left or right.attended not in right:
        return []
    blocks = _vectors(pair, left.attended, right.attended)
    distance = pair.of.distance
    if any(isinstance(block, Table) for block in blocks) and distance:
        far = rounded(distance, pair.left.style).number
        blocks.append(Paragraph(words("They lie a distance of {number} apart.", number=far)))
    return blocks


def _vectors(pair: Pair, left: str, right: str) -> list[Block]:
    found = pair.difference(left, right)
    if found is None:
        return []
    if not found.same:
        return [pair.table(left, right, found, pair.caption)]
    if found.below is None:
        return [Paragraph(words("{query}: the same on both sides.", query=pair.owner))]
    return [
        Paragraph(
            words(
                "{query}: the two differ by less than {bound}.",
                query=pair.owner,
                bound=power_of_ten(found.below),
            )
        )
    ]


def _final(ours: Page, theirs: Page, pairs: Sequence[Pair]) -> list[Pair]:
    """A pair a query about the output of all heads, where more is done to the weighted sum."""
    traces = (ours.trace, theirs.trace)
    if any(trace.attended == "output" or "output" not in trace for trace in traces):
        return []
    by_query = {pair.of.query: pair for pair in pairs}
    return [
        replace(pair, left=ours, right=theirs, of=replace(pair.of, head=None))
        for pair in by_query.values()
    ]
