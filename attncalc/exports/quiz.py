"""What a learning platform is handed of a sheet: tables of what is known, tasks, and blanks.

Text of others is as it was typed, but for what would not show: every format makes it inert.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Any, TypeVar

from attncalc.document.document import Bar, Block, Equation, Inlines, Paragraph, Row, Table, Token
from attncalc.document.expressions import Expression, Matrix, Number, Relation, Vector
from attncalc.exports.grids import Grid, Line, addressed, grids_of, label_of
from attncalc.language import counted, retold, template, text
from attncalc.names import NAMES, STAGES
from attncalc.problem.dimensions import entry_names
from attncalc.records import dataclass
from attncalc.renderers.inert import inert_token
from attncalc.renderers.terminal.blanks import let_go
from attncalc.renderers.terminal.page import inlines_text
from attncalc.selection import Selection
from attncalc.sheet import Blank, Mistaken, Range, Sheet
from attncalc.steps.enclosing import works_out
from attncalc.walkthrough.formula import formulas
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.worksheet import tasks_of

T = TypeVar("T")

NOT_RIGHT = template("This number is not right, and no known mistake gives it.")


@dataclass(frozen=True)
class Task:
    """A stage to be worked out. words: what is to be done. formulas: the same in symbols.

    notes, beside: what else it takes. decimals: of its blanks, or of most.
    """

    stage: str
    words: str
    formulas: tuple[Expression, ...]
    notes: tuple[str, ...]
    beside: tuple[Grid, ...]
    decimals: int
    grids: tuple[Grid, ...]


@dataclass(frozen=True)
class Quiz:
    """A sheet for a platform. options: lines of what is chosen beside the numbers that are given.

    shown: what is worked out already. The grids of the tasks have the sheet's blanks in order.
    """

    title: str
    code: str
    formulas: tuple[Relation, ...]
    options: tuple[str, ...]
    given: tuple[Grid, ...]
    shown: tuple[Grid, ...]
    tasks: tuple[Task, ...]


def quiz_of(sheet: Sheet) -> Quiz:
    """What a sheet asks, and all that it takes to answer."""
    told = {name: node for name, node in sheet.given.items() if name in _TOLD}
    nodes = [(name, node if _is_matrix(node) else [node]) for name, node in told.items()]
    nodes += _nodes("", sheet.given.get("attention", {}))
    return Quiz(
        sheet.trace.problem.title or text("Attention, step by step"),
        sheet.code,
        tuple(formulas(Page.of(sheet.trace, Selection()))),
        tuple(_option(name, node) for name, node in nodes if not _is_matrix(node)),
        tuple(
            grid for name, node in nodes if _is_matrix(node) for grid in _given(sheet, name, node)
        ),
        tuple(grid for stage in _shown(sheet) for grid in grids_of(sheet, stage, asked=False)),
        tuple(_task(sheet, stage) for stage in sheet.stages),
    )


def asked(sheet: Sheet, blank: Blank) -> str:
    """A blank in words, where it stands alone: attention weights, “it”, “The”, 4 decimals."""
    axes = sheet.trace.axes(blank.stage)
    places = [
        label_of(sheet, blank.stage, axis, place)
        for axis, place in zip(axes, blank.index, strict=True)
    ]
    called = ", ".join([text(NAMES[blank.stage].called), *places])
    return f"{called}: {with_decimals(blank.decimals)}"


def with_decimals(count: int) -> str:
    """How exactly a number is asked for."""
    if count == 0:
        return text("no decimals")
    return counted("{count} decimal", "{count} decimals", count)


def digits(number: Decimal) -> str:
    """A number without exponent, and without zeros at its end."""
    written = f"{number if number else abs(number):f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def middle_of(accepted: Range) -> tuple[Decimal, Decimal]:
    """The number in the middle of a range, and how far its ends are from it."""
    with localcontext() as context:
        context.prec = 400
        middle = (accepted.lower + accepted.upper) / 2
        return middle, accepted.upper - middle


def remark(mistake: Mistaken) -> str:
    """What is said to whoever answers what a known mistake gives."""
    if mistake.credit == 1:
        return text("Right too, by a convention: {diagnosis}.", diagnosis=retold(mistake.what))
    return text("This is what comes out if {diagnosis}.", diagnosis=retold(mistake.what))


_TOLD = {
    *("X", "X_key", "Q", "K", "V", "scores", "weights"),
    *(f"{kind}_{letter}" for kind in "Wb" for letter in "QKVGO"),
}
"""Fields of a problem that are told as they are, beside those of attention."""


def _nodes(name: str, node: Any) -> Iterator[tuple[str, Any]]:
    """What is given, each with its name: within an option, behind the option's."""
    if not isinstance(node, Mapping):
        yield name, node
        return
    for own, part in node.items():
        if own != "tokens":  # they head the rows
            yield from _nodes(f"{name}, {own}" if name else str(own), part)


def _is_matrix(node: Any) -> bool:
    return isinstance(node, list) and bool(node) and isinstance(node[0], list)


def _option(name: str, node: Any) -> str:
    told = ", ".join(map(str, node)) if isinstance(node, list) else str(node)
    return f"{name}: {told}"


def _given(sheet: Sheet, name: str, node: Any) -> Iterator[Grid]:
    """A matrix that is given, or one for each head."""
    if _is_matrix(node[0]):
        for head, part in enumerate(node, 1):
            named = f"{name}, {text('head {head}', head=head)}"
            yield _given_grid(sheet, name, named, part)
        return
    yield _given_grid(sheet, name, name, node)


def _given_grid(sheet: Sheet, name: str, caption: str, rows: Sequence[Sequence[Any]]) -> Grid:
    labels = _tokens_beside(sheet, name, len(rows)) or [str(at + 1) for at in range(len(rows))]
    width = len(rows[0])
    columns = _tokens_above(sheet, name, width) or _entries(sheet, name, width)
    lines = zip(labels, rows, strict=True)
    return Grid(
        caption,
        tuple(columns),
        tuple(Line(label, tuple(map(str, row))) for label, row in lines),
    )


_OF_QUERIES = ("X", "Q", "scores", "weights", "positions", "mask", "bias, rows")
_OF_KEYS = ("X_key", "K", "V")


def _tokens_beside(sheet: Sheet, name: str, count: int) -> list[str] | None:
    """The tokens that the rows of a given matrix are of; None where they are of none."""
    problem = sheet.trace.problem
    past = problem.past_length
    if name.startswith("past, "):
        return addressed(problem.key_tokens, range(past))
    if name in _OF_QUERIES and count == len(problem.tokens):
        return addressed(problem.tokens, range(count))
    if name in _OF_KEYS:
        return addressed(problem.key_tokens, range(past, past + count))
    return None


def _tokens_above(sheet: Sheet, name: str, count: int) -> list[str] | None:
    tokens = sheet.trace.problem.key_tokens
    of_pairs = name in ("scores", "weights", "mask", "bias, rows") and count == len(tokens)
    return addressed(tokens, range(count)) if of_pairs else None


def _entries(sheet: Sheet, name: str, width: int) -> list[str]:
    names = entry_names(sheet.trace.problem, name) if name in NAMES else ()
    return (
        [*map(inert_token, names)] if len(names) == width else [str(at + 1) for at in range(width)]
    )


def _shown(sheet: Sheet) -> list[str]:
    """The stages that are not asked for, and that those are made of which are."""
    trace = sheet.trace
    found: set[str] = set()
    waiting = [*sheet.stages]
    while waiting:
        for made_of in trace.stages[waiting.pop()].made_of:
            if made_of in found or made_of in sheet.stages or made_of not in trace:
                continue
            if works_out(trace.problem, made_of) and made_of != "concatenated":
                found.add(made_of)
            waiting.append(made_of)
    return [stage for stage in STAGES if stage in found]


def _task(sheet: Sheet, stage: str) -> Task:
    blanks = [blank for blank in sheet.blanks if blank.stage == stage]
    decimals = min(blank.decimals for blank in blanks)
    told = [(page, task) for own, page, task in tasks_of(sheet) if own == stage]
    blocks = [(page, block) for page, task in told for block in task.besides]
    _, first = told[0]
    return Task(
        stage,
        f"{_plain(first.said)} ({with_decimals(decimals)})",
        (first.formula, *_in_symbols(block for _, block in blocks)),
        _once(_plain(block.content) for _, block in blocks if isinstance(block, Paragraph)),
        _once(_beside(page, block) for page, block in blocks if isinstance(block, Table)),
        decimals,
        tuple(grids_of(sheet, stage, asked=True)),
    )


def _once(parts: Iterable[T]) -> tuple[T, ...]:
    """What is said of several heads, said once."""
    return tuple(dict.fromkeys(parts))


def _in_symbols(blocks: Iterable[Block]) -> tuple[Expression, ...]:
    """The formulas that a task takes besides its own; not the matrices, which are given above."""
    found = [block.expression for block in blocks if isinstance(block, Equation)]
    return _once(each for each in found if not _is_given(each))


def _is_given(formula: Expression) -> bool:
    return isinstance(formula, Relation) and isinstance(formula.sides[-1], Matrix | Vector | Number)


def _beside(page: Page, table: Table) -> Grid:
    """A table of what is no stage, such as a bias; of a head, where there are several."""
    head = page.trace.head
    caption = _plain(table.caption)
    if head is not None:
        caption += f", {text('head {head}', head=head + 1)}"
    columns = tuple(_plain(column.heading) for column in table.columns[1:])
    return Grid(caption, columns, tuple(_row(row) for row in table.rows))


def _row(row: Row) -> Line:
    label, *cells = (_plain(cell) for cell in row.cells if not isinstance(cell, Bar))
    return Line(label, tuple(cells))


def _plain(content: Inlines) -> str:
    """As text; a token that stands alone is not quoted."""
    if len(content) == 1 and isinstance(content[0], Token):
        return inert_token(content[0].text)
    return let_go(inlines_text(content).plain)
