"""The engine: a problem worked through, every stage kept.

Nothing that is shown later is computed again; explanation, JSON and checks all read the trace.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc import attention, exactness
from attncalc.arithmetic import Array, Exact, exact_context, is_exact_kind
from attncalc.errors import AttncalcError, suggestion
from attncalc.problem import Problem

STAGES = (
    "X",
    "X_key",
    "positions",
    "X_positioned",
    "Q",
    "K",
    "V",
    "Q_rotated",
    "K_rotated",
    "scores",
    "scaled_scores",
    "capped_scores",
    "masked_scores",
    "exponentials",
    "sums",
    "weights",
    "weighted_values",
    "head_outputs",
    "concatenated",
    "output",
)
"""Every stage there is, in the order in which they are computed."""

ON_REQUEST = ("weighted_values", "exponentials", "sums")
"""Stages that JSON leaves out unless they are asked for or claimed."""


OF_KEYS = ("X_key", "K", "V", "K_rotated")
"""Stages with one row a key token."""

OF_PAIRS = (
    "scores",
    "scaled_scores",
    "capped_scores",
    "masked_scores",
    "exponentials",
    "weights",
    "weighted_values",
)
"""Stages with one row a query token and one column a key token."""

_SUM_TOLERANCE = 1e-6
"""By how much a row of float64 weights may miss 1 without a word."""


class StageError(AttncalcError):
    """A stage was asked for that there is not."""

    def __init__(self, name: str, present: tuple[str, ...]) -> None:
        self.hint = None if name in STAGES else suggestion(name, STAGES)
        here = ", ".join(stage for stage in STAGES if stage in present)
        kind = "this problem has no stage" if name in STAGES else "there is no stage"
        super().__init__(f"{kind} “{name}”; expected one of {here}")


@dataclass(frozen=True, eq=False)
class Stage:
    """One step's result. exact: where values are exact, same shape. made_of: the stages it used."""

    name: str
    values: Array
    exact: Exact
    made_of: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Trace:
    """Every stage of a problem, in order. trace["weights"] is that stage's array.

    divisor: √d_k where scores are divided by it; factor: the number they are multiplied by, where
    one is given; neither where they are not scaled. mask: True where a query may attend, (n, m),
    None where all may. context: the decimal context of the
    computation, None in float64.
    """

    problem: Problem
    stages: dict[str, Stage]
    divisor: Any | None
    factor: Any | None
    mask: Array | None
    warnings: tuple[str, ...]
    context: decimal.Context | None

    def __getitem__(self, name: str) -> Array:
        return self.stages[name].values

    def __contains__(self, name: str) -> bool:
        return name in self.stages

    @property
    def scored(self) -> str:
        """The stage that goes into the softmax: the last one of the scores."""
        return next(
            name for name in ("masked_scores", "scaled_scores", "scores") if name in self.stages
        )

    @property
    def attended(self) -> str:
        """The stage that is Σ α v: head_outputs where an output projection follows, or output."""
        return "head_outputs" if "head_outputs" in self.stages else "output"

    def tokens_at(self, stage: str, index: tuple[int, ...]) -> tuple[str | None, str | None]:
        """The query token and the key token that an entry of a stage belongs to."""
        problem = self.problem
        if stage in OF_KEYS:
            return None, problem.key_tokens[index[0]]
        paired = stage in OF_PAIRS and len(index) > 1
        return problem.tokens[index[0]], problem.key_tokens[index[1]] if paired else None

    def score_terms(self, query: int) -> Array:
        """q_i · k_j before it is added up: the products of one query. (m, d_k)"""
        with self.arithmetic():
            return attention.products(self["Q"][query], self["K"])

    def weighted_values_of(self, query: int) -> Array:
        """α_ij v_j of one query. (m, d_v)"""
        if "weighted_values" in self.stages:
            recorded: Array = self["weighted_values"][query]
            return recorded
        one = self["weights"][query : query + 1]
        with self.arithmetic():
            terms: Array = attention.weighted_values(one, self["V"])[0]
        return terms

    @contextmanager
    def arithmetic(self) -> Iterator[None]:
        """The arithmetic the stages were computed in, for what is derived from them."""
        with _arithmetic(self.context):
            yield


def stage_shapes(problem: Problem) -> dict[str, tuple[int, ...]]:
    """The stages a problem has and their shapes, in order, without computing them."""
    n, m = len(problem.tokens), len(problem.key_tokens)
    d_k, d_v, options = problem.d_k, problem.d_v, problem.attention
    shapes: dict[str, tuple[int, ...]] = {}
    for name, rows in (("X", n), ("X_key", m)):
        given = getattr(problem, name)
        if given is not None:
            shapes[name] = (rows, given.shape[-1])
    if d_k is not None:
        shapes |= {"Q": (n, d_k), "K": (m, d_k)}
    if d_v is not None:
        shapes["V"] = (m, d_v)
    if problem.weights is None:
        shapes["scores"] = (n, m)
        if isinstance(options.scale, Decimal) or (options.scale != "none" and d_k is not None):
            shapes["scaled_scores"] = (n, m)
        if options.bias is not None or not (
            isinstance(options.mask, str) and options.mask == "none"
        ):
            shapes["masked_scores"] = (n, m)
        shapes |= {"exponentials": (n, m), "sums": (n,)}
    shapes["weights"] = (n, m)
    if d_v is not None:
        shapes["weighted_values"] = (n, m, d_v)
        if problem.W_O is not None:
            shapes["head_outputs"] = (n, d_v)
            shapes["output"] = (n, problem.W_O.shape[-1])
        else:
            shapes["output"] = (n, d_v)
    return shapes


def explain(problem: Problem, stages: Sequence[str] = ()) -> Trace:
    """Work a problem through.

    stages: names of stages to be kept in a large problem too, where they would be left out.
    Raises StageError for a stage that does not exist, or that this problem does not have.
    """
    given = list(problem.arrays().values())
    decimals = is_exact_kind(given[0])
    context = exact_context([*given, *_option_arrays(problem)]) if decimals else None
    with _arithmetic(context):
        wanted = (*stages, *problem.claims.stages)
        work = _Work(problem, keep_terms=decimals or "weighted_values" in wanted)
        work.embeddings()
        work.attend()
        work.combine()
    for name in stages:
        if name not in work.stages:
            raise StageError(name, tuple(work.stages))
    return Trace(
        problem, work.stages, work.divisor, work.factor, work.mask, tuple(work.warnings), context
    )


@contextmanager
def _arithmetic(context: decimal.Context | None) -> Iterator[None]:
    if context is None:
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            yield
    else:
        with decimal.localcontext(context):
            yield


def _option_arrays(problem: Problem) -> Iterator[Array]:
    options = problem.attention
    if options.bias is not None:
        yield options.bias
    if isinstance(options.scale, Decimal):
        yield np.array([options.scale], dtype=object)


class _Work:
    """A trace in the making: stages are appended, never changed."""

    def __init__(self, problem: Problem, *, keep_terms: bool) -> None:
        self.problem = problem
        self.keep_terms = keep_terms
        self.stages: dict[str, Stage] = {}
        self.divisor: Any | None = None
        self.factor: Any | None = None
        self.mask: Array | None = None
        self.warnings: list[str] = []

    def embeddings(self) -> None:
        """X, X_key and what is projected from them, or Q, K, V as given."""
        problem = self.problem
        for name in ("X", "X_key"):
            given = getattr(problem, name)
            if given is not None:
                self._record(name, given)
        for name in ("Q", "K", "V"):
            given = getattr(problem, name)
            if given is not None:
                self._record(name, given)
                continue
            side = "X_key" if problem.X_key is not None and name != "Q" else "X"
            W = getattr(problem, f"W_{name}")
            if W is not None:
                projected = attention.projected(self[side], W, getattr(problem, f"b_{name}"))
                self._record(name, projected, made_of=(side, f"W_{name}"))
            elif problem.unprojected and (name == "V" or problem.d_k is not None):
                self._record(name, self[side], made_of=(side,))

    def attend(self) -> None:
        """Scores, scaled and masked, and their softmax; or what is given of these."""
        problem = self.problem
        if problem.weights is not None:
            self._record("weights", problem.weights)
            self._warn_of_sums()
            return
        if problem.scores is not None:
            self._record("scores", problem.scores)
        else:
            self._record("scores", attention.scores(self["Q"], self["K"]), made_of=("Q", "K"))
        last = self._mask(self._scale("scores"))
        self._softmax(last)

    def _scale(self, last: str) -> str:
        scale, d_k = self.problem.attention.scale, self.problem.d_k
        if scale == "none" or (scale is None and d_k is None):
            return last
        S = self[last]
        if isinstance(scale, Decimal):
            self.factor = attention.like(S, scale)
            scaled = attention.multiplied_scores(S, self.factor)
            exact = self.stages[last].exact
        else:
            assert d_k is not None  # Problem does not let 1/sqrt(d_k) pass without it
            self.divisor = attention.root(d_k, S)
            scaled = attention.divided_scores(S, self.divisor)
            exact = exactness.of_quotient(S, self.divisor, scaled)
        self._record("scaled_scores", scaled, exact, made_of=(last,))
        return "scaled_scores"

    def _mask(self, last: str) -> str:
        options = self.problem.attention
        S = self[last]
        if isinstance(options.mask, str):
            self.mask = attention.causal_mask(*S.shape) if options.mask == "causal" else None
        else:
            self.mask = options.mask
        if self.mask is None and options.bias is None:
            return last
        masked = attention.masked_scores(S, options.bias, self.mask)
        hidden = masked == attention.like(S, "-Infinity")
        exact = self.stages[last].exact | (hidden & is_exact_kind(S))
        self._record("masked_scores", masked, exact, made_of=(last,))
        for row in np.flatnonzero(hidden.all(axis=-1)).tolist():
            self.warnings.append(
                f"every key of query {self._query(row)} is masked: its weights are 0"
                + self._fate_of_output()
            )
        return "masked_scores"

    def _fate_of_output(self) -> str:
        if "V" not in self.stages:
            return ""
        return " and its output is 0" if self.problem.W_O is None else " and its weighted sum is 0"

    def _softmax(self, last: str) -> None:
        S, S_exact = self[last], self.stages[last].exact
        typed_base = self.problem.attention.base
        base = None if typed_base == "e" else attention.like(S, typed_base)
        powers = attention.exponentials(S, base)
        powers_exact = exactness.of_powers(S, S_exact, base, powers)
        row_sums = attention.sums(powers)
        weights = attention.weights(S, base, powers, row_sums)
        sums_exact = exactness.of_sums(powers, powers_exact, row_sums)
        weights_exact = exactness.of_weights(S, powers, row_sums, sums_exact, weights)
        self._record("exponentials", powers, powers_exact, made_of=(last,))
        self._record("sums", row_sums, sums_exact, made_of=("exponentials",))
        self._record("weights", weights, weights_exact, made_of=("exponentials", "sums"))

    def combine(self) -> None:
        """The weighted sum of the values, and the output projection if there is one."""
        if "V" not in self.stages:
            return
        A, V = self["weights"], self["V"]
        A_exact = self.stages["weights"].exact
        if self.keep_terms:
            terms = attention.weighted_values(A, V)
            exact = exactness.of_products(A_exact, V)
            self._record("weighted_values", terms, exact, made_of=("weights", "V"))
        attended = attention.output(A, V)
        exact = exactness.of_row_products(A_exact, attended.shape[-1])
        W_O = self.problem.W_O
        if W_O is None:
            self._record("output", attended, exact, made_of=("weights", "V"))
            return
        self._record("head_outputs", attended, exact, made_of=("weights", "V"))
        projected = attention.projected(attended, W_O, self.problem.b_O)
        exact = exactness.of_row_products(exact, projected.shape[-1])
        self._record("output", projected, exact, made_of=("head_outputs", "W_O"))

    def _warn_of_sums(self) -> None:
        """Given weights whose row, as typed, does not add up to exactly 1."""
        weights = self["weights"]
        for row, total in enumerate(attention.sums(weights)):
            if is_exact_kind(weights):
                text = f"{total.normalize():f}" if total != 1 else None
            else:
                text = f"{total:.6g}" if abs(total - 1) > _SUM_TOLERANCE else None
            if text:
                self.warnings.append(
                    f"the given weights of {self._query(row)} add up to {text}, not to 1"
                )

    def _query(self, row: int) -> str:
        return f"“{self.problem.tokens[row]}” (#{row + 1})"

    def __getitem__(self, name: str) -> Array:
        return self.stages[name].values

    def _record(
        self, name: str, values: Array, exact: Exact | None = None, made_of: tuple[str, ...] = ()
    ) -> None:
        exact = exactness.everywhere(values) if exact is None else exact
        values = values.view()
        values.flags.writeable = False
        self.stages[name] = Stage(name, values, exact, made_of)
