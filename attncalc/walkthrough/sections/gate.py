"""What the heads gave, each entry let through by a share of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attncalc.document.document import (
    Align,
    Block,
    Cell,
    Column,
    Equation,
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
    Product,
    Relation,
    Sign,
    Sum,
    Symbol,
)
from attncalc.document.numerals import Shown
from attncalc.document.wording import sentences, words
from attncalc.language import text
from attncalc.names import NAMES
from attncalc.steps import gate
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, joining, sign_of
from attncalc.walkthrough.products import (
    given_projection,
    own_projection,
    projected,
    projection_formula,
)
from attncalc.walkthrough.sections.interface import (
    Derived,
    Drawn,
    Explanation,
    Index,
    Meant,
    Part,
    Place,
    Told,
    computed,
)
from attncalc.walkthrough.sections.project import bias_too
from attncalc.walkthrough.sources import sources
from attncalc.walkthrough.tables import omitted_row, result_cell
from attncalc.walkthrough.tasks import Asked, Task, same_places, whole_rows, whom
from attncalc.walkthrough.vectors import vector_table

_SIGMOID = "σ"


def gating(page: Page, number: int) -> Section | None:
    """σ(g) c for the focused queries, and the results of all."""
    source = sources(page.trace, "gated")[0]
    content: list[Block | OfQuery] = [Paragraph(_how(page)), *given_projection(page, "G")]
    content += page.of_each_query(lambda query: _written_out(page, query, source))
    if len(page.trace.problem.tokens) > 1:
        content.append(vector_table(page, {"gated": "u"}, "query", caption=words("All queries")))
    formula = _in_symbols(source)
    follows = sources(page.trace, "output") == ("gated",) and page.trace.problem.W_O is None
    made = ("gated", *(("output",) if follows else ()))
    return Section(Heading(number, words("Gate"), formula), tuple(content), made)


def _in_symbols(source: str) -> Relation:
    opened = Apply(_SIGMOID, (Symbol("g", ("i",)),))
    share = Product((opened, Symbol(NAMES[source].letter, ("i",))))
    return Relation((Symbol("u", ("i",)), share), (Sign.EXACT,))


def _sigmoid() -> Relation:
    g, power = Symbol("g"), Power(Symbol("e"), Symbol("g"))
    return Relation(
        (Apply(_SIGMOID, (g,)), Fraction(power, Sum((Number("1"), power)))), (Sign.EXACT,)
    )


def _task(page: Page, asked: Asked) -> Task:
    source, queries = sources(page.trace, asked.stage)[0], asked.rows
    said = words(
        "Multiply each entry of the result of {of} by its gate: {sigmoid}.",
        of=whom(page, asked),
        sigmoid=_sigmoid(),
    )
    taken, formula = same_places(asked, source), _in_symbols(source)
    if page.trace.problem.W_G is None:
        given = tuple(
            Equation(page.named(Symbol("g", (page.query_name(query),)), _inputs(page, query)))
            for (query,) in queries
        )
        return Task(said, formula, taken, 2, given)
    opened = Equation(projection_formula(Symbol("G"), Symbol("X"), "G", page.trace.problem.b_G))
    x = whole_rows(page, page.trace.embedded, queries)
    besides = (opened, *own_projection(page, "G"))
    return Task(said, formula, (*taken, *x), len(x) // len(queries) + 2, besides)


def _how(page: Page) -> Inlines:
    sigmoid = _sigmoid()
    what = words(
        "Every entry is multiplied by a gate of its own, a share between 0 (closed) and 1 (open): "
        "{sigmoid}.",
        sigmoid=sigmoid,
    )
    if page.trace.problem.W_G is None:
        return sentences(what, words("The numbers g are given."))
    return sentences(what, words("The numbers g are made of the query's own embedding."))


def _written_out(page: Page, query: int, source: str) -> Iterator[Block]:
    """One query: what opens each gate, how far, and what it lets through."""
    name, letter = page.query_name(query), NAMES[source].letter
    before, after = page.stage(source, [query])[0], page.stage("gated", [query])[0]
    opened = page.trace.problem.W_G is not None
    g = _inputs(page, query)
    gates = page.known(page.trace.by_products["gates"][query])
    rows: list[Row] = []
    for place in page.kept_entries(len(after)):
        if isinstance(place, Omitted):
            rows.append(omitted_row(place))
            continue
        made: tuple[Cell, ...] = ()
        if opened:
            terms, operands = projected(page, page.trace.embedded, "G", query, place)
            made = ((Relation((terms, g[place].number), (sign_of(*operands, result=g[place]),)),),)
        sigmoid = Apply(_SIGMOID, (g[place].number,))
        gate_sign = sign_of(g[place], result=gates[place])
        done = Product((gates[place].number, before[place].number))
        sign = sign_of(gates[place], before[place], result=after[place])
        rows.append(
            Row(
                (
                    (Symbol("u", (name, str(place + 1))),),
                    *made,
                    (Relation((sigmoid, gates[place].number), (gate_sign,)),),
                    (done,),
                    result_cell(sign, after[place].number),
                )
            )
        )
    own = Symbol("g", (name,))
    heading = Product((Apply(_SIGMOID, (own,)), Symbol(letter, (name,))))
    columns = [Column(()), *([Column((own,))] if opened else [])]
    columns += [Column((Apply(_SIGMOID, (own,)),)), Column((heading,))]
    numbers = page.vector(before)
    caption = (Relation((Symbol(letter, (name,)), numbers), (joining(before),)),)
    result = Column((Symbol("u", (name,)),), Align.RIGHT, result=True)
    yield Table((*columns, result), tuple(rows), caption)


def _inputs(page: Page, query: int) -> Sequence[Shown]:
    """What opens the gates of a query: as typed, or as it came out."""
    chosen = page.trace.problem.attention.chosen("gate")
    given = None if chosen is None else chosen.array()
    return (
        page.known(page.trace.by_products["gate_inputs"][query])
        if given is None
        else page.given(given[[query]])[0]
    )


def _derived(page: Page, stage: str, index: Index) -> Derived:
    """The gate, and what came before it."""
    query, column = index
    before = page.entry(sources(page.trace, stage)[0], index)
    gate = page.known(page.trace.by_products["gates"][query])[column]
    return computed(page, stage, index, Product((gate.number, before.number)), [gate, before])


def _formula(_page: Page, before: Expression) -> Expression:
    return Product((Apply(_SIGMOID, (Symbol("G"),)), before))


def _mentioned(page: Page) -> Iterator[str]:
    if page.trace.problem.is_gated:
        yield text("gated")


def _gating(trace: Trace, start: str) -> str:
    first = sources(trace, "gated")[0]
    return f"× {_SIGMOID}(g)" if start == first else bias_too(trace, "G")


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("G"), words("the numbers that open and close the gates"))
    yield Meant(Symbol("g", ("i",)), words("the numbers that open and close the gates of query i"))
    yield Meant(Symbol("u", ("i",)), words("what the gates let through for query i"))
    yield Meant(Symbol("W", ("G",)), words("the matrix that makes the numbers of the gates"))
    yield Meant(Symbol("b", ("G",)), words("what is added to the numbers of the gates"))


def _reading(_page: Page, number: int) -> Iterator[Inlines]:
    yield words(
        "{gates} lets a share of each number through (section {number}).",
        gates=Apply(_SIGMOID, (Symbol("G"),)),
        number=number,
    )


EXPLANATION = Explanation(
    gate,
    formula=_formula,
    reading=_reading,
    parts=(Part(Place.AFTER_HEADS, gating),),
    symbols=_symbols,
    told={"gated": Told(_derived, Drawn(lambda _: text("Gate"), _gating), _task)},
    mentioned=_mentioned,
)
