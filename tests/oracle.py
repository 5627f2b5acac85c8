"""A second opinion on attention, which shares nothing with the package but the formulas.

Plain loops over fractions for everything rational, and mpmath to 60 digits for roots and powers;
sines, cosines and hyperbolic tangents are worked out here. A number comes out as a Fraction
wherever it is rational, as an mpf elsewhere, and as None where a score is masked; so an entry that
claims to be exact must find a Fraction here. Heads are worked out one after the other, each as if
it were the only one.
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
    """Every stage of a problem, by name, as nested lists of numbers.

    problem: the keys of a problem file, every number as text.
    """
    options = problem.get("attention", {})
    declared, kv_heads = head_counts(problem)
    heads = declared or 1
    before = len(options.get("past", {}).get("tokens", []))
    stages: dict[str, Any] = {}
    with mpmath.workdps(DIGITS + _room(problem)):
        _embed(stages, problem, options.get("positions", "none"), before)
        vectors = _vectors(stages, problem, heads, kv_heads, before)
        by_head: list[dict[str, Any]] = []
        for head in range(heads):
            own = {
                name: parts[head if name.startswith("Q") else head // (heads // kv_heads)]
                for name, parts in vectors.items()
            }
            for name in ("scores", "weights"):
                if name in problem:
                    own[name] = grid(_part(problem[name], head))
            by_head.append(_one_head(own, options, Place(head, heads, before)))
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
    return isinstance(typed, list) and isinstance(typed[0], list) and isinstance(typed[0][0], list)


def _part(typed: Any, head: int) -> Any:
    """What a head has of something that may be typed once for all of them, or one a head."""
    return typed[head] if is_stacked(typed) else typed


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


def _embed(stages: dict[str, Any], problem: Mapping[str, Any], positions: Any, before: int) -> None:
    """The embeddings, and the positions that are added to the queries' ones."""
    for name in ("X", "X_key"):
        if name in problem:
            stages[name] = grid(problem[name])
    base = sinusoidal_base(positions)
    if base is not None:
        n, width = len(stages["X"]), len(stages["X"][0])
        stages["positions"] = [sinusoidal(before + i, width, base) for i in range(n)]
    elif isinstance(positions, list):
        stages["positions"] = grid(positions)
    if "positions" in stages:
        stages["X_positioned"] = [
            [plus(x, p) for x, p in zip(row, added, strict=True)]
            for row, added in zip(stages["X"], stages["positions"], strict=True)
        ]


def _vectors(
    stages: Mapping[str, Any], problem: Mapping[str, Any], heads: int, kv_heads: int, before: int
) -> dict[str, list[Grid]]:
    """Q, K and V of each head that has them, and Q and K turned, if they are."""
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
    rope = _rope(options.get("positions", "none"))
    if rope is not None:
        for name in ("Q", "K"):
            vectors[f"{name}_rotated"] = [
                [rotated(row, before + i, rope) for i, row in enumerate(part)]
                for part in vectors[name]
            ]
    for name, typed in options.get("past", {}).items():
        if name in ("K", "V"):
            cached = per_head(typed, kv_heads)
            for stage in (name, f"{name}_rotated"):
                if stage in vectors:
                    both = zip(cached, vectors[stage], strict=True)
                    vectors[stage] = [first + then for first, then in both]
    return vectors


# One head.


class Place(NamedTuple):
    """Which head of how many, after so many past tokens."""

    head: int
    heads: int
    before: int


def _one_head(given: dict[str, Any], options: Options, place: Place) -> dict[str, Any]:
    """The stages of one head from its scores to its output.

    given: its vectors, and its scores or weights where the problem gives them.
    """
    stages: dict[str, Any] = {}
    if "weights" in given:
        stages["weights"] = given["weights"]
    else:
        stages["scores"], d_k = given.get("scores"), None
        if "scores" not in given:
            queries = given.get("Q_rotated", given["Q"])
            keys = given.get("K_rotated", given["K"])
            stages["scores"], d_k = [[dot(q, k) for k in keys] for q in queries], len(queries[0])
        _attend(stages, options, place, d_k)
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


def _attend(stages: dict[str, Any], options: Options, place: Place, d_k: int | None) -> None:
    """Scores scaled, capped, biased, masked, and their softmax."""
    S: Grid = stages["scores"]
    scale = options.get("scale", "none" if d_k is None else "1/sqrt(d_k)")
    if scale == "1/sqrt(d_k)":
        root = square_root(d_k or 1)
        S = stages["scaled_scores"] = each(S, lambda x: over(x, root))
    elif scale != "none":
        factor = number(scale)
        S = stages["scaled_scores"] = each(S, lambda x: times(x, factor))
    if "softcap" in options:
        cap = number(options["softcap"])
        S = stages["capped_scores"] = each(S, lambda x: capped(x, cap))
    bias, mask = options.get("bias", "none"), options.get("mask", "none")
    if bias != "none" or mask != "none":
        S = stages["masked_scores"] = _masked(S, bias, mask, place)
    base = None if options.get("base", "e") == "e" else number(options["base"])
    powers = each(S, lambda x: Fraction(0) if x is None else power(base, x))
    sink = options.get("sink")
    if isinstance(sink, list):
        sink = sink[place.head]
    stages["exponentials"] = powers
    stages["sums"] = [total(row) for row in powers]
    stages["weights"] = [softmax(row, base, None if sink is None else number(sink)) for row in S]


def _masked(S: Grid, bias: Any, mask: Any, place: Place) -> Grid:
    result: Grid = []
    for i, row in enumerate(S):
        result.append([])
        for j, score in enumerate(row):
            added = _added(bias, i, j, place)
            seen = _seen(mask, i, j, place)
            result[i].append(plus(score, added) if seen and added is not None else None)
    return result


def _added(bias: Any, i: int, j: int, place: Place) -> Real:
    """The bias of query i on key j."""
    if bias == "none":
        return Fraction(0)
    if bias == "alibi":
        distance = abs(place.before + i - j)
        return times(Fraction(-distance), alibi_slopes(place.heads)[place.head])
    return number(_part(bias, place.head)[i][j])


def _seen(mask: Any, i: int, j: int, place: Place) -> bool:
    """Whether query i sees key j."""
    here = place.before + i
    if mask == "none":
        return True
    if mask == "causal":
        return j <= here
    if isinstance(mask, Mapping):
        return here - int(mask["window"]) < j <= here
    return bool(number(_part(mask, place.head)[i][j]) == 1)


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
    """The heads' outputs side by side, and the output projection if there is one."""
    joined = [[x for part in row for x in part] for row in zip(*heads, strict=True)]
    if declared:
        stages["concatenated"] = joined
    elif "W_O" not in problem:
        del stages["head_outputs"]
    if "W_O" in problem:
        W = grid(problem["W_O"])
        b = grid([problem["b_O"]])[0] if "b_O" in problem else [Fraction(0)] * len(W[0])
        joined = affine(joined, W, b)
    stages["output"] = joined


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
    above, line, below = text.removeprefix("-").partition("/")
    if "sqrt" in text:
        sign = Fraction(-1 if text.startswith("-") else 1)
        return times(sign, over(_root_or_number(above), _root_or_number(below if line else "1")))
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def _root_or_number(part: str) -> Real:
    inside = part.removeprefix("sqrt(").removesuffix(")")
    return Fraction(part) if inside == part else square_root(int(inside))


def grid(texts: Iterable[Iterable[str]]) -> Grid:
    """A typed matrix."""
    return [[number(text) for text in row] for row in texts]


def each(matrix: Grid, change: Callable[[Real], Real]) -> Grid:
    """The matrix with every entry changed."""
    return [[change(x) for x in row] for row in matrix]


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


def square_root(whole: int) -> Real:
    """The root, a Fraction where it is rational."""
    root = isqrt(whole)
    return Fraction(root) if root * root == whole else mpmath.sqrt(whole)


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


def _room(problem: Mapping[str, Any]) -> int:
    """More digits, so that the largest power has its 60, and different scores stay different.

    A score has at most the digits of all that it is made of; X goes into it twice.
    """
    typed = [x for name, x in problem.items() if name[:2] in ("X", "X_", "Q", "K", "V", "W_", "b_")]
    typed += [problem[name] for name in ("scores", "weights") if name in problem]
    options = problem.get("attention", {})
    typed += [x for name, x in options.items() if name not in ("past", "positions")]
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
