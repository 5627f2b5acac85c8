"""Where tokens stand: queries and keys, turned by their positions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    Vector,
)
from attncalc.document.numerals import Shown, shown
from attncalc.document.wording import Slot, counted_words, sentences, words
from attncalc.language import text
from attncalc.problem.options import Rotary
from attncalc.steps import rotate
from attncalc.steps.angles import Angles
from attncalc.steps.rotate import turned_pairs
from attncalc.steps.trace import Trace
from attncalc.walkthrough.angles import angle_of, angles_of
from attncalc.walkthrough.page import Page, sign_of
from attncalc.walkthrough.sections.add_positions import counted_from, stands_at
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


def rotation(page: Page, number: int) -> Section | None:
    """Queries and keys turned by angles that grow with their position."""
    trace, rotary = page.trace, page.trace.problem.attention.positions
    angles = angles_of(trace)
    assert isinstance(rotary, Rotary)
    assert angles is not None
    turned = Symbol("q", ("rotated",))
    q, matrix = Symbol("q"), Symbol("R", ("pos",))
    formula = Relation((turned, Product((matrix, q))), (Sign.EXACT,))
    content: list[Block | OfQuery] = [Paragraph(sentences(*_how(page, rotary)))]
    content += page.of_each_query(lambda query: _turned(page, query, angles, rotary))
    turned_keys = {"K_rotated": Symbol("k", ("rotated",))}
    content += both_sides(page, {"Q_rotated": turned}, turned_keys)
    if page.offset:
        content.append(
            Paragraph(words("The keys in the cache are rotated already, and not rotated again."))
        )
    heading = Heading(number, words("Rotation by position"), formula)
    return Section(heading, tuple(content), ("Q_rotated", "K_rotated"))


def _how(page: Page, rotary: Rotary) -> Iterator[Inlines]:
    """Why they are rotated, which entries together, and which stay as they are."""
    width = page.trace.stages["Q_rotated"].shape[-1]
    yield words(
        "Attention by itself does not know where a token stands, so queries and keys are rotated "
        "by angles that grow with the position: then a score depends on how far apart the two "
        "stand."
    )
    yield from _together(rotary, width)
    yield counted_from(page)


def _together(rotary: Rotary, width: int) -> Iterator[Inlines]:
    """Which entries are turned together, and which stay as they are. width: of a vector."""
    dims = rotary.dims or width
    if rotary.pairing == "interleaved":
        yield words("Neighbouring entries are rotated together.")
    else:
        yield words("Entry 1 is rotated with entry {other}, and so on.", other=dims // 2 + 1)
    if dims < width:
        yield counted_words(
            "The last entry stays as it is.",
            "The last {count} entries stay as they are.",
            width - dims,
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
        formula = Product((Number(str(place)), _slower(page, rotary, angles, pair)))
        cells = (
            words("{first} and {second}", first=firsts[pair] + 1, second=seconds[pair] + 1),
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
    yield Table(columns, tuple(rows), stands_at(page, query, place))
    source = source_of(page.trace, "Q_rotated")
    q, result = page.stage(source, [query])[0], page.stage("Q_rotated", [query])[0]
    steps: list[Row] = []
    for entry in page.kept_entries(len(q)):
        if isinstance(entry, Omitted):
            steps.append(omitted_row(entry))
            continue
        symbol = Symbol("q", (name, page.entry_name("Q", entry)))
        done, operands = _turned_entry(q, waves, (firsts, seconds), entry)
        sign = sign_of(*operands, result=result[entry])
        steps.append(Row(((symbol,), (done,), result_cell(sign, result[entry].number))))
    headings = (Column(()), Column(words("rotated")), Column((), Align.RIGHT, result=True))
    yield Table(headings, tuple(steps))


def _turned_entry(
    q: Sequence[Shown],
    waves: list[tuple[Shown, Shown, Shown]],
    pairs: tuple[list[int], list[int]],
    entry: int,
) -> tuple[Expression, Sequence[Shown]]:
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


def turned_back(
    page: Page, d: Sequence[Shown], angles: Angles, rotary: Rotary, row: int, entry: int
) -> tuple[Expression, list[Shown]]:
    """A gradient turned by the same angle the other way: a cos θ + b sin θ, b cos θ - a sin θ."""
    firsts, seconds = _entries(angles, rotary)
    for second, entries in enumerate((firsts, seconds)):
        if entry in entries:
            pair = entries.index(entry)
            a, b = d[firsts[pair]], d[seconds[pair]]
            _, cosine, sine = _pair(page, angles, row, pair)
            operands = [a, b, cosine, sine]
            if second:
                left, right = Product((b.number, cosine.number)), Product((a.number, sine.number))
                return Difference(left, right), operands
            left, right = Product((a.number, cosine.number)), Product((b.number, sine.number))
            return Sum((left, right)), operands
    return d[entry].number, [d[entry]]


def _derived(page: Page, stage: str, index: Index) -> Derived | None:
    """One entry, turned; None for a cached key, which was turned when it was cached."""
    trace, rotary = page.trace, page.trace.problem.attention.positions
    cached = 0 if stage == "Q_rotated" else page.offset
    row = index[0] - cached
    if row < 0:
        return None
    angles = angles_of(trace) if stage == "Q_rotated" else angles_of(trace, "key_")
    assert angles is not None
    assert isinstance(rotary, Rotary)
    source = source_of(trace, stage)
    pairs = _entries(angles, rotary)
    waves = [_pair(page, angles, row, pair) for pair in range(len(pairs[0]))]
    turned = _turned_entry(page.stage(source, [index[0]])[0], waves, pairs, index[1])
    return computed(page, stage, index, *turned)


def _entries(angles: Angles, rotary: Rotary) -> tuple[list[int], list[int]]:
    """The first and the second entry of each pair."""
    every = list(range(angles.turned))
    first, second = turned_pairs(angles.turned, rotary.pairing)
    return every[first], every[second]


def _pair(page: Page, angles: Angles, row: int, pair: int) -> tuple[Shown, Shown, Shown]:
    """A pair's angle, its cosine and its sine."""
    still = bool(angles.zero[row, pair]) and page.trace.context is not None
    waves = [angles.cosine[row, pair], angles.sine[row, pair]]
    cosine, sine = shown(waves, [still, still], page.style)
    return angle_of(page, angles, row, pair), cosine, sine


def _task(page: Page, asked: Asked) -> Task:
    trace, rotary = page.trace, page.trace.problem.attention.positions
    assert isinstance(rotary, Rotary)
    name = asked.stage[0].lower()
    queries = name == "q"
    angles = angles_of(trace) if queries else angles_of(trace, "key_")
    assert angles is not None
    source, of = source_of(trace, asked.stage), whom(page, asked)
    said = (
        words("Rotate the query of {of} by the angles of its position.", of=of)
        if queries
        else words("Rotate the key of {of} by the angles of its position.", of=of)
    )
    cosine, sine = (Apply(each, (Symbol("θ"),)) for each in ("cos", "sin"))
    a, b = Symbol("a"), Symbol("b")
    turned = Vector(
        (
            Difference(Product((a, cosine)), Product((b, sine))),
            Sum((Product((a, sine)), Product((b, cosine)))),
        )
    )
    formula = Relation((Apply("R", (Vector((a, b)),)), turned), (Sign.EXACT,))
    past = 0 if queries else page.offset
    rows = [row - past for (row,) in asked.rows]
    how = Paragraph(sentences(*_together(rotary, trace.stages[source].shape[-1])))
    taken = whole_rows(page, source, asked.rows)
    besides = (how, _angles(page, angles, rotary, rows, queries=queries))
    return Task(said, formula, taken, 2, besides)


def _angles(page: Page, angles: Angles, rotary: Rotary, rows: list[int], *, queries: bool) -> Table:
    """The angles by which the entries of some tokens are turned, still to be worked out."""
    firsts, seconds = _entries(angles, rotary)
    headings = [
        Column(
            words("{first} and {second}", first=firsts[pair] + 1, second=seconds[pair] + 1),
        )
        for pair in range(len(firsts))
    ]
    body = []
    for row in rows:
        token = page.query_token(row) if queries else page.key_token(page.offset + row)
        place = Number(str(angles.places[row]))
        cells = [
            (Product((place, _slower(page, rotary, angles, pair))),) for pair in range(len(firsts))
        ]
        body.append(Row(((token,), *cells)))
    caption = words("The angle {angle} of each pair of entries, in radians", angle=Symbol("θ"))
    return Table((Column(()), *headings), tuple(body), caption)


def _slower(page: Page, rotary: Rotary, angles: Angles, pair: int) -> Expression:
    """By how much the angle of a pair is smaller than that of the first."""
    return Power(
        page.number(rotary.base).number,
        Fraction(Number(str(-2 * pair)), Number(str(angles.turned))),
    )


def _mentioned(page: Page) -> Iterator[Slot]:
    if isinstance(page.trace.problem.attention.positions, Rotary):
        yield words("rotary positions")


def _rotating(_trace: Trace, _start: str) -> str:
    return text("rotate by position")


def _rotating_new(trace: Trace, start: str) -> str:
    cached = trace.problem.past_length > 0
    return text("rotate new keys by position") if cached else _rotating(trace, start)


def _symbols(_page: Page) -> Iterator[Meant]:
    """What its symbols stand for."""
    yield Meant(Symbol("R", ("pos",)), words("the rotation that belongs to a position"))
    yield Meant(Symbol("θ"), words("the angle by which two entries are turned together"))


def _reading(_page: Page, number: int) -> Iterator[Inlines]:
    yield words(
        "“RoPE” turns each query and each key as its position says (section {number}).",
        number=number,
    )


EXPLANATION = Explanation(
    rotate,
    parts=(Part(Place.OF_EACH_HEAD, rotation),),
    symbols=_symbols,
    told={
        "Q_rotated": Told(_derived, Drawn(always("Rotated Query"), _rotating), _task),
        "K_rotated": Told(_derived, Drawn(always("Rotated Key"), _rotating_new), _task),
    },
    mentioned=_mentioned,
    reading=_reading,
)
