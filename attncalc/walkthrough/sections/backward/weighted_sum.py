"""Back through the weighted sum: to the values, and to the attention weights."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Block, Heading, OfQuery, Paragraph, Section
from attncalc.document.expressions import Dot, Juxtaposed, Product, SumOver, Symbol, Transpose
from attncalc.document.wording import counted_words, words
from attncalc.steps.backward import weighted_sum
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.backward.telling import (
    back,
    derived_table,
    dotted,
    down_columns,
    entries_of,
    equal,
    gradient,
    whole,
)
from attncalc.walkthrough.sections.interface import (
    Derived,
    Explanation,
    Index,
    Place,
    Told,
    computed,
)
from attncalc.walkthrough.sources import sources
from attncalc.walkthrough.tables import all_queries
from attncalc.walkthrough.vectors import vector_table


def to_values(page: Page, number: int) -> Section:
    """Aᵀ dO: each value gets what it gave to the queries, weighted in the same way."""
    d_attended = sources(page.trace, "d_V")[1]
    content: list[Block | OfQuery] = [
        Paragraph(
            words(
                "A value went into the output of every query, times a weight. It gets the "
                "gradients of all these outputs, times the same weights: down a column of the "
                "weights, instead of along a row."
            )
        )
    ]
    shared = len(page.sharing_heads)
    if shared > 1:
        content.append(
            Paragraph(
                counted_words(
                    "{count} head uses these values, which get the sum.",
                    "{count} heads use these values, which get the sum over all of them.",
                    shared,
                )
            )
        )
    content += page.of_each_query(lambda query: _value(page, query, d_attended))
    letters = {"d_V": gradient(page, "d_V")}
    content.append(
        vector_table(page, letters, "key token", queries=False, caption=words("All keys"))
    )
    product = Juxtaposed((Transpose(Symbol("A")), whole(page, d_attended)))
    heading = Heading(number, words("Back to the values"), equal(whole(page, "d_V"), product))
    return Section(heading, tuple(content), ("d_V",))


def _value(page: Page, query: int, d_attended: str) -> Iterator[Block]:
    key = page.key_of(query)
    name = page.key_name(key)
    term = Product((Symbol("α", ("i", name)), gradient(page, d_attended, "i")))
    indices = entries_of(page, page.trace["d_V"].shape[-1], key)
    yield derived_table(page, "d_V", indices, down_columns, SumOver("i", term))


def to_weights(page: Page, number: int) -> Section:
    """dO Vᵀ: how much each weight would change the loss."""
    d_attended = sources(page.trace, "d_weights")[0]
    d, v = gradient(page, d_attended, "i"), Symbol("v", ("j",))
    content: list[Block | OfQuery] = [
        Paragraph(
            words(
                "A weight was multiplied by a value, so its gradient is the dot product of that "
                "value and the gradient of the query's output: of hidden keys, too."
            )
        )
    ]

    def written(query: int) -> Iterator[Block]:
        name = page.query_name(query)
        heading = Dot(gradient(page, d_attended, name), Symbol("v", ("j",)))
        yield derived_table(
            page,
            "d_weights",
            [key if not isinstance(key, int) else (query, key) for key in page.kept_keys(query)],
            _derived_weight,
            heading,
            page.query_caption(query),
        )

    content += page.of_each_query(written)
    content += all_queries(page, "d_weights")
    formula = equal(gradient(page, "d_weights", "i", "j"), Dot(d, v))
    heading = Heading(number, words("Back to the attention weights"), formula)
    return Section(heading, tuple(content), ("d_weights",))


def _derived_weight(page: Page, stage: str, index: Index) -> Derived:
    d_attended, values = sources(page.trace, stage)
    d, v = page.stage(d_attended, [index[0]])[0], page.stage(values, [index[1]])[0]
    return computed(page, stage, index, *dotted(page, d, v))


EXPLANATION = Explanation(
    weighted_sum,
    parts=(
        back(Place.BACK_IN_EACH_HEAD, to_values),
        back(Place.BACK_IN_EACH_HEAD, to_weights),
    ),
    told={
        "d_V": Told(down_columns, None),
        "d_weights": Told(_derived_weight, None),
    },
)
