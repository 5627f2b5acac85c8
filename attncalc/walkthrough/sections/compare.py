"""How well each key matches what each query asks for, by another score than the dot product."""

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
    Words,
)
from attncalc.document.expressions import (
    Apply,
    Dot,
    Expression,
    Fraction,
    Juxtaposed,
    Length,
    Name,
    Number,
    Omitted,
    Product,
    Relation,
    Sign,
    Sum,
    Symbol,
    Transpose,
)
from attncalc.document.numerals import Shown
from attncalc.document.wording import Slot, words
from attncalc.language import text
from attncalc.numbers.formulas import length
from attncalc.numbers.known import Known
from attncalc.records import dataclass
from attncalc.steps import compare
from attncalc.steps.compare import form_of, given_numbers, of_head
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, joining, pair_symbol, sign_of, sum_of
from attncalc.walkthrough.products import matrix_equation, product_terms, whole
from attncalc.walkthrough.quantities import row_of, weight_of
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
    size_of,
)
from attncalc.walkthrough.sections.mix import sharing
from attncalc.walkthrough.sections.score import match, meeting, reading_of_scores
from attncalc.walkthrough.sources import sources
from attncalc.walkthrough.tables import all_queries, omitted_row, result_cell
from attncalc.walkthrough.tasks import Asked, Task, whom


def _how(form: str) -> Inlines:
    if form == "general":
        return words(
            "The matrix W learns which entries of query and key belong together: the query is "
            "multiplied by W, and the score is the dot product of the result and the key."
        )
    if form == "additive":
        return words(
            "A small network compares query and key, which need not have the same width: each is "
            "multiplied by a matrix, tanh keeps every entry of their sum between -1 and 1, and the "
            "dot product of that and v is the score."
        )
    return words(
        "The score is the cosine of the angle between query and key, so their lengths do not "
        "matter: it is 1 where they point the same way, and -1 where they point in opposite ways."
    )


def _named(form: str) -> str:
    if form == "general":
        return text("General scores")
    return text("Additive scores") if form == "additive" else text("Cosine scores")


def other_scores(page: Page, number: int) -> Section | None:
    """The score that is chosen, of the focused queries term by term, the matrix for all."""
    form = form_of(page.trace.problem)
    content: list[Block | OfQuery] = [Paragraph(_how(form)), *_given(page)]
    if form == "additive":
        content.append(_keys(page))
    content += page.of_each_query(lambda query: _written_out(page, form, query))
    content += all_queries(page, "scores")
    formula = _in_symbols(form)
    heading = Heading(number, (Words(_named(form)),), formula)
    return Section(heading, tuple(content), ("scores",))


def _in_symbols(form: str) -> Relation:
    q, k = Symbol("q", ("i",)), Symbol("k", ("j",))
    return Relation((pair_symbol("scores"), _formula(form, q, k)), (Sign.EXACT,))


def _task(page: Page, asked: Asked) -> Task:
    form, of = form_of(page.trace.problem), whom(page, asked)
    if form == "general":
        said = words(
            "Compute the scores of {of}: the query times {W}, times each key.", of=of, W=Symbol("W")
        )
    elif form == "additive":
        said = words(
            "Compute the scores of {of}: {v} times the tanh of what query and key give together.",
            of=of,
            v=Symbol("v"),
        )
    else:
        said = words(
            "Compute the scores of {of}: the query times each key, divided by both lengths.", of=of
        )
    taken, terms = meeting(page, asked), 2 * (page.trace.problem.d_k or 1)
    return Task(said, _in_symbols(form), taken, terms, tuple(_given(page)))


def _formula(form: str, q: Symbol, k: Symbol) -> Expression:
    if form == "general":
        return Dot(Juxtaposed((q, Symbol("W"))), k)
    if form == "cosine":
        return Fraction(Dot(q, k), Product((Length(q), Length(k))))
    together = Sum((Juxtaposed((q, Symbol("W", ("1",)))), Juxtaposed((k, Symbol("W", ("2",))))))
    return Dot(Symbol("v"), Apply("tanh", (together,)))


def _given(page: Page) -> Iterator[Block]:
    """The matrices of the score, as they are given: a head's own."""
    for name, array in given_numbers(page.trace.problem).items():
        numbers = page.given(of_head(array, name, page.trace.head))
        if name == "v":
            sign = joining(numbers[0])
            yield Equation(Relation((Symbol("v"), page.vector(numbers[0])), (sign,)))
        else:
            letter, _, index = (name or "W").partition("_")
            yield matrix_equation(page, Symbol(letter, (index,) if index else ()), numbers)


def _keys(page: Page) -> Table:
    """What each key brings: k W_2."""
    answering = sources(page.trace, "scores")[1]
    places = page.kept_rows(range(len(page.trace.problem.key_tokens)))
    rows: list[Row] = []
    for key in places:
        if isinstance(key, Omitted):
            rows.append(omitted_row(key))
            continue
        vector = page.stage(answering, [key])[0]
        b = page.known(page.trace.by_products["key_parts"][key])
        rows.append(Row(((page.key_token(key),), (page.vector(vector),), (page.vector(b),))))
    k = Symbol("k")
    columns = [Column(words("key")), Column((k,)), Column((Juxtaposed((k, Symbol("W", ("2",)))),))]
    return Table(tuple(columns), tuple(rows), words("All keys"))


def _written_out(page: Page, form: str, query: int) -> Iterator[Block]:
    asking, answering = sources(page.trace, "scores")
    q = page.stage(asking, [query])[0]
    name = page.query_name(query)
    asked = page.named(Symbol("q", (name,)), q)
    yield match(page.query_token(query, focused=True), asked)
    if form != "cosine":
        yield _brought(page, form, query, q)
    keys = page.kept_keys(query)
    rows: list[Row] = []
    for key in keys:
        if isinstance(key, Omitted):
            rows.append(omitted_row(key))
            continue
        made = _score(page, form, query, key)
        score = page.entry("scores", (query, key))
        own = page.is_own(query, key)
        rows.append(
            Row(
                (
                    (page.key_token(key, focused=own),),
                    (page.vector(page.stage(answering, [key])[0]),),
                    *made.cells,
                    (score.number,)
                    if made.operation is None
                    else result_cell(sign_of(*made.operands, result=score), score.number),
                ),
                focused=own,
                quantity=weight_of(page.trace, query, key),
                quantities=(None, row_of(page.trace, answering, key)),
            )
        )
    columns = (Column(words("key")), Column((Symbol("k"),), optional=True))
    headings = (Column((each,)) for each in _headings(form, name))
    result = Column(words("score"), Align.RIGHT, result=True)
    yield Table((*columns, *headings, result), tuple(rows))


def _headings(form: str, query: Name) -> Iterator[Expression]:
    """What the cells of a key are, before its score."""
    a, k = Symbol("a", (query,)), Symbol("k")
    if form == "general":
        yield Dot(a, k)
    elif form == "cosine":
        yield _formula(form, Symbol("q", (query,)), k)
    else:
        together = Sum((a, Juxtaposed((k, Symbol("W", ("2",))))))
        yield together
        yield Apply("tanh", (together,))
        yield Dot(Symbol("v"), Apply("tanh", (together,)))


def _brought(page: Page, form: str, query: int, q: Sequence[Shown]) -> Table:
    """What a query brings to every key: q W, entry by entry."""
    given = given_numbers(page.trace.problem)
    name = "" if form == "general" else "W_1"
    W = page.given(of_head(given[name], name, page.trace.head))
    matrix = Symbol("W", ("1",) if name else ())
    a, token = page.known(page.trace.by_products["query_parts"][query]), page.query_name(query)
    rows: list[Row] = []
    for place in page.kept_entries(len(a)):
        if isinstance(place, Omitted):
            rows.append(omitted_row(place))
            continue
        w = [row[place] for row in W]
        sign = sign_of(*q, *w, result=a[place])
        symbol = Symbol("a", (token, str(place + 1)))
        terms = sum_of(product_terms(page, q, w))
        rows.append(Row(((symbol,), (terms,), result_cell(sign, a[place].number))))
    columns = (
        Column(()),
        Column((Juxtaposed((Symbol("q", (token,)), matrix)),)),
        Column((Symbol("a", (token,)),), Align.RIGHT, result=True),
    )
    return Table(columns, tuple(rows))


@dataclass(frozen=True)
class _Score:
    """cells: what stands in a key's row before the score. operation: what the score is computed by,
    from these operands; None where there is nothing to be computed.
    """

    cells: tuple[Cell, ...]
    operation: Expression | None
    operands: Sequence[Shown]


def _score(page: Page, form: str, query: int, key: int) -> _Score:
    trace = page.trace
    A, B = trace.by_products["query_parts"][query], trace.by_products["key_parts"][key]
    if form == "additive":
        return _additive(page, A, B)
    a, b = page.known(A), page.known(B)
    products = sum_of(product_terms(page, a, b))
    if form == "general":
        return _Score(((products,),), products, [*a, *b])
    with trace.arithmetic():
        lengths = [page.known(length(each[None, :])[0])[0] for each in (A, B)]
    if any(each.number == Number("0") for each in lengths):
        return _Score((words("no direction"),), None, [])
    divided = Fraction(products, Product(tuple(each.number for each in lengths)))
    return _Score(((divided,),), divided, [*a, *b, *lengths])


def _additive(page: Page, A: Known, B: Known) -> _Score:
    """a + k W_2, its tanh, and the dot product with v."""
    with page.trace.arithmetic():
        together = A + B
        bent = together.tanh()
    given = of_head(given_numbers(page.trace.problem)["v"], "v", page.trace.head)
    t, v = page.known(bent), page.given(given)[0]
    done = sum_of(product_terms(page, v, t))
    sums = page.vector(page.known(together))
    return _Score(((sums,), (page.vector(t),), (done,)), done, [*v, *t])


def _derived(page: Page, stage: str, index: Index) -> Derived | None:
    """Its last step; None where there is no direction to compare."""
    score = _score(page, form_of(page.trace.problem), *index)
    if score.operation is None:
        return None
    return computed(page, stage, index, score.operation, score.operands)


def _whole(page: Page, _before: Expression) -> Expression:
    """Of all queries and keys at once; an additive score has no such formula."""
    form = form_of(page.trace.problem)
    Q, K = (whole(page, stage) for stage in sources(page.trace, "scores"))
    if form == "general":
        return Juxtaposed((Q, Symbol("W"), Transpose(K)))
    return Apply("cos", (Q, K)) if form == "cosine" else Symbol("S")


def _mentioned(page: Page) -> Iterator[Slot]:
    if page.trace.problem.attention.chosen("score") is None:
        return
    form = form_of(page.trace.problem)
    if form == "general":
        yield words("general scores")
    else:
        yield words("additive scores") if form == "additive" else words("cosine scores")


def _meeting(trace: Trace, start: str) -> str:
    if start == sources(trace, "scores")[0]:
        formulas = {"general": "q W · k", "additive": "v · tanh(q W₁ + k W₂)"}
        return formulas.get(form_of(trace.problem)) or text("cosine")
    return sharing(trace, start)


def _asked(trace: Trace, start: str) -> str:
    asking = sources(trace, "scores")[0]
    named = text("{scores} of Q and K", scores=_named(form_of(trace.problem)))
    return named if start == asking else sharing(trace, start).capitalize()


def _symbols(page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("S"), words("all scores, a row a query"), size_of(page, "scores"))
    yield Meant(
        Symbol("s", ("i", "j")), words("the score of query i and key j: how well they match")
    )
    yield Meant(Symbol("W"), words("the matrix between query and key"))
    yield Meant(Symbol("W", ("1",)), words("the matrix that a query is multiplied by"))
    yield Meant(Symbol("W", ("2",)), words("the matrix that a key is multiplied by"))
    yield Meant(Symbol("a", ("i",)), words("the query times its matrix"))


def _reading(page: Page, number: int) -> Iterator[Inlines]:
    yield reading_of_scores(_whole(page, Symbol("S")), number)


EXPLANATION = Explanation(
    compare,
    parts=(Part(Place.OF_EACH_HEAD, other_scores),),
    symbols=_symbols,
    told={"scores": Told(_derived, Drawn(always("Scores"), _meeting, _asked), _task)},
    mentioned=_mentioned,
    formula=_whole,
    reading=_reading,
)
