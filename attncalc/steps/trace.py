"""A problem worked through: every stage, kept.

Nothing that is shown later is computed again; explanation, JSON and checks all read the trace.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from typing import Any, Self

import numpy as np

from attncalc.names import BY_PRODUCTS, NAMES, STAGES, Axis
from attncalc.numbers.arithmetic import Array, transcendental_context
from attncalc.numbers.known import Known
from attncalc.problem.heads import group_of
from attncalc.problem.problem import Problem
from attncalc.records import dataclass
from attncalc.steps.stages import (
    HIDING,
    OF_ANSWERS,
    OF_GROUPS,
    OF_HEADS,
    OF_QUERIES,
    OF_SCORES,
    ON_REQUEST,
    axes_in,
    tokens_along,
)


@dataclass(frozen=True, eq=False)
class Stage(Known):
    """One step's result, and the stages that it is made of."""

    name: str
    made_of: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, known: Known, *made_of: str) -> Stage:
        """A stage whose numbers nobody writes over."""
        values = known.values.view()
        values.flags.writeable = False
        return Stage(values, known.exact, name, made_of)

    @property
    def plain(self) -> Known:
        """Its numbers, without its name."""
        return Known(self.values, self.exact)

    def pieces(self) -> Iterator[Array]:
        """Its numbers in order, in pieces of some matrices or rows; in one, if all are at hand."""
        yield self.values

    @property
    def at_hand(self) -> bool:
        """Whether all of its rows have been worked out."""
        return True

    def of_head(self, head: int) -> Stage:
        """What it has of one head, where its first axis is of those."""
        # With the ellipsis, one number is an array too.
        return replace(self, values=self.values[head, ...], exact=self.exact[head, ...])


@dataclass(frozen=True, eq=False)
class Trace:
    """Every stage of a problem, in order. trace["weights"] is that stage's array.

    by_products: what was worked out on the way and is no stage; those of names.BY_PRODUCTS that
    the problem has. context: the decimal context of the computation, None in float64. head: the
    one that this is a view of, from 0; then its stages have no axis for heads, and whole is what it
    is a view of. queries: the only ones that its stages have rows of; None where they have all.
    """

    problem: Problem
    stages: dict[str, Stage]
    context: decimal.Context | None
    by_products: dict[str, Stage] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    head: int | None = None
    queries: range | None = None
    whole: Trace | None = None

    def __getitem__(self, name: str) -> Array:
        return self.stages[name].values

    def take(self, made: Stage) -> None:
        """Keep what a step has made, while it is being worked through."""
        kept = self.by_products if made.name in BY_PRODUCTS else self.stages
        kept[made.name] = made

    def found(self, name: str) -> Stage | None:
        """A stage or a by-product; None where there is none of this name."""
        return self.stages.get(name) or self.by_products.get(name)

    def row(self, name: str, query: int) -> Any:
        """A query's row of a stage of a head, or of one without heads.

        In a large problem no other rows are worked out for it, as they are for the whole stage.
        """
        return self.stages[name][query].values

    def own(self, given: Array) -> Array:
        """Of what is given in a row for each query, the rows of those that this is about."""
        rows = self.queries
        return given if rows is None else given[..., rows.start : rows.stop, :]

    def __contains__(self, name: str) -> bool:
        return name in self.stages

    def exported(self, stages: Sequence[str] = (), heads: Sequence[int] = ()) -> list[str]:
        """The stages that data formats have: those asked for, or all but some, and claimed ones.

        heads: those chosen, from 0; then what is but all of them side by side is left out too.
        """
        if stages:
            return [name for name in STAGES if name in stages]
        beside = ["concatenated", "gated", "d_concatenated", "d_gated"] if heads else []
        if heads and self.problem.W_O is None:
            beside.append("output")
        left_out = {*ON_REQUEST, *beside} - {*self.problem.claims.stages}
        return [name for name in STAGES if name in self and name not in left_out]

    def heads_along(self, axis: Axis, heads: Sequence[int]) -> list[int] | None:
        """The places along an axis of heads that belong to these; None along any other axis.

        heads: from 0; all of them if none are named.
        """
        if axis is Axis.HEAD:
            return list(heads or range(self.problem.heads or 0))
        if axis is not Axis.KV_HEAD:
            return None
        every = self.problem.heads or 0
        groups = self.problem.kv_heads or 0
        return sorted({group_of(head, every, groups) for head in heads or range(every)})

    def of_heads(self, stage: str, heads: Sequence[int]) -> tuple[tuple[int, ...], Iterator[Array]]:
        """A stage with these heads alone along its axis of heads, if it has one: its shape, and its
        numbers in order, in pieces of whole rows.
        """
        found, axes = self.stages[stage], self.axes(stage)
        places = self.heads_along(axes[0], heads) if heads else None
        if places is None:
            return found.shape, found.pieces()
        pieces = (piece for place in places for piece in found.of_head(place).pieces())
        return (len(places), *found.shape[1:]), pieces

    @property
    def places(self) -> Sequence[int]:
        """The positions of the queries."""
        return self.problem.query_places

    @property
    def is_masked(self) -> bool:
        """Whether there is a mask."""
        return "mask" in self.by_products

    @property
    def mask(self) -> Array | None:
        """True where a query may attend, (n, m) or (h, n, m); None where all may."""
        mask = self.by_products.get("mask")
        return None if mask is None else mask.values

    @property
    def bias(self) -> Known | None:
        """What is added to the scores, (n, m) or (h, n, m)."""
        return self.by_products.get("bias")

    def number(self, by_product: str) -> Any | None:
        """A by-product that is a single number; None where there is none."""
        found = self.by_products.get(by_product)
        return None if found is None else found.values[()]

    @property
    def embedded(self) -> str:
        """The stage that queries are projected from."""
        return "X_positioned" if "X_positioned" in self.stages else "X"

    @property
    def scored(self) -> str:
        """The stage that goes into the softmax: the last one of the scores."""
        return self._last_of(OF_SCORES)

    def hides(self, stage: str) -> bool:
        """Whether a key may be hidden in a stage of the scores, by a bias or a mask before it."""
        firsts = [OF_SCORES.index(name) for name in HIDING if name in self.stages]
        return stage in OF_SCORES and OF_SCORES.index(stage) >= min(firsts, default=len(OF_SCORES))

    @property
    def asking(self) -> str:
        """The stage that asks: queries as they meet the keys."""
        return self._last_of(OF_QUERIES)

    @property
    def answering(self) -> str:
        """The stage that is asked: keys as they meet the queries."""
        return self._last_of(OF_ANSWERS)

    def _last_of(self, kin: Sequence[str]) -> str:
        """The last of some stages, in the order of computing, that there is yet; or the first."""
        return next((name for name in reversed(kin) if name in self.stages), kin[0])

    @property
    def attended(self) -> str:
        """The stage that is Σ α v: head_outputs where more follows, or output."""
        return "head_outputs" if "head_outputs" in self.stages else "output"

    @property
    def joined(self) -> str:
        """The stage of all heads' results together, of one row a query."""
        return "concatenated" if "concatenated" in self.stages else self.attended

    @property
    def has_heads(self) -> bool:
        """Whether stages have an axis for the heads in front."""
        return self.problem.heads is not None and self.head is None

    @property
    def group(self) -> int:
        """The key-value head of the head that this is a view of, from 0."""
        heads, kv_heads = self.problem.heads, self.problem.kv_heads
        assert self.head is not None
        assert heads is not None
        assert kv_heads is not None
        return group_of(self.head, heads, kv_heads)

    def within_head(self, stage: str, index: tuple[int, ...]) -> tuple[int | None, tuple[int, ...]]:
        """The head that an entry of a stage belongs to, and its place there."""
        if self.has_heads and stage in OF_HEADS:
            return index[0], index[1:]
        return None, index

    def of_head(self, head: int) -> Self:
        """What one head sees: its own slices, and those of its key-value head. head: from 0."""
        group = replace(self, head=head).group
        stages = dict(self.stages)
        for name in OF_HEADS:
            if name in stages:
                stages[name] = stages[name].of_head(group if name in OF_GROUPS else head)
        by_products = {
            name: _own(found, head, group, BY_PRODUCTS[name])
            for name, found in self.by_products.items()
        }
        return replace(self, stages=stages, by_products=by_products, head=head, whole=self)

    def of_queries(self, queries: range) -> Self:
        """What it has of these queries alone: their rows, and whatever belongs to no query."""
        stages = {
            name: _rows(found, self._rows_of(queries), NAMES[name].axes)
            for name, found in self.stages.items()
        }
        by_products = {
            name: _rows(found, self._rows_of(queries), BY_PRODUCTS[name])
            for name, found in self.by_products.items()
        }
        return replace(self, stages=stages, by_products=by_products, queries=queries)

    def _rows_of(self, queries: range) -> slice:
        """Where their rows stand in its stages."""
        start = 0 if self.queries is None else self.queries.start
        return slice(queries.start - start, queries.stop - start)

    def axes(self, stage: str) -> tuple[Axis, ...]:
        """What each axis of a stage is of."""
        return axes_in(stage, self.problem, heads=self.has_heads)

    def tokens_at(self, stage: str, index: tuple[int, ...]) -> tuple[str | None, str | None]:
        """The query token and the key token that an entry of a stage belongs to."""
        query: str | None = None
        key: str | None = None
        for axis, place in zip(self.axes(stage), index, strict=True):
            tokens = tokens_along(axis, self.problem)
            if tokens is None:
                continue
            if axis is Axis.QUERY:
                query = tokens[place]
            else:
                key = tokens[place]
        return query, key

    def weighted_values_of(self, query: int) -> Array:
        """α_ij v_j of one query of one head. (m, d_v)"""
        if "weighted_values" in self.stages:
            recorded: Array = self.row("weighted_values", query)
            return recorded
        weights, values = self.stages[self.attended].made_of
        with self.arithmetic():
            terms: Array = self.row(weights, query)[:, None] * self[values]
        return terms

    @contextmanager
    def arithmetic(self) -> Iterator[None]:
        """The arithmetic the stages were computed in, for what is derived from them."""
        with arithmetic_of(self.context):
            yield

    @contextmanager
    def rounding(self) -> Iterator[None]:
        """The arithmetic of what is rounded anyway: shares, shades, logarithms.

        Beside 1e9999, a quotient in the context of the stages has tens of thousands of digits.
        """
        with arithmetic_of(None if self.context is None else transcendental_context()):
            yield


def _own(found: Stage, head: int, group: int, axes: Sequence[Axis]) -> Stage:
    """A head's slice, or its key-value head's; what is the same for all has one axis fewer."""
    if axes[:1] == (Axis.KV_HEAD,) and len(found.shape) == len(axes):
        return found.of_head(group)
    shared = Axis.HEAD not in axes or len(found.shape) < len(axes)
    return found if shared else found.of_head(head)


def _rows(found: Stage, rows: slice, axes: Sequence[Axis]) -> Stage:
    """The rows of some queries; all there is where no axis is of queries."""
    if Axis.QUERY not in axes:
        return found
    place: Any = (..., rows, *[slice(None)] * len(axes[axes.index(Axis.QUERY) + 1 :]))
    return replace(found, values=found.values[place], exact=found.exact[place])


@contextmanager
def arithmetic_of(context: decimal.Context | None) -> Iterator[None]:
    """Decimal arithmetic in this context, or float64 without its warnings if there is none."""
    if context is None:
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            yield
    else:
        with decimal.localcontext(context):
            yield
