"""Comparison to Document: two walkthroughs side by side, where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attncalc.comparison import Comparison, Origin
from attncalc.document.document import (
    Block,
    Document,
    Heading,
    Inline,
    Note,
    NoteKind,
    Paragraph,
    Section,
    Words,
)
from attncalc.document.numerals import rounded
from attncalc.document.wording import words
from attncalc.names import NAMES
from attncalc.selection import Selection
from attncalc.walkthrough.page import Page, glued
from attncalc.walkthrough.remark import remark
from attncalc.walkthrough.side_by_side import Pair, side_names, told
from attncalc.walkthrough.sources import source_of
from attncalc.walkthrough.stages_compared import stages_compared
from attncalc.walkthrough.steepness import derivative, steepness


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
    sections = [
        Section(Heading(1, words("Stage by stage")), stages_compared(ours, comparison, names))
    ]
    if comparison.first_difference is not None:
        several = len(comparison.queries) > 1
        pairs = [
            Pair(ours.of_head(each.head), theirs.of_head(each.head), names, each, several)
            for each in comparison.queries
        ]
        final = _final(ours, theirs, pairs)
        for heading, formula, blocks in (
            ("Scores, as they enter the softmax", None, [_scores(pair) for pair in pairs]),
            ("Attention weights", None, [_weights(pair) for pair in pairs]),
            ("How spread out, and how steep", derivative(pairs[0]), map(steepness, pairs)),
            ("Weighted sum" if final else "Output", None, [_weighted_sum(p) for p in pairs]),
            ("Output", None, [_vectors(pair, "output", "output") for pair in final]),
        ):
            content = tuple(block for each in blocks for block in each)
            if content:
                title = Heading(len(sections) + 1, glued(heading), formula)
                sections.append(Section(title, content))
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
    heading = Heading(None, glued(" against ".join(titles) or "Two walkthroughs, compared"))
    what: list[Inline] = [Words(f"{told(left, right)} · for ")]
    for place, query in enumerate(page.queries):
        what += [*glued(", " if place else ""), page.query_token(query, focused=True)]
    blocks: list[Block] = [Paragraph(tuple(what))]
    for source in dict.fromkeys(problem.source for problem in problems if problem.source):
        blocks.append(Paragraph(glued(f"Source: {source}")))
    sides = list(zip(side_names(left, right), traces, strict=True))
    for warning in dict.fromkeys(warning for trace in traces for warning in trace.warnings):
        of = [name for name, trace in sides if warning in trace.warnings]
        own = f"{of[0]}: " if len(of) == 1 else ""
        blocks.append(Note(NoteKind.WARNING, glued(own + warning)))
    return Section(heading, tuple(blocks))


def _scores(pair: Pair) -> list[Block]:
    """What goes into the softmax on either side; nothing where it is the same, or not known."""
    left, right = pair.left.trace, pair.right.trace
    if "exponentials" not in left or "exponentials" not in right:
        return []
    ours, theirs = (source_of(trace, "exponentials") for trace in (left, right))
    found = pair.difference(ours, theirs)
    if found is None or found.same:
        return []
    stages = [NAMES[ours].in_words, NAMES[theirs].in_words]
    which = f": {stages[0]}"
    if stages[0] != stages[1]:
        which = ": " + ", ".join(
            f"{stage} ({name})" for stage, name in zip(stages, pair.names, strict=True)
        )
    caption = (*pair.owner, Words(which))
    return [pair.table(ours, theirs, found, caption)]


def _weights(pair: Pair) -> list[Block]:
    found = pair.difference("weights", "weights")
    if found is None or found.same:
        return [Paragraph((*pair.owner, Words(" has the same weights on both sides.")))]
    return [pair.table("weights", "weights", found, pair.caption)]


def _weighted_sum(pair: Pair) -> list[Block]:
    """Σ α v of either side, where both have values of one width, and how far they are apart."""
    left, right = pair.left.trace, pair.right.trace
    if left.attended not in left or right.attended not in right:
        return []
    blocks = _vectors(pair, left.attended, right.attended)
    distance = pair.of.distance
    if len(blocks) == 1 and distance is not None and distance:
        far = rounded(distance, pair.left.style).number
        blocks.append(Paragraph(glued("They lie a distance of ", far, " apart.")))
    return blocks


def _vectors(pair: Pair, left: str, right: str) -> list[Block]:
    found = pair.difference(left, right)
    if found is None:
        return []
    if found.same:
        return [Paragraph((*pair.owner, Words(": the same on both sides.")))]
    return [pair.table(left, right, found, pair.caption)]


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
