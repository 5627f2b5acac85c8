"""What all parts of a walkthrough share: the trace, how numbers are shown, what is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from attncalc.document.document import (
    Block,
    Inlines,
    Note,
    NoteKind,
    OfQuery,
    Paragraph,
    Token,
    Words,
)
from attncalc.document.expressions import (
    Expression,
    Name,
    Number,
    Omitted,
    Relation,
    Sign,
    Sum,
    Symbol,
    Vector,
)
from attncalc.document.numerals import Shown, Written, as_typed, shown, shown_array
from attncalc.document.style import NumberStyle
from attncalc.document.wording import sentences, words
from attncalc.language import retold, text
from attncalc.names import GRADIENTS, NAMES, OF_PARAMETERS, Axis
from attncalc.numbers.arithmetic import Array, Typed, like
from attncalc.numbers.known import Known
from attncalc.problem.dimensions import entry_names
from attncalc.problem.heads import group_of
from attncalc.problem.problem import Problem, address_of
from attncalc.records import dataclass
from attncalc.selection import Selection
from attncalc.steps.stages import tokens_along
from attncalc.steps.trace import Trace
from attncalc.walkthrough.places import greatest, greatest_places, kept, with_gaps, with_the_rest

_UNIT = Shown(Number("1"), Sign.EXACT, Decimal(1))

NOTHING = Shown(Number("0"), Sign.EXACT)
"""What becomes of a key that is not seen: no small number, but none at all."""

MOST_TOKENS = 12
MOST_ENTRIES = 8
MOST_TERMS = 8
_ENDS_OF_TOKENS = 5
_ENDS_OF_ENTRIES = 3


@dataclass(frozen=True)
class Page:
    """queries: positions written out term by term.

    heads: those that are written out, from 0; None stands for all there is without heads.
    """

    trace: Trace
    selection: Selection
    queries: tuple[int, ...]
    heads: tuple[int | None, ...] = (None,)

    @classmethod
    def of(cls, trace: Trace, selection: Selection) -> Page:
        """The page of the queries and heads chosen; or the problem's own query, and the first."""
        page = cls(trace, selection, selection.queries or trace.problem.queries or (0,))
        chosen = selection.heads_of(trace.problem.heads)
        every = page.every_head
        heads = tuple(head for head in every if head in chosen) or every[:1]
        return replace(page, heads=heads)

    @property
    def style(self) -> NumberStyle:
        """How numbers are written."""
        return self.selection.style

    @property
    def full(self) -> bool:
        """Whether nothing is left out, however large."""
        return self.selection.full

    @property
    def only(self) -> bool:
        """Whether heads were chosen, and the page is about no other."""
        return bool(self.selection.heads_of(self.trace.problem.heads))

    @property
    def teaches(self) -> bool:
        """Whether it is a lesson."""
        return "lesson" not in self.selection.hidden

    @property
    def turns(self) -> bool:
        """Whether its reader can choose a query: then it tells of every one that is shown."""
        return self.selection.turns

    @property
    def goes_back(self) -> bool:
        """Whether gradients are told of: if they are asked for, all of them or some."""
        asked = self.selection.goes_back or bool({*self.selection.stages} & {*GRADIENTS})
        return asked and self.trace.problem.d_output is not None

    @property
    def keeps_gradients(self) -> bool:
        """Whether there are gradients that the page does not tell of."""
        return self.trace.problem.d_output is not None and not self.goes_back

    def letter(self, stage: str) -> str:
        """What a stage's entries are called: gradients ∂L/∂s, or ds as in FlashAttention."""
        letter = NAMES[stage].letter
        if not letter.startswith("∂L/∂"):
            return letter
        name = letter.removeprefix("∂L/∂")
        if stage == "d_output" and self.trace.problem.W_O is not None:
            name = "y"
        if self.selection.gradients == "paper":
            return f"∂L/∂{name}"
        return "d" + name.replace("α", "p")

    def letter_of_gate(self) -> str:
        """The gradients of what opens the gates."""
        return "∂L/∂g" if self.selection.gradients == "paper" else "dg"

    def symbol_of(self, stage: str) -> Symbol:
        """What a stage's rows are called."""
        return Symbol(NAMES[stage].letter)

    @property
    def one(self) -> Shown:
        """What something is multiplied by that stays as it is."""
        return _UNIT

    @property
    def sharing_heads(self) -> list[Page]:
        """The pages of the heads that use this one's keys and values, itself among them."""
        whole, problem = self.trace.whole, self.trace.problem
        if whole is None or problem.heads is None or problem.kv_heads is None:
            return [self]
        heads, groups = problem.heads, problem.kv_heads
        return [
            replace(self, trace=whole.of_head(head))
            for head in range(heads)
            if group_of(head, heads, groups) == self.trace.group
        ]

    def key_of(self, query: int) -> int:
        """The key that is written out beside a query: its own, or the first."""
        return self.offset + query if self.trace.problem.self_attention else 0

    def in_style(self, style: NumberStyle) -> Page:
        """The same page with its numbers written otherwise."""
        return replace(self, selection=replace(self.selection, style=style))

    @property
    def leaves_out(self) -> bool:
        """Whether anything of the problem is too large to be shown whole."""
        problem = self.trace.problem
        tokens = max(len(problem.tokens), len(problem.key_tokens))
        widths = (problem.d_model or 0, problem.d_k or 0, problem.d_v or 0)
        return not self.full and (tokens > MOST_TOKENS or max(widths) > MOST_ENTRIES)

    @property
    def offset(self) -> int:
        """How many keys stand before the first query's own."""
        return self.trace.problem.past_length

    @property
    def every_head(self) -> tuple[int | None, ...]:
        """Every head there is, from 0; one that is none where there are no heads."""
        count = self.trace.problem.heads if self.trace.has_heads else None
        return (None,) if count is None else tuple(range(count))

    @property
    def told_heads(self) -> tuple[int | None, ...]:
        """The heads of which something is said: those that were chosen, or all there are."""
        return self.heads if self.only else self.every_head

    def tells_of(self, head: int, *, groups: bool = False) -> bool:
        """Whether something is said of a head, or of a key-value head."""
        heads, kv_heads = self.trace.problem.heads, self.trace.problem.kv_heads
        if not self.only or heads is None or kv_heads is None:
            return True
        told = [each for each in self.heads if each is not None]
        return head in ([group_of(each, heads, kv_heads) for each in told] if groups else told)

    def kept_heads(self, count: int) -> list[int | Omitted]:
        """Of a table of so many heads: those chosen, and how many more there are, or those kept."""
        if not self.only:
            return self.kept_entries(count)
        return with_the_rest([head for head in self.heads if head is not None], count)

    def of_head(self, head: int | None) -> Page:
        """The same page about one head; about all there is if head is None."""
        return self if head is None else replace(self, trace=self.trace.of_head(head))

    def projection(self, letter: str) -> tuple[Array | None, Array | None]:
        """W and b of a projection: the head's own columns of them on the page of a head."""
        problem, head = self.trace.problem, self.trace.head
        if head is None or letter in "GO":
            return getattr(problem, f"W_{letter}"), getattr(problem, f"b_{letter}")
        W, b = problem.by_head(f"W_{letter}"), problem.by_head(f"b_{letter}")
        own = self.trace.group if letter in "KV" else head
        return (None if W is None else W[own]), (None if b is None else b[own])

    def query_name(self, query: int) -> Name:
        return Name(address_of(query, self.trace.problem.tokens))

    def key_name(self, key: int) -> Name:
        return Name(address_of(key, self.trace.problem.key_tokens))

    def index_names(self, stage: str, index: tuple[int, ...]) -> tuple[str | Name, ...]:
        """The indices of an entry as they are written: tokens, and entries counted from 1."""
        axes = self.trace.axes(stage)
        matrix = (stage[-1],) if stage in OF_PARAMETERS else ()  # the Q of W_Q
        return (*matrix, *(self._name(stage, *each) for each in zip(axes, index, strict=True)))

    def _name(self, stage: str, axis: Axis, place: int) -> str | Name:
        tokens = tokens_along(axis, self.trace.problem)
        if tokens is not None:
            return Name(address_of(place, tokens))
        if axis is Axis.ENTRY:
            return self.entry_name(stage, place)
        problem = self.trace.problem
        shared = axis is Axis.KV_HEAD and problem.kv_heads != problem.heads
        if shared:
            return text("key-value head {head}", head=place + 1)
        return text("head {head}", head=place + 1)

    def entry_name(self, stage: str, place: int) -> str | Name:
        """What an entry of a stage's vectors is called: by its name, or by its number from 1."""
        names = entry_names(self.trace.problem, stage)
        return Name(names[place]) if names else str(place + 1)

    def query_token(self, query: int, *, focused: bool = False) -> Token:
        return Token(self.query_name(query).text, focused)

    def key_token(self, key: int, *, focused: bool = False) -> Token:
        return Token(self.key_name(key).text, focused)

    def is_own(self, query: int, key: int) -> bool:
        """Whether a key is the query token's own."""
        return self.trace.problem.self_attention and key == self.offset + query

    def kept_tokens(self, count: int, always: Iterable[int] = ()) -> list[int | Omitted]:
        """The positions shown of so many tokens, with the gaps between them."""
        most = count if self.full else MOST_TOKENS
        return kept(count, most, _ENDS_OF_TOKENS, always)

    def kept_queries(self) -> list[int | Omitted]:
        """The query positions shown; the focused ones are always among them."""
        return self.kept_tokens(len(self.trace.problem.tokens), self.queries)

    def kept_keys(self, query: int) -> list[int | Omitted]:
        """The key positions shown of a query: those of the greatest weights, and its own."""
        own = [self.offset + query] if self.trace.problem.self_attention else []
        return self.greatest_tokens(self.trace.row("weights", query), own)

    def greatest_tokens(
        self, sizes: Sequence[Any], always: Iterable[int] = ()
    ) -> list[int | Omitted]:
        """The positions of the greatest of so many tokens, in order; then how many are left."""
        most = len(sizes) if self.full else MOST_TOKENS
        return greatest(sizes, most, 2 * _ENDS_OF_TOKENS, always)

    def kept_columns(self) -> list[int | Omitted]:
        """The key positions shown across a matrix, with the gaps between them.

        Those that the tables of the page's queries show, and of every row shown its greatest; then
        their second ones and so on, while there is room.
        """
        count = len(self.trace.problem.key_tokens)
        if self.full or count <= MOST_TOKENS:
            return list(range(count))
        weights = self.trace.stages["weights"]
        rows = [query for query in self.kept_queries() if isinstance(query, int)]
        room = 2 * _ENDS_OF_TOKENS
        ranked = [greatest_places(weights[query].values, room) for query in rows]
        chosen = {*self.needed_keys, *(keys[0] for keys in ranked)}
        for keys in zip(*ranked, strict=True):
            chosen.update(keys[: max(0, room - len(chosen))])
        return with_gaps(chosen, count)

    @cached_property
    def needed_keys(self) -> frozenset[int]:
        """The key positions that tables of the page's queries show, in any head written out."""
        heads = [head for head in self.heads if head is not None] or self.every_head[:1]
        pages = [self.of_head(head) for head in heads] if self.trace.has_heads else [self]
        return frozenset(
            key
            for page in pages
            for query in self.queries
            for key in page.kept_keys(query)
            if isinstance(key, int)
        )

    def kept_rows(self, places: range, always: Iterable[int] = ()) -> list[int | Omitted]:
        """The rows shown of keys at these positions, counted from their first; and how many more.

        always: further rows to be shown.
        """
        if self.full or len(places) <= MOST_TOKENS:
            return list(range(len(places)))
        needed = {key - places.start for key in self.needed_keys if key in places} | {*always}
        return with_the_rest(needed or {0}, len(places))

    def of_each_query(self, blocks: Callable[[int], Iterable[Block]]) -> Iterator[OfQuery]:
        """The same blocks about each query asked for, and about those that can be chosen."""
        for query in (*self.queries, *self._offered()):
            asked = query in self.queries
            yield OfQuery(self.query_token(query), query, tuple(blocks(query)), asked)

    def _offered(self) -> Iterator[int]:
        """The queries that were not asked for and can be chosen; however full, no more than fit."""
        count = len(self.trace.problem.tokens) if self.turns else 0
        for query in kept(count, MOST_TOKENS, _ENDS_OF_TOKENS, self.queries):
            if isinstance(query, int) and query not in self.queries:
                yield query

    def query_caption(self, query: int) -> Inlines:
        """Whose table this is, where there are several."""
        if len(self.queries) == 1:
            return ()
        return words("Query {query}", query=self.query_token(query, focused=True))

    def kept_entries(self, count: int) -> list[int | Omitted]:
        """The entries shown of a vector of that width."""
        most = count if self.full else MOST_ENTRIES
        return kept(count, most, _ENDS_OF_ENTRIES)

    def kept_terms(
        self, sizes: Sequence[Decimal] | Array, always: Iterable[int] = ()
    ) -> list[int | Omitted]:
        """The terms shown of a sum: the largest of these sizes, and how many more there are."""
        most = len(sizes) if self.full else MOST_TERMS
        return greatest(sizes, most, 2 * _ENDS_OF_ENTRIES, always)

    def stage(self, name: str, rows: Sequence[int]) -> list[Sequence[Shown]]:
        """Rows of a stage as shown, all with the same number of decimals."""
        stage = self.trace.stages[name][list(rows)]
        return shown_array(stage.values, stage.exact, self.style)

    def known(self, numbers: Known) -> Sequence[Shown]:
        """A row of numbers that are no stage, all with the same number of decimals. (d,)"""
        return shown(list(numbers.values), numbers.exact.tolist(), self.style)

    def vectors(self, name: str) -> dict[int, Sequence[Shown]]:
        """The queries' rows of a stage that the page shows, by position."""
        rows = [place for place in self.kept_queries() if isinstance(place, int)]
        return dict(zip(rows, self.stage(name, rows), strict=True))

    def vector(self, numbers: Sequence[Shown]) -> Vector:
        """A vector by the numbers shown, elided in the middle if it is wide."""
        return Vector(
            tuple(
                numbers[place].number if isinstance(place, int) else place
                for place in self.kept_entries(len(numbers))
            )
        )

    def named(self, name: Symbol, numbers: Sequence[Shown]) -> Relation:
        """A vector under its name: q_it = [0.6, 0.5, 0.4]."""
        return Relation((name, self.vector(numbers)), (joining(numbers),))

    def entry(self, name: str, index: tuple[int, ...]) -> Shown:
        """One number of a stage by itself: verbatim if it was typed."""
        recorded = self.trace.stages[name]
        entry = recorded[index]
        if not recorded.made_of and isinstance(entry.values, Typed):
            return self.number(entry.values)
        return shown([entry.values], [bool(entry.exact)], self.style)[0]

    def given(self, array: Array) -> list[Sequence[Shown]]:
        """A given matrix or vector: verbatim if it was typed."""
        matrix = array if array.ndim == 2 else array[None]
        exact = np.full(matrix.shape, True)
        return shown_array(matrix, exact, self.style)

    def hidden_keys(self, query: int) -> frozenset[int]:
        """The keys that a query does not see: those whose score goes into the softmax as -inf."""
        trace = self.trace
        if trace.problem.weights is not None or not trace.hides(trace.scored):
            return frozenset()
        scores = trace.row(trace.scored, query)
        return frozenset(np.flatnonzero(scores == like(scores, "-Infinity")).tolist())

    def shares(self, query: int, name: str = "weights") -> Sequence[Shown]:
        """A query's row of its weights as shown; a plain 0 of keys that it does not see."""
        hidden = self.hidden_keys(query)
        row = self.stage(name, [query])[0]
        return Written(len(row), lambda key: NOTHING if key in hidden else row[key])

    def bias_row(self, query: int) -> Sequence[Shown]:
        """What is added to the scores of a query."""
        bias = self.trace.bias
        assert bias is not None
        row = bias[query]
        return shown_array(row.values[None], row.exact[None], self.style)[0]

    def number(self, value: Any) -> Shown:
        """A single given number."""
        return (
            as_typed(value) if isinstance(value, Typed) else shown([value], [True], self.style)[0]
        )


def provenance(problem: Problem, warnings: Iterable[str]) -> list[Block]:
    """What stands under a title: where the numbers are from, notes on them, and warnings."""
    blocks: list[Block] = []
    if problem.source:
        blocks.append(Paragraph(words("Source: {source}", source=problem.source)))
    if problem.notes:
        blocks.append(Paragraph((Words(problem.notes),)))
    return [*blocks, *(Note(NoteKind.WARNING, (Words(retold(warning)),)) for warning in warnings)]


def lesson(*said: Inlines) -> Paragraph:
    """Sentences that are said where a page is to teach, and otherwise left out."""
    return Paragraph(sentences(*said), topic="lesson")


def sum_of(terms: tuple[Expression, ...]) -> Expression:
    """The sum of some terms; a single one stands for itself."""
    return Sum(terms) if len(terms) > 1 else terms[0]


def sign_of(*operands: Shown, result: Shown) -> Sign:
    """= only where what stands on both sides is all there is of it."""
    return joining([result, *operands])


def joining(numbers: Iterable[Shown]) -> Sign:
    """What joins a name to its numbers: = if they are shown in full."""
    return Sign.EXACT if all(number.exact for number in numbers) else Sign.ROUNDED


def in_digits(number: object) -> str:
    """A given number in running text and in drawings, as it was typed."""
    if isinstance(number, Typed):
        return as_typed(number).number.digits
    return shown([number], [True], NumberStyle())[0].number.digits


def pair_symbol(stage: str) -> Symbol:
    """What a stage's number for each pair of a query and a key is called in formulas: s_ij."""
    return Symbol(NAMES[stage].letter, ("i", "j"))
