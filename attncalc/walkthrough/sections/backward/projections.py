"""Back to the embeddings, and to the matrices that queries, keys and values are made by."""

from __future__ import annotations

from collections.abc import Iterator

from attncalc.document.document import Block, Heading, Inlines, OfQuery, Paragraph, Section
from attncalc.document.expressions import Expression, Juxtaposed, Omitted, Symbol, Transpose
from attncalc.document.numerals import Shown, shown
from attncalc.document.wording import sentences, words
from attncalc.problem import heads
from attncalc.steps.backward import projections
from attncalc.steps.backward.forward import Forward
from attncalc.steps.backward.kinds import OfTrace
from attncalc.walkthrough.page import NOTHING, Page, sum_of
from attncalc.walkthrough.sections.backward.telling import (
    added,
    back,
    derived_table,
    dotted,
    entries_of,
    entries_of_matrix,
    gradient,
    shown_column,
    whole,
)
from attncalc.walkthrough.sections.interface import (
    Derived,
    Explanation,
    Index,
    Place,
    Told,
    computed,
    handed_on,
)
from attncalc.walkthrough.vectors import vector_table


def to_embeddings(page: Page, number: int) -> Section:
    """What the embeddings get from queries, keys and values."""
    forward = Forward(page.trace.problem)
    side = forward.embedded
    content: list[Block | OfQuery] = [Paragraph(_how(forward))]
    if projections.made_from(forward, side):
        content += page.of_each_query(lambda query: _written_out(page, query, side))
    letters: dict[str, Expression | str] = {f"d_{side}": gradient(page, f"d_{side}")}
    content.append(vector_table(page, letters, "query", caption=words("All queries")))
    if "d_X_key" in page.trace:
        table = vector_table(
            page,
            {"d_X_key": gradient(page, "d_X_key")},
            "key token",
            queries=False,
            caption=words("All keys"),
        )
        content.append(table)
    stages = ("d_X_positioned", "d_X", "d_X_key")
    made = tuple(name for name in stages if name in page.trace)
    heading = Heading(number, words("Back to the embeddings"), whole(page, "d_X"))
    return Section(heading, tuple(content), made)


def _how(forward: Forward) -> Inlines:
    return sentences(
        words(
            "An embedding went into its query, its key and its value: it gets the sum of what "
            "comes from each, through the same matrices, transposed."
        ),
        words("What was added for its position leaves the gradient as it is.")
        if forward.embedded == "X_positioned"
        else (),
        words("No queries were made from the embeddings here, so these get 0.")
        if not projections.made_from(forward, forward.embedded)
        else (),
    )


def _written_out(page: Page, query: int, side: str) -> Iterator[Block]:
    name, stage = page.query_name(query), f"d_{side}"
    terms: list[Expression] = []
    for letter in projections.made_from(Forward(page.trace.problem), side):
        own = Symbol(_letter(page, letter), (name,))
        plain = letter != "G" and getattr(page.trace.problem, f"W_{letter}") is None
        terms.append(own if plain else Juxtaposed((own, Transpose(Symbol("W", (letter,))))))
    indices = entries_of(page, page.trace[stage].shape[-1], query)
    yield derived_table(
        page, stage, indices, _derived, sum_of(tuple(terms)), page.query_caption(query)
    )


def _letter(page: Page, letter: str) -> str:
    """What the gradients of Q, K, V or of what opens the gates are called."""
    return page.letter_of_gate() if letter == "G" else page.letter(f"d_{letter}")


def to_parameters(page: Page, number: int) -> Section | None:
    """The gradients of W_Q, W_K and W_V, and of what was added."""
    problem = page.trace.problem
    made = [name for name in projections.shapes(problem) if name[2] in "Wb"]
    if not made:
        return None
    content: list[Block] = [
        Paragraph(
            words(
                "A matrix was used for every token, so each of its numbers gets a sum over all of "
                "them: the entry that it was multiplied by, times the gradient of what came out. "
                "These gradients are what training changes the matrices by."
            )
        )
    ]
    for name in made:
        content += _parameter(page, name)
    heading = Heading(number, words("Gradients of the matrices"))
    return Section(heading, tuple(content), tuple(made))


def _parameter(page: Page, name: str) -> Iterator[Block]:
    letter, stage = name[-1], page.trace[name]
    forward = Forward(page.trace.problem)
    of = _letter(page, letter)
    own = Symbol(of[:-1] + of[-1].upper())
    if name[2] == "b":
        heads_of = range(len(stage)) if stage.ndim == 2 else [None]
        for head in heads_of:
            before = () if head is None else (head,)
            yield derived_table(
                page, name, entries_of(page, stage.shape[-1], *before), _derived, own
            )
        return
    side = forward.embedded if letter == "G" else forward.side(letter)
    heading = Juxtaposed((Transpose(Symbol("X", ("key",) if side == "X_key" else ())), own))
    every = range(len(stage)) if stage.ndim == 3 else [None]
    for head in every:
        indices = [
            at if isinstance(at, Omitted) or head is None else (head, *at)
            for at in entries_of_matrix(page, *stage.shape[-2:])
        ]
        yield derived_table(page, name, indices, _derived, heading)


def _derived(page: Page, stage: str, index: Index) -> Derived:
    forward, name = Forward(page.trace.problem), stage.removeprefix("d_")
    if name == "X" and forward.embedded == "X_positioned":
        return handed_on(page, "d_X_positioned", index)
    if name.startswith("X"):
        return _derived_embedding(page, stage, index)
    letter = name[-1]
    *row, column = index
    stacked = page.trace[stage].ndim > (2 if name[0] == "W" else 1)
    d, row = _column(page, letter, column, row, stacked=stacked)
    if name[0] == "b":
        return computed(page, stage, index, *added(page, d))
    side = forward.embedded if letter == "G" else forward.side(letter)
    return computed(page, stage, index, *dotted(page, shown_column(page, side, row[0]), d))


def _column(
    page: Page, letter: str, column: int, row: list[int], *, stacked: bool
) -> tuple[list[Shown], list[int]]:
    """A column of the gradients of this step's Q, K or V, or of what opens the gates."""
    with page.trace.arithmetic():
        d = projections.of_letter(OfTrace(page.trace), letter)
    if stacked:
        d, row = d[row[0]], row[1:]
    elif len(d.shape) == 3:
        d = d.moved(heads.concatenated)
    column_of = d[:, column]
    return shown(list(column_of.values), column_of.exact.tolist(), page.style), row


def _derived_embedding(page: Page, stage: str, index: Index) -> Derived:
    """The dot products with a row of each matrix, one after the other."""
    row, column = index
    problem = page.trace.problem
    d: list[Shown] = []
    w: list[Shown] = []
    letters = projections.made_from(Forward(problem), stage.removeprefix("d_"))
    if not letters:
        return computed(page, stage, index, NOTHING.number, [NOTHING])
    for letter in letters:
        with page.trace.arithmetic():
            whole_d = projections.of_letter(OfTrace(page.trace), letter)
        if len(whole_d.shape) == 3:
            whole_d = whole_d.moved(heads.concatenated)
        own, matrix = whole_d[row], problem.by_head(f"W_{letter}")
        if matrix is None:
            d += page.known(own[column : column + 1])
            w.append(page.one)
            continue
        d += page.known(own)
        folded = heads.concatenated(matrix) if matrix.ndim == 3 else matrix
        w += page.given(folded)[column]
    if all(each is page.one for each in w):
        return computed(page, stage, index, *added(page, d))
    return computed(page, stage, index, *dotted(page, d, w))


_LETTERS = "QKVG"

EXPLANATION = Explanation(
    projections,
    parts=(
        back(Place.BACK_FROM_HEADS, to_embeddings),
        back(Place.BACK_FROM_HEADS, to_parameters),
    ),
    told={
        **{name: Told(_derived, None) for name in ("d_X_positioned", "d_X", "d_X_key")},
        **{f"d_{kind}_{letter}": Told(_derived, None) for kind in "Wb" for letter in _LETTERS},
    },
)
