"""What is said of a bias that goes by relative positions: which bucket, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Align, Block, Cell, Column, Paragraph, Row, Table
from attncalc.document.expressions import (
    Difference,
    Expression,
    Fraction,
    Number,
    Omitted,
    Power,
    Product,
    Relation,
    Sign,
    Sum,
    Symbol,
)
from attncalc.document.wording import words
from attncalc.problem.buckets import Buckets
from attncalc.problem.options import Bucketed
from attncalc.walkthrough.page import Page, glued
from attncalc.walkthrough.quantities import weight_of
from attncalc.walkthrough.tables import omitted_row


def what_buckets_are(page: Page) -> Iterator[Block]:
    """How relative positions are dealt out among the buckets."""
    bias = page.trace.problem.attention.bias
    if not isinstance(bias, Bucketed):
        return
    buckets = bias.buckets
    yield Paragraph(
        glued(
            "What is added goes by the relative position, ",
            Difference(Symbol("j"), Symbol("i")),
            f": each falls into a bucket, and the table has a number for it. {_side(buckets)}",
        )
    )
    k = Symbol("k")
    ratio = Fraction(Number(str(buckets.max_distance)), Number(str(buckets.single)))
    start = Product(
        (
            Number(str(buckets.single)),
            Power(ratio, Fraction(k, Number(str(buckets.wider)))),
        )
    )
    yield Paragraph(
        glued(
            f"{_singles(buckets.single)} Beyond, bucket ",
            Sum((Number(str(buckets.single)), k)),
            " begins at the distance ",
            start,
            f", rounded up to a whole number; the last one, {buckets.of_a_side - 1}, has no end.",
        )
    )


def _singles(single: int) -> str:
    if single == 1:
        return "The distance 0 has a bucket of its own, 0."
    return f"The distances 0 to {single - 1} have a bucket each."


def _side(buckets: Buckets) -> str:
    """What becomes of keys after the query."""
    if not buckets.bidirectional:
        return "Keys after the query are all in bucket 0, as the query's own key is."
    side = buckets.of_a_side
    return (
        f"Keys up to the query have the buckets 0 to {side - 1}, and those after it, by the same "
        f"rule, the {side} behind these."
    )


def bucket_table(page: Page, query: int) -> Iterator[Table]:
    """For each key its relative position, its bucket and the number of that bucket."""
    bias = page.trace.problem.attention.bias
    if not isinstance(bias, Bucketed):
        return
    numbers, head = page.bias_row(query), page.trace.head
    rows: list[Row] = []
    for key in page.kept_keys(query):
        if isinstance(key, Omitted):
            rows.append(omitted_row(key))
            continue
        ahead, own = key - query - page.offset, page.is_own(query, key)
        cells: tuple[Cell, ...] = (
            (page.key_token(key, focused=own),),
            (Number(str(ahead)),),
            glued(_rule(bias.buckets, ahead)),
            (_bucket(bias.buckets, ahead),),
            (numbers[key].number,),
        )
        rows.append(Row(cells, focused=own, quantity=weight_of(page.trace, query, key)))
    columns = (
        Column(words("key")),
        Column((Difference(Symbol("j"), Symbol("i")),), Align.RIGHT),
        Column(words("distances in it")),
        Column(words("bucket"), Align.RIGHT),
        Column(glued("bias" if head is None else f"bias, column {head + 1}"), Align.RIGHT),
    )
    yield Table(columns, tuple(rows), page.query_caption(query))


def _rule(buckets: Buckets, ahead: int) -> str:
    """The distances that share a bucket with this one."""
    if ahead > 0 and not buckets.bidirectional:
        return "all after the query"
    first, last = buckets.span(abs(ahead))
    if last is None:
        return f"{first} and more"
    return str(first) if first == last else f"{first} to {last}"


def _bucket(buckets: Buckets, ahead: int) -> Expression:
    """The bucket; of a key after the query, those before it are counted too."""
    bucket = buckets.bucket(ahead)
    if bucket < buckets.of_a_side:
        return Number(str(bucket))
    before = buckets.of_a_side
    counted = Sum((Number(str(before)), Number(str(bucket - before))))
    return Relation((counted, Number(str(bucket))), (Sign.EXACT,))
