"""Where tokens stand: positions added to embeddings, or turned into queries and keys."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attncalc.document.document import (
    Align,
    Block,
    Column,
    Heading,
    Inline,
    OfQuery,
    Paragraph,
    Row,
    Section,
    Table,
    Words,
)
from attncalc.document.expressions import (
    Apply,
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
from attncalc.document.numerals import Shown, shown
from attncalc.problem.options import Rotary, Sinusoidal
from attncalc.steps.angles import Angles
from attncalc.steps.rotate import turned_pairs
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page, omitted_row, result_cell, sign_of, words
from attncalc.walkthrough.vectors import vector_table


def added_positions(page: Page, number: int) -> Section | None:
    """x + p: the position's vector of the focused queries, component by component, and of all."""
    trace, problem = page.trace, page.trace.problem
    if "positions" not in trace:
        return None
    angles = angles_of(trace)
    if angles is None:
        intro = "Each position has a learned vector of its own, which is added to the embedding."
        formula: Expression | None = None
    else:
        intro = (
            "Each position, counted from 0, has a vector that is added to the embedding: the sine "
            "and the cosine of one angle, then of a smaller one, and so on."
        )
        wave = Fraction(
            Symbol("pos"),
            Power(_base(page), Fraction(Symbol("2t"), Symbol("d"))),
        )
        formula = Relation((Symbol("p", ("2t",)), Apply("sin", (wave,))), (Sign.EXACT,))
    content: list[Block | OfQuery] = [Paragraph(words(intro))]
    if angles is not None:
        content += page.of_each_query(lambda query: [_waves(page, query, angles)])
    letters: dict[str, Expression | str] = {
        "X": "x",
        "positions": "p",
        "X_positioned": Sum((Symbol("x"), Symbol("p"))),
    }
    rows, caption = ("token", "tokens") if problem.self_attention else ("query token", "queries")
    content.append(vector_table(page, letters, rows, caption=words(f"All {caption}")))
    content += [Paragraph(tuple(sentence)) for sentence in _told_apart(page)]
    if problem.X_key is not None:
        content.append(Paragraph(words("The key side's embeddings are used as they are.")))
    heading = Heading(number, words("Positions"), formula)
    return Section(heading, tuple(content), ("positions", "X_positioned"))


def _base(page: Page) -> Number:
    """The number whose powers the waves' angles fall by."""
    where = page.trace.problem.attention.positions
    assert isinstance(where, Sinusoidal)
    return page.number(where.base).number


def _waves(page: Page, query: int, angles: Angles) -> Table:
    """One position's vector: the angle of each component, and its sine or cosine."""
    trace = page.trace
    d_model, name = trace["X"].shape[-1], page.query_name(query)
    place = angles.places[query]
    p = page.stage("positions", [query])[0]
    rows: list[Row] = []
    for component in page.kept_entries(d_model):
        if isinstance(component, Omitted):
            rows.append(omitted_row(component))
            continue
        pair = component // 2
        angle = _angle(page, angles, query, pair)
        exponent = Fraction(Number(str(2 * pair)), Number(str(d_model)))
        wave = Fraction(Number(str(place)), Power(_base(page), exponent))
        function = Apply("cos" if component % 2 else "sin", (angle.number,))
        cells = (
            (Symbol("p", (name, str(component + 1))),),
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
    stands = (page.query_token(query, focused=True), Words(f" stands at position {place}"))
    return Table(columns, tuple(rows), stands)


def _told_apart(page: Page) -> Iterator[list[Inline]]:
    """Tokens with one and the same embedding, which their positions tell apart."""
    X, positioned = page.trace["X"], page.trace["X_positioned"]
    for query in page.queries:
        twins = [
            other
            for other in range(query + 1, len(X))
            if np.array_equal(X[query], X[other])
            and not np.array_equal(positioned[query], positioned[other])
        ]
        for other in twins[:3]:
            yield [
                page.query_token(query, focused=True),
                Words(" and "),
                page.query_token(other),
                Words(
                    " have the same embedding; with the vectors of positions "
                    f"{page.offset + query} and {page.offset + other} added, they differ."
                ),
            ]


def rotation(page: Page, number: int) -> Section | None:
    """Queries and keys turned by angles that grow with their position."""
    trace, rotary = page.trace, page.trace.problem.attention.positions
    angles = angles_of(trace)
    if not isinstance(rotary, Rotary) or angles is None:
        return None
    turned = Symbol("q", ("rotated",))
    q, matrix = Symbol("q"), Symbol("R", ("pos",))
    formula = Relation((turned, Product((matrix, q))), (Sign.EXACT,))
    content: list[Block | OfQuery] = [Paragraph(words(_how(page, rotary)))]
    content += page.of_each_query(lambda query: _turned(page, query, angles, rotary))
    if trace.problem.self_attention:
        letters = {"Q_rotated": turned, "K_rotated": Symbol("k", ("rotated",))}
        content.append(vector_table(page, letters, "token", caption=words("All tokens")))
    else:
        caption = words("All queries")
        content.append(vector_table(page, {"Q_rotated": turned}, "query token", caption=caption))
        caption = words("All keys")
        letters = {"K_rotated": Symbol("k", ("rotated",))}
        content.append(vector_table(page, letters, "key token", queries=False, caption=caption))
    if page.offset:
        text = "Keys in the cache were rotated when they were cached, and are not rotated again."
        content.append(Paragraph(words(text)))
    heading = Heading(number, words("Rotation by position"), formula)
    return Section(heading, tuple(content), ("Q_rotated", "K_rotated"))


def angles_of(trace: Trace, side: str = "") -> Angles | None:
    """The angles of the queries' positions, or of this step's keys; None where none turns."""
    found = [trace.by_products.get(f"{side}{name}") for name in ("angles", "cosines", "sines")]
    angle, cosine, sine = found
    if angle is None or cosine is None or sine is None:
        return None
    first = trace.problem.past_length
    places = range(first, first + len(angle.values))
    return Angles(places, angle.values, angle.exact, cosine.values, sine.values)


def _how(page: Page, rotary: Rotary) -> str:
    width = page.trace["Q"].shape[-1]
    dims = rotary.dims or width
    pairs = (
        "Neighbouring entries are rotated together"
        if rotary.pairing == "interleaved"
        else f"Entry 1 is rotated with entry {dims // 2 + 1}, and so on"
    )
    left = width - dims
    stay = (
        "The last entry stays as it is"
        if left == 1
        else f"The last {left} entries stay as they are"
    )
    rest = f" {stay}." if left else ""
    return (
        f"{pairs}, by an angle that grows with the position, counted from 0: so a score depends on "
        f"how far apart query and key stand.{rest}"
    )


def _turned(page: Page, query: int, angles: Angles, rotary: Rotary) -> Iterator[Block]:
    """One query: the angle of each pair, its cosine and sine, and what becomes of its entries."""
    name, place = page.query_name(query), angles.places[query]
    firsts, seconds = _entries(angles, rotary)
    rows: list[Row] = []
    waves = [_pair(page, angles, query, pair) for pair in range(len(firsts))]
    for pair in page.kept_entries(len(firsts)):
        if isinstance(pair, Omitted):
            rows.append(omitted_row(pair))
            continue
        angle, cosine, sine = waves[pair]
        slower = Power(
            page.number(rotary.base).number,
            Fraction(Number(str(-2 * pair)), Number(str(angles.turned))),
        )
        formula = Product((Number(str(place)), slower))
        cells = (
            words(f"{firsts[pair] + 1} and {seconds[pair] + 1}"),
            (Relation((formula, angle.number), (angle.sign,)),),
            (cosine.number,),
            (sine.number,),
        )
        rows.append(Row(cells))
    columns = (
        Column(words("entries")),
        Column((Symbol("θ"),)),
        Column((Apply("cos", (Symbol("θ"),)),), Align.RIGHT),
        Column((Apply("sin", (Symbol("θ"),)),), Align.RIGHT),
    )
    stands = (page.query_token(query, focused=True), Words(f" stands at position {place}"))
    yield Table(columns, tuple(rows), stands)
    q, result = page.stage("Q", [query])[0], page.stage("Q_rotated", [query])[0]
    steps: list[Row] = []
    for entry in page.kept_entries(len(q)):
        if isinstance(entry, Omitted):
            steps.append(omitted_row(entry))
            continue
        symbol = Symbol("q", (name, str(entry + 1)))
        done, operands = turned_entry(q, waves, (firsts, seconds), entry)
        sign = sign_of(*operands, result=result[entry])
        steps.append(Row(((symbol,), (done,), result_cell(sign, result[entry].number))))
    headings = (Column(()), Column(words("rotated")), Column((), Align.RIGHT, result=True))
    yield Table(headings, tuple(steps))


def turned_entry(
    q: list[Shown],
    waves: list[tuple[Shown, Shown, Shown]],
    pairs: tuple[list[int], list[int]],
    entry: int,
) -> tuple[Expression, list[Shown]]:
    """a cos θ - b sin θ, or a sin θ + b cos θ, or the entry as it was; and the numbers in it.

    waves: angle, cosine and sine of each pair. pairs: its first and its second entry.
    """
    for second, entries in enumerate(pairs):
        if entry in entries:
            pair = entries.index(entry)
            a, b = q[pairs[0][pair]], q[pairs[1][pair]]
            _, cosine, sine = waves[pair]
            operands = [a, b, cosine, sine]
            if second:
                left, right = Product((a.number, sine.number)), Product((b.number, cosine.number))
                return Sum((left, right)), operands
            left, right = Product((a.number, cosine.number)), Product((b.number, sine.number))
            return Difference(left, right), operands
    return q[entry].number, [q[entry]]


def turned_derivation(
    page: Page, stage: str, index: tuple[int, ...]
) -> tuple[Expression, list[Shown]]:
    """One entry of a turned query or key of one head; not of a cached one."""
    trace, rotary = page.trace, page.trace.problem.attention.positions
    angles = angles_of(trace) if stage == "Q_rotated" else angles_of(trace, "key_")
    assert angles is not None
    assert isinstance(rotary, Rotary)
    vector = page.stage(stage[0], [index[0]])[0]
    row = index[0] - (0 if stage == "Q_rotated" else page.offset)
    pairs = _entries(angles, rotary)
    waves = [_pair(page, angles, row, pair) for pair in range(len(pairs[0]))]
    return turned_entry(vector, waves, pairs, index[1])


def _entries(angles: Angles, rotary: Rotary) -> tuple[list[int], list[int]]:
    """The first and the second entry of each pair."""
    every = list(range(angles.turned))
    first, second = turned_pairs(angles.turned, rotary.pairing)
    return every[first], every[second]


def _angle(page: Page, angles: Angles, row: int, pair: int) -> Shown:
    return shown([angles.angle[row, pair]], [bool(angles.exact[row, pair])], page.style)[0]


def _pair(page: Page, angles: Angles, row: int, pair: int) -> tuple[Shown, Shown, Shown]:
    """A pair's angle, its cosine and its sine."""
    still = bool(angles.zero[row, pair]) and page.trace.context is not None
    waves = [angles.cosine[row, pair], angles.sine[row, pair]]
    cosine, sine = shown(waves, [still, still], page.style)
    return _angle(page, angles, row, pair), cosine, sine


def position_derivation(
    page: Page, index: tuple[int, ...]
) -> tuple[Expression | None, list[Shown]]:
    """One number of a table of positions; None where it is learned."""
    angles = angles_of(page.trace)
    if angles is None:
        return None, []
    angle = _angle(page, angles, index[0], index[1] // 2)
    return Apply("cos" if index[1] % 2 else "sin", (angle.number,)), [angle]
