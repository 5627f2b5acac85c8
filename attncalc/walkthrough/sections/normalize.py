"""Queries and keys made of one length, so that a score depends on their directions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attncalc.document.document import (
    Align,
    Block,
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
    Expression,
    Fraction,
    Length,
    Number,
    Omitted,
    Power,
    Product,
    Relation,
    Root,
    Sign,
    Sum,
    Symbol,
)
from attncalc.document.numerals import Shown, size_of_product
from attncalc.document.wording import Slot, sentences, words
from attncalc.language import text
from attncalc.problem.options import Chosen
from attncalc.steps import normalize
from attncalc.steps.normalize import gain_of, norm_of
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, sign_of, sum_of
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
)
from attncalc.walkthrough.sources import source_of
from attncalc.walkthrough.tables import omitted_row, result_cell
from attncalc.walkthrough.tasks import Asked, Task, whole_rows, whom
from attncalc.walkthrough.vectors import both_sides

_TWO = Number("2")


def normalization(page: Page, number: int) -> Section | None:
    """x / |x| for each query and each key of this step."""
    norm = norm_of(page.trace.problem)
    normal, formula = Symbol("q", ("normalized",)), _formula(norm, "q")
    content: list[Block | OfQuery] = [Paragraph(_how(norm)), *_gains(page, norm)]
    content += page.of_each_query(lambda query: _written_out(page, norm, query))
    keys = {"K_normalized": Symbol("k", ("normalized",))}
    content += both_sides(page, {"Q_normalized": normal}, keys)
    if page.offset:
        content.append(Paragraph(words("The keys in the cache are normalized already.")))
    heading = Heading(number, words("Normalized queries and keys"), formula)
    return Section(heading, tuple(content), ("Q_normalized", "K_normalized"))


def _formula(norm: Chosen, letter: str) -> Relation:
    vector = Symbol(letter)
    size = Length(vector) if norm.word == "l2" else Symbol("r", (letter,))
    gained = gain_of(norm, letter) is not None
    above: Expression = Product((Symbol("g", (letter,)), vector)) if gained else vector
    return Relation((Symbol(letter, ("normalized",)), Fraction(above, size)), (Sign.EXACT,))


def _how(norm: Chosen) -> Inlines:
    if norm.word == "l2":
        return words(
            "Each query and each key is divided by its length, the root of the sum of its squares, "
            "so that a score depends on their directions alone."
        )
    gained = bool({*norm.settings} - {"epsilon"})
    return sentences(
        words(
            "Each query and each key is divided by its size {r}, the root of the mean of its "
            "squares, so that no score is large just because a vector is long.",
            r=Symbol("r"),
        ),
        words("Then each entry is multiplied by a number of its own, the gain.") if gained else (),
        words("A small ε under the root keeps the size of a vector of zeros from being 0.")
        if norm.number("epsilon")
        else (),
    )


def _gains(page: Page, norm: Chosen) -> Iterator[Block]:
    for name in ("Q", "K"):
        yield from _gain(page, norm, name)


def _gain(page: Page, norm: Chosen, name: str) -> Iterator[Block]:
    gain = gain_of(norm, name)
    if gain is not None:
        numbers = page.given(gain)[0]
        symbol = Symbol("g", (name.lower(),))
        yield Equation(Relation((symbol, page.vector(numbers)), (Sign.EXACT,)))


def _written_out(page: Page, norm: Chosen, query: int) -> Iterator[Block]:
    """One query: its length, and each of its entries divided by it."""
    name = page.query_name(query)
    q = page.stage(source_of(page.trace, "Q_normalized"), [query])[0]
    length, gains = _length(page, "Q", query), _gains_of(page, norm, "Q")
    size = Length(Symbol("q", (name,))) if norm.word == "l2" else Symbol("r", (name,))
    if length.number == Number("0"):
        yield Paragraph(
            words(
                "The query of {query} has length 0: it has no direction, and stays 0.",
                query=page.query_token(query, focused=True),
            )
        )
        return
    of_squares = _root_of_squares(page, norm, q)
    first = Sign.EXACT if all(entry.exact for entry in q) else Sign.ROUNDED
    signs = (first, sign_of(*q, result=length))
    yield Equation(Relation((size, of_squares, length.number), signs))
    result = page.stage("Q_normalized", [query])[0]
    rows: list[Row] = []
    for place in page.kept_entries(len(q)):
        if isinstance(place, Omitted):
            rows.append(omitted_row(place))
            continue
        done, operands = _divided(q[place], length, gains[place])
        symbol = Symbol("q", (name, page.entry_name("Q", place)))
        sign = sign_of(*operands, result=result[place])
        rows.append(Row(((symbol,), (done,), result_cell(sign, result[place].number))))
    columns = (Column(()), Column(words("normalized")), Column((), Align.RIGHT, result=True))
    yield Table(columns, tuple(rows))


def _root_of_squares(page: Page, norm: Chosen, vector: Sequence[Shown]) -> Expression:
    """√(x_1² + x_2²), or the root of their mean and ε."""
    sizes = [size_of_product(each, each) for each in vector]
    total = sum_of(
        tuple(
            place if isinstance(place, Omitted) else Power(vector[place].number, _TWO)
            for place in page.kept_terms(sizes)
        )
    )
    if norm.word == "l2":
        return Root(total)
    mean, epsilon = Fraction(total, Number(str(len(vector)))), norm.number("epsilon")
    return Root(Sum((mean, page.number(epsilon).number)) if epsilon else mean)


def _divided(entry: Shown, length: Shown, gain: Shown | None) -> tuple[Expression, Sequence[Shown]]:
    """x / r, or a gain times x by r; and the numbers in it."""
    if gain is None:
        return Fraction(entry.number, length.number), [entry, length]
    above = Product((gain.number, entry.number))
    return Fraction(above, length.number), [gain, entry, length]


def _length(page: Page, name: str, row: int) -> Shown:
    lengths = page.trace.by_products[f"{name}_lengths"]
    return page.known(lengths[row])[0]


def _gains_of(page: Page, norm: Chosen, name: str) -> list[Shown | None]:
    """The gain of each entry; None where there is none."""
    gain = gain_of(norm, name)
    if gain is None:
        return [None] * page.trace.stages[name].shape[-1]
    return [*page.given(gain)[0]]


def _derived(page: Page, stage: str, index: Index) -> Derived | None:
    """One entry divided by the length of its vector; None for a cached key, and for one of 0."""
    norm, name = norm_of(page.trace.problem), stage[0]
    row = index[0] - (0 if name == "Q" else page.offset)
    if row < 0:
        return None
    length, gains = _length(page, name, row), _gains_of(page, norm, name)
    if length.number == Number("0"):
        return None
    entry = page.entry(source_of(page.trace, stage), index)
    done, operands = _divided(entry, length, gains[index[1]])
    return computed(page, stage, index, done, operands)


def _task(page: Page, asked: Asked) -> Task:
    norm, name = norm_of(page.trace.problem), asked.stage[0]
    source, of = source_of(page.trace, asked.stage), whom(page, asked)
    if norm.word == "l2":
        said = (
            words("Divide the query of {of} by its length.", of=of)
            if name == "Q"
            else words("Divide the key of {of} by its length.", of=of)
        )
    else:
        said = (
            words("Divide the query of {of} by its root mean square.", of=of)
            if name == "Q"
            else words("Divide the key of {of} by its root mean square.", of=of)
        )
    taken = whole_rows(page, source, asked.rows)
    besides = (*_size_in_symbols(page, norm, name.lower()), *_gain(page, norm, name))
    return Task(
        said, _formula(norm, name.lower()), taken, 1 + len(taken) // len(asked.rows), besides
    )


def _size_in_symbols(page: Page, norm: Chosen, letter: str) -> Iterator[Block]:
    """r_q = √((q_1² + q_2²) / 2 + ε)"""
    if norm.word == "l2":
        return
    width = page.trace[letter.upper()].shape[-1]
    squares = tuple(Power(Symbol(letter, (str(at + 1),)), _TWO) for at in range(width))
    mean, epsilon = Fraction(sum_of(squares), Number(str(width))), norm.number("epsilon")
    root = Root(Sum((mean, page.number(epsilon).number)) if epsilon else mean)
    yield Equation(Relation((Symbol("r", (letter,)), root), (Sign.EXACT,)))


def _mentioned(page: Page) -> Iterator[Slot]:
    norm = page.trace.problem.attention.chosen("qk_norm")
    if norm is None:
        return
    if norm.word == "l2":
        yield words("queries and keys of length 1")
    else:
        yield words("queries and keys normalized")


def _normalizing(trace: Trace, _start: str) -> str:
    if norm_of(trace.problem).word == "l2":
        return text("divide by length")
    return text("divide by root mean square")


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(
        Symbol("g", ("q",)), words("what each entry of a normalized query is multiplied by")
    )
    yield Meant(Symbol("g", ("k",)), words("what each entry of a normalized key is multiplied by"))
    yield Meant(Symbol("r"), words("the root mean square of a vector: how large its entries are"))


def _reading(_page: Page, number: int) -> Iterator[Inlines]:
    yield words(
        "“norm” divides each query and each key by how large it is (section {number}).",
        number=number,
    )


EXPLANATION = Explanation(
    normalize,
    parts=(Part(Place.OF_EACH_HEAD, normalization),),
    symbols=_symbols,
    told={
        "Q_normalized": Told(_derived, Drawn(always("Normalized Query"), _normalizing), _task),
        "K_normalized": Told(_derived, Drawn(always("Normalized Key"), _normalizing), _task),
    },
    mentioned=_mentioned,
    reading=_reading,
)
