"""The engine: a problem worked through, stage by stage, in the order of the paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.errors import AttncalcError, suggestion
from attncalc.names import COST, STAGES
from attncalc.numbers import exactness
from attncalc.numbers.arithmetic import Array, Exact, Typed, doubt_of, exact_context, is_exact_kind
from attncalc.problem import heads
from attncalc.problem.options import STAND_IN, Rotary, Sinusoidal
from attncalc.problem.problem import Problem
from attncalc.problem.requirements import listed
from attncalc.steps import attention, masks, positions
from attncalc.steps.positions import Angles
from attncalc.steps.trace import Stage, Trace, arithmetic_of

_SUM_TOLERANCE = 1e-6
"""By how much a row of float64 weights may miss 1 without a word."""


_DIGITS_OF_DOUBT = 6
"""How many digits of a sum are told where no decimal is equal to it."""

_LONGEST_SUM = 40
"""A sum with more characters than this is told in fewer digits."""


class StageError(AttncalcError):
    """A stage was asked for that there is not."""

    def __init__(self, name: str, present: tuple[str, ...]) -> None:
        self.hint = None if name in STAGES else suggestion(name, (*STAGES, COST))
        here = ", ".join([*(stage for stage in STAGES if stage in present), COST])
        kind = "this problem has no stage" if name in STAGES else "there is no stage"
        super().__init__(f"{kind} “{name}”; expected one of {here}")


def explain(problem: Problem, stages: Sequence[str] = ()) -> Trace:
    """Work a problem through.

    stages: names of stages to be kept in a large problem too, where they would be left out; "cost"
    may be among them.
    Raises StageError for a stage that does not exist, or that this problem does not have.
    """
    given = [*problem.arrays().values()]
    kind = given[0]
    context = exact_context([*given, *_of_options(problem)]) if is_exact_kind(kind) else None
    with arithmetic_of(context):
        wanted = (*stages, *problem.claims.stages)
        keep_terms = is_exact_kind(kind) or "weighted_values" in wanted
        trace = _Work(
            Trace(problem, {}, context, problem.remarks), kind, keep_terms=keep_terms
        ).done()
    refuse_unknown(stages, trace)
    return trace


def refuse_unknown(stages: Sequence[str], trace: Trace) -> None:
    """Raise StageError for the first of these stages that a trace does not have."""
    for name in stages:
        if name not in trace and name != COST:
            raise StageError(name, tuple(trace.stages))


def _of_options(problem: Problem) -> Iterator[Array]:
    """The numbers of the options, which exact sums and products are made of too."""
    options = problem.attention
    yield from options.arrays().values()
    for number in (options.scale, options.softcap):
        if isinstance(number, Decimal):
            yield np.array([number], dtype=object)
        if isinstance(number, Typed) and number.ratio is not None:
            yield np.array([Decimal(part) for part in number.ratio.as_integer_ratio()])
    if isinstance(options.bias, str):
        yield positions.alibi_slopes(problem.heads or 1, np.array([], dtype=object))


class _Work:
    """A trace in the making: stages are appended, never changed."""

    def __init__(self, trace: Trace, kind: Array, *, keep_terms: bool) -> None:
        self.trace = trace
        self.problem = trace.problem
        self.kind = kind
        self.keep_terms = keep_terms

    def done(self) -> Trace:
        """The whole way, from what is given to the output."""
        self._embeddings()
        self._project()
        self._rotate()
        if self.problem.weights is not None:
            self._record("weights", self.problem.weights)
            self._warn_of_sums()
            self._warn_of_options()
        else:
            self._softmax(self._mask(self._cap(self._scale(self._score()))))
        self._combine()
        return self.trace

    def _embeddings(self) -> None:
        """X and X_key as given, and X with its positions."""
        problem = self.problem
        for name in ("X", "X_key"):
            given = getattr(problem, name)
            if given is not None:
                self._record(name, given)
        if not problem.adds_positions:
            return
        where: Any = problem.attention.positions
        if isinstance(where, Sinusoidal):
            self._sinusoidal(where.base)
        else:
            self._record("positions", where)
        added = self["X"] + self["positions"]
        exact = self._exact("X") & self._exact("positions")
        self._record("X_positioned", added, exact, made_of=("X", "positions"))

    def _sinusoidal(self, base: Decimal) -> None:
        d_model = self["X"].shape[-1]
        angles = self._angles(base, d_model, self._places())
        table = positions.sinusoidal(angles, d_model)
        exact = np.repeat(angles.zero, 2, axis=-1)[:, :d_model]
        self._record("positions", table, exact & is_exact_kind(table))
        self.trace = replace(self.trace, angles=angles)

    def _angles(self, base: Decimal, dims: int, places: range) -> Angles:
        return positions.angles_at(places, base, dims, self.kind)

    def _places(self) -> range:
        """The positions of the queries: after the past."""
        past = self.problem.past_length
        return range(past, past + len(self.problem.tokens))

    def _project(self) -> None:
        """Q, K and V: projected from embeddings, or as they are given; the past before them."""
        problem = self.problem
        embedded = "X_positioned" if "X_positioned" in self.trace else "X"
        for name in ("Q", "K", "V"):
            side = "X_key" if problem.X_key is not None and name != "Q" else embedded
            W, given = problem.by_head(f"W_{name}"), problem.by_head(name)
            if given is not None:
                now, exact = given, exactness.of_given(given)
                made_of: tuple[str, ...] = ()
            elif W is not None:
                now, exact = self._projected(side, W, problem.by_head(f"b_{name}"))
                made_of = (side, f"W_{name}")
            elif problem.unprojected and (name == "V" or problem.d_k is not None):
                count = problem.heads if name == "Q" else problem.kv_heads
                now, exact = self[side], self._exact(side)
                if count is not None:
                    now, exact = heads.split(now, count), heads.split(exact, count)
                made_of = (side,)
            else:
                continue
            before = problem.past_by_head(name) if name != "Q" else None
            if before is not None:
                now = np.concatenate([before, now], axis=-2)
                exact = np.concatenate([exactness.of_given(before), exact], axis=-2)
                made_of = ("past", *made_of)
            self._record(name, now, exact, made_of)

    def _projected(self, name: str, W: Array, b: Array | None) -> tuple[Array, Exact]:
        """A stage times W, and b added."""
        exact = exactness.of_matrix_product(self[name], self._exact(name), W, exactness.of_given(W))
        product = attention.settled(attention.projected(self[name], W, None), self[name], W, exact)
        if b is None:
            return product, exact
        return product + b[..., None, :], exact & exactness.of_given(b)[..., None, :]

    def _rotate(self) -> None:
        """Queries and this step's keys turned by their positions; cached keys have been already."""
        rotary = self.problem.attention.positions
        if not isinstance(rotary, Rotary):
            return
        d_k, past = self["Q"].shape[-1], self.problem.past_length
        dims = rotary.dims or d_k
        ours = self._angles(rotary.base, dims, self._places())
        theirs = self._angles(rotary.base, dims, range(past, self["K"].shape[-2]))
        for name, angles, start in (("Q", ours, 0), ("K", theirs, past)):
            before, now = np.split(self[name], [start], axis=-2)
            known_before, known = np.split(self._exact(name), [start], axis=-2)
            turned = positions.rotated(now, angles, rotary.pairing)
            known = positions.rotated_exact(now, known, angles, rotary.pairing)
            self._record(
                f"{name}_rotated",
                np.concatenate([before, turned], axis=-2),
                np.concatenate([known_before, known], axis=-2),
                made_of=(name,),
            )
        self.trace = replace(self.trace, angles=ours, key_angles=theirs)

    def _score(self) -> str:
        if self.problem.scores is not None:
            self._record("scores", self.problem.scores)
            return "scores"
        ask, answer = self.trace.asking, self.trace.answering
        Q, K, K_exact = self[ask], self[answer], self._exact(answer)
        if self.problem.heads is not None:
            K, K_exact = heads.shared(K, len(Q)), heads.shared(K_exact, len(Q))
        exact = exactness.of_matrix_product(
            Q, self._exact(ask), np.swapaxes(K, -1, -2), np.swapaxes(K_exact, -1, -2)
        )
        S = attention.settled(attention.scores(Q, K), Q, np.swapaxes(K, -1, -2), exact)
        self._record("scores", S, exact, made_of=(ask, answer))
        return "scores"

    def _scale(self, last: str) -> str:
        scale, d_k = self.problem.attention.scale, self.problem.d_k
        if scale == "none" or (scale is None and d_k is None):
            return last
        S = self[last]
        if isinstance(scale, Decimal):
            factor = attention.like(S, scale)
            self.trace = replace(self.trace, factor=factor)
            scaled, exact = self._multiplied(last, scale, factor)
        else:
            assert d_k is not None  # Problem does not let 1/sqrt(d_k) pass without it
            divisor = attention.root(d_k, S)
            self.trace = replace(self.trace, divisor=divisor)
            scaled = attention.divided_scores(S, divisor)
            exact = exactness.of_quotient(S, self._exact(last), divisor, scaled)
        self._record("scaled_scores", scaled, exact, made_of=(last,))
        return "scaled_scores"

    def _multiplied(self, last: str, scale: Decimal, factor: Any) -> tuple[Array, Exact]:
        """Scores times a given scale; by 1/3 they are divided, to stay exact if they are."""
        S, known = self[last], self._exact(last)
        ratio = scale.ratio if isinstance(scale, Typed) else None
        if not doubt_of(scale) or not is_exact_kind(S):
            return attention.multiplied_scores(S, factor), known
        if ratio is None:
            scaled = attention.multiplied_scores(S, factor)
            return scaled, known & np.equal(S, 0)
        above, below = Decimal(ratio.numerator), Decimal(ratio.denominator)
        multiple = attention.multiplied_scores(S, above)
        scaled = attention.divided_scores(multiple, below)
        return scaled, exactness.of_quotient(multiple, known, below, scaled)

    def _cap(self, last: str) -> str:
        cap = self.problem.attention.softcap
        if cap is None:
            return last
        S = self[last]
        capped = attention.capped_scores(S, attention.like(S, cap))
        exact = exactness.of_capped(S, self._exact(last))
        self._record("capped_scores", capped, exact, made_of=(last,))
        return "capped_scores"

    def _mask(self, last: str) -> str:
        S, bias, mask = self[last], self._bias(), masks.allowed(self.problem)
        if mask is None and bias is None:
            return last
        exact = self._exact(last)
        if bias is not None:
            exact = exact & bias.exact
            S = attention.settled_sum(S, bias.values, exact)
        masked = attention.masked_scores(S, None, mask)
        hidden = masked == attention.like(S, "-Infinity")
        exact = exact | (hidden & is_exact_kind(S))
        self.trace = replace(self.trace, mask=mask, bias=bias)
        self._record("masked_scores", masked, exact, made_of=(last,))
        self._warn_of_hidden(hidden.all(axis=-1))
        return "masked_scores"

    def _bias(self) -> Stage | None:
        """What is added to the scores: a given matrix, or distances times each head's slope."""
        bias = self.problem.attention.bias
        if not isinstance(bias, str):
            if bias is not None:
                self._warn_of_stand_in(bias)
            return None if bias is None else Stage("bias", bias, exactness.of_given(bias))
        problem, h = self.problem, self.problem.heads or 1
        slopes = positions.alibi_slopes(h, self.kind)
        exponents = positions.alibi_exponents(h)
        known = exactness.of_inverse_powers(Decimal(2), exponents, slopes)
        self.trace = replace(self.trace, slopes=Stage("slopes", slopes, known))
        n, m = len(problem.tokens), len(problem.key_tokens)
        distance = positions.distances(n, m, problem.past_length)
        biases = positions.alibi_bias(slopes, distance)
        exact = known[:, None, None] | ((distance == 0) & is_exact_kind(slopes))
        if problem.heads is None:
            biases, exact = biases[0], exact[0]
        return Stage("bias", biases, exact)

    def _softmax(self, last: str) -> None:
        S, S_exact = self[last], self._exact(last)
        typed_base, sink = self.problem.attention.base, self.problem.attention.sink
        base = None if isinstance(typed_base, str) else attention.like(S, typed_base)
        equal = self._equal_rows(last)
        m = S.shape[-1]
        if sink is not None:  # one more column, whose share goes to nobody
            S = attention.with_sink(S, sink)
            beside = (*S_exact.shape[:-1], 1)
            known = np.broadcast_to(exactness.of_given(sink)[..., None, None], beside)
            S_exact = np.concatenate([S_exact, known], axis=-1)
            equal = np.zeros_like(equal)
        visible: Exact = np.not_equal(S, attention.like(S, "-Infinity"))
        equal = equal | exactness.equal_rows(visible, S, S_exact)
        powers = attention.exponentials(S, base)
        powers_exact = exactness.of_powers(S, S_exact, base and typed_base, powers)
        totals = attention.sums(powers)
        totals_exact = exactness.of_sums(powers, powers_exact, totals)
        weights = attention.weights(S, base, powers, totals)
        weights_exact = exactness.of_weights(visible, equal, powers, totals, totals_exact, weights)
        self.trace = replace(self.trace, denominators=Stage("denominators", totals, totals_exact))
        sums, sums_exact = totals, totals_exact
        if sink is not None:
            sums = attention.sums(powers[..., :m])
            sums_exact = exactness.of_sums(powers[..., :m], powers_exact[..., :m], sums)
            self._keep_sink(powers[..., 0, m], powers_exact[..., 0, m])
        powers, powers_exact = powers[..., :m], powers_exact[..., :m]
        self._record("exponentials", powers, powers_exact, made_of=(last,))
        self._record("sums", sums, sums_exact, made_of=("exponentials",))
        self._record(
            "weights", weights[..., :m], weights_exact[..., :m], made_of=("exponentials", "sums")
        )

    def _keep_sink(self, powers: Array, exact: Exact) -> None:
        """base^sink of each head, () or (h,)."""
        powers = np.asarray(powers, self.kind.dtype)
        self.trace = replace(
            self.trace, sink_powers=Stage("sink_powers", powers, np.asarray(exact))
        )

    def _equal_rows(self, last: str) -> Exact:
        """Rows of scores that were equal, exactly, before scaling and capping, as their biases."""
        visible: Exact = np.not_equal(self[last], attention.like(self[last], "-Infinity"))
        equal = exactness.equal_rows(visible, self["scores"], self._exact("scores"))
        bias = self.trace.bias
        if bias is None:
            return equal
        values = np.broadcast_to(bias.values, visible.shape)
        return equal & exactness.equal_rows(
            visible, values, np.broadcast_to(bias.exact, visible.shape)
        )

    def _combine(self) -> None:
        """The weighted sum of the values, the heads side by side, and the output projection."""
        if "V" not in self.trace:
            return
        problem = self.problem
        A, V = self["weights"], self["V"]
        A_exact, V_exact = self._exact("weights"), self._exact("V")
        if problem.heads is not None:
            V, V_exact = heads.shared(V, len(A)), heads.shared(V_exact, len(A))
        if self.keep_terms:
            terms = attention.weighted_values(A, V)
            exact = exactness.of_terms(
                A[..., None], A_exact[..., None], V[..., None, :, :], V_exact[..., None, :, :]
            )
            self._record("weighted_values", terms, exact, made_of=("weights", "V"))
        exact = exactness.of_matrix_product(A, A_exact, V, V_exact)
        attended = attention.settled(attention.output(A, V), A, V, exact)
        last = "output" if problem.heads is None and problem.W_O is None else "head_outputs"
        self._record(last, attended, exact, made_of=("weights", "V"))
        if problem.heads is not None:
            beside = heads.concatenated(attended)
            last, exact = "concatenated", heads.concatenated(exact)
            self._record(last, beside, exact, made_of=("head_outputs",))
        W = problem.W_O
        if W is not None:
            projected, exact = self._projected(last, W, problem.b_O)
            self._record("output", projected, exact, made_of=(last, "W_O"))
        elif last == "concatenated":
            self._record("output", self[last], exact, made_of=(last,))

    def _warn_of_stand_in(self, bias: Array) -> None:
        """A large number in the place of -inf, which is added like any other."""
        most, hidden = (attention.like(bias, each) for each in (STAND_IN, "-Infinity"))
        meant = bias[(bias <= most) & (bias != hidden)]
        if meant.size:
            text = meant[0].text if isinstance(meant[0], Typed) else f"{float(meant[0]):g}"
            self._warn(
                f"a bias of {text} is meant for −∞, and is added as the number it is; "
                "to hide a key, write -inf or use mask"
            )

    def _warn_of_hidden(self, hidden: Exact) -> None:
        for place in np.argwhere(hidden).tolist():
            *head, row = place
            if head and hidden[:, row].all():
                if head != [0]:
                    continue  # said once, for all heads
                head = []
            where = f" in head {head[0] + 1}" if head else ""
            self._warn(
                f"every key of query {self._query(row)} is masked{where}: its weights are 0"
                + self._fate_of_output()
            )

    def _fate_of_output(self) -> str:
        if "V" not in self.trace:
            return ""
        further = self.problem.W_O is not None or self.problem.heads is not None
        return " and its weighted sum is 0" if further else " and its output is 0"

    def _warn_of_sums(self) -> None:
        """Given weights whose row, as typed, does not add up to exactly 1."""
        weights = self["weights"]
        totals = attention.sums(weights)
        for place in np.ndindex(totals.shape):
            total: Any = totals[place]
            if is_exact_kind(weights):
                digits = f".{_DIGITS_OF_DOUBT}g" if any(map(doubt_of, weights[place])) else "f"
                right = exactness.adds_up_to_one(weights[place])
                text = None if right else f"{total.normalize():{digits}}"
                if text is not None and len(text) > _LONGEST_SUM:
                    text = f"{total:.{_DIGITS_OF_DOUBT}g}"
            else:
                text = f"{total:.6g}" if abs(total - 1) > _SUM_TOLERANCE else None
            if text:
                *head, row = place
                where = f" in head {head[0] + 1}" if head else ""
                self._warn(
                    f"the given weights of {self._query(row)}{where} add up to {text}, not to 1"
                )

    def _warn_of_options(self) -> None:
        """Options of scores, which given weights no longer have."""
        options = self.problem.attention
        given = {
            "scale": options.scale,
            "mask": options.mask,
            "bias": options.bias,
            "softcap": options.softcap,
            "sink": options.sink,
            "base": options.base,
        }
        idle = [
            name
            for name, value in given.items()
            if isinstance(value, np.ndarray) or value not in (None, "none", "e")
        ]
        if idle:
            change = "changes" if len(idle) == 1 else "change"
            self._warn(f"the weights are given, so {listed(idle)} {change} nothing")

    def _query(self, row: int) -> str:
        return f"“{self.problem.tokens[row]}” (#{row + 1})"

    def _warn(self, text: str) -> None:
        self.trace = replace(self.trace, warnings=(*self.trace.warnings, text))

    def __getitem__(self, name: str) -> Array:
        return self.trace[name]

    def _exact(self, name: str) -> Exact:
        return self.trace.stages[name].exact

    def _record(
        self,
        name: str,
        values: Array,
        exact: Exact | None = None,
        made_of: tuple[str, ...] = (),
    ) -> None:
        exact = exactness.of_given(values) if exact is None else exact
        values = values.view()
        values.flags.writeable = False
        self.trace.stages[name] = Stage(name, values, exact, made_of)
