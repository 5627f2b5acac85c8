"""Vectors multiplied by a matrix: queries, keys and values from embeddings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attncalc.document.document import Block, Heading, Inlines, OfQuery, Paragraph, Section
from attncalc.document.expressions import Expression, Relation, Sign, Symbol
from attncalc.document.wording import listing, words
from attncalc.language import text
from attncalc.steps import project
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.products import (
    own_projection,
    projected,
    projection_formula,
    written_out,
)
from attncalc.walkthrough.sections.interface import (
    Called,
    Derived,
    Drawn,
    Explanation,
    Index,
    Meant,
    Operation,
    Part,
    Place,
    Told,
    always,
    computed,
)
from attncalc.walkthrough.sources import PAST, source_of
from attncalc.walkthrough.tasks import Asked, Task, whole_rows, whom
from attncalc.walkthrough.vectors import vector_table


def projections(page: Page, number: int) -> Section | None:
    """Q, K and V from the embeddings: the focused queries written out, all results."""
    trace, problem = page.trace, page.trace.problem
    made = [name for name in ("Q", "K", "V") if name in trace and getattr(problem, name) is None]
    if not made or problem.unprojected:
        return None
    formulas = [_formula(page, name) for name in made]
    content: list[Block | OfQuery] = [Paragraph(_why(made))]
    if len(formulas) > 1:
        content.append(Paragraph(words("In the same way {formulas}.", formulas=_all(formulas[1:]))))
    if "Q" in made:
        content += page.of_each_query(lambda query: [written_out(page, query, "x", "q", "Q", "Q")])
    letters: dict[str, Expression | str] = {name: name.lower() for name in made}
    if problem.self_attention:
        content.append(vector_table(page, letters, "token", caption=words("All tokens")))
    else:
        keys = {name: letter for name, letter in letters.items() if name != "Q"}
        if "Q" in made:
            caption = words("All queries")
            content.append(vector_table(page, {"Q": "q"}, "query token", caption=caption))
        caption = words("All keys")
        content.append(vector_table(page, keys, "key token", queries=False, caption=caption))
    return Section(Heading(number, words("Projections"), formulas[0]), tuple(content), tuple(made))


def unprojected(page: Page, number: int) -> Section | None:
    """Embeddings that are used as they are."""
    trace, problem = page.trace, page.trace.problem
    made = [name for name in ("Q", "K", "V") if name in trace]
    if not made or not problem.unprojected:
        return None
    formulas = [Relation((Symbol(name), _side(page, name)), (Sign.EXACT,)) for name in made]
    said = words(
        "No matrices are given, so the embeddings are used as they are: {formulas}.",
        formulas=_all(formulas),
    )
    heading = Heading(number, words("Queries, keys and values"))
    return Section(heading, (Paragraph(said),), tuple(made))


def _why(made: Sequence[str]) -> Inlines:
    if len(made) < len("QKV"):
        return words("Each embedding is multiplied by a learned matrix.")
    return words(
        "Each embedding is multiplied by three learned matrices, so that a token can ask for one "
        "thing (query), be found by another (key) and give a third (value)."
    )


def _all(formulas: Sequence[Expression]) -> Inlines:
    return listing([(formula,) for formula in formulas])


def _formula(page: Page, name: str) -> Relation:
    bias = getattr(page.trace.problem, f"b_{name}")
    return projection_formula(Symbol(name), _side(page, name), name, bias)


def _side(page: Page, name: str) -> Symbol:
    """The embeddings that Q, K or V is made of."""
    source = source_of(page.trace, name)
    letter, _, index = source.partition("_")
    return Symbol(letter, (index,) if index else ())


def _derived(page: Page, stage: str, index: Index) -> Derived | None:
    """Of this step's embeddings; what is given, cached or an embedding as it is has no terms."""
    problem, made_of = page.trace.problem, page.trace.stages[stage].made_of
    row = index[0] - problem.past_length if PAST in made_of else index[0]
    if row < 0 or f"W_{stage}" not in made_of:
        return None
    source = source_of(page.trace, stage)
    return computed(page, stage, index, *projected(page, source, stage, row, index[1]))


def bias_too(trace: Trace, letter: str) -> str:
    """× W_Q + b_Q"""
    bias = getattr(trace.problem, f"b_{letter}") is not None
    return f"× W_{letter}" + (f" + b_{letter}" if bias else "")


def _projecting(letter: str) -> Operation:
    """How X becomes Q, K or V, and how heads come out of it."""

    def projecting(trace: Trace, start: str) -> str:
        if start == PAST:
            return text("in front")
        problem = trace.problem
        W = getattr(problem, f"W_{letter}")
        parts = [] if W is None else [bias_too(trace, letter)]
        count = problem.heads if letter == "Q" else problem.kv_heads
        if W is not None and W.ndim == 3:
            own = count == problem.heads
            parts.append(text("for each head") if own else text("for each key-value head"))
        elif count is not None and count > 1:
            parts.append(text("cut into {count}", count=count))
        return ", ".join(parts) or text("as it is")

    return projecting


def _told(letter: str, participant: Called) -> Told:
    done = _projecting(letter)

    def asked(trace: Trace, start: str) -> str:
        if start == PAST:
            return text("Put in front")
        return text(
            "Generate {made}, {operation}", made=participant(trace), operation=done(trace, start)
        )

    return Told(_derived, Drawn(participant, done, asked), _task)


def _task(page: Page, asked: Asked) -> Task:
    name, past = asked.stage, page.offset if asked.stage in "KV" else 0
    source, of = source_of(page.trace, name), whom(page, asked)
    matrix = Symbol("W", (name,))
    taken = whole_rows(page, source, ((row - past,) for (row,) in asked.rows))
    return Task(
        _multiply(name, of, matrix),
        _formula(page, name),
        taken,
        page.trace.stages[source].shape[-1],
        tuple(own_projection(page, name)),
    )


def _multiply(name: str, of: Inlines, matrix: Symbol) -> Inlines:
    match name:
        case "Q":
            return words(
                "Compute the query of {of}: the embedding times {matrix}.", of=of, matrix=matrix
            )
        case "K":
            return words(
                "Compute the key of {of}: the embedding times {matrix}.", of=of, matrix=matrix
            )
        case _:
            return words(
                "Compute the value of {of}: the embedding times {matrix}.", of=of, matrix=matrix
            )


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("W", ("Q",)), words("the matrix that makes queries of embeddings"))
    yield Meant(Symbol("W", ("K",)), words("the matrix that makes keys of embeddings"))
    yield Meant(Symbol("W", ("V",)), words("the matrix that makes values of embeddings"))
    yield Meant(Symbol("b", ("Q",)), words("what is added to each query"))
    yield Meant(Symbol("b", ("K",)), words("what is added to each key"))
    yield Meant(Symbol("b", ("V",)), words("what is added to each value"))


EXPLANATION = Explanation(
    project,
    parts=(Part(Place.BEFORE_HEADS, unprojected), Part(Place.OF_EACH_HEAD, projections)),
    symbols=_symbols,
    told={
        "Q": _told("Q", always("Query (Q)")),
        "K": _told("K", always("Key (K)")),
        "V": _told("V", always("Value (V)")),
    },
)
