"""Rows of a large problem, worked when they are asked for.

A query's row of the scores, and all that is made of it, depends on no other query. So a block of
rows is worked by the same steps as all of them, on a trace of these queries alone, and no matrix of
all pairs is there unless its numbers are asked for.

In float64 the last bit of a dot product may hang on how many rows are multiplied at a time. That is
why blocks are the same whatever is asked for: a row has the same numbers on every page.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from attncalc.names import BY_PRODUCTS, NAMES, Axis
from attncalc.numbers.arithmetic import Array, Exact
from attncalc.numbers.known import Known, joined
from attncalc.problem.problem import Problem
from attncalc.steps import mix
from attncalc.steps.order import OF_PAIRS
from attncalc.steps.trace import Stage, Trace, arithmetic_of

WHOLE = 1 << 20
"""So many pairs of a query and a key, in all heads, are worked at once: 8 MB a stage."""

AT_ONCE = 1 << 19
"""Pairs of a block of rows, where there are more in all."""

_TOGETHER = 8
"""Rows of a block at least, and of every block a multiple: the few that are left over by it are
multiplied in another way, so that these must be the same ones as of the whole matrix.
"""

_KEPT = 6
"""Blocks that are kept: a page asks for the same rows again and again."""


def rows_at_once(problem: Problem) -> int:
    """How many rows a block has: all of them, if these are few."""
    n, m = len(problem.tokens), len(problem.key_tokens)
    pairs_a_row = (problem.heads or 1) * m
    if n * pairs_a_row <= WHOLE:
        return n
    return max(AT_ONCE // pairs_a_row // _TOGETHER, 1) * _TOGETHER


def blocks_of(n: int, at_once: int) -> list[range]:
    """The rows of each block; the last one has those too that are too few for one of their own."""
    starts = range(0, max(n - _TOGETHER, 0) + 1, at_once)
    return [range(at, n if at == starts[-1] else at + at_once) for at in starts]


class Rows:
    """What follows queries and keys, worked a block of queries at a time.

    before: a trace as far as that: what is the same for every block, and has a row for each query.
    """

    def __init__(self, before: Trace) -> None:
        self._before = before
        problem = before.problem
        self._blocks = blocks_of(len(problem.tokens), rows_at_once(problem))
        self._kept: OrderedDict[range, Trace] = OrderedDict()

    def trace(self, asked: Collection[str]) -> Trace:
        """The trace with all that follows, which waits to be asked for.

        asked: the stages that are wanted, of those that are not kept in large problems.
        """
        first, before = self._worked(range(1), None, asked), self._before
        stages = {
            name: before.stages.get(name) or self._later(made, NAMES[name].axes)
            for name, made in first.stages.items()
        }
        by_products = {
            name: before.by_products.get(name) or self._later(made, BY_PRODUCTS[name])
            for name, made in first.by_products.items()
        }
        return replace(before, stages=stages, by_products=by_products)

    def _later(self, first: Stage, axes: tuple[Axis, ...]) -> Stage:
        """What waits for its rows, by the first of them; what has none is there already."""
        if Axis.QUERY not in axes:
            return first
        axis = len(first.shape) - len(axes) + axes.index(Axis.QUERY)  # heads may share it
        shape = [*first.shape]
        shape[axis] = len(self._before.problem.tokens)
        return Later(self, first, tuple(shape), axis)

    def around(self, name: str, query: int) -> tuple[Known, int]:
        """Rows of a stage that a query's is among, of all heads, and its place there."""
        rows = next(rows for rows in self._blocks if query in rows)
        if rows not in self._kept:
            self._kept[rows] = self._worked(rows, None)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(rows)
        block = self._kept[rows]
        found = block.found(name)
        return (self._terms(block, query), 0) if found is None else (found, query - rows.start)

    def blocks(self, name: str) -> Iterator[tuple[range, Known]]:
        """All rows of a stage, block by block, of all heads; none is kept."""
        for rows in self._blocks:
            block = self._worked(rows, name)
            found = block.found(name)
            if found is not None:
                yield rows, found
            else:
                yield from ((range(i, i + 1), self._terms(block, i)) for i in rows)

    def _worked(self, rows: range, wanted: str | None, asked: Collection[str] = ()) -> Trace:
        """The trace of these queries; as far as the stage or by-product that is wanted, if any."""
        block = self._before.of_queries(rows)
        with arithmetic_of(None):
            for step in OF_PAIRS:
                for made in step.work(block, asked) if step.shapes(block.problem) else ():
                    block.take(made)
                    if made.name == wanted:
                        return block
        return block

    def _terms(self, block: Trace, query: int) -> Known:
        """The products α v of a query, which are too many to be worked for others with it."""
        with arithmetic_of(None):
            return next(mix.work(block.of_queries(range(query, query + 1)), ("weighted_values",)))


class Later(Stage):
    """A stage of a large problem, whose rows are worked when they are asked for.

    Its values are the whole array, which is worked for who asks for it: nothing else here has it.
    first: the row of the first query, of all heads. axis: the one of the queries. head: the only
    one that it is of.
    """

    def __init__(
        self, source: Rows, first: Stage, shape: tuple[int, ...], axis: int, head: int | None = None
    ) -> None:
        told = {"name": first.name, "made_of": first.made_of, "_source": source, "_first": first}
        self.__dict__.update(told, _shape=shape, _axis=axis, _head=head)

    if TYPE_CHECKING:
        _source: Rows
        _first: Stage
        _shape: tuple[int, ...]
        _axis: int
        _head: int | None

    @property
    def shape(self) -> tuple[int, ...]:
        return self._shape

    @property
    def at_hand(self) -> bool:
        return False

    @cached_property
    def values(self) -> Array:
        """Every row. In most places a block of them is enough."""
        values: Array = np.empty(self.shape, self._first.values.dtype)
        for rows, block in self.blocks():
            values[self._at(slice(rows.start, rows.stop))] = block
        values.flags.writeable = False
        return values

    @property
    def exact(self) -> Exact:
        """All of a mask is, and in float64 nothing else."""
        return np.broadcast_to(self._first.exact.all(), self.shape)

    def blocks(self) -> Iterator[tuple[range, Array]]:
        """All rows, block by block; none is kept."""
        for rows, block in self._source.blocks(self.name):
            yield rows, block.values if self._head is None else block.values[self._head]

    def pieces(self) -> Iterator[Array]:
        """Block by block; at once where a block's rows do not stand together, or are numbers."""
        if self._axis or len(self.shape) == 1:
            yield self.values
        else:
            yield from (block for _, block in self.blocks())

    def of_head(self, head: int) -> Stage:
        return Later(self._source, self._first, self.shape[1:], self._axis - 1, head)

    def __getitem__(self, place: Any) -> Known:
        """As of an array; where the place names queries, their rows alone are worked."""
        along = [*place] if isinstance(place, tuple) else [place]
        if along[0] is ...:
            along[:1] = [slice(None)] * (len(self.shape) - len(along) + 1)
        if self._axis and isinstance(along[0], int):
            of_head = self.of_head(along[0])
            return of_head[tuple(along[1:])] if along[1:] else of_head
        queries, along[self._axis] = along[self._axis], slice(None)
        if isinstance(queries, slice):
            queries = range(*queries.indices(self.shape[self._axis]))
        if not isinstance(queries, Sequence):
            del along[self._axis]
            return self._row(queries, keep=False)[tuple(along)]
        found = joined([self._row(query, keep=True) for query in queries], self._axis)
        return found[tuple(along)]

    def _row(self, query: int, *, keep: bool) -> Known:
        """One row; keep: with an axis for it."""
        block, place = self._source.around(self.name, query)
        found: Known = block if self._head is None else block[self._head]
        return found[self._at(slice(place, place + 1) if keep else place)]

    def _at(self, rows: Any) -> tuple[Any, ...]:
        return (*[slice(None)] * self._axis, rows)
