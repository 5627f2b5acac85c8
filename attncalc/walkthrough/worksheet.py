"""A sheet with blanks, and its key: the same page twice, with its places empty or filled in.

Nothing stands on it but what its tasks need, and nothing of that which gives a blank away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from string import ascii_lowercase

from attncalc.document import document as nodes
from attncalc.document.checks import Check, Checked, KnownMistake
from attncalc.document.document import (
    Block,
    Cell,
    Code,
    Column,
    Document,
    Equation,
    Heading,
    Inlines,
    Note,
    NoteKind,
    Paragraph,
    Quantity,
    Room,
    Row,
    RowKind,
    Section,
    Table,
    Words,
)
from attncalc.document.expressions import Number, Symbol
from attncalc.document.style import NumberStyle
from attncalc.document.wording import counted_words, listing, sentences, term_in_full, words
from attncalc.language import Sentence, own, retold
from attncalc.names import NAMES, STAGES, Axis
from attncalc.numbers.arithmetic import like
from attncalc.numbers.terms import written
from attncalc.records import dataclass
from attncalc.selection import Selection
from attncalc.sheet import Blank, Range, Sheet
from attncalc.steps.enclosing import works_out
from attncalc.steps.stages import OF_GROUPS, OF_HEADS, OF_PAIRS, OF_SCORES
from attncalc.walkthrough.entries import entry_called, place_called
from attncalc.walkthrough.formula import formulas
from attncalc.walkthrough.kinds import kind
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.sections.order import EXPLANATIONS, told
from attncalc.walkthrough.tables import HIDDEN
from attncalc.walkthrough.taken import Taken, symbol_of
from attncalc.walkthrough.tasks import Asked, Entry, Index, Task

_MOST_MISTAKES = 3
"""Of a number, in its key."""

_OF_A_TERM, _OF_A_LINE = 5, 28
"""Em that a term takes in handwriting, and the longest line there is room for."""

_WIDEST_SUM = 4
"""Entries of a vector whose terms have room side by side."""


def worksheet(sheet: Sheet, *, filled: bool) -> Document:
    """The sheet, or with its answers the key."""
    return _Writer(sheet, filled).document()


def answerable(sheet: Sheet) -> Checked:
    """The sheet as a page that can say what became of the answers that are typed into it."""
    writer = _Writer(sheet, False)
    places = {blank.entry: at for at, blank in enumerate(sheet.blanks)}
    checks = tuple(_check(sheet, writer.page, blank, places) for blank in sheet.blanks)
    order = sorted(places.values(), key=lambda at: STAGES.index(sheet.blanks[at].stage))
    half = float(Decimal(5).scaleb(-sheet.decimals - 1))
    return Checked(writer.document(), sheet.code, half, tuple(order), checks)


def _check(sheet: Sheet, page: Page, blank: Blank, places: Mapping[Entry, int]) -> Check:
    awaited = blank.carried.awaited if blank.carried else frozenset[Entry]()
    stages = dict.fromkeys(stage for stage, _ in awaited)
    conventions = [each for each in blank.mistakes if each.credit == 1]
    return Check(
        Quantity(blank.stage, blank.index),
        blank.answer,
        float(Decimal(1).scaleb(-blank.decimals)),
        blank.points,
        tuple(_span(each) for each in (blank.range, *(each.range for each in conventions))),
        tuple(KnownMistake(_said(each.what), _span(each.range)) for each in blank.mistakes),
        None if blank.carried is None else written(blank.carried, places),
        tuple(sorted(places[entry] for entry in awaited)),
        tuple(
            tuple(at for at, other in enumerate(sheet.blanks) if other.stage == stage)
            for stage in stages
        ),
        _hint(sheet, page, blank),
    )


def _span(numbers: Range) -> tuple[float, float]:
    return float(numbers.lower), float(numbers.upper)


def _said(mistake: str) -> str:
    """A mistake in the language in force, made just now or read from a file."""
    return retold(mistake) if isinstance(mistake, Sentence) else own(mistake)


def _hint(sheet: Sheet, page: Page, blank: Blank) -> Inlines:
    """The formula of a number, and those of its numbers that may be seen."""
    head, place = sheet.trace.within_head(blank.stage, blank.index)
    part = _part(sheet, page, blank.stage, head, {place: blank})
    found = Taken()
    for entry in part.task.taken:
        if _may_be_shown(sheet, part.page, entry):
            found.add(part.page, entry)
    numbers = found.in_a_line()
    if not numbers:
        return (part.task.formula,)
    return words(
        "{formula} with {numbers}",
        formula=part.task.formula,
        numbers=listing(numbers, last="{first}, {last}"),
    )


def tasks_of(sheet: Sheet) -> Iterator[tuple[str, Page, Task]]:
    """The tasks of a sheet, each with its stage, and the page of its head."""
    for part in _Writer(sheet, filled=False).parts:
        yield part.asked.stage, part.page, part.task


@dataclass(frozen=True, eq=False)
class _Part:
    """What is asked of a stage, of one head. page: that head's."""

    page: Page
    asked: Asked
    task: Task
    blanks: Mapping[Index, Blank]


def _part(
    sheet: Sheet, page: Page, stage: str, head: int | None, blanks: Mapping[Index, Blank]
) -> _Part:
    problem = sheet.trace.problem
    if head is not None and stage in OF_GROUPS:  # any query head of the group sees it
        head *= (problem.heads or 1) // (problem.kv_heads or 1)
    own = page.of_head(head)
    asked = Asked(stage, tuple(blanks), sheet.stages)
    made = told(own.trace, stage).task
    assert made is not None  # of all that can be asked for
    return _Part(own, asked, made(own, asked), blanks)


def _may_be_shown(sheet: Sheet, page: Page, entry: Entry) -> bool:
    """Whether an entry, as a head sees it, gives nothing away; what is hidden is told apart."""
    stage, index = entry
    if _is_hidden(page, stage, index):
        return False
    if page.trace.head is not None and stage in OF_HEADS:
        index = (page.trace.group if stage in OF_GROUPS else page.trace.head, *index)
    return not sheet.gives_away(stage, index)


@dataclass(frozen=True, eq=False)
class _Writer:
    sheet: Sheet
    filled: bool

    def document(self) -> Document:
        sections = [self._given()]
        for number, stage in enumerate(self.sheet.stages, 1):
            sections.append(self._task(stage, number))
        points = words("Points: {points} of {all}", points=Room(5), all=self.sheet.points)
        last = sections[-1]
        sections[-1] = replace(last, content=(*last.content, Paragraph(points)))
        return Document(self._title(), tuple(sections))

    @cached_property
    def page(self) -> Page:
        """Of the query that it is about, with nothing left out."""
        selection = Selection(
            (self.sheet.query,), style=NumberStyle(self.sheet.decimals), full=True
        )
        return Page.of(self.sheet.trace, selection)

    @cached_property
    def parts(self) -> list[_Part]:
        """What is asked, stage by stage and head by head."""
        found: dict[tuple[str, int | None], dict[Index, Blank]] = {}
        for blank in self.sheet.blanks:
            head, place = self.sheet.trace.within_head(blank.stage, blank.index)
            found.setdefault((blank.stage, head), {})[place] = blank
        return [
            _part(self.sheet, self.page, stage, head, blanks)
            for (stage, head), blanks in found.items()
        ]

    def _title(self) -> Section:
        title = self.sheet.trace.problem.title
        called = words("Attention, step by step")
        if title and not re.search(r"\d", title):  # it might tell a number that is asked for
            called = (Words(title),)
        if self.filled:
            called = words("Key: {title}", title=called)
        lines: list[Block] = []
        if not self.filled:
            names = words("Name: {name}  Date: {date}", name=Room(20), date=Room(9))
            lines.append(Paragraph(names))
        code = words("Sheet {code}.", code=Code(self.sheet.code))
        lines.append(Paragraph(sentences(code, *self._rules())))
        if self.filled:
            lines.append(Paragraph(_how_to_mark()))
        return Section(Heading(None, called), tuple(lines))

    # What is given

    def _given(self) -> Section:
        whole, *others = formulas(self.page)
        about = (
            *kind(self.sheet.trace.problem),
            *_options(self.page),
            *self._one_head(),
            *_hidden_keys(self.parts),
        )
        blocks: list[Block] = [Paragraph(sentences(*about)), *map(Equation, others)]
        blocks += self._taken_at_the_top()
        return Section(Heading(None, words("What is given"), whole), tuple(blocks))

    def _one_head(self) -> Iterator[Inlines]:
        """Which head is asked about, where it is one of several."""
        heads = {part.page.trace.head for part in self.parts if part.page.trace.head is not None}
        if len(heads) == 1 and (self.sheet.trace.problem.heads or 1) > 1:
            yield words("The tasks within a head are about head {head}.", head=heads.pop() + 1)

    def _rules(self) -> Iterator[Inlines]:
        yield words(
            "Round to {decimals} decimals; go on with the rounded numbers, or with more digits.",
            decimals=self.sheet.decimals,
        )
        if any(blank.decimals > self.sheet.decimals for blank in self.sheet.blanks):
            yield words("Where that would leave a single digit, give two.")

    def _taken_at_the_top(self) -> Iterator[Block]:
        """What is there before the first task, of each head: vectors side by side, then others."""
        found = Taken()
        for part in self.parts:
            for entry in part.task.taken:
                if self._is_at_the_top(entry[0]) and _may_be_shown(self.sheet, part.page, entry):
                    found.add(part.page, entry)
        yield from found.blocks()

    def _taken_in(self, part: _Part) -> Iterator[Block]:
        """What else a task takes, and may be shown."""
        found = Taken()
        for entry in part.task.taken:
            if not self._is_at_the_top(entry[0]) and _may_be_shown(self.sheet, part.page, entry):
                found.add(part.page, entry)
        yield from found.blocks()

    def _is_at_the_top(self, stage: str) -> bool:
        first = self.sheet.stages[0]
        before = STAGES.index(stage) < STAGES.index(first)
        return before or not works_out(self.sheet.trace.problem, stage)

    # Tasks

    def _task(self, stage: str, number: int) -> Section:
        parts = [part for part in self.parts if part.asked.stage == stage]
        first = parts[0]
        blocks: list[Block] = [Paragraph(first.task.said)]
        mistakes = _Letters()
        before: tuple[Block, ...] = ()
        for part in parts:
            if part.task.besides != before:
                blocks += part.task.besides
                before = part.task.besides
            blocks += self._taken_in(part)
            caption = _of_head(part) if len(parts) > 1 else ()
            blocks += self._places(part, caption, mistakes)
        if self.filled and mistakes.told:
            blocks.append(Note(NoteKind.REMARK, mistakes.legend()))
        points = sum(blank.points for part in parts for blank in part.blanks.values())
        heading = counted_words(
            "{stage} ({count} point)",
            "{stage} ({count} points)",
            points,
            stage=_capital(_called(first.page, stage)),
        )
        return Section(Heading(number, heading, first.task.formula), tuple(blocks), (stage,))

    def _places(self, part: _Part, caption: Inlines, mistakes: _Letters) -> Iterator[Block]:
        if _is_sum(part):
            yield self._sum(part, caption)
        elif len(part.asked.rows) > 1 or (part.asked.stage == "sums" and len(part.blanks) > 3):
            yield self._grid(part, caption)
        else:
            yield self._list(part, caption, mistakes)
            return
        if self.filled:
            yield self._marking(part, mistakes)

    def _blank(self, blank: Blank) -> nodes.Blank:
        label = entry_called(self.sheet.trace, blank.stage, blank.index)
        answer = Number(blank.answer) if self.filled else None
        return nodes.Blank(Quantity(blank.stage, blank.index), label, answer)

    def _list(self, part: _Part, caption: Inlines, mistakes: _Letters) -> Table:
        """A row a number, with room for its work."""
        stage, width = part.asked.stage, _width(part.task.terms)
        rows: list[Row] = []
        for index in _listed(part):
            label: Cell = _label(part.page, stage, index)
            blank = part.blanks.get(index)
            if blank is None:
                rows.append(Row((label, words("masked"), (HIDDEN,))))
                continue
            written = mistakes.marking(blank) if self.filled else ()
            rows.append(Row((label, (Room(width, written),), (self._blank(blank),))))
        columns = (Column(()), Column((), wraps=self.filled), Column(()))
        return Table(columns, tuple(rows), caption, folds=True)

    def _sum(self, part: _Part, caption: Inlines) -> Table:
        """A row a key, with room for what it gives to each entry; below it the sum."""
        page, ((query,),) = part.page, part.asked.rows
        columns = part.asked.along(page, Axis.ENTRY)
        rows: list[Row] = []
        for key in range(len(page.trace.problem.key_tokens)):
            places: list[Cell] = [(Room(6),) for _ in columns]
            rows.append(Row(((page.key_token(key),), *places)))
        blanks = [(self._blank(part.blanks[query, column]),) for column in columns]
        rows.append(Row((words("sum"), *blanks), RowKind.TOTAL))
        headings = [symbol_of(page, part.asked.stage, (query, column)) for column in columns]
        return Table(
            (Column(words("key")), *(Column((each,)) for each in headings)), tuple(rows), caption
        )

    def _grid(self, part: _Part, caption: Inlines) -> Table:
        """A row a token, a place a number."""
        page, stage = part.page, part.asked.stage
        cells: list[tuple[Index, tuple[Index, ...]]]
        if stage == "sums":
            cells = [(index, (index,)) for index in part.blanks]
            headings = [Column(())]
        else:
            columns = sorted({index[-1] for index in part.blanks})
            cells = [(row, tuple((*row, at) for at in columns)) for row in part.asked.rows]
            headings = [Column(_of_column(page, stage, at)) for at in columns]
        rows = tuple(
            Row((_row_label(page, stage, row), *(self._place(part, index) for index in places)))
            for row, places in cells
        )
        return Table((Column(()), *headings), rows, caption)

    def _place(self, part: _Part, index: Index) -> Cell:
        blank = part.blanks.get(index)
        if blank is not None:
            return (self._blank(blank),)
        return (HIDDEN,) if _is_hidden(part.page, part.asked.stage, index) else ()

    def _marking(self, part: _Part, mistakes: _Letters) -> Table:
        """For the key of places without room: what is accepted, and what mistakes give."""
        rows = tuple(
            Row(
                (
                    place_called(part.page.trace, part.asked.stage, index),
                    (Room(_OF_A_LINE, mistakes.marking(blank)),),
                )
            )
            for index, blank in part.blanks.items()
        )
        return Table((Column(()), Column(words("accepted, and what mistakes give"))), rows)


class _Letters:
    """Letters for the mistakes of a task, by which its numbers tell what each gives."""

    def __init__(self) -> None:
        self.told: dict[str, bool] = {}

    def marking(self, blank: Blank) -> Inlines:
        """What is accepted of a number, and what the likeliest mistakes give."""
        low, high = (
            Number(f"{end.normalize():f}") for end in (blank.range.lower, blank.range.upper)
        )
        accepted: Inlines = (
            words("only {number}", number=low)
            if low == high
            else words("{low} to {high}", low=low, high=high)
        )
        given: list[Inlines] = [accepted]
        for mistake in blank.mistakes[:_MOST_MISTAKES]:
            self.told.setdefault(mistake.what, mistake.credit == 1)
            letter = self._letter(mistake.what)
            given.append(words("{letter} {number}", letter=letter, number=Number(mistake.answer)))
        return listing(given, between="{first} · {then}", last="{first} · {last}")

    def legend(self) -> Inlines:
        """What the letters stand for."""
        return listing([*self._legend()], between="{first}; {then}", last="{first}; {last}")

    def _legend(self) -> Iterator[Inlines]:
        for mistake, right in self.told.items():
            slots = {"letter": self._letter(mistake), "mistake": _said(mistake)}
            yield (
                words("{letter}: {mistake} (right as well)", **slots)
                if right
                else words("{letter}: {mistake}", **slots)
            )

    def _letter(self, mistake: str) -> str:
        place = [*self.told].index(mistake)
        first, last = divmod(place, len(ascii_lowercase))
        return (ascii_lowercase[first - 1] if first else "") + ascii_lowercase[last]


def _how_to_mark() -> Inlines:
    return words(
        "Beside each number stand what is accepted and, behind letters, what known mistakes give."
    )


def _options(page: Page) -> Iterator[Inlines]:
    """The options of attention, in a sentence."""
    named = [words("{part}", part=part) for each in EXPLANATIONS for part in each.mentioned(page)]
    yield words("Here: {options}.", options=listing(named, last="{first}, {last}"))


def _hidden_keys(parts: Iterable[_Part]) -> Iterator[Inlines]:
    """Which keys the queries that are asked about do not see, where they are few."""
    hidden: dict[tuple[int, frozenset[int]], Page] = {}
    for part in parts:
        if part.asked.stage in OF_PAIRS:
            for query in part.asked.along(part.page, Axis.QUERY):
                keys = part.page.hidden_keys(query)
                if keys:
                    hidden.setdefault((query, keys), part.page)
    for (query, keys), page in hidden.items():
        yield words(
            "{query} does not see {keys}: there the score is {hidden}.",
            query=page.query_token(query),
            keys=listing([(page.key_token(key),) for key in sorted(keys)]),
            hidden=HIDDEN,
        )


def _called(page: Page, stage: str) -> str:
    """What it is called in this problem."""
    drawn = told(page.trace, stage).drawn
    named = None if drawn is None else drawn.called
    return term_in_full(stage) if named is None else named(page.trace)


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _width(terms: int) -> int:
    """Of the room for a number's work."""
    return min(_OF_A_LINE, max(8, _OF_A_TERM * terms + 2))


def _of_head(part: _Part) -> Inlines:
    head = part.page.trace.head
    assert head is not None  # of several parts of a stage, each is of one
    problem = part.page.trace.problem
    if part.asked.stage in OF_GROUPS and problem.heads != problem.kv_heads:
        return words("Key-value head {head}", head=part.page.trace.group + 1)
    return words("Head {head}", head=head + 1)


def _is_sum(part: _Part) -> bool:
    """Whether a vector is asked for that is a sum over the keys, with room for its terms."""
    trace = part.page.trace
    if part.asked.stage != trace.attended or len(part.asked.rows) > 1:
        return False
    few = len(part.blanks) <= _WIDEST_SUM
    return few and len(part.blanks) == trace.stages[part.asked.stage].shape[-1]


def _listed(part: _Part) -> list[Index]:
    """What is asked, and between it the scores that are hidden."""
    stage = part.asked.stage
    if stage not in OF_SCORES or len(part.blanks) == 1:
        return [*part.blanks]
    ((query,),) = part.asked.rows
    keys = range(len(part.page.trace.problem.key_tokens))
    hidden = [(query, key) for key in keys if _is_hidden(part.page, stage, (query, key))]
    return sorted({*part.blanks, *hidden})


def _is_hidden(page: Page, stage: str, index: Index) -> bool:
    """Whether this is a score that is hidden."""
    values = page.trace[stage]
    return stage in OF_SCORES and bool(values[index] == like(values, "-Infinity"))


def _label(page: Page, stage: str, index: Index) -> Inlines:
    """What a number of a row is called beside the others of it."""
    axes = page.trace.axes(stage)
    if axes[-1] is Axis.KEY:
        return (page.key_token(index[-1]),)
    if axes[-1] is Axis.QUERY:
        return (page.query_token(index[-1]),)
    return (symbol_of(page, stage, index),)


def _row_label(page: Page, stage: str, row: Index) -> Inlines:
    if page.trace.axes(stage)[0] is Axis.QUERY:
        return (page.query_token(row[0]),)
    return (page.key_token(row[0]),)


def _of_column(page: Page, stage: str, at: int) -> Inlines:
    if page.trace.axes(stage)[-1] is Axis.KEY:
        return (page.key_token(at),)
    name = page.entry_name(stage, at)
    return (Symbol(NAMES[stage].letter, (name,)),)
