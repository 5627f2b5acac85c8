"""What a source prints that works a problem through by hand, going on from its own numbers.

Everything is a Fraction here; what is not rational is taken to 52 decimals. Heads are worked out
one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import mpmath
from hypothesis import assume

from tests import oracle

Problem: TypeAlias = dict[str, Any]
Print: TypeAlias = Callable[[Fraction], str]
"""How the numbers of one stage are printed."""

Carried: TypeAlias = Callable[[str, Any, Any], Any]
"""What a source goes on from, given a stage's name, its values and their prints."""

Rounding: TypeAlias = Callable[[Fraction], Fraction]
"""What is left of a number that is gone on from and not printed."""


Shift: TypeAlias = Literal["nothing", "row", "sink", "matrix"]
"""What is subtracted from the scores of a row, by whose maximum it is."""

Fate: TypeAlias = Literal["0", "equal", "nan"]
"""What the weights of a row are in which every key is masked."""


@dataclass(frozen=True)
class Habits:
    """How a source works where the formula leaves it a choice.

    rounding: of what it does not print. shift: what it subtracts from the scores of a row before
    it takes powers. scaling: whether it divides by √d_k, or multiplies by its inverse, which is
    that of the rounded root or of √d_k itself. fill: what it prints for a masked score, or what it
    adds to the score if added. blind: what becomes of a row in which every key is masked: weights
    of 0, equal ones, or NaN.
    """

    rounding: Rounding | None = None
    shift: Shift = "nothing"
    scaling: Literal["divided", "inverse", "inverse of root"] = "divided"
    fill: str = "-inf"
    added: bool = False
    blind: Fate = "0"


Grid: TypeAlias = list[list[Any]]

BEFORE_HEADS = ("X", "X_key", "positions", "X_positioned")
AFTER_HEADS = ("concatenated", "gated", "output")
OF_TOKENS = (*BEFORE_HEADS, "K", "V", "K_normalized", "K_rotated")
"""Stages that every query is worked out from."""

CHAINED = (
    *BEFORE_HEADS,
    "Q",
    "K",
    "V",
    "Q_normalized",
    "K_normalized",
    "Q_rotated",
    "K_rotated",
    "scores",
    "biased_scores",
    "scaled_scores",
    "capped_scores",
    "masked_scores",
    "exponentials",
    "sums",
    "weights",
    "weighted_values",
    "head_outputs",
    *AFTER_HEADS,
)


def as_fraction(number: Any) -> Fraction:
    """A Fraction, or an mpf to 52 decimals.

    So that the sum of weights that adds up to 1 only but for the last of 60 digits is 1, and a
    capped score that differs from the cap by so much as bounds can tell is not.
    """
    if isinstance(number, Fraction):
        return number
    above, below = mpmath.libmp.to_rational(number._mpf_)
    return Fraction(round(Fraction(int(above), int(below)) * 10**52), 10**52)


def each(values: Any, change: Callable[[Any], Any]) -> Any:
    """The same nested lists with every number changed."""
    if isinstance(values, list):
        return [each(part, change) for part in values]
    return change(values)


def visible(values: Any, change: Callable[[Any], Any]) -> Any:
    """The same with every number changed but those that are masked."""
    return each(values, lambda number: None if number is None else change(number))


def default_scale(problem: Problem) -> str:
    """What scores are multiplied by where it is not said: only q · k is scaled."""
    plain = problem.get("attention", {}).get("score", "dot") == "dot"
    return "1/sqrt(d_k)" if plain and "scores" not in problem else "none"


def printed(values: Any, written: Print, fill: str = "-inf") -> Any:
    """A stage as it is printed; a masked score as -inf, or what stands for it."""
    return each(values, lambda number: fill if number is None else written(as_fraction(number)))


def together(change: Callable[..., Any], *values: Any) -> Any:
    """Nested lists of one shape made one, number by number."""
    if isinstance(values[0], list):
        return [together(change, *parts) for parts in zip(*values, strict=True)]
    return change(*values)


def as_printed(_stage: str, _values: Any, texts: Any) -> Any:
    """What a source goes on from that works with its own printed numbers."""
    return each(texts, oracle.number)


def worked_on_prints(
    problem: Problem,
    prints: Mapping[str, Print],
    carried: Carried = as_printed,
    habits: Habits = Habits(),
) -> dict[str, Any]:
    """What a source prints, stage by stage.

    prints: how the stages it prints are printed; what it does not print, it keeps in full.
    Given scores are gone on from even if there are queries and keys.
    """
    return _Source(problem, prints, carried, habits).worked()


class _Source:
    def __init__(
        self, problem: Problem, prints: Mapping[str, Print], carried: Carried, habits: Habits
    ) -> None:
        self.problem, self.prints, self.carried = problem, prints, carried
        self.habits = habits
        declared, self.groups = oracle.head_counts(problem)
        self.has_heads, self.heads = declared is not None, declared or 1
        self.options: Mapping[str, Any] = problem.get("attention", {})
        self.past = self.options.get("past", {})
        self.places = oracle.places(problem)
        self.before = self.places.before
        self.embedded: Grid | None = None
        self.claims: dict[str, Any] = {}
        self.unmasked: Any = None
        self.blind_rows: set[int] = set()

    def keep(self, name: str, values: Any) -> Any:
        """What is gone on from, of a stage before or after the heads."""
        values = each(values, lambda number: None if number is None else as_fraction(number))
        if name not in self.prints:
            return values if name in self.given else each(values, self.on_the_way)
        self.claims[name] = self.printed(name, values)
        carried = self.carried(name, values, self.claims[name])
        # Whatever stands for it, a masked score is one.
        return together(lambda x, kept: None if x is None else kept, values, carried)

    def printed(self, name: str, values: Any) -> Any:
        """A stage as it is printed, where masked scores are what the source fills in for them."""
        if name != "masked_scores":
            return printed(values, self.prints[name])
        if not self.habits.added or self.habits.fill == "-inf":
            return printed(values, self.prints[name], self.habits.fill)
        filled = Fraction(self.habits.fill)

        def one(score: Any, unmasked: Any) -> str:
            return self.prints[name](as_fraction(unmasked) + filled if score is None else score)

        return together(one, values, self.unmasked)

    @property
    def given(self) -> frozenset[str]:
        """What is typed, and so known as it is."""
        learned = isinstance(self.options.get("positions"), list)
        unprojected = not any(f"W_{name}" in self.problem for name in "QKV")
        others = [*["positions"] * learned, *"QKV" * unprojected]
        return frozenset([*self.problem, *others])

    def on_the_way(self, number: Any) -> Any:
        """What is gone on from, of a number that is not printed."""
        if number is None or self.habits.rounding is None:
            return number
        return self.habits.rounding(as_fraction(number))

    def keep_parts(self, name: str, parts: list[Any]) -> list[Any]:
        """What is gone on from, of a stage of heads."""
        kept = self.keep(name, parts if self.has_heads else parts[0])
        return list(kept) if self.has_heads else [kept]

    def worked(self) -> dict[str, Any]:
        """Every stage, from what is given to the output."""
        Q, K, V = self.vectors()
        scores = self.keep_parts("scores", self.scores(Q, K))
        weights = self.softmax(self.scored(scores, K))
        if V:
            self.combine(weights, V)
        undefined = self.habits.blind == "nan" and not self.has_heads
        return self.with_nan(self.claims) if undefined else self.claims

    def embeddings(self) -> tuple[Grid | None, Grid | None]:
        """Those of the queries and of the keys, with their positions."""
        if "X" not in self.problem:
            return None, None
        X = self.keep("X", oracle.grid(self.problem["X"]))
        key = self.keep("X_key", oracle.grid(self.problem["X_key"])) if self.is_cross() else None
        where = self.options.get("positions", "none")
        base = oracle.sinusoidal_base(where)
        if base is not None:
            table = [oracle.sinusoidal(at, len(X[0]), base) for at in self.places.queries]
        elif isinstance(where, list):
            table = oracle.grid(where)
        else:
            return X, X if key is None else key
        table = self.keep("positions", table)
        X = self.keep("X_positioned", [_sum_of(*rows) for rows in zip(X, table, strict=True)])
        return X, X if key is None else key

    def is_cross(self) -> bool:
        return "X_key" in self.problem

    def vectors(self) -> tuple[list[Grid], list[Grid], list[Grid]]:
        """Q, K and V of each head, turned if they are; without matrices where there are none."""
        X, X_key = self.embeddings()
        self.embedded = X
        Q = self.vectors_of("Q", X, self.heads)
        K, V = (self.vectors_of(name, X_key, self.groups) for name in ("K", "V"))
        norm = self.options.get("qk_norm", "none")
        if norm != "none" and Q:
            Q, K = self.changed(
                "normalized", Q, K, lambda row, _, name: oracle.normalized(row, norm, name)
            )
        rope = oracle._rope(self.options.get("positions", "none"))
        if rope is not None and Q:
            Q, K = self.changed("rotated", Q, K, lambda row, at, _: oracle.rotated(row, at, rope))
        return Q, K, V

    def changed(
        self, how: str, Q: list[Grid], K: list[Grid], change: Callable[..., list[Any]]
    ) -> tuple[list[Grid], list[Grid]]:
        """Queries and keys, each row made another by where it stands; cached ones as they are."""
        asked = [
            [change(row, at, "Q") for row, at in zip(part, self.places.queries, strict=True)]
            for part in Q
        ]
        answered = [
            [
                change(row, at, "K") if j >= self.before else row
                for j, (row, at) in enumerate(zip(part, self.places.keys, strict=True))
            ]
            for part in K
        ]
        return self.keep_parts(f"Q_{how}", asked), self.keep_parts(f"K_{how}", answered)

    def vectors_of(self, name: str, X: Grid | None, parts: int) -> list[Grid]:
        problem = self.problem
        if name in problem:
            made = oracle.per_head(problem[name], parts)
        elif f"W_{name}" in problem and X is not None:
            matrices = oracle.per_head(problem[f"W_{name}"], parts)
            offsets: list[Any] = [None] * parts
            if f"b_{name}" in problem:
                offsets = oracle.offsets_per_head(problem[f"b_{name}"], parts)
            made = [_times(X, *each_head) for each_head in zip(matrices, offsets, strict=True)]
        elif X is not None and not any(f"W_{other}" in problem for other in "QKV"):
            made = oracle.slices(X, parts)
        else:
            return []
        if name in self.past and name != "Q":
            cached = oracle.per_head(self.past[name], parts)
            made = [first + then for first, then in zip(cached, made, strict=True)]
        return self.keep_parts(name, made)

    def shared(self, parts: list[Grid]) -> list[Grid]:
        """The key-value head of each query head."""
        return [parts[head * self.groups // self.heads] for head in range(self.heads)]

    def scores(self, Q: list[Grid], K: list[Grid]) -> list[Grid]:
        if "scores" in self.problem:
            typed = self.problem["scores"]
            return [oracle.grid(part) for part in (typed if self.has_heads else [typed])]
        made = []
        for head, (q, k) in enumerate(zip(Q, self.shared(K), strict=True)):
            score = oracle.scorer(self.options.get("score", "dot"), head)
            made.append([[score(row, other) for other in k] for row in q])
        return made

    def scored(self, S: list[Grid], K: list[Grid]) -> list[Grid]:
        """The scores that go into the softmax."""
        options = self.options
        bias, mask = options.get("bias", "none"), options.get("mask", "none")
        if oracle.comes_first(bias):
            S = self.keep_parts("biased_scores", self.masked(S, bias, "none"))
            bias = "none"
        scale = options.get("scale", default_scale(self.problem))
        if scale != "none":
            widths = {"1/sqrt(d_k)": K and K[0], "1/sqrt(d_model)": self.embedded}
            width = widths.get(scale)
            factor = self.factor(len(width[0])) if width else oracle.number(scale)
            S = self.keep_parts("scaled_scores", visible(S, lambda x: x * factor))
        if "softcap" in options:
            cap = oracle.number(options["softcap"])
            S = self.keep_parts("capped_scores", visible(S, lambda x: oracle.capped(x, cap)))
        if bias != "none" or mask != "none":
            self.unmasked = S if self.has_heads else S[0]
            S = self.keep_parts("masked_scores", self.masked(S, bias, mask))
        return S

    def factor(self, d_k: int) -> Fraction:
        """1/√d_k, as the source takes it."""
        root = as_fraction(mpmath.sqrt(d_k))
        if self.habits.scaling == "inverse":
            return Fraction(self.on_the_way(1 / root))
        inverse = 1 / self.on_the_way(root)
        divided = self.habits.scaling == "divided"
        return Fraction(inverse if divided else self.on_the_way(inverse))

    def masked(self, S: list[Grid], bias: Any, mask: Any) -> list[Grid]:
        """Scores with their bias; None where they are masked."""
        d_model = len(self.embedded[0]) if self.embedded else None
        result: list[Grid] = []
        for head, part in enumerate(S):
            seat = oracle.Seat(head, self.heads, self.places, d_model)
            surplus = len(part[0]) - len(part)
            result.append([])
            for i, row in enumerate(part):
                result[-1].append([])
                for j, score in enumerate(row):
                    added = oracle.bias_of(bias, mask, i, j, seat)
                    hidden = score is None or added is None
                    if hidden or not oracle.is_seen(mask, i, j, seat, surplus):
                        result[-1][-1].append(None)
                    else:
                        result[-1][-1].append(score + as_fraction(added))
        return result

    def softmax(self, S: list[Grid]) -> list[Grid]:
        sink = self.options.get("sink")
        sinks = [sink[head] if isinstance(sink, list) else sink for head in range(self.heads)]
        lost = [None if each is None else oracle.number(each) for each in sinks]
        tops = [[self.subtracted(row, s, lost[head]) for row in s] for head, s in enumerate(S)]
        blind = Fraction(1 if self.habits.blind == "equal" and sink is None else 0)
        E = [
            [
                [blind for _ in row]
                if all(x is None for x in row)
                else [Fraction(0) if x is None else self.power(x - top) for x in row]
                for row, top in zip(s, each_top, strict=True)
            ]
            for s, each_top in zip(S, tops, strict=True)
        ]
        E = self.keep_parts("exponentials", E)
        sums = [[sum(row, Fraction(0)) for row in part] for part in E]
        sums = self.keep_parts("sums", sums)
        result: list[Grid] = []
        for head in range(self.heads):
            result.append([])
            for i, (row, total, top) in enumerate(
                zip(E[head], sums[head], tops[head], strict=True)
            ):
                own = lost[head]
                if own is not None:
                    total = self.on_the_way(total + self.on_the_way(self.power(own - top)))
                elif all(x is None for x in S[head][i]):
                    self.blind_rows.add(i)
                    total = total or Fraction(1)
                assume(total)
                result[-1].append([power / total for power in row])
        return self.keep_parts("weights", result)

    def with_nan(self, claims: dict[str, Any]) -> dict[str, Any]:
        """What 0/0 leaves of rows in which every key is masked, from the weights on."""
        after = [name for name in claims if CHAINED.index(name) >= CHAINED.index("weights")]
        return claims | {
            name: [
                each(row, lambda _: "nan") if i in self.blind_rows else row
                for i, row in enumerate(claims[name])
            ]
            for name in after
        }

    def subtracted(self, row: list[Any], matrix: Grid, sink: Any) -> Fraction:
        """What is taken from every score of a row before the powers."""
        match self.habits.shift:
            case "nothing":
                return Fraction(0)
            case "row":
                scores = row
            case "sink":
                scores = [*row, sink]
            case "matrix":
                scores = [x for each_row in matrix for x in each_row]
        return max((as_fraction(x) for x in scores if x is not None), default=Fraction(0))

    def power(self, exponent: Any) -> Fraction:
        base = self.options.get("base", "e")
        log = 1 if base == "e" else mpmath.log(mpmath.mpf(base))
        return as_fraction(mpmath.exp(oracle.real(exponent) * log))

    def combine(self, A: list[Grid], V: list[Grid]) -> None:
        """From the weights to the output."""
        terms = [
            [[[a * v for v in value] for a, value in zip(row, values, strict=True)] for row in part]
            for part, values in zip(A, self.shared(V), strict=True)
        ]
        terms = self.keep_parts("weighted_values", terms)
        result: Any = [[_sum_of(*per_key) for per_key in part] for part in terms]
        gated = "W_G" in self.problem or "gate" in self.options
        if self.has_heads or gated or "W_O" in self.problem:
            result = self.keep_parts("head_outputs", result)
        result = [[x for part in row for x in part] for row in zip(*result, strict=True)]
        if self.has_heads:
            result = self.keep("concatenated", result)
        gate = oracle.gate_of({"X": self.embedded}, self.problem)
        if gate is not None:
            opened = together(lambda x, g: x * as_fraction(oracle.sigmoid(g)), result, gate)
            result = self.keep("gated", opened)
        if "W_O" in self.problem:
            offsets = self.problem.get("b_O")
            b = None if offsets is None else [oracle.number(text) for text in offsets]
            result = _times(result, oracle.grid(self.problem["W_O"]), b)
        self.keep("output", result)


def _sum_of(*vectors: Sequence[Any]) -> list[Any]:
    """Vectors added up."""
    return [sum(map(as_fraction, entries), Fraction(0)) for entries in zip(*vectors, strict=True)]


def _times(left: Grid, right: Grid, offsets: Sequence[Any] | None = None) -> Grid:
    product: Grid = []
    for row in left:
        product.append([])
        for column in range(len(right[0])):
            terms = [row[d] * right[d][column] for d in range(len(right))]
            product[-1].append(sum(terms, Fraction(0) if offsets is None else offsets[column]))
    return product


def of_one_query(problem: Problem, claims: Mapping[str, Any], query: int) -> dict[str, Any]:
    """The same claims on one query only, and on all keys and values."""
    has_heads = oracle.head_counts(problem)[0] is not None

    def only(rows: Any) -> Any:
        return [row if place == query else None for place, row in enumerate(rows)]

    return {
        name: stage
        if name in OF_TOKENS
        else [only(part) for part in stage]
        if has_heads and name not in AFTER_HEADS
        else only(stage)
        for name, stage in claims.items()
    }
