"""What is said of a bias that goes by relative positions: which bucket, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import (
    Align,
    Block,
    Cell,
    Column,
    Inlines,
    Paragraph,
    Row,
    Table,
    Words,
)
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
from attncalc.document.wording import sentences, words
from attncalc.problem.buckets import Buckets
from attncalc.problem.options import Bucketed
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.quantities import weight_of
from attncalc.walkthrough.tables import omitted_row


def what_buckets_are(page: Page) -> Iterator[Block]:
    """How relative positions are dealt out among the buckets."""
    bias = page.trace.problem.attention.bias
    if not isinstance(bias, Bucketed):
        return
    buckets = bias.buckets
    yield Paragraph(
        sentences(
            words(
                "What is added to a score depends on how far apart query and key stand: each "
                "relative position {position} falls into a bucket, and each bucket has a number.",
                position=Difference(Symbol("j"), Symbol("i")),
            ),
            _side(buckets),
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
        sentences(
            _singles(buckets.single),
            words(
                "After that, bucket {bucket} begins at the distance {start}, rounded up to a whole "
                "number; the last bucket, {last}, has no end.",
                bucket=Sum((Number(str(buckets.single)), k)),
                start=start,
                last=buckets.of_a_side - 1,
            ),
        )
    )


def _singles(single: int) -> Inlines:
    if single == 1:
        return words("The distance 0 has a bucket of its own, 0.")
    return words("The distances 0 to {last} have a bucket each.", last=single - 1)


def _side(buckets: Buckets) -> Inlines:
    """What becomes of keys after the query."""
    if not buckets.bidirectional:
        return words("All keys after the query are in bucket 0, like the query's own key.")
    side = buckets.of_a_side
    return words(
        "Keys up to the query have the buckets 0 to {last}; keys after it have, by the same rule, "
        "the next {count} buckets.",
        last=side - 1,
        count=side,
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
            _rule(bias.buckets, ahead),
            (_bucket(bias.buckets, ahead),),
            (numbers[key].number,),
        )
        rows.append(Row(cells, focused=own, quantity=weight_of(page.trace, query, key)))
    columns = (
        Column(words("key")),
        Column((Difference(Symbol("j"), Symbol("i")),), Align.RIGHT),
        Column(words("distances in it")),
        Column(words("bucket"), Align.RIGHT),
        Column(
            words("bias") if head is None else words("bias, column {head}", head=head + 1),
            Align.RIGHT,
        ),
    )
    yield Table(columns, tuple(rows), page.query_caption(query))


def _rule(buckets: Buckets, ahead: int) -> Inlines:
    """The distances that share a bucket with this one."""
    if ahead > 0 and not buckets.bidirectional:
        return words("all after the query")
    first, last = buckets.span(abs(ahead))
    if last is None:
        return words("{first} and more", first=first)
    if first == last:
        return (Words(str(first)),)
    return words("{first} to {last}", first=first, last=last)


def _bucket(buckets: Buckets, ahead: int) -> Expression:
    """The bucket; of a key after the query, those before it are counted too."""
    bucket = buckets.bucket(ahead)
    if bucket < buckets.of_a_side:
        return Number(str(bucket))
    before = buckets.of_a_side
    counted = Sum((Number(str(before)), Number(str(bucket - before))))
    return Relation((counted, Number(str(bucket))), (Sign.EXACT,))
