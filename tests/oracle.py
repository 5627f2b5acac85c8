"""A second opinion on attention, which shares nothing with the package but the formulas.

Plain loops over fractions for everything rational, and mpmath to 60 digits for roots and powers;
sines, cosines, hyperbolic tangents and sigmoids are worked out here. A number comes out as a
Fraction wherever it is rational, as an mpf elsewhere, and as None where a score is masked; so an
entry that claims to be exact must find a Fraction here. Heads are worked out one after the other,
each as if it were the only one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any, NamedTuple, TypeAlias

import mpmath

DIGITS = 60
LARGEST_WHOLE_POWER = 1000
"""Powers of a typed base beyond this one are not written out as fractions."""

Real: TypeAlias = Any
"""A Fraction or an mpf; None for a masked score."""

Row: TypeAlias = list[Real]
Grid: TypeAlias = list[Row]
Options: TypeAlias = Mapping[str, Any]


# Every stage of a problem.


def attention(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Every stage of a problem, by name, as nested lists of numbers; gradients, if it has some.

    problem: the keys of a problem file, every number as text.
    """
    stages = forward(problem)
    if "d_output" in problem:
        from tests import tape  # which runs these loops once more

        stages |= tape.gradients(problem)
    return stages


def forward(problem: Mapping[str, Any]) -> dict[str, Any]:
    """The stages from what is given to the output."""
    options = problem.get("attention", {})
    declared, kv_heads = head_counts(problem)
    heads = declared or 1
    where = places(problem)
    stages: dict[str, Any] = {}
    with mpmath.workdps(DIGITS + _room(problem)):
        _embed(stages, problem, options.get("positions", "none"), where)
        vectors = _vectors(stages, problem, heads, kv_heads, where)
        by_head: list[dict[str, Any]] = []
        for head in range(heads):
            own = {
                name: parts[head if name.startswith("Q") else head // (heads // kv_heads)]
                for name, parts in vectors.items()
            }
            for name in ("scores", "weights"):
                if name in problem:
                    own[name] = grid(_part(problem[name], head))
            by_head.append(_one_head(own, options, Seat(head, heads, where, _width(problem))))
        for name, parts in vectors.items():
            stages[name] = parts if declared else parts[0]
        for name in by_head[0]:
            parts = [one[name] for one in by_head]
            stages[name] = parts if declared else parts[0]
        if "V" in stages:
            outputs = [one["head_outputs"] for one in by_head]
            _put_together(stages, outputs, problem, declared is not None)
    return stages


def head_counts(problem: Mapping[str, Any]) -> tuple[int | None, int]:
    """How many heads a problem declares, None if none, and how many key-value heads it has."""
    options = problem.get("attention", {})

    def count(option: str, names: Iterable[str]) -> int | None:
        if option in options:
            return int(options[option])
        sizes = [len(problem[name]) for name in names if is_stacked(problem.get(name))]
        return sizes[0] if sizes else None

    heads = count("heads", ("Q", "W_Q", "scores", "weights"))
    return heads, count("kv_heads", ("K", "V", "W_K", "W_V")) or heads or 1


def is_stacked(typed: Any) -> bool:
    """Whether it is a list of matrices."""
    return is_rows(typed) and isinstance(typed[0][0], list)


def is_rows(typed: Any) -> bool:
    """Whether it is a list of lists."""
    return isinstance(typed, list) and isinstance(typed[0], list)


def _part(typed: Any, head: int) -> Any:
    """What a head has of something that may be typed once for all of them, or one a head."""
    return typed[head] if is_stacked(typed) else typed


class Places(NamedTuple):
    """Where queries and keys stand.

    before: how many keys are cached. queries, keys: their positions, the cached keys first; these
    are what turns, waves and distances go by. Masks and buckets go by the place in the row.
    """

    before: int
    queries: list[int]
    keys: list[int]


def places(problem: Mapping[str, Any]) -> Places:
    """Where the queries and keys of a problem stand: as it says, or one after the other."""
    options = problem.get("attention", {})
    before = len(options.get("past", {}).get("tokens", []))
    n = _rows(problem, ("tokens", "X", "Q", "scores", "weights"))
    m = _rows(problem, ("key_tokens", "X_key", "K"))
    if not m:
        later = problem.get("scores", problem.get("weights"))
        m = n if later is None else len(_part(later, 0)[0]) - before
    cross = "key_tokens" in problem or "X_key" in problem or m != n
    queries = [before + i for i in range(n)]
    keys = [before + j for j in range(m)]
    if "position_ids" in options:
        queries = [int(text) for text in options["position_ids"]]
        keys = keys if cross else queries
    if "key_position_ids" in options:
        keys = [int(text) for text in options["key_position_ids"]]
    return Places(before, queries, [*range(before), *keys])


def _rows(problem: Mapping[str, Any], names: Iterable[str]) -> int:
    """The rows of the first of these that is given; 0 if none is."""
    return next((len(_part(problem[name], 0)) for name in names if name in problem), 0)


def _width(problem: Mapping[str, Any]) -> int | None:
    """d_model; None where there are no embeddings."""
    return len(problem["X"][0]) if "X" in problem else None


def slices(matrix: Sequence[Row], parts: int) -> list[Grid]:
    """A folded matrix cut into so many parts, of as many columns each."""
    width = len(matrix[0]) // parts
    return [[row[i * width : (i + 1) * width] for row in matrix] for i in range(parts)]


def per_head(typed: Any, parts: int) -> list[Grid]:
    """Each head's share of a typed matrix, stacked or folded."""
    return [grid(part) for part in typed] if is_stacked(typed) else slices(grid(typed), parts)


def offsets_per_head(typed: Any, parts: int) -> list[Row]:
    """Each head's share of a typed vector, stacked or folded."""
    if isinstance(typed[0], list):
        return grid(typed)
    return [rows[0] for rows in slices(grid([typed]), parts)]


def _embed(
    stages: dict[str, Any], problem: Mapping[str, Any], positions: Any, where: Places
) -> None:
    """The embeddings, and the positions that are added to the queries' ones."""
    for name in ("X", "X_key"):
        if name in problem:
            stages[name] = grid(problem[name])
    base = sinusoidal_base(positions)
    if base is not None:
        width = len(stages["X"][0])
        stages["positions"] = [sinusoidal(place, width, base) for place in where.queries]
    elif isinstance(positions, list):
        stages["positions"] = grid(positions)
    if "positions" in stages:
        stages["X_positioned"] = [
            [plus(x, p) for x, p in zip(row, added, strict=True)]
            for row, added in zip(stages["X"], stages["positions"], strict=True)
        ]


def _vectors(
    stages: Mapping[str, Any], problem: Mapping[str, Any], heads: int, kv_heads: int, where: Places
) -> dict[str, list[Grid]]:
    """Q, K and V of each head that has them, and Q and K normalised and turned, if they are."""
    projected = any(f"W_{name}" in problem for name in "QKV")
    vectors: dict[str, list[Grid]] = {}
    for name, parts in (("Q", heads), ("K", kv_heads), ("V", kv_heads)):
        source = stages.get("X_positioned", stages.get("X"))
        if name != "Q":
            source = stages.get("X_key", source)
        if name in problem:
            vectors[name] = per_head(problem[name], parts)
        elif f"W_{name}" in problem:
            matrices = per_head(problem[f"W_{name}"], parts)
            offsets = [[Fraction(0)] * len(W[0]) for W in matrices]
            if f"b_{name}" in problem:
                offsets = offsets_per_head(problem[f"b_{name}"], parts)
            pairs = zip(matrices, offsets, strict=True)
            vectors[name] = [affine(source, W, b) for W, b in pairs]
        elif source is not None and not projected:
            vectors[name] = slices(source, parts)
    options = problem.get("attention", {})
    norm = options.get("qk_norm", "none")
    if norm != "none":
        for name in ("Q", "K"):
            vectors[f"{name}_normalized"] = [
                [normalized(row, norm, name) for row in part] for part in vectors[name]
            ]
    rope = _rope(options.get("positions", "none"))
    if rope is not None:
        for name, own in (("Q", where.queries), ("K", where.keys[where.before :])):
            vectors[f"{name}_rotated"] = [
                [rotated(row, place, rope) for row, place in zip(part, own, strict=True)]
                for part in vectors.get(f"{name}_normalized", vectors[name])
            ]
    for name, typed in options.get("past", {}).items():
        if name in ("K", "V"):
            cached = per_head(typed, kv_heads)
            for stage in (name, f"{name}_normalized", f"{name}_rotated"):
                if stage in vectors:
                    both = zip(cached, vectors[stage], strict=True)
                    vectors[stage] = [first + then for first, then in both]
    return vectors


# One head.


class Seat(NamedTuple):
    """Which head of how many, where its queries and keys stand, and d_model, if there is one."""

    head: int
    heads: int
    places: Places
    d_model: int | None


def _one_head(given: dict[str, Any], options: Options, seat: Seat) -> dict[str, Any]:
    """The stages of one head from its scores to its output.

    given: its vectors, and its scores or weights where the problem gives them.
    """
    stages: dict[str, Any] = {}
    if "weights" in given:
        stages["weights"] = given["weights"]
    else:
        stages["scores"], d_k = given.get("scores"), None
        if "scores" not in given:
            queries, keys = (
                next(
                    given[x] for x in (f"{name}_rotated", f"{name}_normalized", name) if x in given
                )
                for name in "QK"
            )
            score = scorer(options.get("score", "dot"), seat.head)
            stages["scores"], d_k = [[score(q, k) for k in keys] for q in queries], len(keys[0])
        _attend(stages, options, seat, d_k)
    if "V" in given:
        V = given["V"]
        terms = [
            [[times(weight, v) for v in value] for weight, value in zip(row, V, strict=True)]
            for row in stages["weights"]
        ]
        stages["weighted_values"] = terms
        stages["head_outputs"] = [
            [total(column) for column in zip(*per_key, strict=True)] for per_key in terms
        ]
    return stages


def _attend(stages: dict[str, Any], options: Options, seat: Seat, d_k: int | None) -> None:
    """Scores scaled, capped, biased, masked, and their softmax."""
    S: Grid = stages["scores"]
    bias, mask = options.get("bias", "none"), options.get("mask", "none")
    if comes_first(bias):
        S = stages["biased_scores"] = _masked(S, bias, "none", seat)
        bias = "none"
    scaled_unless_said = d_k is not None and options.get("score", "dot") == "dot"
    scale = options.get("scale", "1/sqrt(d_k)" if scaled_unless_said else "none")
    widths = {"1/sqrt(d_k)": d_k, "1/sqrt(d_model)": seat.d_model}
    if scale in widths:
        root = square_root(widths[scale] or 1)
        S = stages["scaled_scores"] = each(S, lambda x: over(x, root))
    elif scale != "none":
        factor = number(scale)
        S = stages["scaled_scores"] = each(S, lambda x: times(x, factor))
    if "softcap" in options:
        cap = number(options["softcap"])
        S = stages["capped_scores"] = each(S, lambda x: capped(x, cap))
    if bias != "none" or mask != "none":
        S = stages["masked_scores"] = _masked(S, bias, mask, seat)
    base = None if options.get("base", "e") == "e" else number(options["base"])
    powers = [[Fraction(0) if x is None else power(base, x) for x in row] for row in S]
    sink = options.get("sink")
    if isinstance(sink, list):
        sink = sink[seat.head]
    stages["exponentials"] = powers
    stages["sums"] = [total(row) for row in powers]
    stages["weights"] = [softmax(row, base, None if sink is None else number(sink)) for row in S]


def _masked(S: Grid, bias: Any, mask: Any, seat: Seat) -> Grid:
    """Each score with its bias, None where it is hidden."""
    m, n = len(S[0]), len(S)
    result: Grid = []
    for i, row in enumerate(S):
        result.append([])
        for j, score in enumerate(row):
            added = bias_of(bias, mask, i, j, seat)
            seen = is_seen(mask, i, j, seat, m - n)
            hidden = score is None or added is None or not seen
            result[i].append(None if hidden else plus(score, added))
    return result


# What is added.


def comes_first(bias: Any) -> bool:
    """Whether a bias is added before scores are scaled."""
    return isinstance(bias, Mapping) and bias.get("before_scale") == "true"


def bias_of(bias: Any, mask: Any, i: int, j: int, seat: Seat) -> Real:
    """The bias of query i on key j."""
    where = seat.places
    if bias == "none":
        return Fraction(0)
    slope: Real = None
    if bias == "alibi":
        slope = alibi_slopes(seat.heads)[seat.head]
    elif isinstance(bias, Mapping) and "slopes" in bias:
        slope = number(bias["slopes"][seat.head])
    if slope is not None:
        distance = abs(where.queries[i] - where.keys[j])
        return times(Fraction(-distance), slope)
    if isinstance(bias, Mapping) and "t5" in bias:
        given = bias["t5"]
        both = given.get("bidirectional", "true" if may_look_ahead(mask) else "false")
        bucket = t5_bucket(
            j - (where.before + i),
            int(given.get("buckets", "32")),
            int(given.get("max_distance", "128")),
            bidirectional=both == "true",
        )
        return number(given["table"][bucket][seat.head])
    rows = bias["rows"] if isinstance(bias, Mapping) else bias
    return number(_part(rows, seat.head)[i][j])


def t5_bucket(
    ahead: int, buckets: int = 32, max_distance: int = 128, *, bidirectional: bool = True
) -> int:
    """The bucket of a key that is so many places ahead of the query, behind it if negative.

    Half of the buckets hold one distance each; the others hold more and more, by equal steps of
    the logarithm, up to max_distance, and the last one all that is further away. With both
    directions, keys ahead have the second half of the buckets, and those behind have the first
    with the query itself; with one, keys ahead are all in bucket 0.
    """
    first = 0
    if bidirectional:
        buckets //= 2
        first = buckets if ahead > 0 else 0
        distance = abs(ahead)
    else:
        distance = max(-ahead, 0)
    single = buckets // 2
    if distance < single:
        return first + distance
    steps = buckets - single
    # The most steps k with single · (max_distance / single)^(k / steps) <= distance.
    further = 0
    while (
        further < steps - 1
        and Fraction(max_distance, single) ** (further + 1) <= Fraction(distance, single) ** steps
    ):
        further += 1
    return first + single + further


# What is seen.


def is_seen(mask: Any, i: int, j: int, seat: Seat, surplus: int) -> bool:
    """Whether query i sees key j, of so many more keys than queries."""
    here = seat.places.before + i
    if mask == "none":
        return True
    if mask == "causal":
        return j <= here
    if not isinstance(mask, Mapping):
        row = _part(mask, seat.head)[i] if is_rows(mask) else mask
        return is_true(row[j])
    seen = True
    if "padding" in mask:
        seen = is_true(mask["padding"][j])
    if mask.get("causal") == "lower-right":
        seen = seen and j <= i + surplus
    elif "causal" in mask:
        seen = seen and j <= here
    if isinstance(mask.get("window"), list):
        back, ahead = map(int, mask["window"])
        seen = seen and (back == -1 or here - j <= back) and (ahead == -1 or j - here <= ahead)
    elif "window" in mask:
        near = here - j < int(mask["window"]) or j < int(mask.get("first", "0"))
        seen = seen and j <= here and near
    return seen


def may_look_ahead(mask: Any) -> bool:
    """Whether a mask of that form lets a query see keys after it."""
    if isinstance(mask, Mapping):
        window = mask.get("window", ["-1", "-1"])
        return "causal" not in mask and isinstance(window, list) and window[1] != "0"
    return bool(mask != "causal")


def is_true(text: str) -> bool:
    """1 or true, and not 0 or false."""
    return text == "true" or (text != "false" and number(text) == 1)


# How a query and a key are scored, and what they are made of before that.


def scorer(score: Any, head: int) -> Callable[[Row, Row], Real]:
    """What a head makes of the row of a query and that of a key."""
    if score == "dot":
        return dot
    if score == "cosine":
        return cosine
    if "general" in score:
        W = grid(_part(score["general"], head))
        return lambda q, k: dot(_row_times(q, W), k)
    given = score["additive"]
    W_1, W_2 = (grid(_part(given[name], head)) for name in ("W_1", "W_2"))
    v = grid([given["v"][head] if is_rows(given["v"]) else given["v"]])[0]

    def additive(q: Row, k: Row) -> Real:
        inside = zip(_row_times(q, W_1), _row_times(k, W_2), strict=True)
        return dot(v, [capped(plus(x, y), Fraction(1)) for x, y in inside])

    return additive


def _row_times(row: Row, W: Grid) -> Row:
    return affine([row], W, [Fraction(0)] * len(W[0]))[0]


def cosine(q: Row, k: Row) -> Real:
    """The cosine of the angle between them; 0 where one of them has no direction."""
    return over(dot(q, k), square_root(times(dot(q, q), dot(k, k))))


def normalized(vector: Row, norm: Any, name: str) -> Row:
    """The vector of length 1 (l2), or with entries of size 1 on average (rms), times the gains.

    name: Q or K, which have gains of their own.
    """
    squares = dot(vector, vector)
    settings: Options = {}
    if norm != "l2":
        settings = norm["rms"] if isinstance(norm, Mapping) else settings
        epsilon = number(settings.get("epsilon", "1e-6"))
        squares = plus(over(squares, Fraction(len(vector))), epsilon)
    gains = settings.get(f"gain_{name.lower()}", ["1"] * len(vector))
    size = square_root(squares)
    return [times(over(x, size), number(gain)) for x, gain in zip(vector, gains, strict=True)]


def alibi_slopes(heads: int) -> Row:
    """How steeply each head's bias falls with the distance."""
    nearest = 1
    while 2 * nearest <= heads:
        nearest *= 2
    slopes = [power(Fraction(2), Fraction(-8 * k, nearest)) for k in range(1, nearest + 1)]
    between = [power(Fraction(2), Fraction(-8 * k, 2 * nearest)) for k in range(1, 2 * nearest, 2)]
    return slopes + between[: heads - nearest]


def softmax(row: Row, base: Fraction | None, sink: Fraction | None = None) -> Row:
    """The weights of a row of scores, from how many times the first visible power each one is.

    These ratios are all rational if the weights are, even where the powers themselves are not.
    """
    visible = [score for score in row if score is not None]
    if not visible:
        return [Fraction(0)] * len(row)

    def ratio(score: Real) -> Real:
        if score is None:
            return Fraction(0)
        return power(base, plus(score, times(Fraction(-1), visible[0])))

    ratios = [ratio(score) for score in row]
    below = total([*ratios, ratio(sink)])
    return [over(x, below) for x in ratios]


# All heads again.


def _put_together(
    stages: dict[str, Any], heads: list[Grid], problem: Mapping[str, Any], declared: bool
) -> None:
    """The heads' outputs side by side, their gate, and the output projection if there is one."""
    joined = [[x for part in row for x in part] for row in zip(*heads, strict=True)]
    gate = gate_of(stages, problem)
    if declared:
        stages["concatenated"] = joined
    elif "W_O" not in problem and gate is None:
        del stages["head_outputs"]
    if gate is not None:
        joined = stages["gated"] = [
            [times(x, sigmoid(g)) for x, g in zip(row, own, strict=True)]
            for row, own in zip(joined, gate, strict=True)
        ]
    if "W_O" in problem:
        W = grid(problem["W_O"])
        b = grid([problem["b_O"]])[0] if "b_O" in problem else [Fraction(0)] * len(W[0])
        joined = affine(joined, W, b)
    stages["output"] = joined


def gate_of(stages: Mapping[str, Any], problem: Mapping[str, Any]) -> Grid | None:
    """What the gate is opened by, before its sigmoid: given, or made of the queries' embeddings."""
    options = problem.get("attention", {})
    if "gate" in options:
        return grid(options["gate"])
    if "W_G" not in problem:
        return None
    W = grid(problem["W_G"])
    b = grid([problem["b_G"]])[0] if "b_G" in problem else [Fraction(0)] * len(W[0])
    return affine(stages.get("X_positioned", stages["X"]), W, b)


# Positions.


class Rope(NamedTuple):
    """How vectors are turned by their positions."""

    base: Fraction
    by_halves: bool
    dims: int | None


def _rope(positions: Any) -> Rope | None:
    if positions == "rope":
        return Rope(Fraction(10_000), False, None)
    if not isinstance(positions, Mapping) or "rope" not in positions:
        return None
    given = positions["rope"]
    dims = int(given["dims"]) if "dims" in given else None
    return Rope(Fraction(given.get("base", "10000")), given.get("pairing") == "half", dims)


def rotated(vector: Row, position: int, rope: Rope) -> Row:
    """The vector with each of its pairs turned by an angle of its own; the rest as it is."""
    dims = len(vector) if rope.dims is None else rope.dims
    result = list(vector)
    for t in range(dims // 2):
        first, second = (t, t + dims // 2) if rope.by_halves else (2 * t, 2 * t + 1)
        angle = times(Fraction(position), power(rope.base, Fraction(-2 * t, dims)))
        sine, cosine = sine_and_cosine(angle)
        a, b = vector[first], vector[second]
        result[first] = plus(times(a, cosine), times(Fraction(-1), times(b, sine)))
        result[second] = plus(times(a, sine), times(b, cosine))
    return result


def sinusoidal_base(positions: Any) -> Fraction | None:
    """What the waves fall by; None where positions are something else."""
    if positions == "sinusoidal":
        return Fraction(10_000)
    if isinstance(positions, Mapping) and "sinusoidal" in positions:
        return Fraction(positions["sinusoidal"].get("base", "10000"))
    return None


def sinusoidal(position: int, width: int, base: Fraction = Fraction(10_000)) -> Row:
    """What is added to the embedding at a position: sines and cosines in turn."""
    result: Row = []
    for entry in range(width):
        i = entry // 2
        angle = over(Fraction(position), power(base, Fraction(2 * i, width)))
        result.append(sine_and_cosine(angle)[entry % 2])
    return result


# Numbers.


def number(text: str) -> Real:
    """The value of a typed number, an mpf where it is a root; None for -inf."""
    if text == "-inf":
        return None
    if text.endswith("%"):
        return Fraction(text[:-1]) / 100
    if "sqrt" not in text:
        return Fraction(text)
    sign = Fraction(-1 if text.startswith("-") else 1)
    above, _, below = text.removeprefix("-").rpartition("/")
    if not above or above.count("(") > above.count(")"):  # none, or inside of a root
        above, below = text.removeprefix("-"), "1"
    return times(sign, over(_root_or_number(above), _root_or_number(below)))


def _root_or_number(part: str) -> Real:
    inside = part.removeprefix("sqrt(").removesuffix(")")
    return Fraction(part) if inside == part else square_root(Fraction(inside))


def grid(texts: Iterable[Iterable[str]]) -> Grid:
    """A typed matrix."""
    return [[number(text) for text in row] for row in texts]


def each(matrix: Grid, change: Callable[[Real], Real]) -> Grid:
    """The matrix with every entry changed but those that are masked."""
    return [[None if x is None else change(x) for x in row] for row in matrix]


def real(x: Real) -> Any:
    """The number as an mpf of the working precision."""
    return mpmath.mpf(x.numerator) / mpmath.mpf(x.denominator) if isinstance(x, Fraction) else x


def _rational(*numbers: Real) -> bool:
    return all(isinstance(x, Fraction) for x in numbers)


def plus(x: Real, y: Real) -> Real:
    """x + y; 0 added to anything leaves it as it is."""
    if _is_zero(x) or _is_zero(y):
        return y if _is_zero(x) else x
    return x + y if _rational(x, y) else real(x) + real(y)


def times(x: Real, y: Real) -> Real:
    """x · y; 0 times anything is 0, and rational."""
    if _is_zero(x) or _is_zero(y):
        return Fraction(0)
    return x * y if _rational(x, y) else real(x) * real(y)


def over(x: Real, y: Real) -> Real:
    """x / y; 0 divided by anything is 0, and rational."""
    if _is_zero(x):
        return Fraction(0)
    return x / y if _rational(x, y) else real(x) / real(y)


def _is_zero(x: Real) -> bool:
    return isinstance(x, Fraction) and x == 0


def total(numbers: Iterable[Real]) -> Real:
    """All of them added up, one after the other."""
    result: Real = Fraction(0)
    for x in numbers:
        result = plus(result, x)
    return result


def dot(xs: Sequence[Real], ys: Sequence[Real]) -> Real:
    """x_1 y_1 + x_2 y_2 + …"""
    return total(times(x, y) for x, y in zip(xs, ys, strict=True))


def affine(X: Grid, W: Grid, b: Row) -> Grid:
    """Each row of X times W, plus b."""
    columns = [list(column) for column in zip(*W, strict=True)]
    return [
        [plus(dot(row, column), offset) for column, offset in zip(columns, b, strict=True)]
        for row in X
    ]


def square_root(x: Real) -> Real:
    """The root, a Fraction where it is rational."""
    if not isinstance(x, int | Fraction):
        return mpmath.sqrt(x)
    root = Fraction(isqrt(x.numerator), isqrt(x.denominator))
    return root if root * root == x else mpmath.sqrt(real(Fraction(x)))


def power(base: Fraction | None, exponent: Real) -> Real:
    """base to the exponent, e if base is None: a Fraction where the result is rational."""
    if exponent == 0:
        return Fraction(1)
    if base is None:
        return mpmath.exp(real(exponent))
    if isinstance(exponent, Fraction) and abs(exponent.numerator) <= LARGEST_WHOLE_POWER:
        above = _whole_root(base.numerator, exponent.denominator)
        below = _whole_root(base.denominator, exponent.denominator)
        if above is not None and below is not None:
            return Fraction(above, below) ** exponent.numerator
    return mpmath.exp(times(exponent, mpmath.log(real(base))))


def _whole_root(whole: int, degree: int) -> int | None:
    """The root of that degree, if it is a whole number."""
    if degree == 1:
        return whole
    nearest = int(mpmath.nint(mpmath.exp(mpmath.log(whole) / degree)))
    return nearest if nearest**degree == whole else None


def sine_and_cosine(angle: Real) -> tuple[Real, Real]:
    """Both by their series, of so many terms that what is left out does not count."""
    if angle == 0:
        return Fraction(0), Fraction(1)
    size = int(abs(angle))
    with mpmath.workdps(mpmath.mp.dps + size + 10):  # the terms grow to e^angle before they shrink
        x = real(angle)
        sums = [mpmath.mpf(0), mpmath.mpf(0)]
        term, k, smallest = mpmath.mpf(1), 0, mpmath.mpf(10) ** -mpmath.mp.dps
        while k <= size or abs(term) > smallest:
            sums[k % 2] += -term if k % 4 >= 2 else term
            k += 1
            term *= x / k
    return sums[1], sums[0]


def capped(score: Real, cap: Fraction) -> Real:
    """cap · tanh(score / cap)."""
    if score == 0:
        return Fraction(0)
    twice = mpmath.exp(2 * real(over(score, cap)))
    return real(cap) * (twice - 1) / (twice + 1)


def sigmoid(x: Real) -> Real:
    """1 / (1 + e^-x)."""
    if x == 0:
        return Fraction(1, 2)
    return 1 / (1 + mpmath.exp(-real(x)))


def _room(problem: Mapping[str, Any]) -> int:
    """More digits, so that the largest power has its 60, and different scores stay different.

    A score has at most the digits of all that it is made of; X goes into it twice.
    """
    typed = [x for name, x in problem.items() if name[:2] in ("X", "X_", "Q", "K", "V", "W_", "b_")]
    typed += [problem[name] for name in ("scores", "weights", "d_output") if name in problem]
    options = problem.get("attention", {})
    known_otherwise = ("past", "positions", "position_ids", "key_position_ids")
    typed += [x for name, x in options.items() if name not in known_otherwise]
    past, positions = options.get("past", {}), options.get("positions")
    typed += [past[name] for name in ("K", "V") if name in past]
    typed += [*positions.values()] if isinstance(positions, Mapping) else [positions]
    return 2 * sum(max(map(_digits, _numbers(x)), default=0) for x in typed)


def _numbers(typed: Any) -> list[Fraction]:
    """Every number in a typed value that has any, however deep."""
    if isinstance(typed, Mapping):
        return _numbers(list(typed.values()))
    if isinstance(typed, list):
        return [x for part in typed for x in _numbers(part)]
    try:
        value = number(typed)
    except (ValueError, AttributeError):  # a word, or nothing
        return []
    return [] if value is None else [value]


def _digits(x: Real) -> int:
    """Not fewer than its numerator and denominator have together."""
    if not isinstance(x, Fraction):
        return 4  # a root of a small whole number
    return (x.numerator.bit_length() + x.denominator.bit_length()) // 3 + 1
