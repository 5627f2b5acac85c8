"""Where tokens stand: a vector of each position, added to the embedding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attncalc.document.document import (
    Align,
    Block,
    Column,
    Heading,
    Inlines,
    OfQuery,
    Paragraph,
    Row,
    Section,
    Table,
)
from attncalc.document.expressions import (
    Apply,
    Expression,
    Fraction,
    Number,
    Omitted,
    Power,
    Relation,
    Sign,
    Sum,
    Symbol,
)
from attncalc.document.wording import Slot, sentences, words
from attncalc.language import text
from attncalc.problem.options import Sinusoidal
from attncalc.steps import add_positions
from attncalc.steps.angles import Angles
from attncalc.steps.trace import Trace
from attncalc.walkthrough.angles import angle_of, angles_of
from attncalc.walkthrough.page import Page, sign_of
from attncalc.walkthrough.sections.interface import (
    Derived,
    Drawn,
    Explanation,
    Index,
    Meant,
    Part,
    Place,
    Told,
    always,
    computed,
    size_of_row,
    untold,
)
from attncalc.walkthrough.sources import sources
from attncalc.walkthrough.tables import omitted_row, result_cell
from attncalc.walkthrough.tasks import Asked, Task, same_places, whom
from attncalc.walkthrough.vectors import vector_table


def added_positions(page: Page, number: int) -> Section | None:
    """x + p: the position's vector of the focused queries, component by component, and of all."""
    trace, problem = page.trace, page.trace.problem
    angles = angles_of(trace)
    if angles is None:
        intro = words(
            "Attention by itself does not know where a token stands, so each position has a "
            "learned vector that is added to the embedding."
        )
        formula: Expression | None = None
    else:
        intro = sentences(
            words(
                "Attention by itself does not know where a token stands, so each position has a "
                "vector that is added to the embedding: the sine and the cosine of one angle, then "
                "of a smaller one, and so on."
            ),
            counted_from(page),
        )
        wave = Fraction(
            Symbol("pos"),
            Power(_base(page), Fraction(Symbol("2t"), Symbol("d"))),
        )
        formula = Relation((Symbol("p", ("2t",)), Apply("sin", (wave,))), (Sign.EXACT,))
    content: list[Block | OfQuery] = [Paragraph(intro)]
    if angles is not None:
        content += page.of_each_query(lambda query: [_waves(page, query, angles)])
    embedded, _ = sources(trace, "X_positioned")
    letters: dict[str, Expression | str] = {
        embedded: "x",
        "positions": "p",
        "X_positioned": Sum((Symbol("x"), Symbol("p"))),
    }
    if problem.self_attention:
        content.append(vector_table(page, letters, "token", caption=words("All tokens")))
    else:
        content.append(vector_table(page, letters, "query token", caption=words("All queries")))
    content += map(Paragraph, _told_apart(page))
    if problem.X_key is not None:
        content.append(Paragraph(words("The embeddings of the keys are used as they are.")))
    heading = Heading(number, words("Positions"), formula)
    return Section(heading, tuple(content), ("positions", "X_positioned"))


def counted_from(page: Page) -> Inlines:
    """Where positions begin."""
    if page.trace.problem.has_position_ids:
        return words("The positions are those that are given.")
    return words("Positions are counted from 0.")


def stands_at(page: Page, query: int, place: int) -> Inlines:
    """Where a query stands."""
    token = page.query_token(query, focused=True)
    return words("{query} stands at position {place}", query=token, place=place)


def _base(page: Page) -> Number:
    """The number whose powers the waves' angles fall by."""
    where = page.trace.problem.attention.positions
    assert isinstance(where, Sinusoidal)
    return page.number(where.base).number


def _waves(page: Page, query: int, angles: Angles) -> Table:
    """One position's vector: the angle of each component, and its sine or cosine."""
    trace = page.trace
    d_model, name = trace.stages["positions"].shape[-1], page.query_name(query)
    place = angles.places[query]
    p = page.stage("positions", [query])[0]
    rows: list[Row] = []
    for component in page.kept_entries(d_model):
        if isinstance(component, Omitted):
            rows.append(omitted_row(component))
            continue
        pair = component // 2
        angle = angle_of(page, angles, query, pair)
        exponent = Fraction(Number(str(2 * pair)), Number(str(d_model)))
        wave = Fraction(Number(str(place)), Power(_base(page), exponent))
        function = Apply("cos" if component % 2 else "sin", (angle.number,))
        cells = (
            (Symbol("p", (name, page.entry_name("positions", component))),),
            (Relation((wave, angle.number), (angle.sign,)),),
            (function,),
            result_cell(sign_of(angle, result=p[component]), p[component].number),
        )
        rows.append(Row(cells))
    columns = (
        Column(()),
        Column(words("angle")),
        Column((Symbol("p"),), Align.RIGHT),
        Column((), Align.RIGHT, result=True),
    )
    return Table(columns, tuple(rows), stands_at(page, query, place))


def _told_apart(page: Page) -> Iterator[Inlines]:
    """Tokens with one and the same embedding, which their positions tell apart."""
    embedded, _ = sources(page.trace, "X_positioned")
    X, positioned = page.trace[embedded], page.trace["X_positioned"]
    for query in page.queries:
        twins = [
            other
            for other in range(query + 1, len(X))
            if np.array_equal(X[query], X[other])
            and not np.array_equal(positioned[query], positioned[other])
        ]
        for other in twins[:3]:
            yield words(
                "{one} and {other} have the same embedding; with the vectors of positions {first} "
                "and {second} added, they differ.",
                one=page.query_token(query, focused=True),
                other=page.query_token(other),
                first=page.offset + query,
                second=page.offset + other,
            )


def _wave(page: Page, stage: str, index: Index) -> Derived | None:
    """The sine or the cosine of an angle; None where positions are learned."""
    angles = angles_of(page.trace)
    if angles is None:
        return None
    angle = angle_of(page, angles, index[0], index[1] // 2)
    wave = Apply("cos" if index[1] % 2 else "sin", (angle.number,))
    return computed(page, stage, index, wave, [angle])


def _sum(page: Page, stage: str, index: Index) -> Derived:
    x, p = (page.entry(source, index) for source in sources(page.trace, stage))
    return computed(page, stage, index, Sum((x.number, p.number)), [x, p])


def _task(page: Page, asked: Asked) -> Task:
    embedded, added = sources(page.trace, asked.stage)
    formula = Relation(
        (Symbol("x", ("i", "pos")), Sum((Symbol("x", ("i",)), Symbol("p", ("i",))))), (Sign.EXACT,)
    )
    said = words("Add the vector of its position to the embedding of {of}.", of=whom(page, asked))
    return Task(said, formula, same_places(asked, embedded, added), 2)


def _mentioned(page: Page) -> Iterator[Slot]:
    if page.trace.problem.adds_positions:
        waves = isinstance(page.trace.problem.attention.positions, Sinusoidal)
        yield words("sinusoidal positions") if waves else words("learned positions")


def _adding(_trace: Trace, start: str) -> str:
    return "+" if start == "positions" else ""


def _asked(_trace: Trace, start: str) -> str:
    return text("Add positions") if start == "positions" else ""


def _symbols(page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(
        Symbol("p", ("i",)),
        words("what is added to the embedding for its position"),
        size_of_row(page, "positions"),
    )
    yield Meant(Symbol("pos"), words("the position of a token, counted from 0"))
    yield Meant(Symbol("d"), words("how many numbers an embedding has"))
    yield Meant(Symbol("2t"), words("an even place of an entry, counted from 0"))


EXPLANATION = Explanation(
    add_positions,
    parts=(Part(Place.BEFORE_HEADS, added_positions),),
    symbols=_symbols,
    told={
        "positions": Told(_wave, Drawn(always("Positions"), untold)),
        "X_positioned": Told(
            _sum, Drawn(always("Embeddings with Positions"), _adding, _asked), _task
        ),
    },
    mentioned=_mentioned,
)
